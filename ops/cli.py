"""The entry point. A command's module is loaded when the command is named, and what is heavy (the bus, rich, an HTTP
client) when it runs, so that `deadstop --help` answers at once."""

import difflib
import gc
import importlib
import os
import sys

import click

from ops.errors import EXIT_FAILED, EXIT_STOPPED, EXIT_USAGE, OpsError

COMMANDS = {
    "serve": ("server", "Serve questions: supervisor and gateway; prints the address when ready."),
    "ask": ("jobs", "Ask one question and answer it in the terminal."),
    "saved": ("kept", "Questions that are kept: keep one, list them, ask one again."),
    "share": ("kept", "Let others read answers by a link."),
    "shares": ("kept", "The links to your answers: list them, end one."),
    "upload": ("kept", "Give files of your own to ask about."),
    "files": ("kept", "Files of your own: list them, delete one."),
    "eval": ("jobs", "Ask questions with known results, and tell how many are answered rightly, by model."),
    "ps": ("jobs", "List jobs."),
    "kill": ("jobs", "Stop jobs, and wait for the proof that they have stopped."),
    "tail": ("jobs", "Follow a job's stream."),
    "show": ("jobs", "Everything that is known about one job."),
    "top": ("server", "A live screen of the jobs; stop them with a key."),
    "stats": ("server", "Figures of a running server."),
    "nodes": ("server", "The machines of a cluster, and what runs on each."),
    "load": ("server", "Load a server with many clients, and check that nothing is lost."),
    "mcp": ("server", "Serve the data to assistants, over the Model Context Protocol."),
    "drain": ("server", "Accept no more questions, finish what runs, end."),
    "history": ("jobs", "What became of all the jobs: an overview, or any SQL."),
    "token": ("setup", "Who may come in: create, list and revoke tokens."),
    "describe": ("setup", "Write what is guessed of the data as a file to correct: deadstop.toml."),
    "doctor": ("setup", "Check this machine, the data, a worker and the model; say what to do."),
    "model": ("setup", "Ask the model's server for everything that is needed of it."),
    "completion": ("setup", "Print the script that completes commands in bash, zsh or fish."),
}
"""Each stands in `ops.commands.ROOM.NAME` as `command`: its room, and what `--help` says of it."""


OTHER_NAMES = {
    "stop": "kill",
    "cancel": "kill",
    "logs": "tail",
    "log": "tail",
    "follow": "tail",
    "list": "ps",
    "ls": "ps",
    "jobs": "ps",
    "query": "ask",
    "sql": "ask",
    "start": "serve",
    "run": "serve",
    "evaluate": "eval",
    "up": "serve",
    "status": "stats",
    "inspect": "show",
    "check": "doctor",
    "help": "--help",
    "version": "--version",
}
"""What other tools call our commands."""


def _meant(name: str) -> str:
    """The command that was probably meant, as the end of a sentence."""
    near = [OTHER_NAMES[name]] if name in OTHER_NAMES else difflib.get_close_matches(name, COMMANDS, 2)
    return f"; did you mean {' or '.join(f'deadstop {each}' for each in near)}?" if near else ""


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads only the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            if ctx.resilient_parsing:
                return None
            raise click.UsageError(f"there is no command {cmd_name!r}{_meant(cmd_name)}", ctx)
        command = importlib.import_module(f"ops.commands.{COMMANDS[cmd_name][0]}.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        from ops.checks.versions import libraries

        click.echo(f"deadstop {version('deadstop')}")
        for library in libraries():
            tested = f", tested with {library.tested}" if library.tested else ""
            click.echo(f"{library.name} {library.found or 'is missing'}{tested}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Version.")
def cli() -> None:
    """Chat with your Parquet data, with a Stop button that actually stops.

    Data goes to standard output, narration to standard error; --json prints one JSON object a line.
    """


def main() -> None:
    """Run the command line; an error that people can act on is one line, never a traceback."""
    gc.set_threshold(20_000)  # a command is mostly loaded, and what is loaded stays until it ends
    os.umask(0o077)  # bus.system.private_files says why; it is loaded when something runs
    try:
        sys.exit(cli.main(prog_name="deadstop", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(EXIT_STOPPED)
    except BrokenPipeError:  # who read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except Exception as error:
        exit_code = _exit_code(error)
        if exit_code is None:
            raise
        click.echo(f"deadstop: {_visible(str(error))}", err=True)
        sys.exit(exit_code)


def _visible(text: str) -> str:
    from bus.values.visible import visible

    return visible(text)


def _exit_code(error: Exception) -> int | None:
    """The exit code of an error made for people; None for one that is a fault of ours."""
    if isinstance(error, OpsError):
        return error.exit_code
    from bus.contract.settings_file import SettingsError
    from bus.system.private_files import NotPrivate
    from bus.tokens import TokensError
    from bus.transport.sockets import BusError

    if isinstance(error, SettingsError):
        return EXIT_USAGE
    return EXIT_FAILED if isinstance(error, BusError | NotPrivate | TokensError) else None
