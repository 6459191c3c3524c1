"""The mailed channel against a mail server that misbehaves at every step. What cannot be known is uncertain, nothing else is."""

import re
from collections import Counter
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from post_office import DROP, SILENCE, PostOffice, certificate
from sendings import nothing_lost_or_doubled, planned, references, send, states, taken, tries
from sqlalchemy import select

from takedown.contract import Channel
from takedown.contract.drafts import mail
from takedown.delivery.decide import Later, Refused, Sent, Stopped, Unsure, decide_mail
from takedown.ledger.tables import lanes, requests
from takedown.registry import load
from takedown.sandbox.behaviour import Fault
from takedown.specimens import sample_request
from takedown.transport.results import Held
from takedown.transport.smtp import SmtpServer, SmtpTransport

TO = "orders@telegram.example"
LETTER = b"Subject: Removal\r\n\r\nRemove it.\r\n"


def server(office, *, loopback=True, user="", starttls="auto"):
    return SmtpServer("127.0.0.1", office.port, starttls, loopback, user, "secret")


async def free():
    return None


async def hand_over(office, *, deadline=5.0, look=free, times=1, trust=None, body=LETTER, **how):
    transport = SmtpTransport(server(office, **how), trust)
    try:
        found = [await transport.send("desk@authority.example", TO, body, deadline, look) for _ in range(times)]
    finally:
        await transport.aclose()
    return found[-1] if times == 1 else found


async def outcome(says, **how):
    with PostOffice(says).open() as office:
        return decide_mail(await hand_over(office, **how))


@pytest.mark.parametrize(
    ("step", "said", "kind"),
    [
        # About the server, not about this message: it is tried again, and nothing is called refused.
        ("GREETING", "421 4.3.2 closing", Later),
        ("GREETING", "554 5.3.2 no service here", Later),
        ("GREETING", DROP, Later),
        ("GREETING", "hello", Later),
        ("EHLO", "550 5.7.0 not for you", Later),
        ("EHLO", DROP, Later),
        # About the desk: nothing of it will be taken until a person mends it.
        ("MAIL", "530 5.7.0 authentication required", Stopped),
        ("MAIL", "550 5.7.1 sender rejected", Stopped),
        ("MAIL", "451 4.3.0 later", Later),
        ("MAIL", DROP, Later),
        # About this message.
        ("RCPT", "550 5.1.1 no such mailbox", Refused),
        ("RCPT", "450 4.2.1 greylisted", Later),
        ("RCPT", "421 4.3.2 closing", Later),
        ("RCPT", DROP, Later),
        ("RCPT", "nonsense", Later),
        ("DATA", "451 4.3.0 later", Later),
        ("DATA", "554 5.5.1 no", Refused),
        (".", "250 2.0.0 queued as Q1", Sent),
        (".", "451 4.3.0 later", Later),
        (".", "421 4.3.2 closing", Later),
        (".", "452 4.3.1 no room", Later),
        (".", "550 5.7.1 refused", Refused),
        (".", "554 5.6.0 refused", Refused),
        (".", "250 2.0.0 queued as \0", Sent),  # which no PostgreSQL stores
        (".", "250 2.0.0 re\udce7u", Sent),  # Latin-1, as some servers speak
        (".", "550 5.7.1 refus\udce9", Refused),
        # After the final dot nobody knows.
        (".", DROP, Unsure),
        (".", "thanks", Unsure),
        (".", "354 go on", Unsure),
        (".", "199 well", Unsure),
        (".", "999 well", Unsure),
        (".", "2", Unsure),
    ],
)
async def test_what_is_said_at_each_step(step, said, kind):
    found = await outcome({step: said})
    assert isinstance(found, kind)
    assert "\0" not in str(found)


@pytest.mark.parametrize(("step", "kind"), [("GREETING", Later), ("EHLO", Later), ("RCPT", Later), (".", Unsure)])
async def test_silence_ends_with_the_deadline(step, kind):
    assert isinstance(await outcome({step: SILENCE}, deadline=0.2), kind)


