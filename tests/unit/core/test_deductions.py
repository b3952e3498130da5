"""Reason codes of X12 element 426 and their families."""

import pytest

from o2c.flows.correlation.deductions import CODES_OF_FAMILY, OTHER, family

FAMILIES = {
    "price",
    "shortage",
    "damage_or_quality",
    "wrong_item",
    "returns",
    "freight",
    "tax",
    "promotion",
    "compliance",
    "duplicate",
}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("01", "price", id="pricing error"),
        pytest.param("06", "shortage", id="quantity contested"),
        pytest.param("59", "shortage", id="item not received"),
        pytest.param("04", "damage_or_quality", id="not accepted: damaged"),
        pytest.param("07", "wrong_item", id="incorrect product"),
        pytest.param("11", "returns", id="returns: damage"),
        pytest.param("54", "freight", id="freight deducted"),
        pytest.param("55", "tax", id="tax deducted"),
        pytest.param("56", "promotion", id="advertising allowance taken"),
        pytest.param("B8", "compliance", id="routing violation"),
        pytest.param("19", "duplicate", id="duplicate billing"),
        pytest.param("68", "other", id="death benefit reduction"),
        pytest.param("ZZ", "other", id="mutually defined"),
    ],
)
def test_a_code_has_the_family_of_its_meaning(code: str, expected: str) -> None:
    assert family(code, "X12") == expected


@pytest.mark.parametrize("code", ["1", "001", " 01", "b8", "", "unheard-of", None])
def test_a_code_is_the_string_that_was_sent(code: str | None) -> None:
    assert family(code) == OTHER


@pytest.mark.parametrize("code_list", [None, "X12", "x12", "426", "X12-426", "X12/426", "x12.426", "X12 426"])
def test_the_names_of_the_list_are_understood(code_list: str | None) -> None:
    assert family("01", code_list) == "price"


@pytest.mark.parametrize("code_list", ["SAP", "UNCL4465", "X12-889", "CARC"])
def test_the_codes_of_another_list_have_no_family_here(code_list: str) -> None:
    assert family("01", code_list) == OTHER


def test_every_code_is_two_characters_and_stands_in_one_family() -> None:
    codes = [code for codes in CODES_OF_FAMILY.values() for code in codes.split()]
    assert {len(code) for code in codes} == {2}
    assert len(set(codes)) == len(codes)
    assert set(CODES_OF_FAMILY) == FAMILIES
