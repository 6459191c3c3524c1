"""Mails made to break or mislead the reader: nothing raises, nothing is believed."""

import pytest
from mails import PASS, SERVER, html, mail
from nasty import BODIES, HEADERS, REMOVED

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
    "background:#fff", "background:none repeat scroll 0% 0% rgb(255, 255, 255)", "background:#F5F5F5 no-repeat center", "background-image:none",
    "background-color:rgba(0, 0, 0, 0)", "background:#e8f0fe;color:#1a73e8", "background:gold", "opacity:.8", "opacity:100%", "box-shadow:0 1px 2px #000",
    "/* dark: #000 */color:#333",
]  # fmt: skip


@pytest.mark.parametrize("style", SEEN)
def test_a_colour_that_can_be_seen_hides_nothing(style):
    assert decision(html(f'<p style="{style}">We have removed the account.</p>')) == "removed"


PAGE = """<!doctype html><html><head><style>
  body,td{{font-family:Arial;color:#1c1e21}} .card{{background:#ffffff}} .btn a{{background-color:#1877f2}} .foot{{color:#8a8d91}}
  @media (max-width:600px){{.card{{width:100%!important}}}}
</style></head><body bgcolor="#F0F2F5" link="blue" vlink="purple" style="margin:0;background:#f0f2f5">
<table width="100%"><tr><td bgcolor="#0a66c2" style="color:#ffffff">Standin Service</td></tr>
<tr><td class="card" style="background:#fff none;color:#333"><p>Hello,</p><p>{}</p>
<table><tr><td class="btn" bgcolor="#1877F2"><a href="https://standin.example/r" style="background:#1877f2;color:#fff">View your report</a></td></tr></table>
<p style="color:#65676b">Thank you.</p></td></tr><tr><td class="foot">Standin Service, 1 Example Street</td></tr></table></body></html>"""


def test_white_words_on_a_button_or_a_banner_take_nothing_from_a_decision_beside_them():
    assert decision(html(PAGE.format(REMOVED))) == "removed"


def test_ends_that_are_missing_or_too_many_hide_nothing():
    for page in (
        "<p><b>Hello.</p><p>{}</p>",
        "<table><tr><td>Hello.<td>{}</table>",
        "<td>Hello.</div></table>{}",
        "</b></p>{}</body></html>",
    ):
        assert decision(html(page.format(REMOVED))) == "removed"


def test_caps_are_named_and_hold():
    found = parse(mail("--b\n\nx\n" * 10_000 + "--b--", content_type="multipart/mixed; boundary=b", results=PASS))
    assert len(found.parts) <= MAX_PARTS
    assert any("parts" in why for why in found.odd)
    assert len(parse(mail("a" * 2_000_000)).texts("text/plain")) <= MAX_BODY
