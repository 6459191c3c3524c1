"""The commands over a ledger, in this process."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import time_machine
from ledger_scenes import DAY, START, Scene, scene
from servers import ledger_url

from takedown.cli import run
from takedown.ledger.moves import State


@pytest.fixture
def at_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    config = f'environment = "sandbox"\n[authority]\nname = "Example Authority"\n[ledger]\nurl = "{ledger_url(tmp_path)}"\n'
    (tmp_path / "takedown.toml").write_text(config)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKEDOWN_AS", "alice")
    with scene(tmp_path) as found:
        yield found


CONTRACT = (
    "case", "batch", "platform", "kind", "key", "url", "reference", "delivery", "claimed", "observed", "request", "receipt",
    "attempts", "updated_at",
)  # fmt: skip


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    assert run([*words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run([*words]) == 0
    return capsys.readouterr().out


def some(at_desk: Scene) -> None:
    one, two, three = at_desk.case(), at_desk.case(), at_desk.case("wren")
    at_desk.sent(one, two)
    at_desk.claim(one, "removed")
    at_desk.claim(two, "declined")
    at_desk.plan(three, valid_for=10_000 * DAY)


def test_status_and_list_agree(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    found, listed = told(capsys, "status"), told(capsys, "case", "list", "--all")
    for truth in ("delivery", "claimed", "observed"):
        values = [item[truth] for item in listed["items"]]
        assert {k: n for k, n in found["summary"][truth].items() if n} == {value: values.count(value) for value in values}
        by_platform = [item[truth] for item in found["items"]]
        assert {k: sum(one[k] for one in by_platform) for k in found["summary"][truth]} == found["summary"][truth]
    assert found["summary"]["next"] == "takedown approve P-2 --as NAME"
    assert {*CONTRACT} <= set(listed["items"][0])
    assert listed["summary"] == {"cases": 3, "shown": 3}


def test_status_speaks_an_officers_words(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    assert run(["status"]) == 0
    out, err = capsys.readouterr()
    for word in ("our side", "platform says", "we saw", "not looked at yet", "Needs a person", "P-2 waits for approval"):
        assert word in out
    assert err.strip() == "next: takedown approve P-2 --as NAME"


def test_an_empty_ledger_says_so(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "status").strip() == "No cases yet."
    assert "No cases in this window." in shown(capsys, "report")
    assert told(capsys, "status")["items"] == told(capsys, "case", "list")["items"] == told(capsys, "report")["items"] == []


def test_a_list_can_be_cut_and_says_so(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    assert run(["case", "list", "--limit", "1"]) == 0
    out, err = capsys.readouterr()
    assert (out.splitlines()[0][:6], err) == ("FILE-1", "2 more; all of them: --all\n")
    assert [item["case"] for item in told(capsys, "case", "list", "--delivery", "planned")["items"]] == ["C-3"]
    assert run(["case", "list", "--observed", "vanished", "--json"]) == 2


def test_foreign_text_is_shown_as_escapes(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    at_desk.sent(at_desk.case(key="a\x1b[2Jb", reason="\u202egnp", organisation="[red]x"), attempts=1)
    at_desk.claim(1, "declined", reason="\x1b]0;x\x07")
    for words in (
        ["case", "list"],
        ["case", "show", "C-1"],
        ["case", "explain", "C-1"],
        ["report", "--by", "organisation"],
        ["status"],
    ):
        out = shown(capsys, *words)
        assert not {"\x1b", "\u202e", "\x07"} & set(out)


def test_show_and_explain_tell_the_same_case(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    (item,) = told(capsys, "case", "show", "1")["items"]
    assert (item["case"], item["receipt"], item["claims"][0]["value"]) == ("C-1", "CH-1", "removed")
    (story,) = told(capsys, "case", "explain", "C-1")["items"]
    assert story["next"] == "Nothing more is asked of the platform."
    assert "A person can" in shown(capsys, "case", "explain", "C-3")
    assert run(["case", "show", "C-99"]) == 2


def test_a_case_is_noted_closed_and_reopened(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    assert run(["case", "close", "C-3", "--as", "nonsense"]) == 2
    assert run(["case", "note", "C-3", "the wrong account"]) == 0
    capsys.readouterr()
    done = told(capsys, "case", "close", "C-3", "--as", "mistake")
    assert done["items"] == [{"case": "C-3", "closed": "mistake", "stale_plan": "P-2"}]
    assert "P-2 holds C-3 unsent and is stale now" in done["warnings"][0]
    assert told(capsys, "status")["items"][1]["closed"] == {"mistake": 1}
    assert run(["case", "close", "C-3", "--as", "done"]) == 7
    capsys.readouterr()
    (item,) = told(capsys, "case", "show", "C-3")["items"]
    assert [one["kind"] for one in item["decisions"]] == ["case.noted", "case.closed"]
    assert run(["case", "reopen", "C-3"]) == 0
    assert run(["case", "reopen", "C-3"]) == 7


def test_report_gives_rates_with_all_they_are_made_of(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    found = told(capsys, "report")
    claim = found["summary"]["rates"]["claim"]
    assert (claim["numerator"], claim["denominator"], claim["unit"], claim["rate"], claim["pending"]) == (1, 2, "case", 0.5, 0)
    assert [item["platform"] for item in found["items"]] == ["chirp", "wren"]
    out = shown(capsys, "report", "--by", "basis")
    assert "by claim 1 of 2 50 % 9-91 % 0 pending" in " ".join(out.split())
    assert "We have not looked ourselves yet" in out
    assert run(["report", "--by", "colour"]) == 2


def test_a_rate_is_so_far_while_cases_are_pending(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    at_desk.sent(at_desk.case())
    assert "by claim 0 of 1 0 % so far 0-79 % 1 pending" in " ".join(shown(capsys, "report").split())


def test_a_rate_that_hides_what_nobody_looked_at_says_so(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """One of ten was looked at, and gone: that is no rate of 10 %, but of at least as much."""
    for _ in range(10):
        at_desk.sent(at_desk.case())
    at_desk.see(1, "gone")
    rates = told(capsys, "report")["summary"]["rates"]
    assert {name: rate["not_looked_at"] for name, rate in rates.items()} == {"claim": 0, "observation": 9, "agreed": 9}
    out = " ".join(shown(capsys, "report").split())
    assert "by observation 1 of 10 at least 10 % so far 2-40 % 9 not looked at, 0 could not check" in out
    assert "At least: nobody has looked at 9 of 10 delivered cases" in out
    brief = shown(capsys, "report", "--brief")
    assert "by observation 1 of 10 (at least 10 % so far, 9 pending, 9 not looked at; Wilson 2-40 %)" in " ".join(brief.split())
    assert "Nobody has looked at 9 of the 10 delivered cases" in " ".join(brief.split())
    for number in range(2, 11):
        at_desk.see(number, "available")
    assert "at least" not in shown(capsys, "report", "--brief")


def test_observations_get_rates_of_their_own(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    at_desk.see(1, "available")
    at_desk.see(2, "gone")
    rates = told(capsys, "report")["summary"]["rates"]
    assert {name: rate["numerator"] for name, rate in rates.items()} == {"claim": 1, "observation": 1, "agreed": 0}
    out = shown(capsys, "report")
    assert "agreed by both" in out
    assert "2 contradicting" in out
    assert "platform declined, yet gone" in out


@pytest.mark.parametrize(("observed", "threshold", "code"), [("gone", "0.5", 0), ("gone", "0.51", 13), ("available", "0.1", 13)])
def test_the_threshold_is_on_what_both_agree_on(
    at_desk: Scene, capsys: pytest.CaptureFixture[str], observed: str, threshold: str, code: int
) -> None:
    some(at_desk)
    at_desk.see(1, observed)
    assert run(["report", "--fail-under", threshold]) == code
    assert "recorded" in capsys.readouterr().out


def test_nothing_delivered_reaches_no_threshold(at_desk: Scene) -> None:
    assert run(["report", "--fail-under", "0"]) == 13


def test_a_quoted_paragraph_is_found_again(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    found = told(capsys, "report", "--brief", "--as-of", "2026-01-02")["summary"]
    assert found["brief"].endswith(f"[{found['id']}]")
    at_desk.claim(2, "removed")
    assert found["brief"] in shown(capsys, "report", "--find", found["id"])
    assert run(["report", "--find", "0123456789ab"]) == 2


@pytest.mark.parametrize("words", [["--as-of", "yesterday"], ["--as-of", "2999-01-01"], ["--since", "2026-13-01"]])
def test_times_that_mean_nothing_are_refused(at_desk: Scene, words: list[str]) -> None:
    assert run(["report", *words]) == 2


def test_as_of_a_day_means_its_end(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    at_desk.clock.at += DAY
    at_desk.claim(2, "removed")
    assert told(capsys, "report", "--as-of", "2026-01-01")["summary"]["rates"]["claim"]["numerator"] == 1
    assert told(capsys, "report", "--as-of", "2026-01-02")["summary"]["rates"]["claim"]["numerator"] == 2


def test_as_of_today_means_now(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    with time_machine.travel(START + DAY / 4, tick=False):
        assert told(capsys, "report", "--as-of", "2026-01-01")["summary"]["window"]["as_of"] == "2026-01-01T18:00:00.000Z"


def test_export_writes_open_and_closed_cases(at_desk: Scene, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    some(at_desk)
    assert run(["case", "close", "C-1", "--as", "done"]) == 0
    capsys.readouterr()
    assert told(capsys, "export", "--format", "jsonl", "-o", "out.jsonl")["summary"] == {"rows": 3}
    assert [json.loads(line)["closed"] for line in (tmp_path / "out.jsonl").read_text().splitlines()] == ["done", "", ""]


@pytest.mark.sqlite("its one writer")
def test_reading_goes_on_while_another_writes(at_desk: Scene, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    some(at_desk)
    writer = sqlite3.connect(tmp_path / "takedown.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE cases SET delivered = 'draft'")
    try:
        assert told(capsys, "status")["summary"]["delivery"]["sent"] == 2
        assert told(capsys, "report")["summary"]["delivered"] == 2
    finally:
        writer.execute("ROLLBACK")
        writer.close()


@pytest.mark.parametrize("words", [["status"], ["case", "list"], ["report"], ["export", "--format", "csv", "-o", "x"]])
def test_without_a_fitting_ledger_reading_ends_with_10(at_desk: Scene, tmp_path: Path, words: list[str]) -> None:
    at_desk.write(lambda book: book.db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'") and None)
    assert run(words) == 10
    (tmp_path / "takedown.toml").write_text('environment = "sandbox"\n[ledger]\nurl = "sqlite:///nowhere.db"\n')
    assert run(words) == 10


def test_a_packet_that_is_still_to_be_filed_is_told_when_its_case_is_closed(
    at_desk: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    at_desk.go(at_desk.plan(at_desk.case(), channel="portal"), State.APPROVED, State.OPERATOR)
    assert "still on the list" in told(capsys, "case", "close", "C-1", "--as", "duplicate")["warnings"][0]


def test_the_screen_answers_in_the_order_of_the_questions(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    at_desk.see(1, "available")
    out = shown(capsys, "report")
    order = ["we saw, of delivered", "Rates:", "How fast:", "By ground:", "Trend:", "Contradictions:", "case list"]
    places = [out.index(one) for one in order]
    assert places == sorted(places)
    assert max(len(line) for line in out.splitlines() if not line.startswith("Cumulative")) <= 100


def test_all_of_it_is_in_the_data(at_desk: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    some(at_desk)
    at_desk.claim(1, "restricted", ground="local_law")
    found = told(capsys, "report", "--by", "week", "--unit", "account", "--as-of", "2026-01-01")
    summary = found["summary"]
    assert summary["grounds"]["local_law"]["claim"] == {
        "numerator": 1, "denominator": 2, "unit": "account", "pending": 0, "not_looked_at": 0, "rate": 0.5,
        "low": pytest.approx(0.0945, abs=1e-4), "high": pytest.approx(0.9055, abs=1e-4),
    }  # fmt: skip
    assert [(week["week"], week["starts"], week["delivered"]) for week in summary["trend"]] == [("2026-W01", "2025-12-29", 2)]
    first = summary["time_to_action"]["first"]
    assert (first["cases"], first["acted"], first["declined"], first["median"]["seconds"]) == (2, 1, 1, 0.0)
    assert first["within"]["24h"]["rate"] == 0.5
    assert [item["week"] for item in found["items"]] == ["", "2026-W01"]
    assert (summary["unit"], summary["funnel"]["gone"], summary["could_not_check"]) == ("account", 0, 0)
    assert run(["report", "--unit", "colour"]) == 2


def test_files_hold_the_same_report(at_desk: Scene, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    some(at_desk)
    words = ["--csv", "r.csv", "--xlsx", "r.xlsx", "--html", "r.html", "--as-of", "2026-01-01"]
    ident = told(capsys, "report", *words)["summary"]["id"]
    assert ident in (tmp_path / "r.html").read_text()
    assert ident in (tmp_path / "r.csv").read_text()
    assert (tmp_path / "r.xlsx").read_bytes()[:2] == b"PK"
    assert run(["report", "--html", "nowhere/r.html"]) == 2
    assert run(["report", "--csv", "nowhere/r.csv"]) == 2
