from dataclasses import replace
from pathlib import Path

from desks import reading, status_of
from ledger_scenes import DAY, Scene, scene
from sqlalchemy import update

from takedown.ledger.cases import close
from takedown.ledger.doubting import keep_back
from takedown.ledger.moves import State
from takedown.ledger.tables import meta, plans
from takedown.notices import load_packs
from takedown.outcomes.resubmit import choose
from takedown.planning.demands import Demands
from takedown.report.listing import Filter, listed
from takedown.report.outcomes import brief, report
from takedown.report.status import Status, status
from takedown.report.waiting import Matter


def people(found: Status) -> dict[str, Matter]:
    return {matter.kind: matter for matter in found.people}


def later(found: Status) -> dict[str, Matter]:
    return {matter.kind: matter for matter in found.time}


def test_an_empty_ledger_asks_for_a_file(at_desk: Scene) -> None:
    found = status_of(at_desk.desk)
    assert (found.platforms, found.people, found.time, found.next) == ({}, (), (), "takedown import FILE")


def test_truths_stand_side_by_side_by_platform(at_desk: Scene) -> None:
    one, two, three = at_desk.case(), at_desk.case("wren"), at_desk.case()
    at_desk.sent(one, three)
    at_desk.claim(one, "removed")
    at_desk.see(one, "gone")
    close(at_desk.desk.ledger, two, "mistake", "alice")
    found = status_of(at_desk.desk)
    chirp, wren = found.platforms["chirp"], found.platforms["wren"]
    assert (chirp.delivery, chirp.claimed, chirp.observed) == ({"sent": 2}, {"removed": 1, "none": 1}, {"gone": 1, "none": 1})
    assert (wren.delivery.total(), wren.closed) == (0, {"mistake": 1})
    assert found.whole.pending == 1


def test_what_waits_for_a_person_comes_with_its_command(at_desk: Scene) -> None:
    at_desk.case()
    found = status_of(at_desk.desk)
    assert people(found)["draft"].do == found.next == "takedown plan"
    planned = at_desk.plan(1)
    found = status_of(at_desk.desk)
    assert people(found)["approval"] == Matter(
        "approval", "P-1 waits for approval", 1, "case", "planned by alice; 0 of 1 approvals given",
        "takedown approve P-1 --as NAME", at_desk.clock.at + 3 * DAY,
    )  # fmt: skip
    at_desk.go(planned, State.APPROVED)
    assert people(status_of(at_desk.desk))["approved"].do == "takedown submit P-1"
    at_desk.go(planned, State.SENDING)
    assert later(status_of(at_desk.desk))["sending"].count == 1
    at_desk.go(planned, State.SENT, receipt="CH-1")
    found = status_of(at_desk.desk)
    assert (found.people, found.time, found.next) == ((), (), "takedown sync")
    at_desk.claim(1, "declined")
    assert status_of(at_desk.desk).next == "takedown report"


def test_a_plan_whose_time_is_over_is_to_be_discarded(at_desk: Scene) -> None:
    at_desk.plan(at_desk.case())
    at_desk.clock.at += 4 * DAY
    assert people(status_of(at_desk.desk))["expired"].do == "takedown plan discard P-1"


def test_without_approvals_a_plan_may_be_sent(tmp_path: Path) -> None:
    with scene(tmp_path, approvals=0) as at_desk:
        at_desk.plan(at_desk.case())
        at_desk.write(lambda book: book.db.execute(update(plans).values(demands=Demands(0).text())) and None)
        assert people(status_of(at_desk.desk))["approval"].do == "takedown submit P-1"


def uncertain(at_desk: Scene, born: float | None) -> None:
    request = at_desk.plan(at_desk.case())
    at_desk.go(request, State.APPROVED, State.SENDING, State.UNKNOWN, key_born=born)


def test_an_uncertain_sending_without_key_and_search_needs_a_person(at_desk: Scene) -> None:
    uncertain(at_desk, at_desk.clock.at)
    found = status_of(at_desk.desk)
    assert people(found)["uncertain"].do == "takedown unknown list"
    assert "settling" not in later(found)


