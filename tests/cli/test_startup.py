"""What a start may load. Time is measured by the benchmark; here only the causes are pinned."""

import subprocess
import sys
from pathlib import Path

import pytest
from desks import add_cases, make_desk

from takedown.inbox.store import Place, store
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown.reading import SECTIONS
from takedown.settings import Settings

HEAVY = {
    "typer", "rich", "pydantic", "pydantic_settings", "sqlalchemy", "httpx", "aiosmtplib", "cryptography", "jinja2", "psycopg",
    "asyncio", "importlib.metadata", "importlib.resources", "takedown.registry", "takedown.intake", "takedown.notices",
}  # fmt: skip


def loaded(*words: str, completion: str = "", folder: Path | None = None) -> set[str]:
    """The heavy modules in memory when `takedown WORDS` ends, run in `folder`."""
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
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, env=env, cwd=folder, check=False)
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
    assert loaded("recognise", "chirp.example/a") & {"sqlalchemy", "httpx", "cryptography", "jinja2", "rich"} == set()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a desk with two cases, in a plan, and a mail."""
    place = tmp_path_factory.mktemp("desk")
    desk = make_desk(place, {})
    add_cases(desk, "telegram", range(2))
    make_plan(desk, Selection())
    store(desk, [(Place(), b"From: desk@platform.example\nSubject: TD\n\nWe have removed it.\n")])
    desk.ledger.close()
    return place


@pytest.mark.sqlite("psycopg takes as long as all else together")
@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["--json", "status", "--batch", "B-1"],
        ["case", "list"],
        ["case", "list", "--json", "--limit", "1", "--platform", "telegram"],
        ["case", "show", "C-1"],
        ["--json", "case", "explain", "C-2"],
        ["plan", "list"],
        ["plan", "show", "P-1"],
        ["--json", "plan", "show", "P-1"],
        ["plan", "show", "P-1", "--raw", "R-1"],
        ["plan", "show", "P-1", "--diff", "P-1"],
        ["review", "list"],
        ["unknown", "list"],
        ["portal", "list"],
        ["--json", "portal", "list"],
        ["appeal", "list"],
        ["evidence", "list"],
        ["report"],
        ["--json", "report", "--by", "week", "--unit", "account", "--batch", "B-1"],
        ["audit", "access"],
        ["inbox", "show", "M-1"],
        ["--json", "inbox", "list", "--unmatched"],
    ],
)
def test_what_only_reads_the_ledger_loads_neither_sqlalchemy_nor_pydantic(words: list[str], folder: Path) -> None:
    assert loaded(*words, folder=folder) == {"typer"}


def test_every_section_of_the_configuration_is_known_to_those_who_only_read() -> None:
    """One that is missing there costs each `status` the loading of pydantic."""
    assert set(Settings.model_fields) == SECTIONS


LATER = (
    "pydantic_settings", "rich", "pygments", "httpx", "cryptography", "jinja2", "psycopg", "sqlalchemy.dialects.postgresql",
    "takedown.intake.batch", "takedown.notices", "takedown.planning.making", "takedown.planning.drafting",
    "takedown.report.figures",
)  # fmt: skip
"""What sending needs when there is something to sign, to plan or to send, and not before."""


def test_sending_loads_what_it_may_not_need_when_it_does() -> None:
    code = f"import sys, takedown.cli.submit; print(*(m for m in {LATER!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_sending_loads_the_platforms_that_it_needs_and_no_packs(folder: Path) -> None:
    """That nothing changed under the plan is told by the hashes of its packs as they lie there."""
    code = (
        "import sys\n"
        "from takedown.cli import run\n"
        "run(['submit', 'P-1'])\n"
        "print(*(m for m in sys.modules if m.startswith(('takedown_platforms.', 'takedown.notices')) and '._' not in m))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True)
    assert done.stdout.splitlines()[-1].split() == ["takedown_platforms.telegram"]


def test_what_mails_are_read_by_is_compiled_when_a_mail_is_read() -> None:
    code = (
        "from takedown.inbox import grammar\n"
        "from takedown.inbox.patterns import Words\n"
        "found = [one for one in vars(grammar).values() if isinstance(one, Words)]\n"
        "print(len(found) > 5, sum('_compiled' in vars(one) for one in found))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "0"]
