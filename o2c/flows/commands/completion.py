"""`o2c completion`: the script by which a shell completes commands and options."""

import click
from click.shell_completion import get_completion_class

_VARIABLE = "_O2C_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script by which a shell completes o2c.

    bash: put 'eval "$(o2c completion bash)"' into ~/.bashrc; zsh: the like with zsh into ~/.zshrc; fish:
    'o2c completion fish > ~/.config/fish/completions/o2c.fish'.
    """
    kind = get_completion_class(shell)
    assert kind is not None, "click knows these shells"
    click.echo(kind(context.find_root().command, {}, "o2c", _VARIABLE).source())
