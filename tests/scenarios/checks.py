"""Whether what was said is what a story claims. All differences of a look are reported together."""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.equal import Json
from tests.scenarios.calendar import in_json
from tests.scenarios.claims import Audited, Billed, Decided, Figures, Life, Look, Orphaned, Problem, Recorded, Timeline
from tests.scenarios.documents import THE_ORDER, Event, Story
from tests.scenarios.policies import HANDLING
from tests.scenarios.runner import Seen

NOT_OPEN = ("cleared", "recorded", "overridden")
BALANCE = ("paid", "discounted", "credited", "deducted", "written_off", "open")
OPEN_BUCKETS = ("disputed", "past_due", "open")
STATED_AS = {"due": "due_at"}
"""The words of the stories for fields of an exception."""


def subject_of(story: Story, about: str, order: str | None) -> tuple[str, str]:
    """Type and number of what a story's number names."""
    if about.startswith("feed:"):
        return ("feed", about)
    if about == order:
        return ("order", about)
    types = {step.body["type"] for step in story.steps if isinstance(step, Event) and step.body["document_id"] == about}
    assert len(types) == 1, f"{about} names {len(types)} documents of the story"
    return (types.pop(), about)


def differences(story: Story, look: Look, seen: Seen) -> list[str]:
    """What is otherwise than claimed."""
    found = [*_problems(story, look, seen), *_listed(seen), *_unbalanced(seen)]
    if seen.dead_letters:
        found.append(f"refused: {seen.dead_letters}")
    for claim in look.others:
        found += _CHECKS[type(claim)](story, claim, seen)
    return found


def _key(change: Json) -> tuple[str | None, str, str, str]:
    subject = change["subject"]
    document_type = "feed" if change["correlation_id"] is None and change["code"] == "FEED_SILENT" else subject["type"]
    return change["correlation_id"], change["code"], document_type, subject["document_id"]


def _problems(story: Story, look: Look, seen: Seen) -> Iterator[str]:
    is_open = {_key(each): each for each in seen.last_changes().values() if each["state"] not in NOT_OPEN}
    claimed = {(each.of, each.code, *subject_of(story, each.about, each.of)): each for each in look.problems}
    for key in sorted(is_open.keys() - claimed.keys(), key=str):
        change = is_open[key]
        yield f"open, not claimed: {' '.join(key[1:])} amount={change['amount']} since={change['since']}"
    for key in sorted(claimed.keys() - is_open.keys(), key=str):
        yield f"claimed, not open: {' '.join(key[1:])}"
    for key in sorted(claimed.keys() & is_open.keys(), key=str):
        yield from (f"{' '.join(key[1:])}: {each}" for each in _problem(story, claimed[key], is_open[key]))


def _problem(story: Story, claimed: Problem, change: Json) -> Iterator[str]:
    stated = {STATED_AS.get(name, name): value for name, value in claimed.stated.items()}
    if story.policy and claimed.code in HANDLING:
        handling = HANDLING[claimed.code]
        stated = {"owner": handling.owner, "severity": handling.severity, **stated}
    for name, value in stated.items():
        if name == "says":
            missing = [figure for figure in value if figure not in change["explanation"]]
            if missing:
                yield f"explanation lacks {missing}: {change['explanation']}"
        elif name in ("level", "to"):
            said = (change.get("escalation") or {}).get(name)
            if said != value:
                yield f"escalation {name} is {said}, claimed {value}"
        elif not same(change[name], in_json(value, story.zone)):
            yield f"{name} is {change[name]}, claimed {in_json(value, story.zone)}"
    for name in ("explanation", "next_action", "owner"):
        if not change[name]:
            yield f"{name} is empty"


def _listed(seen: Seen) -> Iterator[str]:
    """The status lists what is open, neither more nor less."""
    for correlation_id, status in seen.statuses.items():
        listed = {each["exception_id"] for each in status["exceptions"]}
        changes = seen.last_changes().values()
        of_order = [each for each in changes if each["correlation_id"] == correlation_id]
        is_open = {each["exception_id"] for each in of_order if each["state"] not in NOT_OPEN}
        if listed != is_open:
            codes = {each["exception_id"]: each["code"] for each in (*status["exceptions"], *of_order)}
            yield f"status of {correlation_id} lists other problems: {sorted(codes[each] for each in listed ^ is_open)}"


def _unbalanced(seen: Seen) -> Iterator[str]:
    """Invoiced is paid, discounted, credited, deducted, written off or open: at every look of every story."""
    for correlation_id, status in seen.statuses.items():
        held = status["amounts"]
        accounted = sum(Decimal(held[name]) for name in BALANCE)
        if Decimal(held["invoiced"]) != accounted:
            yield f"the books of {correlation_id} do not balance: {held}"
        at_risk = status["exposure"]
        if sum(Decimal(at_risk[name]) for name in OPEN_BUCKETS) != Decimal(held["open"]):
            yield f"the exposure of {correlation_id} is not what is open: {at_risk}"