async def test_a_break_between_the_dot_and_its_answer_is_never_a_later():
    with PostOffice({".": DROP}).open() as office:
        found = decide_mail(await hand_over(office))
        assert isinstance(found, Unsure)
        assert len(office.taken) == 1, "it had arrived"


async def test_nobody_listens():
    with PostOffice().open() as office:
        pass
    assert isinstance(decide_mail(await hand_over(office)), Later)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("535 5.7.8 bad credentials", Stopped),
        ("534 5.7.9 too weak", Stopped),
        ("550 5.7.1 account locked", Stopped),
        ("454 4.7.0 later", Later),
        (DROP, Later),
    ],
)
async def test_refused_at_the_login(tmp_path, said, kind):
    trust, context = certificate(tmp_path)
    with PostOffice({"AUTH": said}, context, ("STARTTLS", "AUTH PLAIN")).open() as office:
        assert isinstance(decide_mail(await hand_over(office, user="desk", trust=trust)), kind)
        assert "MAIL" not in office.verbs


async def test_a_login_goes_over_tls_only(tmp_path):
    trust, context = certificate(tmp_path)
    with PostOffice({}, context, ("STARTTLS", "AUTH PLAIN")).open() as office:
        assert isinstance(decide_mail(await hand_over(office, user="desk", trust=trust)), Sent)
        assert office.secure
        assert office.verbs.index("STARTTLS") < office.verbs.index("AUTH") < office.verbs.index("MAIL")


@pytest.mark.parametrize("wrong", ["nobody vouches", "another host", "expired"])
async def test_a_certificate_that_cannot_be_trusted(tmp_path, wrong):
    how = {"another host": {"host": "other.example"}, "expired": {"expired": True}}.get(wrong, {})
    trust, context = certificate(tmp_path, **how)
    with PostOffice({}, context, ("STARTTLS",)).open() as office:
        found = await hand_over(office, loopback=False, trust=None if wrong == "nobody vouches" else trust)
        assert isinstance(decide_mail(found), Later)
        assert "certificate" in found.why.lower()
        assert "MAIL" not in office.verbs, "no downgrade"


@pytest.mark.parametrize("said", ["454 4.7.0 not now", "502 5.5.1 what?"])
async def test_no_downgrade_when_starttls_fails(said):
    with PostOffice({"STARTTLS": said}, offers=("STARTTLS",)).open() as office:
        assert isinstance(decide_mail(await hand_over(office, loopback=False)), Later)
        assert "MAIL" not in office.verbs


async def test_without_starttls_nothing_leaves_this_machine_in_the_clear():
    with PostOffice().open() as office:
        found = await hand_over(office, loopback=False)
        assert isinstance(decide_mail(found), Later)
        assert "STARTTLS" in found.why
        assert "MAIL" not in office.verbs


async def test_the_look_again_comes_before_the_first_byte_of_the_message():
    async def halted():
        return Held("halted")

    for rset in ("250 Ok", "550 5.5.1 no", DROP):
        with PostOffice({"RSET": rset}).open() as office:
            assert await hand_over(office, look=halted) == Held("halted")
            assert "DATA" not in office.verbs
            assert office.taken == []


async def test_one_connection_serves_many_and_is_opened_anew_when_it_broke():
    with PostOffice().open() as office:
        assert [type(decide_mail(one)) for one in await hand_over(office, times=3)] == [Sent] * 3
        assert office.verbs.count("EHLO") == 1
    with PostOffice({"RCPT": ["550 5.1.1 no", "250 Ok"], "MAIL": ["250 Ok", DROP, "250 Ok"]}).open() as office:
        kinds = [type(decide_mail(one)) for one in await hand_over(office, times=3)]
        assert kinds == [Refused, Later, Sent]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(".aäß ‮\t", max_size=12), max_size=8))
def test_the_bytes_received_are_those_handed_over(lines):
    import asyncio

    body = b"Subject: x\r\n\r\n" + "".join(f"{line}\r\n" for line in lines).encode() + b".\r\n..\r\nend\r\n"
    with PostOffice().open() as office:
        asyncio.run(hand_over(office, body=body))
    assert office.taken == [body]


