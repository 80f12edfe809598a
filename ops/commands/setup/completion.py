"""`deadstop completion`."""

import click
from click.shell_completion import get_completion_class

SHELLS = ["bash", "zsh", "fish"]
VARIABLE = "_DEADSTOP_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands and options in SHELL.

    bash: `deadstop completion bash > ~/.local/share/bash-completion/completions/deadstop`. zsh: put its output into
    `_deadstop` in a folder of `$fpath`. fish: into `~/.config/fish/completions/deadstop.fish`.
    """
    shape = get_completion_class(shell)
    assert shape is not None
    click.echo(shape(ctx.find_root().command, {}, "deadstop", VARIABLE).source())
