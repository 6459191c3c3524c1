"""What a start may load. Time is measured by the benchmark; here only the causes are pinned."""

import subprocess
import sys

import pytest

HEAVY = {"typer", "rich", "pydantic", "pydantic_settings", "sqlalchemy", "httpx", "aiosmtplib", "cryptography", "jinja2"}


def loaded(*words: str, completion: str = "") -> set[str]:
    """The heavy modules in memory when `takedown WORDS` ends."""
    code = (
        "import atexit, os, sys\n"
        f"heavy = {sorted(HEAVY)!r}\n"
        "atexit.register(lambda: print('HEAVY', *(m for m in heavy if m in sys.modules), file=sys.stderr))\n"
        "from takedown.cli import main\n"
        "sys.exit(main())\n"
    )
    env = {"COMP_WORDS": "takedown re", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "takedown re"}
    if completion:
        env["_TAKEDOWN_COMPLETE"] = completion
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(done.stderr.rpartition("HEAVY")[2].split())


def test_the_version_loads_nothing() -> None:
    assert loaded("--version") == set()


@pytest.mark.parametrize("words", [["--help"], ["--quiet", "--help"]])
def test_help_loads_typer_alone(words: list[str]) -> None:
    assert loaded(*words) == {"typer"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_loads_typer_alone(shell: str) -> None:
    assert loaded(completion=f"complete_{shell}") == {"typer"}


def test_recognising_needs_no_ledger_and_no_network() -> None:
    assert loaded("recognise", "chirp.example/a") <= {"typer", "pydantic"}
