"""`o2c status`: an order's live status, for people, for programs, once or again and again."""

import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import msgspec

from o2c.errors import OperatingFault
from o2c.flows.commands.options import config_option

if TYPE_CHECKING:
    from rich.console import RenderableType

    from o2c.flows.settings import Settings

_SHOWN_CHARACTERS = 100
_PAGES = 3
"""More orders than this are shown as a table, a row each."""


class Seen(NamedTuple):
    """What Redis has for a reference: statuses as stored, and by id the exceptions that are open on them."""

    statuses: list[bytes]
    exceptions: dict[str, bytes]


@click.command()
@click.argument("reference", metavar="REF")
@click.option("--json", "as_json", is_flag=True, help="The status as JSON, one line for each order found.")
@click.option("--watch", is_flag=True, help="Keep showing it until Ctrl-C; in a pipe, again whenever it has changed.")
@config_option
def status(reference: str, as_json: bool, watch: bool, config: Path | None) -> None:
    """Show an order's live status by its correlation ID or any reference.

    REF is a correlation ID, a number that a document of the order carries, or <kind>:<number>, such as invoice:INV-7.
    More than three orders are shown as a table, a row each. Times are UTC.

    Reads Redis (O2C_REDIS_URL, O2C_REDIS_PREFIX). Exit code 1 where REF is unknown, with what comes near it; for that
    up to 200,000 keys are looked at, so in a larger Redis something near may go unseen.
    """
    from o2c.flows.settings import load_settings  # noqa: PLC0415 -- help and errors of use need none of it

    _refuse_unreadable(reference)
    settings = load_settings(config)
    if watch:
        _watch(settings, reference, as_json)
    elif as_json:
        _tell_json(_look(settings, reference, with_exceptions=False))
    else:
        _print_pages(settings, reference, _look(settings, reference))


def _refuse_unreadable(reference: str) -> None:
    """A reference that no document can carry."""
    try:
        reference.encode()
    except UnicodeEncodeError:
        raise click.UsageError("REF is not text in UTF-8") from None
    if not reference.strip():
        raise click.UsageError("REF is empty")


def _read(value: bytes, name: str) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(value, type=dict[str, Any])
    except msgspec.DecodeError:
        raise OperatingFault(f"what Redis holds for {name[:_SHOWN_CHARACTERS]!r} was not written by o2c") from None


def _look(settings: "Settings", reference: str, *, with_exceptions: bool = True) -> Seen:
    """Raises ClickException where nothing is known under the reference."""
    from o2c.status.lookup import find, find_exceptions  # noqa: PLC0415 -- help and errors of use need none of it

    found = find(settings.redis_url, settings.redis_prefix, reference)
    if not found:
        raise click.ClickException(_unknown(settings, reference))
    if not with_exceptions:
        return Seen(found, {})
    ids = [each["exception_id"] for value in found for each in _read(value, reference).get("exceptions") or ()]
    return Seen(found, find_exceptions(settings.redis_url, settings.redis_prefix, ids))


def _unknown(settings: "Settings", reference: str) -> str:
    from o2c.status.near import KEYS_LOOKED_AT, near  # noqa: PLC0415 -- needed only where a reference is unknown
    from o2c.status.words import printable  # noqa: PLC0415 -- as above

    alike, complete = near(settings.redis_url, settings.redis_prefix, reference)
    references = [each for each in alike if each != reference]
    known = f"nothing is known under {reference[:_SHOWN_CHARACTERS]!r}"
    if references:
        return f"{known}; near it: {', '.join(map(printable, references))}"
    return known if complete else f"{known}, and of the first {KEYS_LOOKED_AT:,} keys in Redis none comes near it"


def _watch(settings: "Settings", reference: str, as_json: bool) -> None:
    from o2c.flows.policy_table import plain_console  # noqa: PLC0415 -- tables are slow to import
    from o2c.status.watch import watch_changes, watch_in_place  # noqa: PLC0415 -- as above

    signal.signal(signal.SIGTERM, _interrupt)

    def look() -> Seen:
        return _look(settings, reference, with_exceptions=not as_json)

    if as_json:
        watch_changes(look, _tell_json, time.sleep)
    elif sys.stdout.isatty():
        watch_in_place(look, lambda seen: _page(settings, reference, seen), plain_console(), time.sleep)
    else:
        watch_changes(look, lambda seen: _print_pages(settings, reference, seen), time.sleep)


def _interrupt(_: int, __: FrameType | None) -> None:
    """Whoever is told to end leaves the terminal as it was."""
    raise KeyboardInterrupt


def _tell_json(seen: Seen) -> None:
    for value in seen.statuses:
        click.echo(value)


def _print_pages(settings: "Settings", reference: str, seen: Seen) -> None:
    from o2c.flows.policy_table import plain_console  # noqa: PLC0415 -- tables are slow to import

    console = plain_console()
    console.print(_page(settings, reference, seen))


def _page(settings: "Settings", reference: str, seen: Seen) -> "RenderableType":
    from rich.console import Group  # noqa: PLC0415 -- tables are slow to import
    from rich.text import Text  # noqa: PLC0415 -- as above

    from o2c.flows.clock import clock_of  # noqa: PLC0415 -- as above
    from o2c.status.render import overview, page  # noqa: PLC0415 -- as above
    from o2c.status.words import printable  # noqa: PLC0415 -- as above

    now_us = clock_of(settings)()
    statuses = [_read(value, reference) for value in seen.statuses]
    exceptions = {name: _read(value, name) for name, value in seen.exceptions.items()}
    if len(statuses) > _PAGES:
        title = f"{len(statuses)} orders carry {printable(reference)}; o2c status ORDER shows one of them"
        return Group(Text(title), Text(""), overview(statuses, now_us))
    parts: list[RenderableType] = []
    for number, each in enumerate(statuses):
        parts += [Text("")] * (number > 0) + [page(each, exceptions, now_us)]
    return Group(*parts)
