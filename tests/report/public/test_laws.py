"""Yearly reports that a law asks for: what the ledger knows, and open cells for what it does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ledger_scenes import DAY, START, Scene, scene
from test_transparency import PACKS, sent, sheet

from takedown.cli import run
from takedown.notices import Packs
from takedown.report.public.document import year
from takedown.report.public.laws import OPEN, dsa_22, tco_8


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as found:
        found.desk.__dict__["packs"] = PACKS
        yield found


def flagged(law: str, **more: Any) -> dict[str, Any]:
    return {"fields": {"infringed_law": law, "trusted_flagger": "Example Coordinator, 2025, fraud"}, **more}


def test_a_trusted_flaggers_notices_are_told_by_provider_law_and_action(desk: Scene) -> None:
    sent(desk, 2, "eu-dsa-16", **flagged("Section 1"))
    (case,) = sent(desk, 1, "eu-dsa-16", **flagged("Section  2"))
    desk.claim(case, "removed", ground="own_rules")
    sent(desk, 1, "eu-dsa-16", "wren", said="declined", fields={})
    sent(desk, 4, "eu-dsa-9")  # an order is no notice
    sent(desk, 4, "terms-referral")  # nor is a referral
    document = dsa_22(desk.desk, year(2026))
    providers = sheet(document, "(a) Notices by provider of hosting services")
    assert providers == {
        ("Chirp",): {"notices": 2, "items notified": 3}, ("Wren",): {"notices": 1, "items notified": 1},
        ("all",): {"notices": 3, "items notified": 4},
    }  # fmt: skip
    kinds = sheet(document, "(b) By type of allegedly illegal content")
    assert {name: row["items notified"] for (name,), row in kinds.items()} == {
        "Section 1": 2, "Section 2": 1, "not named": 1, "all": 4,
    }  # fmt: skip
    did = sheet(document, "(c) By action that the provider took")
    assert {name: row["items notified"] for (name,), row in did.items()} == {
        "removed, under its own rules": 1, "declined": 1, "no decision yet": 2, "all": 4,
    }  # fmt: skip
    text = sheet(document, "Explanations")
    assert text["Items whose notice named the trusted flagger's status",] == {"text": 3}
    assert text["Procedures that ensure that the trusted flagger keeps its independence",] == {"text": OPEN}


def test_an_operators_own_pack_under_the_same_law_is_counted(desk: Scene) -> None:
    own = PACKS["eu-dsa-16"].model_copy(update={"id": "our-notice"})
    desk.desk.__dict__["packs"] = Packs({**PACKS, "our-notice": own})
    sent(desk, 2, "our-notice")
    assert sheet(dsa_22(desk.desk, year(2026)), "(a) Notices by provider of hosting services")["all",]["notices"] == 1


def test_removal_orders_are_told_with_what_came_of_them(desk: Scene) -> None:
    abroad = {"fields": {"issuing_state": "DE", "establishment_state": "IE"}}
    home = {"fields": {"issuing_state": "DE", "establishment_state": "DE"}}
    first = sent(desk, 3, "eu-tco-3", **abroad)
    second = sent(desk, 2, "eu-tco-3", **home)
    desk.claim(first[0], "removed")
    desk.clock.at += 2 * 3600
    desk.claim(first[1], "restricted")
    desk.claim(second[0], "declined")
    document = tco_8(desk.desk, year(2026))
    orders = {name: row["number"] for (name,), row in sheet(document, "(a) Removal orders").items()}
    assert list(orders.values()) == [2, 1, OPEN, 5]
    assert {name: row["number"] for (name,), row in sheet(document, "(a) How they were implemented").items()} == {
        "removed, or access disabled": 2, "not removed and not disabled": 1, "no final answer yet": 2, "all": 5,
    }  # fmt: skip
    assert [*sheet(document, "How fast, for Article 21 (1) (a)").values()] == [{"number": 1}]
    assert {row["number or text"] for row in sheet(document, "(b) to (d)").values()} == {OPEN, 0}


def test_another_year_has_its_own_report(desk: Scene) -> None:
    desk.clock.at = START + 400 * DAY
    sent(desk, 2, "eu-tco-3")
    assert sheet(tco_8(desk.desk, year(2026)), "(a) Removal orders")["Removal orders issued under Article 3",] == {"number": 0}
    assert sheet(tco_8(desk.desk, year(2027)), "(a) Removal orders")["Removal orders issued under Article 3",] == {"number": 1}


ASKED_WRONGLY = (
    ["tco-8"],
    ["dsa-22"],
    ["tco-8", "--year", "2026", "--batch", "B-1"],
    ["transparency", "--platform", "x"],
    ["csv", "--year", "2026"],
)


@pytest.mark.parametrize("words", ASKED_WRONGLY)
def test_what_is_asked_wrongly_is_refused_with_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run(["init", "--quiet"])
    capsys.readouterr()
    assert run(["export", "--format", *words, "-o", "out.md"]) == 2
    assert not (tmp_path / "out.md").exists()


def test_the_command_writes_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    run(["init", "--quiet"])
    for form, name in (("transparency", "a.md"), ("dsa-22", "b.json"), ("tco-8", "c.csv"), ("lumen", "d.json")):
        assert run(["export", "--format", form, "--year", "2026", "-o", name]) == 0, capsys.readouterr()
        assert (tmp_path / name).stat().st_size
