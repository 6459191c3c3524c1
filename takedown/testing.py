"""The test suite that every platform adapter inherits, ours and other people's.

    class TestChirp(PlatformContract):
        platform = Chirp
        targets = {"https://m.chirp.example/Standin_0042": (Kind.ACCOUNT, "standin_0042")}
        refused = {"https://chirp.example/search": "reserved"}
        later = (reply(200, {"error": {"code": "queue_full"}}),)

Needs pytest to run, not to import.
"""
# ruff: noqa: S101 - a test suite asserts

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from functools import partial
from typing import Any, ClassVar
from unittest.mock import patch

from takedown.contract import (
    Authority,
    Case,
    Channel,
    Denied,
    Draft,
    Evidence,
    FormField,
    HttpDraft,
    Instrument,
    Kind,
    LegalBasis,
    MailDraft,
    Measure,
    NotATarget,
    Notice,
    Platform,
    PortalDraft,
    PortalForm,
    Reading,
    Reason,
    Receipt,
    Refusal,
    Reply,
    Request,
    SpeaksIntake,
    Target,
    TryLater,
    Unclear,
)
from takedown.registry import recognise

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FORBIDDEN = ("httpx", "rich", "sqlalchemy", "tenacity", "typer")
DRAFTS: Mapping[Channel, type[Draft]] = {Channel.API: HttpDraft, Channel.EMAIL: MailDraft, Channel.PORTAL: PortalDraft}


