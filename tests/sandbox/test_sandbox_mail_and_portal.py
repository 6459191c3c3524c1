"""The two channels without an endpoint: a mail server and a form that a person fills in. Both end in the same book."""

from __future__ import annotations

import ssl
import sys
from email.message import EmailMessage

import aiosmtplib
import pytest
from stand_in import Open, Stand

from takedown.contract import MissingExtra
from takedown.sandbox import Behaviour, Fault
from takedown.sandbox.texts import links, reference_in

MAILBOX = "orders@chirp.example"


def mailed(fault: Fault = Fault.NONE) -> Behaviour:
    return Behaviour(
        mailbox=MAILBOX, mail_faults={fault: 1}, hosts=frozenset({"chirp.example"}), territory=("PK",), ripening=(0, 0)
    )


def letter(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {
        "From": "desk@authority.example", "To": MAILBOX, "Subject": "Removal order [TD-42]",
        "Message-ID": "<42@authority.example>", **headers,
    }.items():  # fmt: skip
        message[name.replace("_", "-")] = value
    message.set_content("Remove https://chirp.example/standin_0042, under https://law.example/37.", cte="quoted-printable")
    return message


async def post(at: Stand, message: EmailMessage | None = None, *, tls: ssl.SSLContext | None = None) -> str:
    """Send, and give back what the server said last."""
    async with aiosmtplib.SMTP(
        hostname=at.sandbox.host, port=at.sandbox.smtp_port, start_tls=tls is not None, tls_context=tls
    ) as client:  # fmt: skip
        problems, told = await client.send_message(message or letter())
        assert not problems
        return told


async def test_an_accepted_mail_can_be_asked_after(stand: Open) -> None:
    at = await stand(mailed(), smtp_port=0)
    assert await post(at) == "2.0.0 Ok: queued as CH-000001"
    (row,) = at.events("accepted")
    assert (row["key"], row["reference"], row["urls"]) == (
        "<42@authority.example>",
        "TD-42",
        ["https://chirp.example/standin_0042"],
    )
    assert len(row["sha256"]) == 64
    assert row["to"] == [MAILBOX]
    (found,) = (await at.client.get(at.filing, params={"reference": "TD-42"})).json()["results"]
    assert (found["status"], found["items"][0]["url"]) == ("removed", "https://chirp.example/standin_0042")
    assert (await at.client.get(f"{at.filing}/CH-000001")).json() == found


async def test_two_mails_are_two_requests(stand: Open) -> None:
    at = await stand(mailed(), smtp_port=0)
    await post(at)
    await post(at)
    assert [row["key"] for row in at.events("accepted")] == ["<42@authority.example>"] * 2


@pytest.mark.parametrize(("fault", "code"), [(Fault.DEFER, 451), (Fault.REFUSE, 550)])
async def test_deferred_and_refused(stand: Open, fault: Fault, code: int) -> None:
    at = await stand(mailed(fault), smtp_port=0)
    with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
        await post(at)
    assert refusal.value.code == code
    assert at.events() == []


async def test_an_unknown_mailbox(stand: Open) -> None:
    at = await stand(mailed(), smtp_port=0)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await post(at, letter(To="someone@chirp.example"))
    assert at.events() == []


async def test_a_line_dropped_after_the_final_dot_was_taken(stand: Open) -> None:
    at = await stand(mailed(Fault.LOST), smtp_port=0)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await post(at)
    assert [row["fault"] for row in at.events("accepted")] == ["lost"]


async def test_the_journal_knows_a_mail_before_its_sender_is_told(stand: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from aiosmtpd.smtp import SMTP

    at = await stand(mailed(), smtp_port=0)
    seen: list[int] = []
    push = SMTP.push

    async def watched(self: SMTP, status: str) -> None:
        if "queued as" in status:
            seen.append(len(at.events("accepted")))
        await push(self, status)

    monkeypatch.setattr(SMTP, "push", watched)
    await post(at)
    assert seen == [1]


async def test_starttls_is_offered_when_asked_for(stand: Open) -> None:
    at = await stand(mailed(), smtp_port=0, starttls=True)
    trusted = ssl.create_default_context(cafile=str(at.sandbox.folder / "smtp.crt"))
    assert "queued" in await post(at, tls=trusted)
    assert (at.sandbox.folder / "smtp.key").stat().st_mode & 0o777 == 0o600


async def test_without_the_extra_it_says_what_to_install(stand: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiosmtpd.smtp", None)
    with pytest.raises(MissingExtra, match="sandbox"):
        await stand(mailed(), smtp_port=0)


async def test_a_packet_filed_at_the_portal(stand: Open) -> None:
    at = await stand(mailed())
    portal = f"{at.sandbox.url('chirp')}/portal"
    packet = {
        "form": "chirp", "url": "https://chirp.example/rights", "reference": "TD-43",
        "fields": [{"label": "Links", "value": "https://chirp.example/standin_0043"}, {"label": "Law", "value": "https://law.example"}],
        "cases": [{"case": "C-43", "url": "https://chirp.example/standin_0043"}],
    }  # fmt: skip
    filed = await at.client.post(portal, json=packet)
    assert (filed.status_code, filed.json()) == (201, {"reference": "CH-000001"})
    told = (await at.client.get(f"{at.filing}/CH-000001")).json()
    assert [(item["case"], item["status"]) for item in told["items"]] == [("C-43", "removed")]
    (row,) = at.events("accepted")
    assert (row["channel"], row["reference"]) == ("portal", "TD-43")


async def test_fields_typed_by_hand(stand: Open) -> None:
    at = await stand(mailed())
    portal = f"{at.sandbox.url('chirp')}/portal"
    assert '<form method="post">' in (await at.client.get(portal)).text
    page = await at.client.post(
        portal, data={"reference": "TD-44", "text": "https://chirp.example/standin_0044 see https://law.example"}
    )
    assert '<b id="number">CH-000001</b>' in page.text
    labels = await at.client.post(
        portal, json={"reference": "TD-45", "fields": {"Links": "https://www.chirp.example/standin_0045"}}
    )
    assert labels.json() == {"reference": "CH-000002"}
    assert [row["urls"] for row in at.events("accepted")] == [
        ["https://chirp.example/standin_0044"], ["https://www.chirp.example/standin_0045"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"fields": 3, "cases": [1]}', "application/json", 422),
        (b"text=nothing", "application/x-www-form-urlencoded", 422),
        (b"x", "text/plain", 415),
    ],
)
async def test_a_form_that_cannot_be_filed(stand: Open, content: bytes, kind: str, status: int) -> None:
    at = await stand(mailed())
    answer = await at.client.post(f"{at.sandbox.url('chirp')}/portal", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert at.events() == []


def test_links_in_a_text() -> None:
    text = "See <https://t.me/standin_0001>, (https://t.me/standin_0002). tg:resolve?domain=standin_0003"
    text += " https://t.me/standin_0001 https://law.example"
    assert links(text, frozenset({"t.me"})) == ["https://t.me/standin_0001", "https://t.me/standin_0002"]
    assert len(links(text, frozenset())) == 4


def test_the_reference_stands_at_the_end_of_the_subject() -> None:
    assert reference_in("Removal order [EX-1] [TD-42]") == "TD-42"
    assert reference_in("[TD-42] Removal order") == ""
