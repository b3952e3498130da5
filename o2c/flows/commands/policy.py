"""`o2c policy`: what a policy comes to, and what it makes of an order."""

from pathlib import Path

import click

from o2c.errors import OperatingFault
from o2c.flows.commands.options import FILE, as_time
from o2c.flows.correlation.refusal import nearest


@click.group()
def policy() -> None:
    """Look at policies."""


@policy.command()
@click.argument("file", type=FILE, metavar="FILE")
def check(file: Path) -> None:
    """Validate a policy and print what it resolves to.

    Process, every reason code, feeds, roles, retention, calendars, version. Exit code 2 where the file is not valid.
    """
    from o2c.flows.policy_table import plain_console, print_policy  # noqa: PLC0415 -- tables are slow to import
    from o2c.flows.settings import read_policy  # noqa: PLC0415 -- as above

    print_policy(read_policy(file), str(file), plain_console())


@policy.command()
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--policy", "policy_file", type=FILE, metavar="FILE", help="Policy file; default: the default policy.")
@click.option("--order", metavar="ID", help="Only this order, by its correlation ID; default: all in the file.")
@click.option(
    "--as-of",
    callback=as_time,
    metavar="TIME",
    help="When to look at them (RFC 3339); default: the last event's time.",
)
def explain(file: Path, policy_file: Path | None, order: str | None, as_of: int | None) -> None:
    """Say which rules apply to the orders of a file, and why.

    FILE holds canonical events, one in a line of JSON, with the document type in each. For each order: its process,
    what waits or is wrong at the end of the events with deadline, calendar, severity and owner, and for each key of
    those rules who states it: the default policy or the file, and in which override. Exit code 1 where the file has no
    event of the order.
    """
    from o2c.flows.explain import Explanation  # noqa: PLC0415 -- slow to import
    from o2c.flows.explain_table import print_explanation  # noqa: PLC0415 -- as above
    from o2c.flows.policy_table import plain_console  # noqa: PLC0415 -- as above
    from o2c.flows.settings import read_policy  # noqa: PLC0415 -- as above

    explanation = Explanation(file, read_policy(policy_file), as_of)
    orders = explanation.orders()
    if order is not None and order not in orders:
        raise OperatingFault(f"{file} has no event of the order {order}{nearest(order, orders)}")
    print_explanation(explanation, orders if order is None else [order], plain_console())