def reply(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer received at `NOW`; `body` is sent as JSON unless it is bytes already."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Reply(status, {name.lower(): value for name, value in (headers or {}).items()}, raw, NOW)


def sample_request(platform: Platform, channel: Channel, n: int = 1) -> Request:
    """A request for `n` invented accounts (at least one) on the platform, as the engine would hand it over."""
    host = min(platform.hosts)
    cases = tuple(
        Case(
            id=f"C-{i}",
            target=platform.target(Kind.ACCOUNT, f"standin_{i:04}", f"https://{host}/standin_{i:04}"),
            basis="sample",
            reason="An invented reason.",
            reference=f"FILE/{i}",
            measure=Measure.REMOVE_ACCOUNT,
            evidence=(Evidence(f"{i:064x}", "image/png", f"screen_{i}.png"),),
        )
        for i in range(1, n + 1)
    )
    urls = "\n".join(case.target.url for case in cases)
    notice = Notice(
        instrument=Instrument.NOTICE,
        basis=LegalBasis("sample", "Sample Act 2026", "section 1", "PK"),
        subject="Removal of accounts",
        statement=f"The accounts are listed here.\n{urls}",
        letter=f"To whom it may concern,\n\n{urls}\n\nExample Authority\n",
        redress="An appeal lies to the Example Court.",
    )
    authority = Authority("Example Authority", "Desk", "A. Clerk", "desk@authority.example", "PK")
    return Request(
        "TD-SAMPLE-1", platform.name, channel, cases, notice, authority, ("PK",), NOW,
        respond_by=NOW + timedelta(days=1), message_id="<td-sample-1@authority.example>",
    )  # fmt: skip


PLAIN: Mapping[type[Reading], Sequence[Reply]] = {
    Receipt: (
        reply(201, {"id": "R-1", "status": "received", "items": [{"case": "C-1", "id": "I-1", "status": "received"}]}),
        reply(202, {"id": "R-1", "status": "received"}),
        reply(200, {"id": "R-1", "status": "received"}),
    ),
    TryLater: (
        reply(429),
        reply(429, b"<html>slow down</html>", {"Retry-After": "7"}),
        reply(429, headers={"Retry-After": "99999999999999999999"}),
        reply(429, headers={"Retry-After": "soon"}),
        reply(503, headers={"Retry-After": "Fri, 02 Jan 2026 03:05:05 GMT"}),
    ),
    Denied: (reply(401), reply(401, b"<html>log in</html>"), reply(403, {"title": "Forbidden"}), reply(404), reply(415)),
    Refusal: (reply(422, {"title": "Unprocessable", "detail": "items[0].url is unknown"}), reply(400, {"title": "Bad"})),
    Unclear: (
        reply(409),
        *(reply(status, {"id": "R-1", "status": "received"}) for status in (301, 302, 307, 308, 500, 502, 503, 504)),
    ),
}
"""What the takedown intake answers, by what it means; tried on every adapter that speaks it."""

MISFITS = (
    b"null", b"7", b"true", b'""', b'"x"', b"[]", b"{}", b"[[]]", b"[null]",
    b'{"code": "x"}', b'{"code": {}}', b'{"code": null, "message": []}', b'[{"code": []}]',
)  # fmt: skip
HOSTILE: Sequence[Reply] = tuple(
    reply(status, body)
    for status in (200, 201, 202, 500, 502)
    for body in (
        b"",
        b'{"id": "R-1", "stat',
        b'{"id": "R-1", "id": "R-2"}',
        b'{"id": "R-1", "n": NaN}',
        b'{"id": "R-1", "n": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'\xff\xfe{"id": "R-1"}',
        b'{"id": "' + b"R" * 5000 + b'"}',
        b"<!doctype html><title>Log in</title><form action=/login></form>",
        b'[{"id": "R-1"}]',
        *(misfit for misfit in MISFITS),
        *(b'{"%b": %b}' % (key, misfit) for key in (b"error", b"errors", b"error_code", b"ok", b"status") for misfit in MISFITS),
        *(b'{"id": %b}' % misfit for misfit in MISFITS if misfit != b'"x"'),
    )
)
"""Answers after which nobody can say whether the request was taken."""


def lookalikes(text: str) -> list[str]:
    """The link in the disguises that a front door must see through; none of them is the target."""
    scheme, colon, rest = text.partition("://")
    if not colon:
        scheme, rest = ("https", text) if ":" not in text.partition("/")[0] else tuple(text.split(":", 1))
    cut = min((i for i in map(rest.find, "/?#") if i >= 0), default=len(rest))
    host, tail = rest[:cut], rest[cut:]
    spoofs = [
        f"{scheme}://user@{host}{tail}",
        f"{scheme}://{host}@evil.test{tail}",
        f"{scheme}://{host}\\@evil.test{tail}",
        f"{scheme}://evil.test\\{host}{tail}",
        f"{scheme}://{host}\u200b{tail}",
        f"{scheme}://{host}{tail}\x00",
        f"{scheme}://{host}/\u202e{tail.lstrip('/')}",
        f"{scheme}x://{host}{tail}",
        f"javascript://{host}{tail}",
    ]
    if scheme not in {"http", "https"}:
        return spoofs
    fullwidth = chr(ord(host[0]) + 0xFEE0) + host[1:]
    return [
        *spoofs,
        *(f"{scheme}://{other}{tail}" for other in (f"{host}.evil.test", f"evil-{host}", f"xn--{host}", fullwidth, f"%{host}")),
        *(f"{scheme}://{host}:{port}{tail}" for port in (22, 8443, "")),
        f"{scheme}://{host}%2eevil.test{tail}",
        f"{scheme}://{host.replace('.', '。')}{tail}",
        f"https://evil.test/{host}{tail}",
        f"https://evil.test/?u={scheme}://{host}{tail}",
        f"https://evil.test/#{scheme}://{host}{tail}",
        f"{scheme}:///{host}{tail}",
        f"ftp://{host}{tail}",
        f"{scheme}://{host}/..{tail or '/'}",
        f"{scheme}://{host}/%2e%2e{tail or '/'}",
    ]


class PlatformContract:
    """Subclass it as `Test...`, name the `platform`, and give data; every attribute but the first three is optional.

    targets: URL -> kind and key. refused: URL -> reason. same: groups of URLs that are one target under two spellings.
    accepted, later, denied, refusal, unclear: the platform's own answers, besides those of the takedown intake.
    settings: what the platform needs before its channels open.
    """

    platform: ClassVar[type[Platform]]
    targets: ClassVar[Mapping[str, tuple[Kind, str]]]
    refused: ClassVar[Mapping[str, str]]
    same: ClassVar[Sequence[Sequence[str]]] = ()
    settings: ClassVar[Mapping[str, object]] = {}
    accepted: ClassVar[Sequence[Reply]] = ()
    later: ClassVar[Sequence[Reply]] = ()
    denied: ClassVar[Sequence[Reply]] = ()
    refusal: ClassVar[Sequence[Reply]] = ()
    unclear: ClassVar[Sequence[Reply]] = ()

    def pytest_generate_tests(self, metafunc: Any) -> None:
        tables: Mapping[str, Callable[[], Sequence[object]]] = {
            "target_url": lambda: list(self.targets),
            "refused_url": lambda: list(self.refused),
            "channel": lambda: list(self.platform.channels),
            "meaning": lambda: list(PLAIN),
        }
        for name in tables.keys() & set(metafunc.fixturenames):
            metafunc.parametrize(name, tables[name](), ids=str)

    @property
    def adapter(self) -> Platform:
        return self.platform(self.platform.Settings.model_validate({"to": "orders@intake.example", **self.settings}))

    def _seen(self, text: str) -> Target | NotATarget:
        return recognise(text, {self.platform.name: self.adapter})

    def test_target_is_recognised(self, target_url: str) -> None:
        seen = self._seen(target_url)
        assert isinstance(seen, Target), seen
        assert (seen.kind, seen.key) == self.targets[target_url], seen
        assert seen.platform == self.platform.name, seen

    def test_canonical_url_is_the_same_target(self, target_url: str) -> None:
        seen = self._seen(target_url)
        assert isinstance(seen, Target), seen
        assert self._seen(seen.url) == seen, seen.url

    def test_lookalike_is_refused(self, target_url: str) -> None:
        let_through = [spoof for spoof in lookalikes(target_url) if not isinstance(self._seen(spoof), NotATarget)]
        assert not let_through, let_through

    def test_refusal_gives_its_reason(self, refused_url: str) -> None:
        seen = self._seen(refused_url)
        assert isinstance(seen, NotATarget), seen
        assert seen.reason == Reason(self.refused[refused_url]), seen
        assert seen.message.endswith((".", "?")), seen.message

    def test_two_spellings_are_one_target(self) -> None:
        for group in self.same:
            seen = {url: self._seen(url) for url in group}
            assert len({s.identity if isinstance(s, Target) else str(s) for s in seen.values()}) == 1, seen

    def test_every_channel_says_where_it_is_known_from(self, channel: Channel) -> None:
        terms = self.platform.channels[channel]
        assert terms.source, "no source"
        assert terms.cases_per_request >= 1, terms
        assert (terms.form is not None) == (channel is Channel.PORTAL), "a form belongs to the portal, and only there"

    def test_portal_asks_for_what_a_request_has(self, channel: Channel) -> None:
        form = self.platform.channels[channel].form
        offered = sample_request(self.adapter, channel).values
        asked = [field.value for field in form.fields] if form else []
        assert not [name for name in asked if not name.startswith("=") and name not in offered], asked
        assert form is None or (form.url.startswith("https://") and form.source and form.verified_on and "urls" in asked), form

    def test_default_channel_is_declared(self) -> None:
        assert self.platform.default_channel in self.platform.channels, self.platform.default_channel
        undeclared = set(Channel) - set(self.platform.channels)
        assert all(self.adapter.barred(channel) for channel in undeclared), "an undeclared channel is not barred"

    def test_draft_carries_every_case(self, channel: Channel) -> None:
        adapter = self.adapter
        assert adapter.barred(channel) is None, adapter.barred(channel)
        for n in (1, 3):
            request = sample_request(adapter, channel, n)
            draft = adapter.prepare(request)
            assert isinstance(draft, DRAFTS[channel]), draft
            assert draft == self.adapter.prepare(sample_request(adapter, channel, n)), "two drafts of one request differ"
            shown = _readable(draft)
            assert request.reference in shown, shown
            assert not [case.target.url for case in request.cases if case.target.url not in shown], shown

    def test_a_bare_configuration_drafts_or_says_why_not(self, channel: Channel) -> None:
        bare = self.platform()
        assert bare.barred(channel) or isinstance(bare.prepare(sample_request(bare, channel)), DRAFTS[channel])

    def test_operators_form_replaces_the_adapters(self) -> None:
        form = PortalForm("local", "https://portal.example/form", (FormField("Links", "urls"),), "operator", "2026-01-02")
        if Channel.PORTAL in self.platform.channels:
            draft = self.adapter.prepare(replace(sample_request(self.adapter, Channel.PORTAL), form=form))
            assert isinstance(draft, PortalDraft), draft
            assert (draft.url, draft.form, [f.label for f in draft.fields]) == (form.url, form.name, ["Links"]), draft

    def test_no_value_adds_a_header(self, channel: Channel) -> None:
        plain = sample_request(self.adapter, channel)
        for injected in ("x\r\nBcc: a@evil.test", "x\nBcc: a@evil.test", "x\r\n\r\nBcc: a@evil.test"):
            for request in (
                replace(plain, reference=injected),
                replace(plain, message_id=injected),
                replace(plain, in_reply_to=injected),
                replace(plain, notice=replace(plain.notice, subject=injected, letter=injected)),
                replace(plain, authority=replace(plain.authority, name=injected)),
                replace(plain, authority=replace(plain.authority, email=injected)),
            ):
                try:
                    draft = self.adapter.prepare(request)
                except ValueError:
                    continue
                assert _recipients(draft) <= 1, draft

    def test_reply_is_read(self, meaning: type[Reading]) -> None:
        own = {
            Receipt: self.accepted, TryLater: self.later, Denied: self.denied, Refusal: self.refusal, Unclear: self.unclear,
        }  # fmt: skip
        plain = PLAIN[meaning] if issubclass(self.platform, SpeaksIntake) else ()
        for answer in (*own[meaning], *plain):
            reading = self.adapter.read(answer)
            assert isinstance(reading, meaning), (answer, reading)
            if isinstance(reading, TryLater) and reading.after:
                assert timedelta(seconds=1) <= reading.after <= timedelta(hours=1), reading

    def test_doubtful_reply_is_unclear(self) -> None:
        for answer in HOSTILE:
            reading = self.adapter.read(answer)
            assert isinstance(reading, Unclear), (answer.status, answer.body[:80], reading)

    def test_doubtful_answer_to_a_question_settles_nothing(self) -> None:
        adapter = self.adapter
        if not isinstance(adapter, SpeaksIntake):
            return
        for answer in HOSTILE:
            assert isinstance(adapter.read_status(answer), Unclear), answer.body[:80]
            assert isinstance(adapter.read_search(answer, "TD-SAMPLE-1"), Unclear), answer.body[:80]

    def test_receipt_cannot_leave_its_place_in_the_path(self) -> None:
        adapter = self.adapter
        if not isinstance(adapter, SpeaksIntake):
            return
        for call in (adapter.status_call, adapter.search_call, partial(adapter.withdraw_call, reason="r")):
            path = call("../a b?c=d#e\r\nf&g").path
            assert path.isascii(), path
            assert not [char for char in " #\r\n&" if char in path], path
            assert "/../" not in path, path

    def test_no_channel_or_reply_touches_the_network(self) -> None:
        adapter = self.adapter
        with patch("socket.socket", side_effect=OSError), patch("socket.getaddrinfo", side_effect=OSError):
            for channel in self.platform.channels:
                adapter.prepare(sample_request(adapter, channel, 2))
            for answer in (*HOSTILE, *(answer for answers in PLAIN.values() for answer in answers)):
                adapter.read(answer)

    def test_module_needs_nothing_of_the_engine(self) -> None:
        program = f"import sys, {self.platform.__module__}; print(*(m for m in {FORBIDDEN} if m in sys.modules))"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False, timeout=60
        )
        assert (done.returncode, done.stdout.split()) == (0, []), done.stdout + done.stderr


def _message(draft: MailDraft) -> EmailMessage:
    return message_from_bytes(draft.body, _class=EmailMessage, policy=modern)


def _readable(draft: Draft) -> str:
    if not isinstance(draft, MailDraft):
        return draft.body.decode()
    message = _message(draft)
    return "\n".join([*map(str, message.values()), str(message.get_content())])


def _recipients(draft: Draft) -> int:
    match draft:
        case MailDraft():
            found = [value for name in ("to", "cc", "bcc") for value in _message(draft).get_all(name, [])]
            return sum(len(value.addresses) for value in found)
        case HttpDraft():
            return 2 if any(mark in value for value in draft.headers.values() for mark in "\r\n") else 1
        case PortalDraft():
            return 1
