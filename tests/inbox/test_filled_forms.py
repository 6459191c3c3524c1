"""The forms of a removal order come back filled in: what they say counts, what is doubtful about them is a person's."""

import pytest
from inbox_desk import office
from mails import mail
from notice_samples import OWN_VALUES, PACKS

from takedown.clocks.events import told_by
from takedown.inbox.forms import Misfilled, beside, read_form
from takedown.notices import Happened
from takedown.planning.letters import _mailed

TCO = {"basis": "eu-tco-3", "language": "en", "territory": "PK"} | {
    name: value for name, value in OWN_VALUES.items() if name in PACKS["eu-tco-3"].own_columns
}
REMOVED = "[ ] The terrorist content has been removed."
DISABLED = "[ ] Access to the terrorist content has been disabled in all Member States."
FORCE = "[ ] Force majeure or de facto impossibility"
ERRORS = "[ ] The removal order contains manifest errors."
LACKS = "[ ] The removal order does not contain sufficient information."


@pytest.fixture
def desk(tmp_path):
    """One order with two cases, sent by mail."""
    made = office(tmp_path, 2, per_request=2, **TCO)
    yield made
    made.desk.ledger.close()


def forms(desk) -> tuple[str, str]:
    """The forms as they went out, for this very request."""
    _, second, third = _mailed(desk.requests()[0]["body"]).split("\n-----\n")
    return second.strip(), third.strip()


def tick(form: str, *boxes: str, mark: str = "[x]", **fields: str) -> str:
    for box in boxes:
        assert box in form
        form = form.replace(box, box.replace("[ ]", mark))
    for name, value in fields.items():
        line = {
            "when": "Time and date of the measure:",
            "more": "Further information on the reason, on the errors, or on what is missing:",
        }[name]
        assert line in form
        form = form.replace(line, f"{line} {value}")
    return form


def test_annex_ii_tells_that_it_was_removed_and_when(desk):
    form = tick(forms(desk)[0], REMOVED, when="2027-01-14 09:12 UTC")
    (row,) = desk.add(desk.reply("Dear colleagues,\nplease find our form below.\n\n" + form))
    assert (row["class"], row["state"], row["claims"]) == ("decision", "done", 2)
    assert {(c["value"], c["ground"], c["territory"], c["source"]) for c in desk.claims()} == {
        ("removed", "local_law", "", "mail")
    }
    assert {c["decided_at"] for c in desk.claims()} == {1799917920.0}
    assert desk.claimed() == ["removed", "removed"]


def test_annex_ii_tells_that_access_was_disabled_in_the_union(desk):
    desk.add(desk.reply(tick(forms(desk)[0], DISABLED, mark="[X]")))
    assert {(c["value"], c["ground"], c["territory"]) for c in desk.claims()} == {("restricted", "local_law", "EU")}


@pytest.mark.parametrize(("box", "kind", "value", "code", "tells"), [
    (FORCE, "receipt", "in_review", "force_majeure", Happened.IMPOSSIBLE),
    (ERRORS, "question", "needs_information", "manifest_errors", Happened.ASKED),
    (LACKS, "question", "needs_information", "lacks_information", Happened.ASKED),
])  # fmt: skip
def test_annex_iii_tells_what_stands_in_the_way(desk, box, kind, value, code, tells):
    (row,) = desk.add(desk.reply(tick(forms(desk)[1], box, more="our storage is down\nsince this morning")))
    assert (row["class"], row["state"]) == (kind, "done")
    for claim in desk.claims():
        assert (claim["value"], claim["reason_code"], claim["reason"]) == (value, code, "our storage is down since this morning")
        assert told_by(claim["value"], claim["reason_code"]) is tells
    assert len(desk.claims()) == 2


def test_a_form_attached_as_text_is_read(desk):
    form = tick(forms(desk)[0], REMOVED)
    parts = (
        "--b\nContent-Type: text/plain; charset=utf-8\n\nPlease find our answer attached.\n--b\n"
        f'Content-Type: text/plain; charset=utf-8; name="annex.txt"\nContent-Disposition: attachment\n\n{form}\n--b--\n'
    )
    ours = desk.requests()[0]["message_id"]
    raw = mail(
        parts, content_type='multipart/mixed; boundary="b"', in_reply_to=ours, references=ours, message_id="<a@telegram.example>"
    )
    (row,) = desk.add(raw)
    assert row["claims"] == 2
    assert desk.claimed() == ["removed", "removed"]


