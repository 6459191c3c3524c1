"""Notices of failure as mail systems of thirty years write them, with whom they say that a mail did not reach."""

from pathlib import Path

import pytest
from mails import mail

from takedown.inbox.bounce import read_bounce
from takedown.inbox.classify import Class, classify, words_of
from takedown.inbox.parse import parse

BLOCKS = Path(__file__).with_name("bounces.txt").read_text().split("=== ")[1:]


def notice(block: str) -> tuple[str, str, bytes]:
    """(address, final or later, raw mail); `-` for an address that is not named."""
    label, _, rest = block.partition("\n")
    head, _, text = rest.partition("\n\n")
    headers = {"to": "desk@authority.example", "results": ""} | dict(line.split(": ", 1) for line in head.splitlines())
    address, fate = label.split()
    return (
        address.strip("-"),
        fate,
        mail(text.strip(), **{name.lower().replace("-", "_"): value for name, value in headers.items()}),
    )


@pytest.mark.figure(
    "notices of failure, read", unit="notices", how="the class, the failed address, and whether anybody goes on trying"
)
@pytest.mark.parametrize(("address", "fate", "raw"), list(map(notice, BLOCKS)), ids=range(len(BLOCKS)))
def test_a_notice_tells_whom_it_did_not_reach(address, fate, raw):
    found = parse(raw)
    told = classify(found, words_of(found), lambda _: "")
    assert told.kind is Class.BOUNCE
    assert told.bounce
    assert (told.bounce.address, told.bounce.permanent) == (address, fate == "final")


def report(*recipients: str) -> bytes:
    status = "\n\n".join(("Reporting-MTA: dns; gate.example", *recipients))
    body = f"--b\nContent-Type: text/plain\n\nReport.\n--b\nContent-Type: message/delivery-status\n\n{status}\n--b--"
    return mail(body, content_type='multipart/report; report-type=delivery-status; boundary="b"', results="")


A, B = "Final-Recipient: rfc822; a@telegram.example\n", "Final-Recipient: rfc822; b@telegram.example\n"


def told(*recipients: str) -> tuple[str, bool, list[str]] | None:
    found = read_bounce(parse(report(*recipients)), "")
    return (found.address, found.permanent, sorted(found.failed)) if found else None


def test_of_several_recipients_the_one_that_failed_is_told():
    failed, delayed, arrived = (
        "Action: failed\nStatus: 5.1.1",
        "Action: delayed\nStatus: 4.4.1",
        "Action: delivered\nStatus: 2.1.5",
    )
    assert told(A + arrived, B + failed) == ("b@telegram.example", True, ["b@telegram.example"])
    assert told(A + delayed, B + failed) == ("b@telegram.example", True, ["b@telegram.example"])
    assert told(A + failed, B + failed) == ("a@telegram.example", True, ["a@telegram.example", "b@telegram.example"])
    assert told(A + arrived, B + delayed) == ("b@telegram.example", False, ["b@telegram.example"])
    assert told(A + arrived, B + arrived) is None


def test_a_complaint_of_a_mail_that_arrived_is_no_failure():
    body = "--b\nContent-Type: text/plain\n\nYour message was rejected.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--"
    raw = mail(
        body,
        content_type='multipart/report; report-type=feedback-report; boundary="b"',
        results="",
        **{"from": "MAILER-DAEMON@isp.example"},
    )
    assert read_bounce(parse(raw), "Your message was rejected.") is None


def test_a_person_who_asks_why_a_mail_came_back_sends_no_notice():
    text = "Why was my mail to you returned?\n\n> Undelivered Mail\n> <orders@telegram.example>: user unknown"
    raw = mail(text, subject="Re: Undelivered Mail Returned to Sender", in_reply_to="<1@authority.example>")
    assert read_bounce(parse(raw), text) is None
