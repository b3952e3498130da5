"""`o2c doctor`: is everything there that the job needs, and what to do where it is not."""

from collections import Counter
from pathlib import Path

import click

from o2c.flows.commands.options import config_option

_STYLES = {"ok": "green", "warning": "yellow", "wrong": "bold red"}
_STATE_WIDTH = 8


@click.command()
@config_option
@click.pass_context
def doctor(context: click.Context, config: Path | None) -> None:
    """Look at all that the job needs; change nothing.

    Settings, policy, broker, topics, the group's lag, Redis, clocks, store and schema registry, one line each: ok,
    warning or wrong, and what to do. The job may run meanwhile. Exit code 0 where nothing is wrong, 1 where something
    is, 2 for settings.
    """
    from rich.text import Text  # noqa: PLC0415 -- help and errors of use need none of it

    from o2c.flows.examine import examine  # noqa: PLC0415 -- as above
    from o2c.flows.policy_table import plain_console  # noqa: PLC0415 -- as above
    from o2c.flows.settings import load_settings  # noqa: PLC0415 -- as above

    console = plain_console()
    states: Counter[str] = Counter()
    for finding in examine(load_settings(config), config):
        states[finding.state] += 1
        line = Text(f"{finding.state:<{_STATE_WIDTH}} ", style=_STYLES[finding.state])
        line.append(f"{finding.subject}: {finding.told}", style="default not bold")
        if finding.remedy:
            line.append(f" - {finding.remedy}", style="default not bold")
        console.print(line, soft_wrap=True)
    counted = f"{states['wrong']} wrong, {states['warning']} warning{'' if states['warning'] == 1 else 's'}"
    console.print("nothing is wrong" if not states["wrong"] and not states["warning"] else counted)
    context.exit(1 if states["wrong"] else 0)
