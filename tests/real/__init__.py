"""Real data that nobody on this project wrote, as canonical events, and the figures that must come out of it."""

from collections.abc import Iterator

from tests.real.olist import events


def olist_events() -> Iterator[tuple[str, bytes]]:
    """The whole Olist sample, (document type, JSON value), in the order in which it occurred.

    Raises FileNotFoundError where the data is absent: ask `tests.real.material.olist_is_there()` first.
    """
    for event in events():
        yield event.document_type, event.value
