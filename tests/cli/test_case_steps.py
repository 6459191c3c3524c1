"""X wants a report under its own rules answered before a legal request: the order waits, is linked, and is counted once."""

import json

import pytest
from desks import add_cases, make_desk
from notice_samples import OWN_VALUES, PACKS
from sqlalchemy import func, select, update

from takedown.audit import verify as audit
from takedown.cli import run
from takedown.contract import Channel, Instrument
from takedown.delivery.deliver import hand_over
from takedown.intake import ImportOptions, import_file
from takedown.ledger.tables import cases
from takedown.planning.approving import verify
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection
from takedown_platforms.x import X

RULE = (
    "--set",
    "platform_rule=Violent content, section 2.",
    "--set",
    "why_no_order=An order is prepared; X asks for this first.",
)
REASONS = "The account calls for attacks in three posts of this week, which are kept as evidence with their addresses."
FIRST = (*RULE, "--set", f"reason={REASONS}")


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAKEDOWN_AS", "asma")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    desk = make_desk(tmp_path, {"x": {"channel": "portal"}, "facebook": {"channel": "portal"}})
    yield desk
    desk.ledger.close()


@pytest.fixture
def ask(capsys):
    def asked(*words, code=0):
        assert run([*words, "--json"]) == code, capsys.readouterr()
        out, err = capsys.readouterr()
        return json.loads(out) if code in (0, 3) else json.loads(err)["error"]

    return asked


def send(desk, ask, case, number="X-1"):
    """A case's request leaves by hand."""
    plan = make_plan(desk, Selection(cases=(case,))).plan
    verify(desk, plan)
    hand_over(desk, plan)
    with desk.ledger.read() as db:
        request = db.execute(select(cases.c.request).where(cases.c.id == case)).scalar()
    ask("portal", "next", f"R-{request}")
    ask("portal", "done", f"R-{request}", "--ref", number)


def row(desk, case):
    with desk.ledger.read() as db:
        return db.execute(select(cases).where(cases.c.id == case)).mappings().one()


def test_only_the_portal_and_only_orders_have_a_first_step():
    assert X().first_step(Channel.PORTAL, Instrument.ORDER) == "terms-referral"
    assert X().first_step(Channel.PORTAL, Instrument.REFERRAL) is None
    assert X().first_step(Channel.API, Instrument.ORDER) is None
    assert X(X.Settings(first_step_waived="letter of 2026-01-02")).first_step(Channel.PORTAL, Instrument.ORDER) is None
    assert X(X.Settings(first_step_waived="  ")).first_step(Channel.PORTAL, Instrument.ORDER) == "terms-referral"


def test_an_order_waits_for_the_answer_to_the_report(desk, ask, capsys):
    add_cases(desk, "x", [1])
    refused = ask("plan", code=7)
    assert refused["code"] == "TD-0608"
    assert "terms-referral first: takedown case first-step C-1" in refused["why"]
    assert "takedown case first-step C-1" in refused["do"]

    lacking = ask("case", "first-step", "C-1", code=6)
    assert lacking["code"] == "TD-0610"
    assert '--set platform_rule="..."' in lacking["do"]
    made = ask("case", "first-step", "C-1", *FIRST)
    assert made["items"] == [{"case": "C-1", "other": "C-2", "basis": "terms-referral", "made": True}]
    assert (row(desk, 1)["follows"], row(desk, 1)["step"], row(desk, 2)["step"]) == (2, 2, 1)
    assert row(desk, 2)["identity"] == row(desk, 1)["identity"]

    planned = ask("plan", code=3)
    assert planned["summary"]["cases"] == 1
    assert "C-1 was left out: its first step C-2 has not been sent yet" in planned["warnings"][0]
    assert run(["plan", "discard", planned["summary"]["plan"]]) == 0
    capsys.readouterr()
    send(desk, ask, 2)
    assert "has not declined C-2 yet" in ask("plan", code=7)["why"]
    ask("claim", "add", "C-2", "--value", "declined", "--reason", "No violation found.")
    again = ask("plan")
    assert again["summary"]["cases"] == 1
    assert run(["plan", "discard", again["summary"]["plan"]]) == 0
    capsys.readouterr()
    send(desk, ask, 1, "X-2")
    by_account = ask("report", "--unit", "account")["summary"]["rates"]["claim"]
    assert by_account["denominator"] == 1
    assert "made it from C-1" in " ".join(ask("case", "explain", "C-2")["items"][0]["story"])
    shown = ask("case", "show", "C-1")["items"][0]
    assert (shown["follows"], shown["followed_by"], shown["step"]) == ("C-2", [], 2)
    assert audit(desk.ledger).problems == []


def test_what_x_removed_under_its_own_rules_needs_no_order(desk, ask):
    add_cases(desk, "x", [1])
    ask("case", "first-step", "C-1", *FIRST)
    send(desk, ask, 2)
    ask("claim", "add", "C-2", "--value", "removed")
    assert "nothing is left to ask: takedown case close C-1 --as done" in ask("plan", code=7)["why"]


