"""Heads that were mailed away find a ledger that was taken back in time, with everything that lay beside it."""

import base64
import email
import json
import quopri
from email.message import EmailMessage

import pytest
from desks import again, make_key
from mail_server import FOLDER, PASSWORD, USER, empty, flags, free_port, post, serving
from post_office import PostOffice
from sendings import api, planned, send, states, taken
from servers import bring_back, keep_for_later

from takedown.approval import sign_with_file
from takedown.audit import verify
from takedown.cli import run
from takedown.comparing import BadHead, Behind, Forked, last_compared, problems, reconcile, statement
from takedown.delivery import mailed
from takedown.delivery.mailed import NoHeadThere, NothingGenuine, compare_received, in_mailbox
from takedown.doctor import look
from takedown.heads import NAMESPACE, Head, copies, files, line_of
from takedown.transport.imap import MailboxFailed

AUDIT = """
[smtp]
host = "127.0.0.1"
port = {smtp}
[audit]
head_key = "oversight"
copies = ["file:elsewhere", "mail:oversight@authority.example"]
"""
IMAP = """
[audit.imap]
host = "127.0.0.1"
port = {imap}
user = "{user}"
password_file = "audit.password"
folder = "{folder}"
"""


@pytest.fixture(scope="module")
def server():
    with serving() as port:
        yield port


@pytest.fixture
def office():
    with PostOffice().open() as open_office:
        yield open_office


@pytest.fixture
def stood(tmp_path, stand_in, office):
    """Twelve requests of which five were sent, the ledger from when it were two, and the mails that went out."""
    sandbox = stand_in()
    make_key(tmp_path, "oversight")
    desk, plan = planned(tmp_path, api(sandbox, idempotency=True), 12, extra=AUDIT.format(smtp=office.port))
    send(desk, plan, limit=2)
    desk.ledger.close()
    keep_for_later(tmp_path)
    desk = again(desk)
    send(desk, plan, limit=3)
    return desk, plan, sandbox


def back_in_time(desk):
    """Nothing on the machine is left that knows better."""
    desk.ledger.close()
    bring_back(desk.config.folder)
    for path in copies(desk):
        path.unlink()
    return again(desk)


@pytest.fixture
def readable(stood, server, office):
    """The outside person's mailbox, which the desk may read."""
    desk, plan, sandbox = stood
    (desk.config.folder / "audit.password").write_text(PASSWORD + "\n")
    (desk.config.folder / "audit.password").chmod(0o600)
    with (desk.config.folder / "takedown.toml").open("a") as file:
        file.write(IMAP.format(imap=server, user=USER, folder=FOLDER))
    post(server, *office.taken)
    yield again(desk), plan, sandbox
    empty(server)


def event_of(raw):
    return json.loads(email.message_from_bytes(raw).get_payload())["head"]["seq"]


def forged(raw, **changes):
    """A mail in which the head says something else."""
    mail = email.message_from_bytes(raw)
    told = json.loads(mail.get_payload())
    told["head"] |= changes
    del mail["Message-ID"]
    mail["Message-ID"] = f"<head.{told['head']['ledger']}.{told['head']['generation']}.{told['head']['seq']}@authority.example>"
    mail.set_payload(json.dumps(told) + "\n")
    return mail.as_bytes()


def received(folder, *raws):
    for number, raw in enumerate(raws):
        (folder / "received").mkdir(exist_ok=True)
        (folder / "received" / f"{number}.eml").write_bytes(raw)
    return [folder / "received"]


@pytest.mark.figure("backups restored", unit="runs", how="nothing is sent again but under a key that is still known")
def test_a_ledger_whose_files_went_back_too_is_found_by_the_mailbox(readable):
    desk, plan, sandbox = readable
    old = back_in_time(desk)
    for _ in range(2):
        with pytest.raises(Behind, match="is behind"):
            send(old, plan)
    assert sum(taken(sandbox).values()) == 5
    assert states(old) == {"sent": 2, "unknown": 10}
    assert reconcile(old, None) == 2
    assert send(old, plan).sent == 12
    assert set(taken(sandbox).values()) == {1}
    assert verify(old.ledger).problems == []
    assert list(problems(old)) == []


