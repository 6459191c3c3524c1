"""The command line. `--version` answers before typer is imported; a command's module is imported when it is run."""

from __future__ import annotations

import os
import sys

from takedown.cli.flags import hoist


def main() -> int:
    """The `takedown` command. Returns the exit code."""
    if sys.argv[1:] == ["--version"]:
        return _version()
    _harden()
    return run(sys.argv[1:])


def run(argv: list[str]) -> int:
    """One command line, without the name of the program. Returns the exit code; never raises for a user's mistake."""
    flags, rest = hoist(argv)
    if rest == ["--version"]:
        return _version()
    from takedown.cli.frame import run_command

    return run_command(flags, rest)


def _version() -> int:
    from takedown import __version__

    print(f"takedown {__version__}")
    return 0


def _harden() -> None:
    """What a process that handles target lists and tokens owes its machine, and streams that no byte can break."""
    import resource
    import signal

    os.umask(0o077)
    # An installed distribution may have pydantic load a module that sees every configuration; no policy lists those.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGTERM, _terminated)
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller (`>&-`)
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - for the whole run
        else:
            stream.reconfigure(errors="surrogateescape" if name == "stdin" else "backslashreplace")


def _terminated(signum: int, frame: object) -> None:
    del signum, frame
    raise SystemExit(143)