def test_a_young_key_settles_it_and_an_old_one_does_not(tmp_path: Path) -> None:
    with scene(tmp_path, {"chirp": {"idempotency": True, "key_life": "24h"}}) as at_desk:
        uncertain(at_desk, at_desk.clock.at)
        at_desk.clock.at += DAY / 2
        uncertain(at_desk, at_desk.clock.at)
        at_desk.clock.at += DAY / 2
        found = status_of(at_desk.desk)
        assert (people(found)["uncertain"].count, later(found)["settling"].count) == (1, 1)


def test_a_search_settles_it(tmp_path: Path) -> None:
    with scene(tmp_path, {"chirp": {"search": True}}) as at_desk:
        uncertain(at_desk, None)
        found = status_of(at_desk.desk)
        assert "uncertain" not in people(found)
        assert later(found)["settling"].count == 1


def test_an_uncertain_sending_of_a_platform_that_is_gone_needs_a_person(at_desk: Scene) -> None:
    request = at_desk.plan(at_desk.case("grebe"), platform="grebe")
    at_desk.go(request, State.APPROVED, State.SENDING, State.UNKNOWN)
    assert people(status_of(at_desk.desk))["uncertain"].count == 1


def test_packets_returned_mails_refusals_and_questions_are_listed(at_desk: Scene) -> None:
    packet, refused, asked, mailed = at_desk.case(), at_desk.case(), at_desk.case(), at_desk.case()
    at_desk.go(at_desk.plan(packet, channel="portal"), State.APPROVED, State.OPERATOR)
    request = at_desk.plan(refused)
    at_desk.go(request, State.APPROVED, State.SENDING)
    at_desk.go(request, State.REFUSED, detail="already_gone: it is gone")
    at_desk.sent(asked)
    at_desk.claim(asked, "needs_information")
    at_desk.go(at_desk.sent(mailed, channel="email"), State.RETURNED)
    found = people(status_of(at_desk.desk))
    assert {kind: found[kind].count for kind in ("portal", "refused", "question", "returned")} == dict.fromkeys(
        ("portal", "refused", "question", "returned"), 1
    )
    assert (found["refused"].what, found["refused"].why) == ("the platform refused the request: already_gone", "chirp 1")
    close(at_desk.desk.ledger, refused, "out_of_scope", "alice")
    assert "refused" not in people(status_of(at_desk.desk))


def test_patience_ends_after_the_time_that_the_pack_gives(at_desk: Scene) -> None:
    answered, silent, foreign = at_desk.case(), at_desk.case(), at_desk.case(basis="not-installed")
    at_desk.sent(answered, silent, foreign)
    at_desk.claim(answered, "removed")
    at_desk.claim(silent, "received")
    at_desk.clock.at += 3 * DAY
    assert "overdue" not in people(status_of(at_desk.desk))
    at_desk.clock.at += 1
    assert people(status_of(at_desk.desk))["overdue"].count == 1


def test_overdue_is_who_is_out_of_the_laws_own_time(at_desk: Scene) -> None:
    """The hour of an EU removal order stops for a question and an obstacle, and starts anew after them; patience is two hours."""
    at_desk.desk.__dict__["packs"] = load_packs([])
    silent, asked, answered, hindered, freed, declined, back = (at_desk.case(basis="eu-tco-3") for _ in range(7))
    at_desk.sent(silent, asked, answered, hindered, freed, declined, back)
    at_desk.clock.at += 60
    for case in (asked, answered):
        at_desk.claim(case, "needs_information")
    for case in (hindered, freed):
        at_desk.claim(case, "in_review", reason_code="force_majeure")
    at_desk.claim(declined, "declined", reason_code="lacks_information")
    at_desk.change(back, withdrawal="sent")
    at_desk.clock.at += 3 * 3600
    at_desk.change(answered, answered_at=at_desk.clock.at)
    at_desk.claim(freed, "received")
    at_desk.clock.at += 60
    assert _late_of(at_desk) == {silent}, "the others stand still, or have their hour again"
    at_desk.clock.at += 3600
    assert _late_of(at_desk) == {silent, answered, freed}