def _figures(story: Story, claim: Figures, seen: Seen) -> Iterator[str]:
    status = seen.statuses.get(claim.of)
    if status is None:
        yield f"nothing is known of {claim.of}"
        return
    label = claim.part or "status"
    part: Any = status
    for name in claim.part.split():
        part = part.get(name) if part else None
    stated = claim.stated
    if claim.part in ("lines", "waiting_for"):
        name = "line" if claim.part == "lines" else "milestone"
        found = [each for each in status[claim.part] if each[name] == stated[name]]
        label = f"{name} {stated[name]}"
        part = found[0] if found else None
    if part is None:
        yield f"{label} is absent"
        return
    for name, value in stated.items():
        wanted = in_json(value, story.zone)
        if not same(part.get(name), wanted):
            yield f"{label}: {name} is {part.get(name)}, claimed {wanted}"
    if claim.exact:
        more = {name: value for name, value in part.items() if name not in stated and not same(value, "0") and value}
        if more:
            yield f"{label}: not claimed: {more}"


def _recorded(_: Story, claim: Recorded, seen: Seen) -> Iterator[str]:
    facts = [(each["code"], each["subject"]["document_id"]) for each in seen.changes if each["state"] == "recorded"]
    if sorted(facts) != sorted(claim.facts):
        yield f"recorded is {sorted(facts)}, claimed {sorted(claim.facts)}"


def _audited(_: Story, claim: Audited, seen: Seen) -> Iterator[str]:
    by_people = [each for each in seen.audit if each["outcome"] != "decided"]
    acts = [(each["action"], each["outcome"], each["actor"]) for each in by_people]
    if acts != list(claim.acts):
        yield f"audited is {acts}, claimed {list(claim.acts)}"
    elif claim.why and claim.why not in (by_people[-1]["reason"] or ""):
        yield f"the reason does not speak of {claim.why!r}: {by_people[-1]['reason']}"


def _decided(_: Story, claim: Decided, seen: Seen) -> Iterator[str]:
    decisions = [each["action"] for each in seen.audit if each["outcome"] == "decided" and each["code"] is not None]
    if decisions != list(claim.decisions):
        yield f"decided is {decisions}, claimed {list(claim.decisions)}"


def _billed(_: Story, claim: Billed, seen: Seen) -> Iterator[str]:
    told = [each for each in seen.billing if each["correlation_id"] == THE_ORDER]
    records = [(each["ready"], each["amount"], each["blocked_by"]) for each in told]
    claimed = [(ready, amount, list(blocked_by)) for ready, amount, blocked_by in claim.records]
    if not same(records, claimed):
        yield f"billing was told {records}, claimed {claimed}"
    if [each["sequence"] for each in told] != list(range(1, len(told) + 1)):
        yield "what billing was told is not numbered from one"


def _orphaned(_: Story, claim: Orphaned, seen: Seen) -> Iterator[str]:
    orphans = [(each["type"], each["document_id"], each["reason"]) for each in seen.orphans]
    if sorted(orphans) != sorted(claim.documents):
        yield f"orphaned is {orphans}, claimed {list(claim.documents)}"


def _timeline(_: Story, claim: Timeline, seen: Seen) -> Iterator[str]:
    listed = [f"{each['type']} {each['document_id']}" for each in seen.statuses[THE_ORDER]["documents"]]
    if listed != list(claim.documents):
        yield f"the timeline is {listed}, claimed {list(claim.documents)}"


_CHECKS: dict[type, Callable[[Story, Any, Seen], Iterator[str]]] = {
    Figures: _figures,
    Recorded: _recorded,
    Audited: _audited,
    Decided: _decided,
    Billed: _billed,
    Timeline: _timeline,
    Orphaned: _orphaned,
}
"""What is otherwise than each kind of claim says."""


def same(said: Any, claimed: Any) -> bool:
    """Equal; texts that are numbers as numbers, and what is absent from a table of figures as nil."""
    if isinstance(said, str) and isinstance(claimed, str):
        try:
            return Decimal(said) == Decimal(claimed)
        except InvalidOperation:
            return said == claimed
    if isinstance(said, dict) and isinstance(claimed, dict):
        return all(same(said.get(name, "0"), claimed.get(name, "0")) for name in said.keys() | claimed.keys())
    if isinstance(said, list | tuple) and isinstance(claimed, list | tuple):
        return len(said) == len(claimed) and all(map(same, said, claimed))
    return bool(said == claimed)


def life_of(story: Story, claim: Life, seen: Seen) -> list[str]:
    """The states through which an exception went, each with its time; a state that only repeats itself once.

    That it escalated on the way is left out where the claim does not speak of it.
    """
    tells_of_escalation = any(stage.startswith("escalated") for stage in claim.stages)
    subject = subject_of(story, claim.about, THE_ORDER)
    stages: list[tuple[Any, ...]] = []
    for change in seen.changes:
        if change["state"] == "escalated" and not tells_of_escalation:
            continue
        if change["code"] == claim.code and _key(change)[2:] == subject:
            level = (change.get("escalation") or {}).get("level") if tells_of_escalation else None
            stage = (change["state"], level, change["occurrence"])
            if not stages or stages[-1][:3] != stage:
                stages.append((*stage, change["changed_at"]))
    return [f"{stage[0]} {stage[3]}" for stage in stages]