def test_a_ledger_that_goes_on_from_its_mails_sends_and_the_mailbox_is_as_it_was(readable, server):
    desk, plan, _ = readable
    before = flags(server)
    assert send(desk, plan).sent == 12
    assert flags(server) == before
    assert not any(b"Takedown" in line for line in before)
    assert {one.copy: bool(one.at) for one in last_compared(desk)} == {
        "file:elsewhere": True, "mail:oversight@authority.example": True,
    }  # fmt: skip


def test_what_a_stranger_mails_there_holds_nothing_and_hides_nothing(readable, server, office, monkeypatch):
    desk, plan, _ = readable
    strange = [forged(office.taken[-1], seq=9000 + n) for n in range(5)]
    post(server, *strange, *office.taken[:1] * 5, b"Message-ID: <head.x@y>\r\nSubject: Audit head\r\n\r\n{}")
    assert in_mailbox(desk).head.seq == event_of(office.taken[-1])
    assert send(desk, plan, limit=1).sent
    monkeypatch.setattr(mailed, "TRIED", 5)
    with pytest.raises(NothingGenuine) as refused:
        send(desk, plan)
    assert refused.value.exit == 12


def test_a_mailbox_that_cannot_be_read_stops_before_the_first_send(readable, tmp_path, server):
    desk, plan, sandbox = readable
    before = sum(taken(sandbox).values())
    text = (tmp_path / "takedown.toml").read_text()
    (tmp_path / "takedown.toml").write_text(text.replace(f"port = {server}", f"port = {free_port()}"))
    with pytest.raises(MailboxFailed):
        send(again(desk), plan)
    assert sum(taken(sandbox).values()) == before


def test_an_empty_mailbox_compares_nothing(stood, server, tmp_path):
    desk, plan, _ = stood
    (tmp_path / "audit.password").write_text(PASSWORD + "\n")
    (tmp_path / "audit.password").chmod(0o600)
    with (tmp_path / "takedown.toml").open("a") as file:
        file.write(IMAP.format(imap=server, user=USER, folder="INBOX"))
    desk = again(desk)
    assert in_mailbox(desk) is None
    assert send(desk, plan).sent == 12


def test_what_the_outside_person_hands_over_finds_it_too_and_each_later_start(stood, tmp_path, office):
    desk, plan, sandbox = stood
    old = back_in_time(desk)
    with pytest.raises(Behind, match=r"\.eml: event"):
        compare_received(old, received(tmp_path, *office.taken))
    assert states(old) == {"sent": 2, "unknown": 10}
    with pytest.raises(Behind):
        send(again(old), plan)
    assert sum(taken(sandbox).values()) == 5


def encoded(raw, how):
    """The same mail as a relay or a person may hand it on."""
    body = email.message_from_bytes(raw).get_payload().encode()
    top = f"To: oversight@authority.example\r\nContent-Transfer-Encoding: {how}\r\n\r\n".encode()
    match how:
        case "as it was":
            return raw
        case "quoted-printable":
            return top + quopri.encodestring(body)
        case "base64":
            return top + base64.encodebytes(body)
        case "forwarded":
            outer = EmailMessage()
            outer["To"], outer["Subject"] = "oversight@authority.example", "Fwd"
            outer.set_content("see below")
            outer.add_attachment(raw, maintype="application", subtype="octet-stream", filename="x.bin")
            inner = EmailMessage()
            inner.set_content(body.decode())
            outer.add_attachment(inner)
            return outer.as_bytes()
        case _:
            return b"kept by hand\n" + body


