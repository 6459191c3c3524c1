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

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from functools import partial
from typing import Any, ClassVar
from unittest.mock import patch

from takedown.contract import (
    Channel,
    Denied,
    Draft,
    FormField,
    HttpDraft,
    Kind,
    MailDraft,
    NotATarget,
    Platform,
    PortalDraft,
    PortalForm,
    Reading,
    Reason,
    Receipt,
    Refusal,
    Reply,
    SpeaksIntake,
    Target,
    TryLater,
    Unclear,
)
from takedown.registry import recognise
from takedown.specimens import HOSTILE, NOW, PLAIN, lookalikes, reply, sample_request

__all__ = ["HOSTILE", "NOW", "PLAIN", "PlatformContract", "lookalikes", "reply", "sample_request"]

FORBIDDEN = ("httpcore", "httpx", "rich", "sqlalchemy", "tenacity", "typer")
DRAFTS: Mapping[Channel, type[Draft]] = {Channel.API: HttpDraft, Channel.EMAIL: MailDraft, Channel.PORTAL: PortalDraft}


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
            empty = answer.status != 200 and answer.body in {b"", b"{}"}  # all that a 202 needs to say of a withdrawal
            assert empty or not isinstance(adapter.read_withdrawal(answer), Receipt), answer.body[:80]

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
