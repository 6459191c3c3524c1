"""What a newcomer trips over: each of these once gave an answer that led nowhere."""

from pathlib import Path

import pytest
from command_line import Done, takedown

HEAD = "url,legal_basis,reason,reference,proportionality\n"
GOOD = "https://x.com/standin_0042,pk-peca-37,Calls for violence.,EX-1,The account posts nothing else.\n"
BAD = "https://x.com.evil.test/standin_0043,pk-peca-37,Calls for violence.,EX-2,The account posts nothing else.\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    takedown("init", cwd=tmp_path)
    return tmp_path


def importing(desk: Path, text: str, *options: str) -> Done:
    (desk / "a file.csv").write_text(text, encoding="utf-8")
    return takedown("import", "a file.csv", *options, cwd=desk)


def test_after_a_look_at_a_file_its_import_is_next(desk: Path) -> None:
    assert importing(desk, HEAD + GOOD, "--check").err.endswith("next: takedown import 'a file.csv'\n")


def test_after_rejects_comes_their_correction(desk: Path) -> None:
    done = importing(desk, HEAD + GOOD + BAD, "--rejects", "rejects.csv")
    assert done.code == 3
    assert done.err.endswith("next: correct rejects.csv, then: takedown import rejects.csv --batch B-1\n")
    assert "1 problem\n" in done.out


@pytest.mark.parametrize("text", [GOOD, "List of the desk, November\n" + HEAD + GOOD])
def test_a_header_that_stands_elsewhere_is_asked_for(desk: Path, text: str) -> None:
    done = importing(desk, text)
    assert done.code == 6
    assert "--header-row N" in done.err


@pytest.mark.parametrize("command", ["status", "report", "case list", "export --format csv -o out.csv"])
def test_a_mistyped_batch_is_no_empty_one(desk: Path, command: str) -> None:
    done = takedown(*command.split(), "--batch", "B-9", cwd=desk)
    assert (done.code, "There is no batch B-9" in done.err) == (2, True)


def test_where_nothing_is_to_be_said_that_is_said(desk: Path) -> None:
    assert "Nothing is due." in takedown("resubmit", "--pending", cwd=desk).out
    assert "No such case." in takedown("case", "list", cwd=desk).err
    waiting = takedown("portal", "list", cwd=desk)
    assert "Nothing to file by hand." in waiting.out
    assert waiting.err == "next: takedown status\n"


def test_doctor_says_how_an_approver_is_added_and_what_one_alone_cannot(desk: Path) -> None:
    assert "add NAME and a key of ssh-keygen -t ed25519 to policy.approvers" in takedown("doctor", cwd=desk).out
    config = desk / "takedown.toml"
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHFPWWhOZ1IBB0TPAIqA2UpZhq673ClKvok/tEFyVoEe"
    config.write_text(config.read_text().replace('# "alice ssh-ed25519 AAAA..."', f'"alice {key}"'))
    done = takedown("doctor", cwd=desk)
    assert (done.code, "alice: none of them can plan" in done.out) == (0, True)


def test_the_help_of_a_group_has_whole_sentences_and_nothing_of_the_shell() -> None:
    shown = takedown("portal", "--help").out
    assert "completion" not in shown
    assert "..." not in shown.replace("ARGS]...", "").replace("--quiet ...", "")