# With a desk: what is planned, what arrives, and what the ledger says of it.


def mailing(tmp_path, port, n, **keys):
    platforms = {"telegram": {"channel": "email", "to": TO, "rate": "10/s", **keys}}
    return planned(tmp_path, platforms, n, platform="telegram", extra=f'[smtp]\nhost = "127.0.0.1"\nport = {port}\n')


def rows(desk, *wanted):
    with desk.ledger.read() as db:
        found = db.execute(select(requests).where(requests.c.purpose == "removal").order_by(requests.c.id)).mappings().all()
    return [row for row in found if not wanted or row["state"] in wanted]


def test_what_arrives_is_what_was_shown(tmp_path):
    with PostOffice().open() as office:
        desk, plan = mailing(tmp_path, office.port, 3)
        done = send(desk, plan)
    assert (done.sent, done.exit) == (3, 0)
    assert Counter(office.taken) == Counter(row["body"] for row in rows(desk))
    assert [line for line in office.commands if line.startswith("RCPT")] == [f"RCPT TO:<{TO}>"] * 3
    for row, raw in zip(rows(desk), sorted(office.taken, key=[row["body"] for row in rows(desk)].index), strict=True):
        found = message_from_bytes(raw, policy=policy.default)
        assert found["Message-ID"] == row["message_id"]
        assert found["X-Takedown-Reference"] == row["reference"]
        assert found["Subject"].endswith(f"[{row['reference']}]")
        assert (found["To"], found.get_all("To"), found["Cc"], found["Bcc"]) == (TO, [TO], None, None)
        assert found["From"].addresses[0].addr_spec == "desk@authority.example"
        assert found["Date"].datetime is not None
        assert row["receipt"] == "250 2.0.0 queued as Q1"


def test_a_second_attempt_is_the_same_mail(tmp_path):
    with PostOffice({".": ["451 4.3.0 later", "250 2.0.0 queued as Q2"]}).open() as office:
        desk, plan = mailing(tmp_path, office.port, 1)
        assert send(desk, plan, wait=60).sent == 1
    first, second = office.taken
    assert first == second
    assert re.search(rb"^Message-ID: <[0-9a-f]{32}@authority.example>\r$", first, re.M)
    assert tries(desk) == ["not_sent", "sent"]


def test_a_mail_that_may_have_arrived_is_never_sent_by_itself_again(tmp_path):
    with PostOffice({".": DROP}).open() as office:
        desk, plan = mailing(tmp_path, office.port, 1)
        for _ in range(3):
            assert send(desk, plan, wait=60).exit == 8
        assert len(office.taken) == 1
    assert states(desk) == {"unknown": 1}


@pytest.mark.parametrize(
    ("says", "exit_code", "state"),
    [
        ({".": "550 5.7.1 refused by policy"}, 3, "refused"),
        ({"RCPT": "550 5.1.1 no such mailbox"}, 3, "refused"),
        ({"MAIL": "550 5.7.1 sender rejected"}, 4, "approved"),
        ({"GREETING": "554 5.3.2 no service"}, 5, "approved"),
        ({"RCPT": "450 4.2.1 greylisted"}, 5, "approved"),
    ],
)
def test_how_a_run_ends(tmp_path, says, exit_code, state):
    with PostOffice(says).open() as office:
        desk, plan = mailing(tmp_path, office.port, 2)
        assert send(desk, plan, wait=0).exit == exit_code
    assert set(states(desk)) <= {state, "approved"}
    assert states(desk)[state] >= 1
    assert office.taken == [] or says.keys() == {"."}


def test_a_silent_server_is_waited_for_no_longer_than_the_deadline(tmp_path):
    with PostOffice({".": SILENCE}).open() as office:
        desk, plan = mailing(tmp_path, office.port, 1, deadline="1s")
        assert send(desk, plan, wait=0).unknown == 1
    assert "no answer within" in rows(desk)[0]["detail"]


