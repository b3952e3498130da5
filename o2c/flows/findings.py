"""What an examination finds: one line each, with what to do where something is not as it must be."""

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """`state`: ok; warning, the job runs and something should be changed; wrong, the job does not run, or not well."""

    subject: str
    state: Literal["ok", "warning", "wrong"]
    told: str
    remedy: str = ""


def ok(subject: str, told: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, "ok", told)


def warning(subject: str, told: str, remedy: str) -> Finding:
    """It works, and should be changed."""
    return Finding(subject, "warning", told, remedy)


def wrong(subject: str, told: str, remedy: str = "") -> Finding:
    """It does not work."""
    return Finding(subject, "wrong", told, remedy)