def test_cases_that_need_no_first_step_are_planned_beside_those_that_do(desk, ask):
    add_cases(desk, "x", [1])
    add_cases(desk, "facebook", [2])
    told = ask("plan", code=3)
    assert (told["summary"]["cases"], told["summary"]["left_out"]) == (1, 1)


def test_an_order_with_a_deadline_of_an_hour_waits_for_nobody(desk, ask):
    values = {name: OWN_VALUES[name] for name in PACKS["eu-tco-3"].own_columns}
    add_cases(desk, "x", [1], basis="eu-tco-3", territory="worldwide", language="en", **values)
    assert ask("plan")["summary"]["cases"] == 1


def test_a_report_that_is_in_the_ledger_is_linked_not_made_again(desk, ask):
    own = {"platform_rule": "Violent content", "why_no_order": "X asks for a report first"}
    add_cases(desk, "x", [1], basis="terms-referral", **own)
    add_cases(desk, "x", [1])
    made = ask("case", "first-step", "C-2")["items"][0]
    assert (made["other"], made["made"]) == ("C-1", False)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["case", "first-step", "C-2"], 2, "needs no first step"),
        (["case", "first-step", "C-99"], 2, "There is no case C-99"),
        (["case", "next-step", "C-1", "--basis", "terms-referral"], 7, "gets no next step"),
        (["case", "next-step", "C-1", "--basis", "pk-peca-37"], 7, "gets no next step"),
        (["case", "next-step", "C-1", "--basis", "nothing"], 2, "nothing"),
        (["case", "first-step", "C-1", "--set", "url=https://x.com/other"], 2, "names no column"),
        (["case", "first-step", "C-1", "--set", "legal_basis=eu-tco-3"], 2, "names no column"),
    ],
)
def test_steps_that_lead_nowhere_are_refused_and_change_nothing(desk, ask, words, code, said):
    add_cases(desk, "x", [1])
    add_cases(desk, "facebook", [2])
    assert said in ask(*words, code=code)["message"]
    with desk.ledger.read() as db:
        assert db.execute(select(func.count()).select_from(cases)).scalar() == 2


def test_a_first_step_is_made_once_and_before_anything_is_planned(desk, ask):
    add_cases(desk, "x", [1, 2])
    ask("case", "first-step", "C-1", *FIRST)
    assert "it follows C-3 already" in ask("case", "first-step", "C-1", *FIRST, code=7)["why"]
    desk.ledger.write(lambda book: book.db.execute(update(cases).where(cases.c.id == 2).values(delivered="sent")))
    assert "it is sent already" in ask("case", "first-step", "C-2", *FIRST, code=7)["why"]


def test_one_case_of_several_that_cannot_leaves_all_of_them_alone(desk, ask):
    add_cases(desk, "x", [1, 2])
    desk.ledger.write(lambda book: book.db.execute(update(cases).where(cases.c.id == 2).values(closed="done")))
    ask("case", "first-step", "C-1", "C-2", *FIRST, code=7)
    assert row(desk, 1)["follows"] is None


def test_a_declined_order_goes_to_court_with_a_certified_copy(desk, ask, tmp_path):
    add_cases(desk, "facebook", [1])
    send(desk, ask, 1)
    ask("claim", "add", "C-1", "--value", "declined")
    given = {name: OWN_VALUES[name] for name in PACKS["court-order"].own_columns} | {"evidence": "order.pdf"}
    given["certified_copy"] = "order.pdf"
    words = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
    refused = ask("case", "next-step", "C-1", "--basis", "court-order", *words, code=6)
    assert "order.pdf" in refused["message"]
    (tmp_path / "order.pdf").write_bytes(b"%PDF invented")
    made = ask("case", "next-step", "C-1", "--basis", "court-order", *words)["items"][0]
    assert made == {"case": "C-1", "other": "C-2", "basis": "court-order", "made": True}
    held = row(desk, 2)
    assert (held["follows"], held["step"], held["evidence"][0]["name"]) == (1, 2, "order.pdf")
    assert (tmp_path / "evidence" / held["evidence"][0]["sha256"]).exists()
    by_account = ask("report", "--unit", "account")["summary"]["rates"]["claim"]
    assert by_account["denominator"] == 1
    assert "is open for the same target" in ask("case", "next-step", "C-1", "--basis", "court-order", *words, code=7)["why"]


def test_the_second_step_is_met_by_an_import_of_its_target(desk, ask, tmp_path):
    add_cases(desk, "x", [1])
    ask("case", "first-step", "C-1", *FIRST)
    from takedown.cli.import_ import setting_of

    done = import_file(desk.ledger, tmp_path / "batch.csv", ImportOptions(), setting_of(desk))
    assert (done.imported, done.duplicates) == (0, 1)
