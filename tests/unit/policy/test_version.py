"""The version is a hash over what a policy comes to, not over how it is written."""

import os
import re
import subprocess
import sys

import pytest

from o2c.flows.correlation import policy as policy_module
from o2c.flows.correlation.policy import load_policy

VERSION_IN_ANOTHER_PROCESS = """
from o2c.flows.correlation.policy import load_policy
print(load_policy('[stalls.PAST_DUE]\\ntolerance = "24h"').version, end="")
"""


def version(text: str) -> str:
    return load_policy(text).version


def test_version_is_sixteen_hexadecimal_digits() -> None:
    assert re.fullmatch("[0-9a-f]{16}", version(""))


def test_comments_order_and_spelling_of_durations_do_not_change_it() -> None:
    first = '[stalls.PAST_DUE]\ntolerance = "120m"\nowner = "x"\n[process]\nlead = "90m"'
    second = '# a comment\n[process]\nlead = "5400s"\n[stalls.PAST_DUE]\nowner = "x"\ntolerance = "2h"'
    assert version(first) == version(second)


def test_saying_what_the_default_says_does_not_change_it() -> None:
    assert version('[stalls.PAST_DUE]\nowner = "collections"') == version("")


def test_it_is_the_same_in_every_process() -> None:
    command = [sys.executable, "-c", VERSION_IN_ANOTHER_PROCESS]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"}
    outcome = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert outcome.stdout == version('[stalls.PAST_DUE]\ntolerance = "24h"')


@pytest.mark.parametrize(
    "text",
    [
        '[stalls.PAST_DUE]\ntolerance = "25h"',
        "[stalls.PAST_DUE]\nenabled = false",
        '[process]\nmilestones = ["order"]',
        '[exceptions.FEED_SILENT]\nowner = "x"',
        '[feeds."pod/tms"]\nsilent_after = "1h"',
        '[feeds.default]\ngrace = "6m"',
        '[stalls.PAST_DUE]\ncalendar = "always"',
        "[stalls.PAST_DUE]\nescalation = []",
        '[exceptions.PRICE_MISMATCH]\nabsolute = "0.02"',
        '[process]\nsettle = "3h"',
        '[retention]\nwhole = "60d"',
        '[roles.clerk]\nactions = ["comment"]',
        '[calendars.office]\nhours = "09:00-17:00"',
        '[[stalls.PAST_DUE.overrides]]\ncustomer = "C-7"\ntolerance = "1h"',
    ],
)
def test_every_change_of_meaning_changes_it(text: str) -> None:
    assert version(text) != version("")


def test_a_day_is_not_24_hours_to_every_calendar() -> None:
    assert version('[stalls.PAST_DUE]\ntolerance = "1d"') != version('[stalls.PAST_DUE]\ntolerance = "24h"')


def test_other_holidays_under_the_same_name_are_another_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    before = version("")
    monkeypatch.setattr(policy_module, "holidays_digest", lambda name: f"other days of {name}")
    assert version("") != before
