import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from command_line import PROGRAM, takedown

from takedown.cli import commands, lazy, run
from takedown.cli.commands import COMMANDS, MEANT, SECTIONS, Entry
from takedown.cli.context import current
from takedown.contract import RefusedByPolicy

NAME = "probe"


class PlanNotApproved(RefusedByPolicy):
    """plan {plan} is not approved."""

    code, why, do = "TD-0702", "0 given", "takedown approve {plan} --as NAME"


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Makes `takedown probe` do what a test wants."""

    def install(effect: Callable[[], Any]) -> None:
        app = typer.Typer()
        app.command(NAME)(effect)
        module = type("module", (), {"app": app})
        monkeypatch.setitem(commands.COMMANDS, NAME, Entry(NAME, NAME, "A command of the tests"))
        monkeypatch.setattr(lazy, "import_module", lambda _: module)

    return install


def raising(error: BaseException) -> Callable[[], None]:
    def effect() -> None:
        raise error

    return effect


@pytest.mark.parametrize(
    ("effect", "code"),
    [
        (lambda: None, 0),
        (lambda: 8, 8),
        (raising(typer.Exit(3)), 3),
        (raising(PlanNotApproved(plan="P-3")), 7),
        (raising(KeyboardInterrupt()), 130),
        (raising(typer.Abort()), 130),
        (raising(SystemExit(143)), 143),
        (raising(SystemExit("no")), 1),
        (raising(BrokenPipeError()), 141),
        (raising(ZeroDivisionError("the canary")), 1),
        (raising(MemoryError()), 1),
    ],
)
def test_every_end_has_its_exit_code(probe: Any, effect: Callable[[], Any], code: int) -> None:
    probe(effect)
    assert run([NAME]) == code


def test_an_error_is_told_on_stderr(probe: Any, capsys: pytest.CaptureFixture[str]) -> None:
    probe(raising(PlanNotApproved(plan="P-3")))
    run([NAME])
    assert tuple(capsys.readouterr()) == (
        "",
        "error[TD-0702]: plan P-3 is not approved\n  why:  0 given\n  do:   takedown approve P-3 --as NAME\n",
    )


def test_an_error_is_told_as_json(probe: Any, capsys: pytest.CaptureFixture[str]) -> None:
    probe(raising(PlanNotApproved(plan="P-3")))
    run([NAME, "--json"])
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err) == {"error": PlanNotApproved(plan="P-3").as_dict()}


def leak() -> None:
    secret = "canary-local"
    raise ValueError(f"the canary-message {len(secret)}")


def test_a_fault_shows_its_kind_and_place_only(probe: Any, capsys: pytest.CaptureFixture[str]) -> None:
    probe(leak)
    run([NAME])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error[TD-0001]: something unexpected failed: ValueError in ")
    assert "Traceback" not in err
    assert "canary" not in err


def test_verbose_adds_the_traceback_without_locals(probe: Any, capsys: pytest.CaptureFixture[str]) -> None:
    probe(leak)
    run([NAME, "--verbose"])
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert "canary-message" in err
    assert "= 'canary-local'" not in err


@pytest.mark.parametrize("words", ["nonsense", "recognise", "recognise --nonsense", "config", "config path --config"])
def test_a_mistake_in_use_is_exit_2_in_the_same_format(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert [line[:8] for line in err.splitlines()] == ["error[TD", "  why:  ", "  do:   "]
    assert run(["--json", *words.split()]) == 2
    told = json.loads(capsys.readouterr().err)["error"]
    assert (told["code"], told["exit"]) == ("TD-0002", 2)


def test_a_mistyped_command_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    run(["recognize"])
    assert "Did you mean 'recognise'" in capsys.readouterr().err


def test_a_hostile_word_is_quoted_safely(capsys: pytest.CaptureFixture[str]) -> None:
    run(["\x1b[31m\u202e"])
    assert "\x1b" not in (err := capsys.readouterr().err)
    assert "\u202e" not in err


def test_no_command_is_help_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: takedown")


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["recognise", "--help"], ["config", "show", "-h"]])
def test_help_is_data(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Usage: takedown")
    assert err == ""


def test_help_lists_every_command_once(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])
    shown = [
        line.split()[0]
        for line in capsys.readouterr().out.split("completion", 1)[1].splitlines()
        if line.startswith("  ") and line.split()
    ]
    assert [name for name in shown if name in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("entry", COMMANDS.values(), ids=list(COMMANDS))
def test_every_command_of_the_table_exists(entry: Entry, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([entry.name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: takedown {entry.name} ")
    assert len(entry.name) + len(entry.help) < 74, "its help line must fit a terminal of 80"


def test_no_section_is_empty() -> None:
    assert all(SECTIONS.values())


@pytest.mark.parametrize(
    "words", [["--version"], ["--version", "--json"], ["--no-color", "--version"], ["--version", "recognise"]]
)
def test_version(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from takedown import __version__

    assert run(words) == 0
    assert capsys.readouterr().out == f"takedown {__version__}\n"


def test_the_flags_reach_the_command(probe: Any) -> None:
    seen: list[Any] = []
    probe(lambda: seen.append(current()))
    run(["--quiet", NAME, "--json", "--config", "a.toml"])
    assert (seen[0].flags.config, seen[0].display.mode.json, seen[0].display.mode.quiet) == ("a.toml", True, True)
    assert current() is not seen[0]


def test_a_process_is_private_and_leaves_no_core(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, os, resource\n"
        "atexit.register(lambda: open('seen', 'w').write(f'{os.umask(0):o} {resource.getrlimit(resource.RLIMIT_CORE)}'))\n"
    )
    assert takedown("--help", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}).code == 0
    assert (tmp_path / "seen").read_text() == "77 (0, 0)"


def test_sigterm_ends_with_143(probe: Any) -> None:
    from takedown.cli import _terminated  # pyright: ignore[reportPrivateUsage] - the handler that main() installs

    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        probe(lambda: os.kill(os.getpid(), signal.SIGTERM))
        assert run([NAME]) == 143
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_reader_who_leaves_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("https://chirp.example/a\n" * 20_000)
    with (tmp_path / "lines").open() as lines:
        process = subprocess.Popen([*PROGRAM, "recognise", "-"], stdin=lines, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait() == 141
        assert process.stderr.read() == b""
        process.stderr.close()


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-"])
def test_a_closed_stream_is_no_fault(closed: str) -> None:
    words = ["sh", "-c", f'exec "$@" {closed}', "sh", *PROGRAM, "config", "path"]
    done = subprocess.run(words, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_output_that_cannot_be_written_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PROGRAM, "config", "path"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 5
    told = b"error[TD-0005]: the output, or a passing file, cannot be used: No space left on device\n"
    assert done.stderr.startswith(told)
    assert b"Traceback" not in done.stderr


def test_a_path_that_leads_nowhere_is_told_with_its_name(probe: Any, capsys: pytest.CaptureFixture[str]) -> None:
    probe(lambda: Path("/nowhere/at-all").read_bytes())
    assert run([NAME]) == 2
    assert capsys.readouterr().err.startswith("error[TD-0005]: /nowhere/at-all cannot be used: No such file or directory\n")


def test_ascii_locales_get_escapes_and_no_traceback() -> None:
    done = takedown("recognise", "https://chirp.example/اردو", env={"PYTHONIOENCODING": "ascii"})
    assert done.code == 0
    assert "\\u0627" in done.out


def test_a_group_alone_names_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger"]) == 2
    told = "error[TD-0002]: takedown ledger is a group: say one of upgrade, backup, restore, move\n"
    assert capsys.readouterr().err.startswith(told)


@pytest.mark.parametrize(("group", "inner"), [(entry.name, one) for entry in COMMANDS.values() for one in entry.apart])
def test_a_command_that_is_loaded_apart_is_the_same_as_in_its_whole_group(group: str, inner: str) -> None:
    alone, whole = lazy.load(group, inner).commands[inner], lazy.load(group).commands[inner]
    assert (alone.help, [one.opts for one in alone.params]) == (whole.help, [one.opts for one in whole.params])


@pytest.mark.parametrize("word", sorted(MEANT))
def test_a_command_that_there_is_not_leads_to_the_one_that_is_meant(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([word]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error[TD-0002]: No such command '{word}'\n")
    assert err.endswith(f"do:   {MEANT[word]}\n")
    for command in MEANT[word].split(", or "):
        words = [one for one in command.partition(" --")[0].split()[1:] if one.islower()]
        assert run([*words, "--help"]) == 0