@pytest.mark.parametrize("how", ["as it was", "quoted-printable", "base64", "forwarded", "as text"])
def test_heads_are_read_however_they_were_handed_on(stood, tmp_path, office, how):
    desk, _, _ = stood
    found = compare_received(desk, received(tmp_path, *(encoded(raw, how) for raw in office.taken)))
    assert [one.head.seq for one in found.heads] == sorted(map(event_of, office.taken), reverse=True)
    assert found.copies == ("mail:oversight@authority.example",)
    (copy,) = [one for one in last_compared(desk) if one.copy.startswith("mail:")]
    assert (copy.event, bool(copy.at)) == (found.heads[0].head.seq, True)


def test_a_copy_of_the_file_does_as_well(stood, tmp_path):
    desk, _, _ = stood
    assert len(compare_received(desk, [*files(desk).values()]).heads) == 4


def test_a_head_that_was_edited_is_refused(stood, tmp_path, office):
    desk, _, _ = stood
    with pytest.raises(BadHead, match=r"1\.eml"):
        compare_received(desk, received(tmp_path, office.taken[0], forged(office.taken[1], hash="0" * 64)))


def test_a_chain_that_was_written_anew_is_found_by_an_old_mail(stood, tmp_path, office):
    desk, _, _ = stood
    told = json.loads(email.message_from_bytes(office.taken[0]).get_payload())
    told["head"]["hash"] = "0" * 64
    made = signed_head(desk, told["head"])
    with pytest.raises(Forked):
        compare_received(desk, received(tmp_path, made))
    assert any("another event" in what for _, what in problems(desk))
    assert statement(desk)


def signed_head(desk, head):
    made = Head(**head)
    return line_of(made, sign_with_file(desk.config.folder / "oversight", made.text(), str, NAMESPACE)).encode()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"Subject: nothing\r\n\r\nhello", "no line that is a head"),
        (b'{"head":{"ledger":"x","generation":1,"seq":2,"hash":"y","at":"z"},"key":"","signature":""}', "another ledger"),
        (b'{"head":{"ledger":7,"generation":1,"seq":2,"hash":"y","at":"z"},"key":"","signature":""}', "no line that is a head"),
        (b'{"head":' * 50_000, "no line that is a head"),
        (b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: message/rfc822\r\n\r\n" * 5000, "no line"),
    ],
    ids=["a mail", "another ledger", "a number for a name", "deep", "nested"],
)
def test_what_holds_no_head_of_ours_is_told(stood, tmp_path, raw, why):
    desk, _, _ = stood
    with pytest.raises(NoHeadThere) as refused:
        compare_received(desk, received(tmp_path, raw))
    assert why in refused.value.as_dict()["why"]


def test_doctor_says_what_was_never_compared(stood, tmp_path, office):
    desk, _, _ = stood
    (found,) = [one for one in look(desk, online=False) if one.what == "heads"]
    assert "mail:oversight@authority.example: never compared" in found.detail
    compare_received(desk, received(tmp_path, *office.taken))
    (found,) = [one for one in look(desk, online=False) if one.what == "heads"]
    assert found.mark == "ok"


def test_the_commands_say_what_was_compared_when(readable, tmp_path, office, monkeypatch, capsys):
    desk, _, _ = readable
    monkeypatch.chdir(tmp_path)
    paths = [str(path) for path in received(tmp_path, office.taken[0])]
    assert run(["audit", "compare", *paths, "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert summary["event"] == event_of(office.taken[0])
    assert summary["since"] > 0
    assert run(["audit", "verify", "--json"]) == 0
    held = {one["copy"]: one["event"] for one in json.loads(capsys.readouterr().out)["summary"]["copies"]}
    assert held == dict.fromkeys(["file:elsewhere", "mail:oversight@authority.example"], event_of(office.taken[-1]))
    back_in_time(desk).ledger.close()
    assert run(["audit", "verify"]) == 12
    assert "knows an event that is gone" in capsys.readouterr().out
    assert states(again(desk)) == {"sent": 2, "approved": 10}  # verifying changes nothing
    assert run(["audit", "compare", *(str(path) for path in received(tmp_path, *office.taken))]) == 12
    assert "is behind" in capsys.readouterr().err
