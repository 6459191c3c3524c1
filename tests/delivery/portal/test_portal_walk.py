from pathlib import Path

import pytest
from desks import again
from portal_desk import Scripted, column, delivered, evidence, excepted, row, tries, waiting

from takedown.audit import verify as audit
from takedown.delivery.deliver import Halted
from takedown.delivery.halting import halt
from takedown.delivery.portal.taking import LEASE
from takedown.delivery.portal.tasks import median_seconds
from takedown.delivery.portal.walk import Walk, Walked
from takedown.ledger.moves import State


def walked(desk, *lines, **more) -> tuple[Walked, Scripted]:
    screen = Scripted(desk, list(lines), **more)
    return Walk(desk, screen).run(), screen


def test_a_hundred_packets_take_three_keystrokes_each_beside_the_paste(tmp_path):
    desk = waiting(tmp_path, 50, ["tiktok", "x"])
    platforms = column(desk, "platform")
    filed = []

    class Officer(Scripted):
        """Enter until every changed box was copied, then the number."""

        def ask(self, question):
            done = len(self.copied)
            self.lines[:] = [""] if done < self.due else [f"CASE-{len(self.views):04d}"]
            filed.append(self.lines[0])
            return super().ask(question)

        def packet(self, view):
            super().packet(view)
            boxes = [view.task.packet.fields[at].value for at in view.shown]
            self.due = len(self.copied) + len([value for value in boxes if value])

    screen = Officer(desk, [])
    result = Walk(desk, screen).run()
    assert result.filed == 100
    assert column(desk, "state") == ["sent"] * 100
    assert [view.task.platform for view in screen.views] == sorted(platforms)
    enters = [len([line for line in filed if line == ""])]
    first_of_a_form = 2 * 13
    assert (enters[0] - first_of_a_form) / 100 <= 3
    assert not audit(desk.ledger).problems


def test_only_what_changed_since_the_last_packet_is_shown_and_copied(tmp_path):
    desk = waiting(tmp_path, 2)
    _, screen = walked(desk, "NUMBER-1", "", "", "NUMBER-2")
    first, second = screen.views
    assert len(first.shown) == len(first.task.packet.fields)
    changed = {second.task.packet.fields[at].label for at in second.shown}
    assert changed == {"Reference number", "File numbers", "Links"}
    assert screen.copied[0] == "Example Authority"
    assert screen.copied[1:] == [second.task.packet.reference, "FILE-2", "https://www.facebook.com/standin.0002"]
    assert "copied: 7 Reference number (17 characters), 1 of 3" in screen.said


def test_a_number_and_enter_is_filed_with_its_seconds(tmp_path):
    desk = waiting(tmp_path, 1)
    result, _ = walked(desk, "", "  FB-778 ", pace=12.0)
    filed = row(desk, 1)
    assert (filed["state"], filed["receipt"], filed["seconds"], filed["attempts"]) == ("sent", "FB-778", 24.0, 1)
    assert (result.median, filed["assigned"], tries(desk, 1), delivered(desk)) == (24.0, "asma", ["sent"], ["sent"])
    assert median_seconds(desk.ledger) == 24.0


def test_what_the_clipboard_still_held_is_not_taken_for_a_number(tmp_path):
    desk = waiting(tmp_path, 1)
    packet = "https://www.facebook.com/standin.0001"
    result, screen = walked(desk, packet, "12", "one\ntwo", row(desk, 1)["reference"], None)
    assert result.filed == 0
    assert row(desk, 1)["state"] == "operator"
    assert [line.split(".")[0] for line in screen.said[1:]] == [
        "That is one of our own boxes, not the portal's number",
        "12 is very short for a number, and no command",
        "Several lines were pasted",
        "That is one of our own boxes, not the portal's number",
    ]


def test_a_doubtful_number_is_taken_when_it_is_entered_again(tmp_path):
    desk = waiting(tmp_path, 2)
    _, screen = walked(desk, "SAME-1", "SAME-1", "SAME-1")
    assert column(desk, "receipt") == ["SAME-1", "SAME-1"]
    assert any(line.startswith("R-1 has that number already") for line in screen.said)


def test_later_and_no_number(tmp_path):
    desk = waiting(tmp_path, 2)
    shown = evidence(tmp_path, "shot.png", b"stand-in picture")
    walked(desk, "l", "n", str(tmp_path / "shot.png"))
    later, none = row(desk, 1), row(desk, 2)
    assert (later["state"], later["receipt"]) == ("sent", "")
    assert (none["state"], none["receipt"]) == ("sent", "by hand, 2027-01-15T08:00:30.000Z, by asma")
    assert (desk.ledger.folder / "evidence" / shown).read_bytes() == b"stand-in picture"


def test_skipped_is_given_back_and_not_shown_twice_in_one_walk(tmp_path):
    desk = waiting(tmp_path, 2)
    result, screen = walked(desk, "s", "NUMBER-2")
    assert (result.filed, result.skipped) == (1, 1)
    assert [view.task.request for view in screen.views] == [1, 2]
    assert row(desk, 1)["attempts"] == 0
    _, screen = walked(again(desk, "bilal"), "NUMBER-1")
    assert screen.views[0].warning == ""
    assert column(desk, "state") == ["sent", "sent"]


