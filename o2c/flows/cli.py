"""The one command. Work is imported when it is asked for, so that help and errors are quick."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn

import click

from o2c import __version__
from o2c.demo import SHORTEST_SECONDS
from o2c.errors import ConfigurationError, OperatingFault
from o2c.flows.commands.completion import completion
from o2c.flows.commands.dead_letters import dead_letters
from o2c.flows.commands.doctor import doctor
from o2c.flows.commands.options import FILE, FOLDER, as_time, config_option, time_of
from o2c.flows.commands.policy import policy
from o2c.flows.commands.status import status
from o2c.flows.correlation.refusal import nearest
from o2c.schemas.events import DOCUMENT_TYPES

FAILED = 1
WRONG_USE = 2


def _as_silent_feeds(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, int]:
    """TYPE/SOURCE@TIME, repeated: feeds and when they fell silent (UTC microseconds)."""
    silenced: dict[str, int] = {}
    for text in texts:
        feed, at, time = text.rpartition("@")
        document_type, slash, source = feed.partition("/")
        if not (at and slash and source):
            example = "shipment/wms-east@2024-05-01T00:00:00Z"
            raise click.BadParameter(f"{text!r} is not TYPE/SOURCE@TIME, such as {example}", context, parameter)
        if document_type not in DOCUMENT_TYPES:
            hint = nearest(document_type, DOCUMENT_TYPES)
            raise click.BadParameter(f"unknown document type {document_type!r}{hint}", context, parameter)
        if feed in silenced:
            raise click.BadParameter(f"{feed} is named twice", context, parameter)
        silenced[feed] = time_of(time, context, parameter)
    return silenced


class OneLineErrors(click.Group):
    """A group that refuses in one line on standard error and never with a traceback, unless it is a bug."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> NoReturn:
        """Runs and exits: 0 done, 1 failed, 2 wrong use."""
        options["standalone_mode"] = False
        try:
            result = super().main(args, *rest, **options)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(WRONG_USE)
        except click.UsageError as error:
            _exit(error.format_message(), WRONG_USE)
        except (click.Abort, KeyboardInterrupt):
            _exit("stopped", FAILED)
        except click.ClickException as error:
            _exit(error.format_message(), error.exit_code)
        except BaseException as error:
            _exit_for_known(error)
            raise
        sys.exit(result if isinstance(result, int) else 0)


def _exit_for_known(error: BaseException) -> None:
    """Leaves with one line if the project's own refusal is what went wrong, or what lies behind the engine's error."""
    for cause in _causes(error):
        if isinstance(cause, ConfigurationError):
            _exit(str(cause), WRONG_USE)
        if isinstance(cause, OperatingFault):
            _exit(str(cause), FAILED)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it and what was being handled, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [linked for linked in (current.__cause__, current.__context__) if linked is not None]


def _exit(message: str, code: int) -> NoReturn:
    click.echo(f"o2c: {' '.join(message.split())}", err=True)
    sys.exit(code)


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="o2c")
def main() -> None:
    """Order to cash as a stream: one exact ledger an order, live status, and alerts for what stalls.

    Exit code 0: done; 1: failed; 2: wrong use.
    """


@main.command()
@click.option(
    "--seconds",
    type=click.IntRange(min=SHORTEST_SECONDS),
    envvar="O2C_DEMO_SECONDS",
    show_envvar=True,
    metavar="N",
    help=f"Stop after N seconds of business, {SHORTEST_SECONDS} at least; default: at Ctrl-C.",
)
def demo(seconds: int | None) -> int:
    """See it at work: a broker, a Redis, a distributor with faults, the job, and a live view of it all.

    Nothing needs to run beforehand, and nothing is left behind. The last line counts the faults that were put in and
    what the job has found; exit code 1 where it missed one or told a false one.
    """
    from o2c.demo.run import demo as run_demo  # noqa: PLC0415 -- slow to import, needed by one command

    return run_demo(seconds)


