"""Whole mails as platforms, servers and people write them, each with its label; the first reading of each set is in CHANGELOG.md.

A set is a text: `=== class claim`, headers if it has any, an empty line, the mail. A claim that is not understood is a person's work;
a wrong one would be counted.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mails import mail

from takedown.inbox.classify import Class, classify, words_of
from takedown.inbox.parse import parse
from takedown.inbox.verdicts import one_of

SETS = Path(__file__).with_name("whole")


def whole_mails() -> Iterator[tuple[str, str, bytes]]:
    """(class, claim with its ground or reason after a slash, raw mail)."""
    for path in sorted(SETS.glob("*.txt")):
        for block in path.read_text().split("=== ")[1:]:
            label, _, rest = block.partition("\n")
            head, _, text = ("", "", rest) if rest.startswith("\n") else rest.partition("\n\n")
            headers = dict(line.split(": ", 1) for line in head.splitlines())
            kind, _, claim = label.partition(" ")
            yield kind, claim, mail(text.strip(), **{name.lower().replace("-", "_"): value for name, value in headers.items()})


MAILS = list(whole_mails())


def read(raw: bytes) -> tuple[str, str]:
    found = parse(raw)
    told = classify(found, words_of(found), lambda word: word if "standin_" in word else "")
    if told.kind is not Class.DECISION or not told.reading.decides:
        return told.kind.value, ""
    agreed = one_of(told.reading.general or [one for one in told.reading.listed.values() if one])
    return told.kind.value, "/".join(filter(None, (agreed.value, agreed.ground or agreed.reason_code))) if agreed else ""


@pytest.mark.figure("whole mails, none of them misread", unit="mails", how="the class as labelled, and no claim that is not")
@pytest.mark.parametrize(("kind", "claim", "raw"), MAILS, ids=range(len(MAILS)))
def test_a_mail_is_never_misread(kind, claim, raw):
    told, said = read(raw)
    assert told == kind
    assert said in {claim, claim.partition("/")[0], ""}


def test_three_claims_in_four_are_understood_whole():
    claiming = [(read(raw)[1], claim) for _, claim, raw in MAILS if claim]
    understood = sum(said == claim for said, claim in claiming)
    assert understood / len(claiming) >= 0.75, f"{understood} of {len(claiming)}"


LEADS_ELSEWHERE = """
We were told by your colleagues that we have removed the account.|The report says that the account was removed.|You found that the account was removed.
They concluded that the account was removed.|Your team determined that the account has been removed.|In the report we reviewed, the account was removed.
In your report, the account was removed.|In the notice, we removed the account.|We have removed the accounts listed in your earlier order of 3 January.|As said in our last e-mail, we have removed the account.|We have removed the account of another request.|Blocked.
The owner confirmed that the account was removed.
In your letter, the account was removed.|It was found that the account was removed.|We found that the account was removed.|The page is down.
We have removed all posts except one, and the account was suspended.|Other accounts were reviewed and these were removed.|It has been closed.
The account you reported was reviewed and the posts were removed.|We have reviewed the channel and the videos in it were removed.
We reviewed the account and removed two posts.|You reviewed the account and removed it.|They reviewed the content and have removed it.
We looked at your request and the user removed the account.|Following the review by the user, the account was removed.
We reviewed your report on another account, and the account was removed.|Your moderators reviewed the content, and have removed it.
Your order of 3 January: the account is suspended.|Under the act, the account is suspended.|On review, content is removed; accounts are suspended.
The link was reviewed and has been removed.|We removed 3 of 4 links.|We have removed the account; it was later restored.
"""


@pytest.mark.figure("sentences that only seem to grant", unit="sentences", how="none is read as removed or restricted")
@pytest.mark.parametrize("text", [one for line in LEADS_ELSEWHERE.strip().split("\n") for one in line.split("|")])
def test_what_stands_before_a_removal_may_turn_it(text):
    assert read(mail(text))[1].partition("/")[0] not in {"removed", "restricted"}


@pytest.mark.parametrize("scope", ["PK", "PK, IN", "Pakistan"])
def test_a_forms_own_line_says_where_its_decision_holds(scope):
    told, said = read(mail(f"Decision: Content removed\nTerritorial scope: {scope}"))
    assert (told, said) == ("decision", "restricted/local_law")


def test_a_place_that_is_not_understood_leaves_nothing_decided():
    assert read(mail("Decision: Content removed\nTerritorial scope: to be decided")) == ("decision", "")
    assert read(mail("Decision: Content removed\nTerritorial scope: worldwide")) == ("decision", "removed")


def test_a_refusal_beside_something_done_refuses_nothing():
    """Both were read as refusals of the whole request."""
    some = "We have removed some of the content that you reported. The remaining posts don't violate our policies."
    there = "We've blocked access to the page for some people in India. It doesn't break our Community Standards."
    assert [read(mail(one)) for one in (some, there)] == [("decision", "")] * 2


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("Jetmail <>", "Mail Error", "Your mail cannot be delivered to the following address(es):\n orders@telegram.example"),
        ("mdaemon@mx.example", "Warning: orders@telegram.example - User unknown!", "no such user here."),
        ("imss@gateway.example", "Mail could not be delivered", "Unable to deliver message to <orders@telegram.example>"),
        ("ndr@mx.example", "Mail delivery failed: returning message to sender", "It could not be delivered."),
        ("postmaster@mx.example", "Re: Removal request", "Your message could not be delivered: full mailbox"),
    ],
)
def test_a_notice_of_failure_has_two_of_three_signs(sender, subject, text):
    assert read(mail(text, subject=subject, results="", **{"from": sender}))[0] == "bounce"
    assert read(mail("We have removed the account.", subject="Re: Removal request", **{"from": sender}))[0] == "decision"


def test_a_platforms_own_word_of_a_failed_delivery_is_no_bounce():
    text = "Your order could not be delivered to our legal team. Please resend it."
    assert read(mail(text, subject="Re: Order"))[0] == "question"


AFTERWARDS = """
Its owner contested this, and on 8 March we gave the account back.|The user appealed.|A week later the owner had it back.|It can be seen by everyone since then.
The suspension ran out on Sunday.|Its author published it anew.|Nine others remain.|Status: active|The user notified us of a new name.|The owner told the press that the page is open to all.
For your information, the channel works as before.|When we looked, the profile was up.|Elsewhere the account can be seen.|Die Sperre galt bis Freitag.
La suspension a pris fin.|La medida duró tres días.|Dopo il ricorso il profilo è tornato visibile.|Blokada trwała do piątku.|انتهى التعليق يوم الأحد.
On complaint we withdrew that decision.|A court has since set aside the ban.|The appeal succeeded.|The account is online again.|Meanwhile it was found to be lawful.
Das Konto ist wieder online.|Die Sperre wurde aufgehoben.|Le compte est de nouveau visible.|La suspensión fue revocada.|Il profilo è stato ripristinato.
Konto zostało przywrócone.|Hesap yeniden açıldı.|تمت إعادة الحساب.
"""


@pytest.mark.parametrize("then", [one for line in AFTERWARDS.strip().split("\n") for one in line.split("|")])
def test_a_removal_that_something_followed_is_for_a_person(then):
    assert read(mail("We suspended the account on 3 March.")) == ("decision", "removed")
    assert read(mail(f"We suspended the account on 3 March. {then}"))[1] == ""


NOTHING_MORE = """
Thank you again for your report.|We will get back to you soon.|Later on you may rate us.|TikTok Content Operations|Legal basis: Terms and Conditions, section 4
You can also block the user.|Please continue to report content that breaks our rules.|We do not allow content of this kind.|If the owner returns, tell us.
The account holder has been notified.|The author may appeal within six months.|It was found to breach the law that you cite.|Der Nutzer wurde informiert.
Le titulaire peut introduire un recours.|El usuario ha sido informado.|Il titolare può presentare ricorso.|Właściciel konta został powiadomiony.
"""


@pytest.mark.parametrize("then", [one for line in NOTHING_MORE.strip().split("\n") for one in line.split("|")])
def test_thanks_and_the_like_after_a_removal_change_nothing(then):
    assert read(mail(f"We suspended the account on 3 March. {then}")) == ("decision", "removed")


LESSER = """
It is now ineligible for the For You feed.|Viewers must confirm their age before they can watch it.|It now stands behind a warning screen.
Its visibility is reduced.|We demoted it.|We have labelled it as disputed.|We have limited its distribution.
"""


@pytest.mark.parametrize("measure", [one for line in LESSER.strip().split("\n") for one in line.split("|")])
def test_a_refusal_beside_a_lesser_measure_is_for_a_person(measure):
    assert read(mail("We did not delete the video."))[1] == "declined"
    assert read(mail(f"We did not delete the video. {measure}")) == ("decision", "")