def test_unsure_and_refused(tmp_path):
    desk = waiting(tmp_path, 2)
    result, _ = walked(desk, "u", "f", "", "f", "not a valid order", None)
    assert (result.unsure, result.refused) == (1, 1)
    assert column(desk, "state") == ["unknown", "refused"]
    assert row(desk, 2)["detail"] == "portal: not a valid order"
    assert tries(desk, 1) == ["unknown"]


def test_an_excepted_case_is_not_claimed_as_sent(tmp_path):
    desk = waiting(tmp_path, 1, per_request=3)
    walked(desk, "x", "2", "the form said it does not exist", "NUMBER-1")
    assert delivered(desk) == ["sent", "draft", "sent"]
    assert excepted(desk, 1) == {1: "", 2: "the form said it does not exist", 3: ""}


def test_the_only_case_cannot_be_excepted(tmp_path):
    desk = waiting(tmp_path, 1)
    _, screen = walked(desk, "x", None)
    assert screen.said[-1].startswith("It asks for one case only")


def test_back_copies_the_box_before_and_mends_the_number_before(tmp_path):
    desk = waiting(tmp_path, 2)
    _, screen = walked(desk, "WRONG-1", "", "b", "b", "RIGHT-1", "NUMBER-2")
    assert column(desk, "receipt") == ["RIGHT-1", "NUMBER-2"]
    assert screen.copied[1:] == [screen.copied[1], "FILE-2", screen.copied[1]]
    assert not audit(desk.ledger).problems


def test_every_box_can_be_copied(tmp_path):
    desk = waiting(tmp_path, 2)
    _, screen = walked(desk, "NUMBER-1", "c 3", "c99", "a", "o", "?", "NUMBER-2")
    assert screen.copied[2] == "PK"
    assert screen.copied[3] == "Example Authority"
    assert screen.opened == [screen.views[0].task.packet.url]
    assert "There are 18 boxes." in screen.said


def test_quitting_gives_back_what_was_only_shown(tmp_path):
    desk = waiting(tmp_path, 2)
    result, screen = walked(desk, "NUMBER-1", "q")
    assert result.filed == 1
    assert column(desk, "state") == ["sent", "approved"]
    assert len(screen.asked) == 2


@pytest.mark.parametrize(("word", "state"), [("n", "approved"), ("u", "unknown"), ("", "operator")])
def test_quitting_asks_about_what_was_begun(tmp_path, word, state):
    desk = waiting(tmp_path, 1)
    walked(desk, "", "q", word)
    assert column(desk, "state") == [state]


def test_quitting_can_be_thought_over(tmp_path):
    desk = waiting(tmp_path, 1)
    walked(desk, "", "q", "b", "NUMBER-1")
    assert column(desk, "receipt") == ["NUMBER-1"]


def test_interrupted_nothing_is_lost_and_the_same_officer_goes_on(tmp_path):
    desk = waiting(tmp_path, 2)
    with pytest.raises(KeyboardInterrupt):
        walked(desk, "", "^C")
    assert column(desk, "state") == ["operator", "operator"]
    _, screen = walked(again(desk), "NUMBER-1", "NUMBER-2")
    assert "You opened this before" in screen.views[0].warning
    assert screen.copied == ["Example Authority"] or screen.copied[0] == screen.views[1].task.packet.fields[6].value
    assert column(desk, "receipt") == ["NUMBER-1", "NUMBER-2"]


def test_left_is_uncertain_and_the_next_person_is_told_to_look_first(tmp_path):
    desk = waiting(tmp_path, 1)
    walked(desk, "", None)
    desk.clock.at += LEASE
    _, screen = walked(again(desk, "bilal"), "FOUND-1")
    (view,) = screen.views
    assert view.task.state is State.UNKNOWN
    assert "look for it on the portal's own list" in view.warning
    assert screen.copied == []
    assert (row(desk, 1)["state"], row(desk, 1)["receipt"]) == ("sent", "FOUND-1")


def test_uncertain_without_proof_stays_uncertain(tmp_path):
    desk = waiting(tmp_path, 1)
    walked(desk, "u", "s")
    _, screen = walked(again(desk, "bilal"), "l", "n", "", "s")
    assert row(desk, 1)["state"] == "unknown"
    assert any("uncertain" in line for line in screen.said)


def test_a_number_entered_after_the_lease_was_over_still_counts(tmp_path):
    desk = waiting(tmp_path, 1)
    result, _ = walked(desk, "", "NUMBER-1", pace=LEASE)
    assert (result.filed, row(desk, 1)["state"]) == (1, "sent")


def test_halted_in_the_middle_no_packet_follows(tmp_path):
    desk = waiting(tmp_path, 2)

    class Halting(Scripted):
        def ask(self, question):
            halt(again(desk, "bilal"), "a mistake in the list")
            return super().ask(question)

    with pytest.raises(Halted):
        Walk(desk, Halting(desk, ["NUMBER-1"])).run()
    assert column(desk, "state") == ["sent", "operator"]


def test_attachments_lie_in_one_folder_while_the_packet_is_open(tmp_path):
    evidence(tmp_path, "order no. 7.pdf")
    desk = waiting(tmp_path, 1, evidence="order no. 7.pdf")
    seen: list[list[str]] = []

    class Looking(Scripted):
        def ask(self, question):
            folder = self.views[-1].folder
            seen.append([one.name for one in folder.iterdir()])
            return super().ask(question)

    screen = Looking(desk, ["NUMBER-1"])
    Walk(desk, screen).run()
    assert seen == [["1-order_no._7.pdf"]]
    assert not Path(screen.views[0].folder).exists()