@main.command()
@config_option
def run(config: Path | None) -> None:
    """Run the job: Kafka in, Kafka and Redis out.

    Settings come from O2C_* variables, such as O2C_BROKERS, O2C_REDIS_URL, O2C_STORE and O2C_POLICY, or from --config
    FILE, where the same names are keys in lower case without O2C_. Everything is checked before the first event is
    read. The job runs until it is stopped; started again it goes on where it was.
    """
    from o2c.flows.run import run as run_job  # noqa: PLC0415 -- the engine is slow to import
    from o2c.flows.settings import load_settings  # noqa: PLC0415 -- as above

    run_job(load_settings(config))


@main.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@click.option("--out", required=True, type=FOLDER, metavar="DIR", help="Where the results are written.")
@click.option(
    "--as-of",
    callback=as_time,
    metavar="TIME",
    help="Where the clock stops (RFC 3339); default: the last event's time.",
)
@click.option("--policy", type=FILE, metavar="FILE", help="Policy file; default: the default policy.")
@click.option("--compare", "other", type=FILE, metavar="FILE", help="Another policy: tell what it would do otherwise.")
@click.option(
    "--order",
    type=click.Choice(["occurred", "received"]),
    default="occurred",
    show_default=True,
    help="The time by which events are sorted.",
)
@click.option(
    "--workers", type=click.IntRange(1, 256), default=1, show_default=True, metavar="N", help="Workers; same result."
)
@click.option(
    "--feed-silent",
    "silenced",
    callback=_as_silent_feeds,
    multiple=True,
    metavar="TYPE/SOURCE@TIME",
    help="Leave out what this feed says after TIME and take it as silent from then on; may be repeated.",
)
def replay(
    files: tuple[Path, ...],
    out: Path,
    as_of: int | None,
    policy: Path | None,
    other: Path | None,
    order: Literal["occurred", "received"],
    workers: int,
    silenced: dict[str, int],
) -> None:
    """Run the same job over files of canonical events on simulated time.

    FILE... hold JSON lines, with the document type in each. Writes status.jsonl, exceptions.jsonl, billing.jsonl,
    audit.jsonl, dead-letters.jsonl and orphans.jsonl into DIR. The same events and options give the same bytes.

    With --compare the events are replayed under both policies, A (--policy) into DIR/a and B (--compare) into DIR/b;
    which exceptions only one of them opens, or opens earlier, later or for another owner, is printed by code, owner and
    amount, and written into DIR/differences.jsonl.
    """
    from o2c.flows.replay import replay as replay_files  # noqa: PLC0415 -- the engine is slow to import
    from o2c.flows.settings import ReplayOptions, read_policy  # noqa: PLC0415 -- as above

    options = ReplayOptions(
        files=files,
        out=out,
        policy=read_policy(policy),
        as_of_us=as_of,
        order=order,
        workers=workers,
        silenced=silenced,
    )
    if other is None:
        click.echo(str(replay_files(options)))
        return
    from o2c.flows.compare import compare  # noqa: PLC0415 -- as above
    from o2c.flows.compare_table import print_comparison  # noqa: PLC0415 -- as above
    from o2c.flows.policy_table import plain_console  # noqa: PLC0415 -- as above

    names = (str(policy) if policy is not None else "the default policy", str(other))
    print_comparison(compare(options, read_policy(other)), names, plain_console())


@main.command()
@click.option("--orders", required=True, type=click.IntRange(1, 10_000_000), metavar="N", help="How many orders.")
@click.option("--seed", required=True, type=int, metavar="S", help="The same seed gives the same bytes.")
@click.option("--out", required=True, type=FOLDER, metavar="DIR", help="Where events and truth are written.")
def simulate(orders: int, seed: int, out: Path) -> None:
    """Write a distributor's events with faults in them, and a truth file: which order got which fault."""
    from o2c.simulator import simulate as simulate_orders  # noqa: PLC0415 -- needed by one command

    simulate_orders(orders=orders, seed=seed, out=out)


for _command in (status, dead_letters, doctor, completion, policy):
    main.add_command(_command)

if __name__ == "__main__":
    main()
