"""What changes documents that are there: revisions, reversals, replacements."""

from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from o2c.schemas.documents import DisputeBody, HoldBody, IncidentBody
from tests.properties.build import at
from tests.properties.stories.desk import PREFIX, UNIT, Desk, mostly


def revision(desk: Desk) -> None:
    """A document's next revision: fewer or more, cancelled, of another time; or the same one told otherwise."""
    if not desk.found:
        return
    draw = desk.draw
    before = draw(st.sampled_from(desk.found))
    revision = before.revision + draw(mostly(1, 0, times=8))
    lines = getattr(before.body, "lines", None)
    body = before.body
    is_kit = any(getattr(one, "parent_line", None) for one in lines or ())
    is_shared = before.type == "order" and len(desk.of("order")) > 1
    if lines and not is_kit and not is_shared and draw(st.booleans()):
        changed = draw(st.sampled_from((-UNIT, UNIT)))
        body = structs.replace(
            body, lines=tuple(structs.replace(one, quantity=max(0, one.quantity + changed)) for one in lines)
        )
    if isinstance(body, HoldBody | IncidentBody | DisputeBody) and draw(st.booleans()):
        body = structs.replace(body, **{"released_at" if isinstance(body, HoldBody) else "resolved_at": at(8)})
    written = structs.replace(
        before,
        body=body,
        revision=revision,
        event_id=f"{before.document_id}-{revision}-{len(desk.found)}",
        occurred_at=before.occurred_at + draw(st.integers(0, 3)) * (at(1) - at(0)),
        cancelled=draw(mostly(before.cancelled, not before.cancelled)),
    )
    desk.found.append(written)


def reversal(desk: Desk) -> None:
    """A document that takes another one back, or stands instead of it."""
    draw = desk.draw
    kinds = [kind for kind in PREFIX if desk.of(kind) and kind not in ("transit", "incident")]
    if not kinds:
        return
    before = desk.one_of(draw(st.sampled_from(kinds)))
    assert before is not None
    key = ((before.type, before.document_id),)
    how = draw(st.sampled_from(("reverses", "replaces", "both")))
    body = before.body
    lines = getattr(body, "lines", None)
    if how != "reverses" and lines and draw(st.booleans()):
        body = structs.replace(body, lines=lines[1:])
    envelope: dict[str, Any] = {"refs": before.refs, "customer_id": before.customer_id}
    if how in ("reverses", "both"):
        envelope["reverses"] = key
    if how in ("replaces", "both"):
        envelope["replaces"] = key
    desk.write(before.type, body, **envelope)
