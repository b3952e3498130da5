"""`o2c dead-letters`: look at what was rejected and send it back."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from o2c.errors import OperatingFault
from o2c.flows.commands.options import as_time, config_option
from o2c.flows.correlation.refusal import nearest
from o2c.schemas.rejection_codes import REJECTION_CODES

if TYPE_CHECKING:
    from o2c.connectors.kafka.stored_letters import Place
    from o2c.flows.letters import Letters

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _as_codes(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> frozenset[str]:
    for text in texts:
        if text.upper() not in REJECTION_CODES:
            hint = nearest(text, REJECTION_CODES)
            raise click.BadParameter(f"{text!r} is no code of a dead letter{hint}", context, parameter)
    return frozenset(text.upper() for text in texts)


def _as_place(context: click.Context, parameter: click.Parameter, text: str) -> "Place":
    from o2c.connectors.kafka.stored_letters import place_of  # noqa: PLC0415 -- the Kafka library is slow to import

    try:
        return place_of(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} {error}", context, parameter) from None


def _as_places(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> "frozenset[Place]":
    return frozenset(_as_place(context, parameter, text) for text in texts)


def _filters(function: _Function) -> _Function:
    """The options that select dead letters."""
    for option in (
        click.option("--until", callback=as_time, metavar="TIME", help="Only those rejected before TIME (RFC 3339)."),
        click.option("--since", callback=as_time, metavar="TIME", help="Only those rejected at TIME or later."),
        click.option(
            "--topic", "topics", multiple=True, metavar="TOPIC", help="Only those from this input topic or type."
        ),
        click.option(
            "--code", "codes", multiple=True, callback=_as_codes, metavar="CODE", help="Only those with this code."
        ),
    ):
        function = option(function)
    return function


def _letters(config: Path | None) -> "Letters":
    from o2c.flows.letters import Letters  # noqa: PLC0415 -- the Kafka library is slow to import
    from o2c.flows.settings import load_settings  # noqa: PLC0415 -- as above

    return Letters(load_settings(config))


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at what was rejected, and send it back.

    A dead letter is named by its PLACE in the dead-letter topic, PARTITION/OFFSET, as `list` shows it. `--code` and
    `--topic` may be repeated. Times are UTC.
    """


@dead_letters.command("list")
@_filters
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="The newest N."
)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line, without the value.")
@config_option
def list_letters(
    codes: frozenset[str],
    topics: tuple[str, ...],
    since: int | None,
    until: int | None,
    limit: int,
    as_json: bool,
    config: Path | None,
) -> None:
    """List dead letters, newest last.

    With --code or --topic everything between --since and --until is read, which takes a while in a large topic.
    """
    from o2c.flows.letter_pages import letter_fields, letters_table  # noqa: PLC0415 -- tables are slow to import
    from o2c.flows.policy_table import plain_console  # noqa: PLC0415 -- as above

    letters = _letters(config)
    found = letters.newest(letters.selection(codes, topics, since, until), limit)
    marks = letters.marks() if found else {}
    if as_json:
        for letter in found:
            click.echo(msgspec.json.encode(letter_fields(letter, marks)))
    elif found:
        console = plain_console()
        console.print(letters_table(found, marks, console.width))
    else:
        click.echo("no dead letters")


@dead_letters.command("show")
@click.argument("place", callback=_as_place, metavar="PLACE")
@click.option("--all", "whole", is_flag=True, help="The whole value, however long.")
@config_option
def show_letter(place: "Place", whole: bool, config: Path | None) -> None:
    """Show everything of one dead letter, what its code means and what to do.

    What is not printable is shown as an escape, and what is no text in hexadecimal.
    """
    from o2c.connectors.kafka.redrive import identity_of  # noqa: PLC0415 -- the Kafka library is slow to import
    from o2c.flows.letter_pages import letter_page  # noqa: PLC0415 -- tables are slow to import
    from o2c.flows.policy_table import plain_console  # noqa: PLC0415 -- as above

    letters = _letters(config)
    [letter] = letters.at(frozenset({place}))
    plain_console().print(letter_page(letter, letters.marks().get(identity_of(letter)), whole=whole))


@dead_letters.command("redrive")
@click.argument("places", nargs=-1, callback=_as_places, metavar="[PLACE]...")
@_filters
@click.option("--again", is_flag=True, help="Also those that were sent back before.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
def redrive(
    places: "frozenset[Place]",
    codes: frozenset[str],
    topics: tuple[str, ...],
    since: int | None,
    until: int | None,
    again: bool,
    yes: bool,
    config: Path | None,
) -> None:
    """Send dead letters back to the topics that they came from: at PLACE..., or all that the options select.

    Says how many would go where and asks first. Each goes with the bytes, key and headers that it had, and once only:
    what was sent back before is skipped. Exit code 1 where some could not be sent.
    """
    from o2c.flows.redrive_plan import count_of  # noqa: PLC0415 -- the Kafka library is slow to import

    if places and (codes or topics or since is not None or until is not None):
        raise click.UsageError("give places, or options that select, not both")
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("redrive asks before it sends, and here is no terminal to ask: give --yes")
    letters = _letters(config)
    selection = letters.selection(codes, topics, since, until, places)
    plan = letters.plan(selection, again=again)
    if not plan.places:
        click.echo(f"nothing to send back{plan.skips}")
        return
    if not yes:
        click.confirm(plan.question, abort=True)
    done = letters.redrive(plan)
    click.echo(f"{count_of(done.sent)} sent back{plan.skips}")
    if done.failed:
        raise OperatingFault(f"{count_of(done.failed)} could not be sent back: {done.first_failure}")
    if done.sent < len(plan.places):
        raise OperatingFault(
            f"{count_of(len(plan.places) - done.sent)} went from their topic before they were sent back"
        )
