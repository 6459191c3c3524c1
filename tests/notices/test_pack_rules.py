"""What a pack asks of a case, and that a text is never made without it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from notice_samples import AUTHORITY, PACK_IDS, PACKS, WHEN, case, request, write

from takedown.contract import Case, Measure
from takedown.notices import (
    Clock,
    Happened,
    IncompleteCase,
    NoIdentity,
    NoSuchPack,
    NoTerritory,
    case_values,
    render,
    render_reminder,
)

REQUIRED = [(pack, field) for pack in PACK_IDS for field in PACKS[pack].required_columns]


def without(one: Case, field: str) -> Case:
    if field in one.fields:
        return replace(one, fields={**one.fields, field: ""})
    return replace(one, **{field: () if field == "evidence" else ""})


@pytest.mark.parametrize("pack", PACK_IDS)
def test_a_complete_case_lacks_nothing(pack: str) -> None:
    assert PACKS[pack].missing(case_values(case()), Measure.REMOVE_ACCOUNT) == []


@pytest.mark.safeguard("S3")
@pytest.mark.parametrize(("pack", "field"), REQUIRED)
def test_each_required_field_deleted_in_turn_is_refused_by_name(pack: str, field: str) -> None:
    lacking = without(case(), field)
    assert [problem.field for problem in PACKS[pack].missing(case_values(lacking), lacking.measure)] == [field]
    with pytest.raises(IncompleteCase, match=rf"C-1 is not complete for {pack}: {field}$"):
        write(PACKS[pack], lacking)


def test_absent_blank_and_wordless_values_are_all_none() -> None:
    values = case_values(case())
    for empty in ({}, {"reason": " "}, {"reason": "\u200b\u200b"}, {"reason": "... -- ..."}):
        found = PACKS["pk-peca-37"].missing({k: v for k, v in values.items() if k != "reason"} | empty, Measure.REMOVE_ITEM)
        assert [p.field for p in found] == ["reason"], empty
        assert "fill in the column reason" in found[0].fix


@pytest.mark.safeguard("S4")
def test_a_reason_must_be_a_statement_of_reasons() -> None:
    (problem,) = PACKS["eu-dsa-16"].missing(case_values(case(reason="bad")), Measure.REMOVE_ITEM)
    assert (problem.field, "3 characters" in problem.why) == ("reason", True)


@pytest.mark.safeguard("S6")
@pytest.mark.parametrize("pack", PACK_IDS)
def test_an_account_or_the_whole_world_needs_its_reason_and_one_item_does_not(pack: str) -> None:
    def lacks(**changes: Any) -> list[str]:
        one = case(proportionality="", **changes)
        return [problem.field for problem in PACKS[pack].missing(case_values(one), one.measure)]

    assert lacks(measure=Measure.REMOVE_ACCOUNT) == ["proportionality"]
    assert lacks(measure=Measure.REMOVE_ITEM) == []
    assert lacks(measure=Measure.REMOVE_ITEM, territory=("PK", "worldwide")) == ["proportionality"]


def test_a_packs_own_columns_have_their_limits() -> None:
    pack = PACKS["terms-referral"]
    long = case(fields={"platform_rule": "x" * 1001, "why_no_order": "No power in this matter."})
    assert [(p.field, p.fix) for p in pack.missing(case_values(long), long.measure)] == [("platform_rule", "shorten it")]
    broken = case(fields={"section_37_ground": "one\nReference: other"})
    assert [p.why for p in PACKS["pk-peca-37"].missing(case_values(broken), broken.measure)] == ["it has a line break"]


@pytest.mark.safeguard("S10")
@pytest.mark.parametrize("part", ["name", "unit", "contact", "email"])
def test_no_request_is_anonymous(part: str) -> None:
    with pytest.raises(NoIdentity, match=f"has no {part}"):
        write(PACKS["pk-peca-37"], authority=replace(AUTHORITY, **{part: " "}))


@pytest.mark.safeguard("S7")
def test_no_request_is_without_a_territory() -> None:
    with pytest.raises(NoTerritory, match="C-1"):
        write(PACKS["pk-peca-37"], territory=[])


def test_a_time_without_a_zone_and_a_request_without_a_case_are_errors() -> None:
    with pytest.raises(ValueError, match="zone"):
        write(PACKS["pk-peca-37"], issued_at=WHEN.replace(tzinfo=None))
    with pytest.raises(ValueError, match="at least one case"):
        render(PACKS["pk-peca-37"], [], AUTHORITY, reference="R", territory=["PK"], issued_at=WHEN)


def test_an_unknown_pack_is_named_with_those_that_there_are() -> None:
    with pytest.raises(NoSuchPack) as caught:
        PACKS["pk-peca-73"]
    assert "'pk-peca-73'" in caught.value.message
    assert "pk-peca-37" in str(caught.value.as_dict()["why"])
    assert PACKS.get("pk-peca-73") is None


def test_only_a_verified_clock_that_runs_from_the_issue_sets_a_date() -> None:
    pack = PACKS["pk-peca-37"]
    assert pack.respond_by(WHEN) is None, "its clocks are not verified"
    clock = Clock(
        name="answer", length="24h", starts=Happened.ISSUED, starts_when="issue", source="invented", says={"en": "24 hours"}
    )
    sure = pack.model_copy(update={"clocks": (clock.model_copy(update={"verified": True}), clock)})
    assert sure.respond_by(WHEN) == WHEN + timedelta(hours=24)
    assert pack.model_copy(update={"clocks": (clock,)}).respond_by(WHEN) is None


def test_reminders_are_counted() -> None:
    pack = PACKS["pk-peca-37"]
    with pytest.raises(ValueError, match="allows 1 reminder"):
        render_reminder(pack, request(pack), reference="TD-R", number=pack.reminders + 1)


def test_loading_packs_loads_no_template_engine() -> None:
    code = "import sys; from takedown.notices import load_packs; load_packs(); sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
