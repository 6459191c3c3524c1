"""What to look at and when, and one look: from a case to a sighting with its evidence."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from takedown.clock import iso
from takedown.contract import Kind, Observable, Platform, Probe, Seen, Target, Url, parse_url, span
from takedown.desk import Desk
from takedown.ledger.moves import State
from takedown.ledger.truths import HOUR, UNREACHABLE, Sighting
from takedown.ledger.withdrawals import ANSWERABLE
from takedown.secrets import secret

if TYPE_CHECKING:
    from takedown.transport.probe import Looked

RECHECKS = (1, 3, 7, 14, 30, 60)
"""Days after a target was found gone on which it is looked at again."""

History = Sequence[Mapping[str, Any]]


def hour_of(desk: Desk) -> float:
    """The hour of truths.md in real seconds; the sandbox's are shorter."""
    return HOUR / desk.settings.sandbox.time_scale


def vantage_of(desk: Desk) -> str:
    """The country that we look from."""
    return desk.settings.observe.country or desk.settings.authority.country


def due_at(case: Mapping[str, Any], history: History, hour: float) -> float | None:
    """When a case should be looked at next, in seconds since the epoch; None: not until something happens.

    `history`: its sightings, oldest first. Never seen: at once, for the baseline. Missing once: an hour after that. Gone: on
    RECHECKS. Could not check: in an hour. Still up: every day once it was sent, and at once when the platform says otherwise.
    Taken back: at once, and then every day until it is there again.
    """
    if not history:
        return 0.0
    last, day = history[-1], 24 * hour
    at = float(last["recorded_at"])
    if case["withdrawal"] in ANSWERABLE:
        return at if at < (case["withdrawn_at"] or 0) else at + day
    if case["observed"] in UNREACHABLE:
        since = float(_run(history, "observed", UNREACHABLE)[0]["recorded_at"])
        return next((since + days * day for days in RECHECKS if since + days * day > at), None)
    if last["value"] in UNREACHABLE:
        first = float(_run(history, "value", {last["value"]})[0]["recorded_at"])
        return first + hour if first + hour > at else at + day
    if last["value"] == "unknown":
        return at + hour
    if case["delivered"] != State.SENT.value:
        return None
    return at if (case["claimed_at"] or 0) > at else at + day


def _run(history: History, column: str, values: set[str] | frozenset[str]) -> list[Mapping[str, Any]]:
    """The sightings at the end whose column is among the values; at least the last."""
    start = len(history) - 1
    while start > 0 and history[start - 1][column] in values:
        start -= 1
    return list(history[start:])


def unlookable(desk: Desk, platform: str) -> str:
    """Why this platform is not looked at under the present configuration; empty when it is."""
    terms, adapter = desk.terms(platform), desk.platform(platform)
    sandbox = desk.settings.environment == "sandbox"
    if not isinstance(adapter, Observable):
        return "it has no probe that can be trusted: use takedown sight"
    if not terms.probe:
        return f"platforms.{platform}.probe is not set"
    if sandbox and not terms.probe_base:
        return f"platforms.{platform}.probe_base is not set: a sandbox looks at stand-in pages only"
    if not sandbox and terms.probe_base:
        return f"platforms.{platform}.probe_base has no place in live"
    return ""


def target_of(case: Mapping[str, Any]) -> Target:
    return Target(case["platform"], Kind(case["kind"]), case["key"], case["url"], case["identity"])


def control_of(adapter: Platform) -> Target | str:
    """The known-live target of the configuration, or why there is none."""
    if not (text := adapter.settings.probe_control):
        return f"platforms.{adapter.name}.probe_control is not set"
    url = parse_url(text)
    found = adapter.recognise(url) if isinstance(url, Url) and adapter.owns(url) else None
    return found if isinstance(found, Target) else f"platforms.{adapter.name}.probe_control is no address of {adapter.title}"


@dataclass(frozen=True, slots=True)
class Look:
    """One look: what was asked, what came, and what it means. `evidence`: sha256 of the document that is kept."""

    probe: Probe
    looked: Looked
    seen: Seen
    evidence: str

    def sighting(self, case: int, vantage: str) -> Sighting:
        reply = self.looked.reply
        return Sighting(
            case, self.seen.value, self.probe.method, self.probe.trust, vantage,
            why=self.seen.why[:500], countries=",".join(self.seen.countries), stable_id=self.seen.stable_id[:100],
            final_url=self.looked.final_url[:2000], status=reply.status if reply else None,
            body_sha256=hashlib.sha256(reply.body).hexdigest() if reply else "", evidence=self.evidence,
        )  # fmt: skip


