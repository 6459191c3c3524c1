"""What a newcomer trips over: each of these once gave an answer that led nowhere."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from command_line import PROGRAM, Done, takedown

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


@pytest.mark.parametrize(
    "command", ["case list", "plan", "sync", "verify", "resubmit --pending", "portal list", "export --format csv -o out.csv"]
)
def test_a_mistyped_platform_is_no_empty_one(desk: Path, command: str) -> None:
    done = takedown(*command.split(), "--platform", "tiktoc", cwd=desk)
    assert (done.code, "There is no platform called 'tiktoc'" in done.err) == (2, True)


@pytest.mark.parametrize(("option", "named"), [("--batch B-9", "batch B-9"), ("--case C-9", "case C-9")])
def test_what_was_mistyped_is_no_plan_without_cases(desk: Path, option: str, named: str) -> None:
    importing(desk, HEAD + GOOD)
    done = takedown("plan", *option.split(), cwd=desk)
    assert (done.code, f"There is no {named}" in done.err) == (2, True)


def test_nothing_to_do_is_no_error(desk: Path) -> None:
    planned = takedown("plan", "--json", cwd=desk)
    told = json.loads(planned.out)
    assert (planned.code, planned.err, told["items"], told["dry_run"]) == (0, "", [], True)
    assert told["summary"] == {"plan": None, "digest": None, "requests": 0, "cases": 0, "left_out": 0}
    assert told["warnings"] == ["No case is waiting to be planned"]
    reconciled = takedown("reconcile", cwd=desk)
    said = "The ledger is not behind any of its heads: nothing was taken back in time.\nnext: takedown status\n"
    assert (reconciled.code, reconciled.err) == (0, said)
    assert json.loads(takedown("reconcile", "--json", cwd=desk).out)["warnings"] == ["The ledger is not behind any of its heads"]


@pytest.mark.sqlite("what can be wrong with a file")
def test_a_ledger_of_a_newer_program_is_told_as_that(desk: Path) -> None:
    with closing(sqlite3.connect(desk / "takedown.db")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    for command in ("status", "plan", "ledger upgrade"):
        done = takedown(*command.split(), cwd=desk)
        assert (done.code, "install that version" in done.err) == (10, True)


@pytest.mark.sqlite("an address of its own")
@pytest.mark.parametrize("command", ["init", "status", "plan"])
def test_an_address_of_no_ledger_is_told(tmp_path: Path, command: str) -> None:
    (tmp_path / "takedown.toml").write_text('[ledger]\nurl = "mysql://ledger.example/takedown"\n')
    done = takedown(command, cwd=tmp_path)
    assert (done.code, "begins with mysql://, which is no kind of ledger" in done.err) == (2, True)


@pytest.mark.sqlite("a backup is of a file")
def test_a_backup_that_cannot_be_made_leaves_nothing(desk: Path) -> None:
    done = takedown("ledger", "backup", "no-folder/backup.db", cwd=desk)
    assert (done.code, "no-folder/backup.db: No such file or directory" in done.err) == (5, True)
    (desk / "takedown.db.secret").unlink()
    assert takedown("ledger", "backup", "backup.db", cwd=desk).code == 5
    assert not (desk / "backup.db").exists()


def test_a_configuration_that_is_none_still_has_a_place(tmp_path: Path) -> None:
    (tmp_path / "takedown.toml").write_text("[authority\n")
    assert "takedown config path" in takedown("status", cwd=tmp_path).err
    shown = takedown("config", "path", cwd=tmp_path)
    assert (shown.code, str(tmp_path / "takedown.toml") in shown.out) == (0, True)


def test_doctor_names_a_platform_that_is_none(desk: Path) -> None:
    with (desk / "takedown.toml").open("a") as file:
        file.write('[platforms.tiktoc]\nchannel = "api"\n[smtp]\nport = 2525\n')
    assert "There is no platform called 'tiktoc'" in takedown("doctor", cwd=desk).out


def test_where_nothing_is_to_be_said_that_is_said(desk: Path) -> None:
    assert "Nothing is due." in takedown("resubmit", "--pending", cwd=desk).out
    assert "No such case." in takedown("case", "list", cwd=desk).err
    waiting = takedown("portal", "list", cwd=desk)
    assert "Nothing to file by hand." in waiting.out
    assert waiting.err == "next: takedown status\n"


def test_doctor_looks_whether_the_certificates_can_be_read(desk: Path) -> None:
    with (desk / "takedown.toml").open("a") as config:
        config.write('\n[network]\nca_file = "authority.pem"\n')
    (desk / "authority.pem").write_text("standin_0042")
    done = takedown("doctor", cwd=desk)
    assert done.code == 2
    assert "authority.pem cannot be used" in " ".join(done.out.split())


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


def test_what_is_to_be_pasted_reads_the_same_file_the_same_way(desk: Path) -> None:
    (desk / "lists").mkdir()
    (desk / "lists" / "november.csv").write_text("A list\n" + HEAD + GOOD)
    done = takedown("import", "lists/november.csv", "--header-row", "2", "--set", "territory=PK", "--check", cwd=desk)
    assert done.err.endswith("next: takedown import lists/november.csv --header-row 2 --set territory=PK\n")


@pytest.mark.parametrize(("line", "told"), [("+44 7700 900123", "a telephone number"), ("@standin_0042", "a bare name")])
def test_what_is_no_link_is_called_what_it_is(line: str, told: str) -> None:
    assert told in takedown("recognise", line).out


def test_what_the_sandbox_prints_makes_a_desk_that_can_practise(desk: Path) -> None:
    process = subprocess.Popen([*PROGRAM, "sandbox"], cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    tables: list[str] = []
    try:
        while (line := process.stdout.readline()) and not line.startswith("[platforms.x]"):
            tables.append(line)
        tables += [line, *iter(process.stdout.readline, 'automation_consent = "EXAMPLE-CONSENT-1"\n')]
        with (desk / "takedown.toml").open("a") as file:
            file.write("".join(tables) + 'automation_consent = "EXAMPLE-CONSENT-1"\n')
        looked = json.loads(takedown("doctor", "--json", cwd=desk).out)
    finally:
        process.terminate()
        process.communicate()
    assert [one["what"] for one in looked["items"] if one["mark"] == "bad"] == ["approvers"]
    assert len([one for one in looked["items"] if one["detail"].startswith("api: ")]) == 6


def test_an_export_to_a_dash_is_no_file_of_that_name(desk: Path) -> None:
    done = takedown("export", "--format", "csv", "-o", "-", cwd=desk)
    assert (done.code, "takedown case list --json" in done.err, (desk / "-").exists()) == (2, True, False)


@pytest.mark.sqlite("what can be wrong with a file")
@pytest.mark.parametrize("command", ["status", "plan"])
def test_a_ledger_that_cannot_be_opened_is_not_missing(tmp_path: Path, command: str) -> None:
    (tmp_path / "takedown.db").mkdir()
    done = takedown(command, cwd=tmp_path)
    assert (done.code, "is there and cannot be opened" in done.err, "takedown init" in done.err) == (10, True, False)