def _late_of(at_desk: Scene) -> set[int]:
    """The overdue cases, as `resubmit` names them; `status` must count the same."""
    left = choose(at_desk.desk, 0.0, None).all()
    late = {int(one.case.removeprefix("C-")) for one in left if one.what in {"remind", "decide"}}
    assert people(status_of(at_desk.desk))["overdue"].count == len(late)
    return late


def test_a_measure_is_reviewed_when_its_pack_says(at_desk: Scene) -> None:
    file = at_desk.desk.config.folder / "packs" / "pk-peca-37.toml"
    file.parent.mkdir()
    shipped = Path(__file__).parents[2].joinpath("templates/takedown_notices/packs/pk-peca-37.toml").read_text()
    file.write_text(shipped.replace('after = "180d"', 'after = "30d"'))
    at_desk.sent(at_desk.case(), at_desk.case(basis="eu-dsa-16"))
    at_desk.clock.at += 31 * DAY
    own = replace(reading(at_desk.desk), packs=file.parent)
    found = status(own, lambda: at_desk.desk)
    assert (people(found)["sunset"].count, people(found)["sunset"].why) == (1, "sent 30 days ago or more: renew or withdraw")
    at_desk.clock.at += 150 * DAY
    assert [(one.count, one.why[:8]) for one in status(own, lambda: at_desk.desk).people if one.kind == "sunset"] == [
        (1, "sent 30 "),
        (1, "sent 180"),
    ]


def test_contradictions_are_work(at_desk: Scene) -> None:
    up, gone = at_desk.case(), at_desk.case()
    at_desk.sent(up, gone)
    at_desk.claim(up, "removed")
    at_desk.see(up, "available")
    at_desk.claim(gone, "declined")
    at_desk.see(gone, "gone")
    found = [matter.what for matter in status_of(at_desk.desk).people if matter.kind == "contradiction"]
    assert found == ["platform says done, still up", "platform declined, yet gone"]


def test_a_platform_that_never_says_anything_is_told(at_desk: Scene) -> None:
    at_desk.sent(at_desk.case(), at_desk.case())
    answered = at_desk.case("wren")
    at_desk.sent(answered)
    at_desk.claim(answered, "received")
    assert "silent" not in people(status_of(at_desk.desk))
    at_desk.clock.at += 4 * DAY
    told = people(status_of(at_desk.desk))["silent"]
    assert (told.what, told.count, told.do) == ("chirp has answered nothing", 2, "takedown platforms chirp")
    assert "not even a receipt since the first was delivered 4 days ago" in told.why


def test_a_halt_comes_first(at_desk: Scene) -> None:
    at_desk.case()
    at_desk.write(lambda book: book.db.execute(update(meta).where(meta.c.name == "halted").values(value="a wrong list")) and None)
    found = status_of(at_desk.desk)
    assert (found.people[0].kind, found.people[0].why) == ("halted", "a wrong list")
    assert found.next == "takedown unhalt --as NAME"


def test_lanes_that_stopped_need_a_person_and_those_that_rest_need_time(at_desk: Scene) -> None:
    at_desk.lane("chirp:api", stopped="TD-0402", why="its token can be read by others", mend="chmod 600 chirp.token")
    at_desk.lane("wren:api", not_before=at_desk.clock.at + 60, why="Retry-After")
    found = status_of(at_desk.desk)
    assert people(found)["stopped"].why == "its token can be read by others"
    assert people(found)["stopped"].do == "chmod 600 chirp.token"
    assert later(found)["resting"].until == at_desk.clock.at + 60
    at_desk.clock.at += 61
    assert "resting" not in later(status_of(at_desk.desk))


