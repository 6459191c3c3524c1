"""Around every command: the root of the tree, and the one place where failures become messages and exit codes."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.main

from takedown import __version__
from takedown.cli.commands import MEANT
from takedown.cli.context import Context, use
from takedown.cli.flags import Flags
from takedown.cli.lazy import LazyGroup

if TYPE_CHECKING:
    from takedown.display import Display, Problem

NAME = "takedown"
INTERRUPTED, READER_GONE = 130, 141

PLACE = frozenset(
    {
        errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP, errno.EACCES, errno.EPERM,
        errno.EROFS,
    }
)  # fmt: skip
DISK = PLACE | {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EMFILE, errno.ENFILE}
"""What can be wrong with a path, and with the disk or the machine behind it."""

app = typer.Typer(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,  # help through rich costs as much as the rest of a start
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="Configuration; default takedown.toml")] = None,
    json: Annotated[bool, typer.Option("--json", help="Data on stdout, and errors on stderr, as JSON")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages, no progress")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="More messages; with a fault, its traceback")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR does the same")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; a missing answer is exit 2")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Answer yes to every confirmation")] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version")] = False,
) -> int | None:
    """Removal requests to platforms: reviewed, signed, sent exactly once, followed until it is known what happened.

    The options below may stand before or after the command.
    """
    del config, json, quiet, verbose, no_color, no_input, yes  # read by hoist(); here for the help
    if version:
        typer.echo(f"{NAME} {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help(), err=True)
        return 2
    return None


def run_command(flags: Flags, argv: list[str]) -> int:
    """Run one command line whose global flags were taken out. Returns the exit code."""
    context = Context(flags)
    with use(context):
        try:
            code = _invoke(argv)
            sys.stdout.flush()
        except Exception as error:  # noqa: BLE001 - the outermost frame: nothing may end in a traceback
            code = _failed(error, context)
        except KeyboardInterrupt:
            code = _interrupted(context.display)
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        return _flushed(code)


def _invoke(argv: list[str]) -> int:
    command = typer.main.get_command(app)
    if f"_{NAME.upper()}_COMPLETE" in os.environ:
        command.main(args=argv, prog_name=NAME)  # answers the shell and exits
    with command.make_context(NAME, list(argv)) as ctx:
        result: Any = command.invoke(ctx)
    return result if isinstance(result, int) else 0


def _failed(error: Exception, context: Context) -> int:
    match error:
        case typer.Exit():
            return error.exit_code
        case typer.Abort():
            return _interrupted(context.display)
        case BrokenPipeError():
            return READER_GONE
        case typer.TyperException():
            problem = _usage(error)
        case OSError() if error.errno in DISK:
            problem = _disk(error, context)
        case _:
            problem = _told(error) or _unexpected(error, context)
    if problem.exit:
        context.display.error(problem)
    else:
        context.display.nothing(problem)
    return problem.exit


def _interrupted(display: Display) -> int:
    display.say("Interrupted. What was recorded is safe; the same command goes on from there.")
    return INTERRUPTED


def _usage(error: typer.TyperException) -> Problem:
    from takedown.display import Problem

    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx else NAME
    why = " ".join(ctx.get_usage().split()).replace("Usage: ", "usage: ", 1) if ctx else ""
    message = " ".join(error.format_message().split()).rstrip(".")
    if message == "Missing command" or type(error).__name__ == "NoArgsIsHelpError":  # the message of this is the whole help
        message = f"{path} is a group: say one of {', '.join(getattr(ctx, 'command').commands)}"  # noqa: B009
    meant = re.match(r"No such command '(\w+)'", message) if path == NAME else None
    if meant and meant[1] in MEANT:
        return Problem("TD-0002", meant[0], why, MEANT[meant[1]], exit=2)
    return Problem("TD-0002", message, why, f"{path} --help", exit=2)


def _told(error: Exception) -> Problem | None:
    """The story of an error of ours; None for another's."""
    from takedown.contract.errors import TakedownError
    from takedown.display import Problem

    if not isinstance(error, TakedownError):
        return None
    story = error.as_dict()
    return Problem(error.code, error.message, str(story["why"]), str(story["do"]), error.retryable, error.exit)


def _disk(error: OSError, context: Context) -> Problem:
    """A file that the machine does not let be read or written, which no command had foreseen."""
    from takedown.display import Problem

    if context.flags.verbose:
        context.display.detail(_without_messages(error))
    what = f"{error.filename or 'the output, or a passing file,'} cannot be used: {os.strerror(error.errno or 0)}"
    if error.errno in PLACE:
        return Problem("TD-0005", what, "the path leads nowhere, or is not open to you", "give another path", exit=2)
    do = "make room or mend the disk, then run the same command again"
    return Problem("TD-0005", what, "the disk does not take it; what was recorded is safe", do, retryable=True, exit=5)


def _unexpected(error: Exception, context: Context) -> Problem:
    from takedown.display import Problem

    # No message and no locals: another library's message may quote a token or a target.
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f"{os.sep}{NAME}" in f.filename] or frames
    where = f" in {Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else ""
    if context.flags.verbose:
        context.display.detail(_without_messages(error))
    what = f"something unexpected failed: {type(error).__name__}{where}"
    why = "this is a fault in takedown or in a plugin; what was recorded is safe"
    return Problem("TD-0001", what, why, "the same command with --verbose, for a report of the fault")


def _without_messages(error: BaseException) -> str:
    """The traceback, and those of what it came from, with the types of the errors but not their words."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    first = f"{_without_messages(before)}\nand then\n" if before is not None else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{first}Traceback (most recent call last):\n{frames}{type(error).__name__}"


def _flushed(code: int) -> int:
    """Push out what stdout still holds; when nobody can take it, let go, so that the interpreter's own flush is quiet."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return code or (READER_GONE if isinstance(error, BrokenPipeError) else 1)
    return code