def test_a_server_that_is_down_opens_the_breaker(tmp_path):
    with PostOffice({"GREETING": "421 4.3.2 closing"}).open() as office:
        desk, plan = mailing(tmp_path, office.port, 6, breaker="2 failures, 1h")
        assert send(desk, plan, wait=0).exit == 5
    with desk.ledger.read() as db:
        assert db.execute(select(lanes.c.not_before)).scalar() > desk.clock.now() + 1800
    assert len(tries(desk)) <= 3, "one may be on its way while the second failure is recorded"


def test_a_mail_server_with_every_fault_loses_and_doubles_nothing(tmp_path, stand_in):
    faults = {Fault.NONE: 6, Fault.DEFER: 3, Fault.REFUSE: 4, Fault.LOST: 4}
    sandbox = stand_in("telegram", mailbox=TO, hosts=frozenset({"t.me"}), mail_faults=faults)
    desk, plan = mailing(tmp_path, sandbox.smtp_port, 16)
    for _ in range(6):
        if send(desk, plan, wait=120).exit != 5:
            break
    nothing_lost_or_doubled(desk, sandbox)
    assert set(taken(sandbox)) == references(desk, "sent", "unknown")
    assert all(states(desk)[word] for word in ("sent", "unknown", "refused"))


def test_a_private_authority_is_trusted_when_configured(tmp_path):
    trust, context = certificate(tmp_path)
    (tmp_path / "smtp.password").write_text("secret\n")
    (tmp_path / "smtp.password").chmod(0o600)
    with PostOffice({}, context, ("STARTTLS", "AUTH PLAIN")).open() as office:
        extra = f'[smtp]\nhost = "127.0.0.1"\nport = {office.port}\nuser = "desk"\npassword_file = "smtp.password"\n'
        extra += f'[network]\nca_file = "{trust}"\n'
        platforms = {"telegram": {"channel": "email", "to": TO}}
        desk, plan = planned(tmp_path, platforms, 1, platform="telegram", extra=extra)
        assert send(desk, plan, wait=0).sent == 1
        assert office.secure


BREAKS = ["\r\nBcc: other@evil.example", "\nX: y", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0"]


@pytest.mark.parametrize("breaks", BREAKS)
@pytest.mark.parametrize("where", ["subject", "authority", "sender", "message_id", "in_reply_to", "reference", "to"])
def test_no_value_can_add_a_header_or_a_recipient(where, breaks):
    request = sample_request(load().platforms["telegram"](), Channel.EMAIL)
    evil = f"a{breaks}"
    match where:
        case "subject":
            request = replace(request, notice=replace(request.notice, subject=evil))
        case "authority":
            request = replace(request, authority=replace(request.authority, name=evil))
        case "sender":
            request = replace(request, authority=replace(request.authority, email=f"desk@authority.example{breaks}"))
        case "to":
            pass
        case name:
            request = replace(request, **{name: evil})
    try:
        made = mail(request, f"{TO}{breaks}" if where == "to" else TO)
    except ValueError:
        return
    calm = mail(sample_request(load().platforms["telegram"](), Channel.EMAIL), TO)
    assert shape(made.body) == shape(calm.body) | ({"In-Reply-To": 1, "References": 1} if where == "in_reply_to" else {})
    assert message_from_bytes(made.body, policy=policy.default)["To"].addresses[0].addr_spec == TO


def shape(raw):
    """Header names by count, cut where any reader might cut a line."""
    head = raw.partition(b"\r\n\r\n")[0].decode()
    return Counter(line.partition(":")[0] for line in head.splitlines() if not line.startswith((" ", "\t")))


@pytest.mark.parametrize("to", ["a@b.example, evil@c.example", "A <a@b.example>", "a@b.example\r\nBcc: c@d.example", "", "a"])
def test_a_recipient_is_one_bare_address(to):
    with pytest.raises(ValueError, match=r"addr|CR or LF"):
        mail(sample_request(load().platforms["telegram"](), Channel.EMAIL), to)
