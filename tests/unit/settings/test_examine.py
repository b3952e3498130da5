"""What doctor makes of clocks and disks."""

from pathlib import Path

import pytest

from o2c.flows.examine import clock_finding, space_finding
from o2c.schemas.times import SECOND_US

GIBIBYTE = 1024**3


@pytest.mark.parametrize(
    ("asked", "other", "answered", "state"),
    [
        (100, 100, 100, "ok"),
        (100, 105, 110, "ok"),
        (100, 98, 100, "ok"),
        (100, 90, 101, "warning"),
        (100, 111, 101, "warning"),
        (100, 200, 101, "wrong"),
        (100, 0, 101, "wrong"),
    ],
)
def test_a_clock_that_differs_by_more_than_the_question_took_is_told(
    asked: int, other: int, answered: int, state: str
) -> None:
    assert clock_finding(asked * SECOND_US, other * SECOND_US, answered * SECOND_US).state == state


@pytest.mark.parametrize(
    ("free_bytes", "state"), [(GIBIBYTE, "ok"), (GIBIBYTE - 1, "warning"), (GIBIBYTE // 10 - 1, "wrong")]
)
def test_a_disk_that_fills_up_is_told(free_bytes: int, state: str) -> None:
    assert space_finding(Path("/store"), free_bytes).state == state
