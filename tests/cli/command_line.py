"""The command line as a user meets it: a process of its own, or in this process for speed."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from servers import POSTGRESQL, ledger_url

PROGRAM = [sys.executable, "-m", "takedown.cli"]
HOME = {"PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH"}


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def takedown(*words: str, stdin: bytes = b"", cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Done:
    """Run `takedown WORDS` without a terminal, in an environment that holds no TAKEDOWN_ variable but the ledger's place."""
    around = {key: value for key, value in os.environ.items() if key in HOME} | dict(env or {})
    if POSTGRESQL and cwd:
        around["TAKEDOWN_LEDGER__URL"] = ledger_url(cwd)
    done = subprocess.run(
        [sys.executable, "-m", "takedown.cli", *words], input=stdin, capture_output=True, cwd=cwd, env=around, check=False
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
