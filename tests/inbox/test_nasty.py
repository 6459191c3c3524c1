"""Mails made to break or mislead the reader: nothing raises, nothing is believed."""

import pytest
from mails import PASS, SERVER, html, mail
from nasty import BODIES, HEADERS

from takedown.inbox.authenticate import authenticate
from takedown.inbox.classify import classify, words_of
from takedown.inbox.judging import open_mail
from takedown.inbox.parse import MAX_BODY, MAX_PARTS, parse
from takedown.inbox.verdicts import one_of

COUNTED = pytest.mark.figure("forged and hostile mails", unit="mails", how="none is believed, none is fatal")


def decision(raw):
    mail_ = open_mail(raw).mail
    read = classify(mail_, words_of(mail_), lambda _: "")
    told = one_of(read.reading.general) if read.reading.decides else None
    return told.value if told else ""


@COUNTED
@pytest.mark.parametrize(("name", "raw"), HEADERS, ids=[name for name, _ in HEADERS])
def test_a_forged_header_proves_nothing(name, raw):
    assert authenticate(parse(raw), raw, ["telegram.example"], SERVER, None).how == ""


@COUNTED
@pytest.mark.parametrize(("name", "raw"), BODIES, ids=[name for name, _ in BODIES])
def test_a_hostile_body_removes_nothing(name, raw):
    assert decision(raw) not in {"removed", "restricted"}


def test_the_mails_above_would_pass_without_their_trick():
    raw = mail()
    assert (
        authenticate(parse(raw), raw, ["telegram.example"], SERVER, None).how
        == "Authentication-Results: dkim=pass telegram.example"
    )
    assert decision(raw) == "removed"


SEEN = [
    "color:#333", "color:windowtext", "color:CanvasText", "color:inherit", "color:initial", "color:darkslategray", "color:silver", "color:#ccc",
    "color:rgb(0, 0, 0)", "color:rgb(102 102 102)", "color:rgba(51,51,51,1)", "color:#000f", "color:#1f497dff", "color:red!important",
    "background:transparent;color:black", "background:#add8e6;color:navy", "-webkit-text-fill-color:#222",
]  # fmt: skip


@pytest.mark.parametrize("style", SEEN)
def test_a_colour_that_can_be_seen_hides_nothing(style):
    assert decision(html(f'<p style="{style}">We have removed the account.</p>')) == "removed"


def test_caps_are_named_and_hold():
    found = parse(mail("--b\n\nx\n" * 10_000 + "--b--", content_type="multipart/mixed; boundary=b", results=PASS))
    assert len(found.parts) <= MAX_PARTS
    assert any("parts" in why for why in found.odd)
    assert len(parse(mail("a" * 2_000_000)).texts("text/plain")) <= MAX_BODY