class Looker:
    """Looks at one platform's targets. Made when `unlookable` is empty."""

    def __init__(self, desk: Desk, adapter: Platform) -> None:
        from takedown.transport.picture import Camera  # the network loads slowly, and often nothing is to be looked at
        from takedown.transport.probe import ProbeTransport

        self._desk, self._adapter, self._terms = desk, adapter, adapter.settings
        self._sandbox = desk.settings.environment == "sandbox"
        self._transport = ProbeTransport(inside=self._sandbox, ca_file=desk.config.ca_file)
        given = self._terms.probe_token_file if not self._sandbox else None
        self._camera = Camera(desk.settings.observe.browser)
        self._token = secret(desk.config, given, None, f"the read token of {adapter.name}") if given else ""

    async def open(self) -> None:
        """Raises MissingExtra, NoBrowser where pictures are wanted and cannot be taken."""
        if self._desk.settings.observe.pictures != "none":
            await self._camera.open()

    async def aclose(self) -> None:
        await self._transport.aclose()
        await self._camera.aclose()

    def probe(self, target: Target) -> Probe | str:
        """The best probe that may be used, or why none may."""
        offered = self._adapter.probes(target) if isinstance(self._adapter, Observable) else ()
        why = "no trusted probe for this kind of target: use takedown sight"
        for one in offered:
            if one.needs_decision and not (self._terms.probe_decision or "").strip():
                why = f"the terms need a decision: set platforms.{self._adapter.name}.probe_decision to its reference"
            elif one.needs_token and not self._token and not self._sandbox:
                why = f"platforms.{self._adapter.name}.probe_token_file is not set"
            else:
                return one
        return why

    async def look(self, target: Target, probe: Probe) -> Look:
        looked = await self._transport.get(self._where(target, probe), self._deadline, self._headers(probe))
        seen = self._read(probe, looked)
        return Look(
            probe, looked, seen, self._keep(target, probe, looked, seen, await self._picture(target, probe, looked, seen))
        )

    async def _picture(self, target: Target, probe: Probe, looked: Looked, seen: Seen) -> Mapping[str, str]:
        """What the evidence says of a picture: its sha256, or why there is none; nothing where none is wanted."""
        wanted, reply = self._desk.settings.observe.pictures, looked.reply
        if reply is None or wanted == "none" or (wanted == "missing" and seen.value not in UNREACHABLE):
            return {}
        mark = secrets.token_hex(8)
        facts = {
            "target": target.url, "asked": probe.url, "final address": looked.final_url, "at": iso(self._desk.clock.now()),
            "from": vantage_of(self._desk), "status": str(reply.status), "sha256": hashlib.sha256(reply.body).hexdigest(),
            "read as": seen.value, "mark": mark,
        }  # fmt: skip
        taken = await self._camera.take(reply.body, reply.headers.get("content-type", ""), facts)
        if isinstance(taken, str):
            return {"picture_failed": taken}
        return {"picture": keep_document(self._desk.ledger.folder / "evidence", taken), "picture_mark": mark}

    def elsewhere(self, look: Look, target: Target) -> str:
        """The address of another target that this one's address led to; empty when it led to none."""
        if not look.looked.moved:
            return ""
        final = look.looked.final_url
        url = parse_url(parse_qs(urlsplit(final).query).get("url", [""])[0] if self._sandbox else final)
        found = self._adapter.recognise(url) if isinstance(url, Url) and self._adapter.owns(url) else None
        return found.url if isinstance(found, Target) and found.identity != target.identity else ""

    @property
    def _deadline(self) -> float:
        return span(self._terms.deadline)

    def _where(self, target: Target, probe: Probe) -> str:
        if not self._sandbox:
            return probe.url
        asked = f"url={quote(target.url, safe='')}&method={probe.method}"
        return f"{(self._terms.probe_base or '').rstrip('/')}/look?{asked}"

    def _headers(self, probe: Probe) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self._token}"} if probe.needs_token and self._token else {}

    def _read(self, probe: Probe, looked: Looked) -> Seen:
        if looked.reply is None:
            return Seen("unknown", looked.why)
        if looked.moved:
            return Seen("unknown", f"it redirects to another page: {looked.final_url}"[:300])
        assert isinstance(self._adapter, Observable)  # noqa: S101 - for the type checker
        return self._adapter.read_probe(probe, looked.reply)

    def _keep(self, target: Target, probe: Probe, looked: Looked, seen: Seen, picture: Mapping[str, str]) -> str:
        reply = looked.reply
        document = {
            "schema": "takedown-sighting/1", "target": target.url, "method": probe.method, "asked": probe.url,
            "at": iso(self._desk.clock.now()), "vantage": vantage_of(self._desk), "value": seen.value,
            "why": seen.why or looked.why, "final_url": looked.final_url,
            "chain": [{"url": hop.url, "address": hop.address, "status": hop.status} for hop in looked.chain],
            "status": reply.status if reply else None, "headers": dict(reply.headers) if reply else {},
            "body_base64": base64.b64encode(reply.body).decode() if reply else "", **picture,
        }  # fmt: skip
        return keep_document(self._desk.ledger.folder / "evidence", json.dumps(document, sort_keys=True).encode())


def keep_document(folder: Path, data: bytes) -> str:
    """Write bytes under their sha256, whole or not at all; returns it."""
    name = hashlib.sha256(data).hexdigest()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / name).exists():
        draft = folder / f".{name[:16]}-{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / name)
    return name