def test_a_form_of_an_unproven_sender_makes_no_claim(desk):
    form = tick(forms(desk)[0], REMOVED)
    for results in (
        "",
        "mx.evil.test; dkim=pass header.d=telegram.example",
        "mx.authority.example; dkim=fail header.d=telegram.example",
    ):
        (row,) = desk.add(desk.reply(form, results=results, message_id=f"<{len(results)}@telegram.example>"))
        assert (row["class"], row["claims"], row["state"]) == ("decision", 0, "person")
    assert desk.claims() == []


def test_the_blank_forms_that_we_sent_say_nothing_when_they_come_back(desk):
    whole = _mailed(desk.requests()[0]["body"])
    quoted = "\n".join(f"> {line}" for line in whole.splitlines())
    (row,) = desk.add(desk.reply(f"We have received your order.\n\n{quoted}"))
    assert (row["class"], {c["value"] for c in desk.claims()}) == ("receipt", {"received"}), row["reasons"]
    (again,) = desk.add(desk.reply(whole, message_id="<again@telegram.example>"))
    assert again["claims"] == 0


DOUBTFUL = {
    "both measures": lambda two, three: tick(two, REMOVED, DISABLED),
    "two forms": lambda two, three: tick(two, REMOVED) + "\n\n" + tick(three, LACKS),
    "a box of its own": lambda two, three: tick(two, REMOVED).replace("has been removed.", "has been removed except for item 2."),
    "inside a quotation": lambda two, three: "See below.\n" + "\n".join(f"> {line}" for line in tick(two, REMOVED).splitlines()),
    "for another order": lambda two, three: tick(two, REMOVED).replace(
        "competent authority: TD-", "competent authority: TD-AAAA-"
    ),
    "words that deny it": lambda two, three: "We have declined your request.\n\n" + tick(two, REMOVED),
    "words that leave a doubt": lambda two, three: (
        "The content was removed by mistake and has been restored.\n\n" + tick(two, REMOVED)
    ),
}


@pytest.mark.parametrize("case", DOUBTFUL)
def test_a_doubtful_form_is_for_a_person(desk, case):
    (row,) = desk.add(desk.reply(DOUBTFUL[case](*forms(desk))))
    assert (row["class"], row["claims"], row["state"]) == ("other", 0, "person"), row["reasons"]
    assert row["reasons"]


def test_the_form_means_nothing_for_a_request_that_came_without_one(tmp_path):
    with_none = office(tmp_path / "peca", 1) if (tmp_path / "peca").mkdir() is None else None
    text = "FEEDBACK FOLLOWING REMOVAL OF TERRORIST CONTENT\n[x] Access to the terrorist content has been disabled in all Member States."
    with_none.add(with_none.reply(text))
    assert not [c for c in with_none.claims() if c["territory"] == "EU"]
    with_none.desk.ledger.close()


@pytest.mark.parametrize(
    "when", ["14/01/2027 09:12 UTC", "2027-01-14 09:12", "yesterday", "2027-13-45 09:12 UTC", "2031-01-14 09:12 UTC"]
)
def test_a_time_that_can_be_mistaken_is_not_taken(desk, when):
    desk.add(desk.reply(tick(forms(desk)[0], REMOVED, when=when)))
    assert {c["decided_at"] for c in desk.claims()} == {1799920800.0}, "the date of the mail"


def test_a_form_with_marks_of_other_kinds():
    head = "Information about the impossibility to execute the removal order\n"
    for mark in ("☒ ", "( x ) ", "[✓] ", "✔ "):
        found = read_form([head + f"{mark}The removal order contains manifest errors."])
        assert (found.value, found.reason_code) == ("needs_information", "manifest_errors")
    assert read_form([head + "☐ The removal order contains manifest errors."]) is None
    assert isinstance(read_form([head + "[x] We would rather not."]), Misfilled)


def test_what_stands_beside_a_form_is_kept():
    assert "no longer" in beside(
        "We no longer host it.\n\nFEEDBACK FOLLOWING REMOVAL\n[x] The terrorist content has been removed.\n"
    )


@pytest.mark.parametrize("letter", ["text", "pdf"])
@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("quote", ["", "> "])
def test_our_own_letter_that_comes_back_decides_nothing(tmp_path, language, quote, letter):
    if letter == "pdf":
        pytest.importorskip("typst")
    made = office(tmp_path, 1, letter=letter, basis="pk-peca-37", language=language)
    body = _mailed(made.requests()[0]["body"])
    (row,) = made.add(made.reply("Your message was received.\n\n" + "\n".join(quote + line for line in body.splitlines())))
    assert row["claims"] in {0, 1}
    assert made.claimed()[0] in {"none", "received"}
    made.desk.ledger.close()
