"""The blocking form that the command runs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

PROGRAM = """
import pathlib, sys
from takedown.sandbox import Behaviour, Sandbox
Sandbox(pathlib.Path(sys.argv[1]), {"chirp": Behaviour(mailbox="orders@chirp.example")}, starttls=True).run(
    lambda sandbox: print(sandbox.url("chirp"), flush=True)
)
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(tmp_path: Path, ending: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        told = json.loads((tmp_path / "sandbox.json").read_text())
        assert (told["pid"], told["platforms"]["chirp"]["base_url"]) == (process.pid, base)
        with urllib.request.urlopen(f"{base}/portal") as page:
            assert page.status == 200
        process.send_signal(ending)
        assert process.wait() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chirp.token", "journal.jsonl", "smtp.crt", "smtp.key"]