def test_what_was_tried_waits_for_its_time_and_reminders_stay_frozen(at_desk: Scene) -> None:
    again, fresh = at_desk.case(), at_desk.case()
    request = at_desk.plan(again, attempts=1, not_before=at_desk.clock.at + 30)
    at_desk.go(request, State.APPROVED)
    at_desk.go(at_desk.plan(fresh), State.APPROVED)
    at_desk.go(at_desk.plan(fresh, purpose="reminder", not_before=1e11), State.APPROVED)
    found = status_of(at_desk.desk)
    assert (later(found)["retry"].count, later(found)["retry"].until) == (1, at_desk.clock.at + 30)
    assert later(found)["reminder"].count == 1
    assert [matter.what for matter in found.people] == ["P-2 is approved, not all of it sent"]


def test_a_reminder_that_was_woken_is_sent_like_any_other(at_desk: Scene) -> None:
    case = at_desk.case()
    at_desk.sent(case)
    at_desk.go(at_desk.plan(case, purpose="reminder", not_before=0.0), State.APPROVED)
    found = status_of(at_desk.desk)
    assert [matter.do for matter in found.people] == ["takedown submit P-2"]
    assert "reminder" not in later(found)


def test_a_number_that_is_to_follow_is_asked_for(at_desk: Scene) -> None:
    at_desk.go(at_desk.plan(at_desk.case(), channel="portal"), State.APPROVED, State.OPERATOR, State.SENT)
    assert people(status_of(at_desk.desk))["number"].do == "takedown portal list"


def test_a_batch_shows_only_its_own(at_desk: Scene) -> None:
    from sqlalchemy import insert

    from takedown.ledger.tables import batches

    other = {"id": 2, "file": "other.csv", "sha256": "1" * 64, "imported_at": at_desk.clock.at, "by": "alice"}
    at_desk.write(lambda book: book.db.execute(insert(batches).values(**other)) and None)
    mine, theirs = at_desk.case(), at_desk.case(batch=2)
    at_desk.plan(mine)
    at_desk.go(at_desk.plan(theirs, channel="portal"), State.APPROVED, State.OPERATOR)
    first, second = status_of(at_desk.desk, 1), status_of(at_desk.desk, 2)
    assert (first.whole.delivery, [m.kind for m in first.people]) == ({"planned": 1}, ["approval"])
    assert (second.whole.delivery, [m.kind for m in second.people]) == ({"operator": 1}, ["portal"])


def test_what_was_taken_back_is_not_pending(at_desk: Scene) -> None:
    waits, back, answered = at_desk.case(), at_desk.case(), at_desk.case("wren")
    at_desk.sent(waits, back)
    at_desk.sent(answered, platform="wren")
    at_desk.claim(answered, "removed")
    for case in (back, answered):
        at_desk.change(case, withdrawal="sent", withdrawn_at=at_desk.clock.at)
    found = status_of(at_desk.desk)
    assert (found.whole.pending, found.whole.taken_back) == (1, 1)
    assert people(found)["taken_back"].count == 1
    told = report(at_desk.desk)
    assert (told.whole.pending, told.whole.taken_back, told.whole.agreed.pending) == (1, 1, 1)
    assert (told.groups["chirp"].taken_back, told.groups["wren"].taken_back) == (1, 0)
    assert "1 were taken back and are not pending." in brief(told)
    assert sum(week.pending for _, week in told.weeks) == 1
    with reading(at_desk.desk).ledger() as ledger:
        assert [one["case"] for one in listed(ledger, Filter(pending=True))] == ["C-1"]
    close(at_desk.desk.ledger, back, "mistake", "alice")
    assert "taken_back" not in people(status_of(at_desk.desk))
    assert report(at_desk.desk).whole.taken_back == 0


def test_what_a_restored_ledger_doubts_is_no_draft_to_be_planned(at_desk: Scene) -> None:
    at_desk.case()
    at_desk.case()
    at_desk.desk.ledger.write(keep_back)
    at_desk.case()
    found = people(status_of(at_desk.desk))
    assert (found["doubted"].count, found["draft"].count) == (2, 1)
    assert found["doubted"].do == "takedown case list --differs doubted", "whoever looks has not compared yet"
    assert "held" not in found
