"""Truth against what was told."""

from pathlib import Path

from o2c.demo.faults import read_faults, write_faults
from o2c.demo.verdict import PASSING, judge, key_of
from tests.unit.demo.builders import at, fault


def test_everything_found_and_nothing_else_is_right() -> None:
    first, second = fault("SO-1"), fault("SO-2")
    verdict = judge([first, second], {key_of(first): 1, key_of(second): 1}, at(60))
    assert str(verdict) == "faults injected 2, found 2, missed 0, false 0"
    assert verdict.is_right


def test_a_fault_that_no_exception_tells_is_missed() -> None:
    first, second = fault("SO-1"), fault("SO-2")
    verdict = judge([first, second], {key_of(first): 1}, at(60))
    assert str(verdict) == "faults injected 2, found 1, missed 1, false 0"
    assert verdict.missed == (second,)
    assert not verdict.is_right


def test_a_fault_does_not_count_before_it_is_expected() -> None:
    early, late = fault("SO-1", expected_by=13), fault("SO-2", expected_by=14)
    assert str(judge([early, late], {}, at(13))) == "faults injected 1, found 0, missed 1, false 0"


def test_a_fault_found_before_it_counts_is_not_false() -> None:
    early = fault(expected_by=13)
    assert str(judge([early], {key_of(early): 1}, at(12))) == "faults injected 0, found 0, missed 0, false 0"


def test_an_exception_of_another_code_is_false_and_the_fault_missed() -> None:
    verdict = judge([fault(code="STALLED_PICK")], {key_of(fault(code="PAST_DUE")): 1}, at(60))
    assert str(verdict) == "faults injected 1, found 0, missed 1, false 1"
    assert not verdict.is_right


def test_a_fault_explains_one_opening() -> None:
    told = fault()
    verdict = judge([told], {key_of(told): 3}, at(60))
    assert str(verdict) == "faults injected 1, found 1, missed 0, false 2"
    assert verdict.false == (key_of(told), key_of(told))


def test_what_comes_and_goes_anyway_is_never_false_and_missed_where_it_was_put_in() -> None:
    told = fault("SO-1", code=PASSING)
    other = fault("SO-2", code=PASSING)
    assert str(judge([told], {key_of(told): 2, key_of(other): 1}, at(60))).endswith("found 1, missed 0, false 0")
    assert str(judge([told], {key_of(other): 1}, at(60))).endswith("found 0, missed 1, false 0")


def test_the_truth_file_gives_back_what_was_written(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    assert read_faults(truth) == []
    write_faults(truth, [fault("SO-1")])
    write_faults(truth, [fault("SO-2"), fault("SO-3")])
    assert read_faults(truth) == [fault("SO-1"), fault("SO-2"), fault("SO-3")]
