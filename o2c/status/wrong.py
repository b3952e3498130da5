"""The exceptions of an order: what is wrong, whose it is, what they do, and what people have said about it."""

from collections.abc import Iterable, Mapping

from rich.console import RenderableType
from rich.text import Text

from o2c.status.layout import Status, indented, money
from o2c.status.words import due_words, minute_of, printable, since_words, time_of, times_readable

_SEVERITY_STYLES = {"critical": "bold red", "warning": "yellow", "info": "dim"}
_SEVERITIES = tuple(_SEVERITY_STYLES)
_DOCUMENTS = 5
_QUIET = "default not bold not dim"
_SAID = ("acknowledged", "snoozed")
_OFF = {"overridden": "accepted as it is", "recorded": "on record"}
"""What is no longer open though its condition holds, by its state."""


def wrong(status: Status, exceptions: Mapping[str, Status], now_us: int) -> list[RenderableType]:
    """The open exceptions, worst and soonest first. `exceptions`: by id, what is known of them."""
    found: list[RenderableType] = []
    for exception in sorted(status.get("exceptions") or [], key=_urgency):
        known = exceptions.get(exception["exception_id"], {})
        headline = Text(printable(exception["code"]), style=_SEVERITY_STYLES.get(exception["severity"], ""))
        due_at = time_of(exception.get("due_at"))
        due = "" if due_at is None else f", {due_words(due_at, now_us)}"
        told = f"  {exception['severity']}; {exception['owner']} has it{due}"
        found.append(headline.append(printable(told), style=_QUIET))
        found += _sentences(known)
        standing = _standing(known, now_us)
        if standing:
            found.append(indented(Text(printable(standing))))
        found.append(_identity(exception["exception_id"], known))
    return found


def on_record(exceptions: Iterable[Status], now_us: int) -> list[RenderableType]:
    """What is not open any more though it holds: accepted by somebody, or a fact that nothing mends."""
    found: list[RenderableType] = []
    for exception in sorted(exceptions, key=lambda each: (each["changed_at"], each["exception_id"])):
        at = time_of(exception["changed_at"])
        since = "" if at is None else f" since {since_words(at, now_us)}"
        headline = Text(printable(exception["code"]))
        headline.append(printable(f"  {_OFF.get(exception['state'], exception['state'])}{since}"))
        found += [headline, indented(Text(printable(times_readable(exception["explanation"]))))]
        found.append(_identity(exception["exception_id"], exception))
    return found


def _identity(exception_id: str, known: Status) -> RenderableType:
    """What an action on the exception names, and the documents to look at."""
    told = f"exception {exception_id}"
    if "occurrence" in known:
        told += f", occurrence {known['occurrence']}"
    documents = known.get("documents") or []
    if documents:
        more = f" and {len(documents) - _DOCUMENTS} more" if len(documents) > _DOCUMENTS else ""
        told += f"; see {', '.join(documents[:_DOCUMENTS])}{more}"
    return indented(Text(printable(told), style="dim"))


def _urgency(exception: Status) -> tuple[int, bool, str, str]:
    severity, due_at = exception.get("severity"), exception.get("due_at")
    rank = _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)
    return rank, due_at is None, due_at or "", str(exception.get("exception_id"))


def _sentences(known: Status) -> list[RenderableType]:
    return [
        indented(Text(printable(times_readable(known[name]))))
        for name in ("explanation", "next_action")
        if known.get(name)
    ]


def _standing(known: Status, now_us: int) -> str:
    """How much money it is about, since when, and who has heard of it or said something to it."""
    told = []
    worth = money(known.get("amount"), known.get("currency"))
    since = time_of(known.get("since"))
    if worth or since is not None:
        told.append(" ".join(filter(None, (worth, "" if since is None else f"since {since_words(since, now_us)}"))))
    escalation = known.get("escalation")
    if escalation:
        at = time_of(escalation["at"])
        when = "" if at is None else f" {since_words(at, now_us)}"
        told.append(f"escalated to {escalation['to']}, level {escalation['level']},{when}".rstrip(","))
    if known.get("state") in _SAID:
        until = time_of(known.get("snoozed_until"))
        told.append(known["state"] if until is None else f"{known['state']} until {minute_of(until)}")
    return "; ".join(told)
