"""The command line `hearthbook`: puts the commands together and turns errors into sentences."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import click

from server import __version__
from server.commands.backup import backup, restore
from server.commands.case import cases, decide
from server.commands.compare import compare
from server.commands.config import config
from server.commands.demo import demo
from server.commands.device import device
from server.commands.export import export
from server.commands.healthcheck import healthcheck
from server.commands.history import history
from server.commands.importing import import_cards
from server.commands.init import init
from server.commands.member import member, share
from server.commands.person import own, show
from server.commands.place import Place, default_folder
from server.commands.reconcile import reconcile
from server.commands.serve import serve
from server.commands.setup_link import setup_link
from server.commands.verify import verify
from server.errors import HearthbookError

DEBUG_VARIABLE = "HEARTHBOOK_DEBUG"
INTERRUPTED = 130
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


class Root(click.Group):
    """The group of all commands, listed in the order in which one meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which they were added."""
        return list(self.commands)

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


COMMANDS = (
    *(init, member, share, device, setup_link, import_cards, export, serve, demo),
    *(show, own, cases, decide, reconcile, history, compare),
    *(backup, restore, verify, config, healthcheck),
)
for each in COMMANDS:
    cli.add_command(each)


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit status; whatever goes wrong is one sentence on stderr."""
    try:
        status = cli.main(list(arguments), prog_name="hearthbook", standalone_mode=False)
        sys.stdout.flush()
    except HearthbookError as error:
        return _fail(error.sentence)
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
