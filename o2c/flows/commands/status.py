"""`o2c status`: an order's live status, for people, for programs, once or again and again."""

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

import click

from o2c.errors import OperatingFault
from o2c.flows.commands.options import config_option

if TYPE_CHECKING:
    from rich.console import RenderableType

    from o2c.flows.settings import Settings

_SHOWN_CHARACTERS = 100
_PAGES = 3
"""More orders than this are shown as a table, a row each."""


class Seen(NamedTuple):
    """What Redis has for a reference: statuses as stored, and by id the exceptions that stand on them."""

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
    up to 200,000 keys are looked at, so in a larger Redis something near may go unseen. A watch outlasts a Redis that
    is away for up to a minute.
    """
    from o2c.flows.settings import load_settings  # noqa: PLC0415 -- help and errors of use need none of it

    _refuse_unreadable(reference)
    settings = load_settings(config)
    if watch:
        _watch(settings, reference, as_json)
    elif as_json:
        _tell_json(_look_first(settings, reference, with_exceptions=False))
    else:
        _print_pages(settings, reference, _look_first(settings, reference))


def _refuse_unreadable(reference: str) -> None:
    """A reference that no document can carry."""
    try:
        reference.encode()
    except UnicodeEncodeError:
        raise click.UsageError("REF is not text in UTF-8") from None
    if not reference.strip():
        raise click.UsageError("REF is empty")


def _look(settings: "Settings", reference: str, *, with_exceptions: bool = True) -> Seen:
    """Nothing where nothing is known. Raises OperatingFault where Redis does not answer, or holds what o2c never wrote.

    Of the exceptions those that are open, and those that are not though their condition holds.
    """
    from o2c.status.lookup import find, find_exceptions, find_settled  # noqa: PLC0415 -- help needs none of it
    from o2c.status.reading import read_status  # noqa: PLC0415 -- as above

    found = find(settings.redis_url, settings.redis_prefix, reference)
    statuses = [read_status(value, reference) for value in found]
    if not with_exceptions or len(found) > _PAGES:
        return Seen(found, {})
    from o2c.flows.commands.settled import possible_exceptions  # noqa: PLC0415 -- slow to import, and only pages need it

    open_ones = [each["exception_id"] for status in statuses for each in status.get("exceptions") or ()]
    others = [each for status in statuses for each in possible_exceptions(status)]
    exceptions = find_settled(settings.redis_url, settings.redis_prefix, others)
    return Seen(found, exceptions | find_exceptions(settings.redis_url, settings.redis_prefix, open_ones))


def _look_first(settings: "Settings", reference: str, *, with_exceptions: bool = True) -> Seen:
    """Raises ClickException where nothing is known under the reference, and OperatingFault as `_look` does."""
    seen = _look(settings, reference, with_exceptions=with_exceptions)
    if not seen.statuses:
        raise click.ClickException(_unknown(settings, reference))
    return seen


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
    from rich.console import Group  # noqa: PLC0415 -- tables are slow to import
    from rich.text import Text  # noqa: PLC0415 -- as above

    from o2c.flows.policy_table import plain_console  # noqa: PLC0415 -- as above
    from o2c.status.watch import View, Watch, watch_changes, watch_in_place  # noqa: PLC0415 -- as above

    signal.signal(signal.SIGTERM, _interrupt)
    _look_first(settings, reference, with_exceptions=False)

    def look() -> Seen:
        seen = _look(settings, reference, with_exceptions=not as_json)
        if not seen.statuses:
            raise OperatingFault(f"nothing is known under {reference[:_SHOWN_CHARACTERS]!r} any more")
        return seen

    def page(view: View[Seen]) -> "RenderableType":
        shown = _page(settings, reference, view.seen)
        return shown if view.fault is None else Group(Text(view.fault, style="bold yellow"), Text(""), shown)

    if as_json:
        watch_changes(Watch(look), _tell_json, _warn)
    elif sys.stdout.isatty():
        watch_in_place(Watch(look), page, plain_console())
    else:
        watch_changes(Watch(look), lambda seen: _print_pages(settings, reference, seen), _warn)


def _warn(text: str) -> None:
    click.echo(f"o2c: {text}", err=True)


def _interrupt(_: int, __: FrameType | None) -> None:
    """Whoever is told to end leaves the terminal as it was."""
    raise KeyboardInterrupt


def _tell_json(seen: Seen) -> None:
    from o2c.status.reading import json_for_terminal  # noqa: PLC0415 -- help and errors of use need none of it

    for value in seen.statuses:
        click.echo(json_for_terminal(value))


def _print_pages(settings: "Settings", reference: str, seen: Seen) -> None:
    from o2c.flows.policy_table import plain_console  # noqa: PLC0415 -- tables are slow to import

    console = plain_console()
    console.print(_page(settings, reference, seen))


def _page(settings: "Settings", reference: str, seen: Seen) -> "RenderableType":
    from rich.console import Group  # noqa: PLC0415 -- tables are slow to import
    from rich.text import Text  # noqa: PLC0415 -- as above

    from o2c.flows.clock import clock_of  # noqa: PLC0415 -- as above
    from o2c.status.reading import read_exception, read_status  # noqa: PLC0415 -- as above
    from o2c.status.render import overview, page  # noqa: PLC0415 -- as above
    from o2c.status.words import printable  # noqa: PLC0415 -- as above

    now_us = clock_of(settings)()
    statuses = [read_status(value, reference) for value in seen.statuses]
    exceptions = {name: read_exception(value, name) for name, value in seen.exceptions.items()}
    if len(statuses) > _PAGES:
        title = f"{len(statuses)} orders carry {printable(reference)}; o2c status ORDER shows one of them"
        return Group(Text(title), Text(""), overview(statuses, now_us))
    parts: list[RenderableType] = []
    for number, each in enumerate(statuses):
        its_own = {
            name: known for name, known in exceptions.items() if known.get("correlation_id") == each["correlation_id"]
        }
        parts += [Text("")] * (number > 0) + [page(each, its_own, now_us)]
    return Group(*parts)
