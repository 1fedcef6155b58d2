"""The command line `hearthbook`: puts the commands together and turns errors into sentences."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Final

import click

from server import __version__
from server.commands.place import Place, default_folder
from server.errors import HearthbookError

DEBUG_VARIABLE = "HEARTHBOOK_DEBUG"
INTERRUPTED = 130
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


COMMANDS: Final = {
    "init": "init.init",
    "member": "member.member",
    "share": "share.share",
    "device": "device.device",
    "setup-link": "setup_link.setup_link",
    "import": "importing.import_cards",
    "export": "export.export",
    "serve": "serve.serve",
    "demo": "demo.demo",
    "show": "person.show",
    "own": "person.own",
    "part": "parting.part",
    "cases": "case.cases",
    "decide": "case.decide",
    "reconcile": "reconcile.reconcile",
    "history": "history.history",
    "undo": "history.undo",
    "compare": "compare.compare",
    "explain": "explain.explain",
    "stats": "stats.stats",
    "backup": "backup.backup",
    "restore": "backup.restore",
    "verify": "verify.verify",
    "doctor": "doctor.doctor",
    "config": "config.config",
    "healthcheck": "healthcheck.healthcheck",
}
"""Module and function of each command; `serve` should not wait for the others to be imported."""


class Root(click.Group):
    """The group of all commands, listed in the order in which one meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"server.commands.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; that nobody reads its output any more, as with `| head`, is no failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return 0


@click.group(
    cls=Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="hearthbook")
@click.option(
    "--data",
    type=FOLDER,
    envvar="HEARTHBOOK_DATA_DIR",
    help="The data folder. Default: HEARTHBOOK_DATA_DIR, else the platform's own.",
)
@click.option(
    "--config",
    type=FILE,
    envvar="HEARTHBOOK_CONFIG",
    help="The settings file. Default: hearthbook.toml in the data folder.",
)
@click.pass_context
def cli(context: click.Context, *, data: Path | None, config: Path | None) -> None:
    """The address book of a household: everyone keeps their own phone, the cards agree."""
    context.obj = Place((data or default_folder()).expanduser(), config)


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit status; whatever goes wrong is one sentence on stderr."""
    try:
        status = cli.main(list(arguments), prog_name="hearthbook", standalone_mode=False)
        sys.stdout.flush()
    except HearthbookError as error:
        return _fail(error.sentence)
    except click.exceptions.NoArgsIsHelpError as error:
        return _fail(error.format_message(), error.exit_code)
    except click.ClickException as error:
        return _fail(_usage(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(_disk(error))
    return status if isinstance(status, int) else 0


def main() -> None:
    """Run the command that was typed."""
    sys.excepthook = _own_mistake
    sys.exit(run(sys.argv[1:]))


def _fail(sentence: str, status: int = 1) -> int:
    click.echo(sentence, err=True)
    return status


def _usage(error: click.ClickException) -> str:
    """Click's words for a mistyped command, in one line."""
    sentence = " ".join(error.format_message().split()).rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{sentence}. See: {context.command_path} --help" if context else f"{sentence}."


def _disk(error: OSError) -> str:
    what = f"{error.filename}: " if error.filename else ""
    return f"{what}{error.strerror or error}; check the path, its permissions and the disk."


def _own_mistake(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """A mistake of ours is a sentence too; whoever mends it asks for the rest."""
    if os.environ.get(DEBUG_VARIABLE):
        sys.__excepthook__(kind, error, traceback)
        return
    click.echo(
        f"Hearthbook made a mistake of its own ({kind.__name__}) and stopped; what was being "
        f"changed is as before. Run it again with {DEBUG_VARIABLE}=1 and report what it prints.",
        err=True,
    )


if __name__ == "__main__":
    main()
