"""What a command that only reads works with: the few settings it needs, the ledger without SQLAlchemy, a pack's times.

Loading and checking the whole configuration, every platform and every pack takes several times as long as the answer. So
what is plainly sound is taken as it is; everything else is left to the checks that the other commands make.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

from takedown.clock import Clock as Time
from takedown.clock import SystemClock
from takedown.clocks import review
from takedown.clocks.cases import binding
from takedown.clocks.events import Happened
from takedown.clocks.hands import Clock as HandClock
from takedown.contract.times import span
from takedown.layers import Layers, read_layers
from takedown.ledger.reader import Reader, open_reader

SECTIONS = frozenset(
    {
        "environment", "authority", "ledger", "policy", "platforms", "smtp", "imap", "network", "audit", "plan", "packs",
        "observe", "oversight", "retention", "fleet", "sandbox", "signing",
    }
)  # fmt: skip
PACK_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


class Pause(NamedTuple):
    """See `takedown.notices.Pause`."""

    stops: Happened
    restarts: Happened
    anew: bool
    says: str


class Clock(NamedTuple):
    """See `takedown.notices.Clock`."""

    name: str
    length: str
    starts: Happened
    starts_when: str
    pauses: tuple[Pause, ...]
    ends: tuple[Happened, ...]
    for_platform: bool
    verified: bool
    source: str


class Limits(NamedTuple):
    """The times under a basis, as its pack has them: how long a case may stay unanswered, in words and seconds; after how many
    seconds a measure is reviewed; the verified clocks that bind the platform."""

    text: str
    patience: float
    review: float
    clocks: tuple[HandClock, ...]


UNKNOWN = Limits("", 0.0, span(review.AFTER), ())
"""For a basis whose pack is not installed: it has no patience, and its measures are reviewed as all others."""


class Usual(NamedTuple):
    """A policy without protected lists, as far as a reviewer is told of it: see `takedown.policy.schema.Policy`."""

    approvals: int
    protected: tuple[()] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """`packs`: the operator's own folder of packs; `policy`: None where only the whole desk knows it, in live above all;
    `retention`: how long files of closed cases are kept; `authority`: its name; `time_scale`: how much faster time passes."""

    url: str
    folder: Path
    environment: str = "sandbox"
    packs: Path | None = None
    policy: Usual | None = None
    retention: str = ""
    authority: str = ""
    time_scale: float = 1.0
    clock: Time = field(default_factory=SystemClock)

    def ledger(self) -> AbstractContextManager[Reader]:
        """Raises what `open_reader` raises."""
        return open_reader(self.url, self.folder, self.environment)

    def limits(self, basis: str) -> Limits | None:
        """None for a basis whose pack is not installed. Raises BadPacks."""
        for file in self._files(basis):
            try:
                return _limits(tomllib.loads(file.read_text(encoding="utf-8")))
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                return self._checked(basis)
        return None

    def review_of(self, basis: str) -> float:
        """Seconds after which a measure under a basis is reviewed. Raises BadPacks."""
        return (self.limits(basis) or UNKNOWN).review

    def _files(self, basis: str) -> list[Path]:
        import takedown_notices

        roots = [*([self.packs] if self.packs else []), *map(Path, takedown_notices.__path__)]
        return [place / f"{basis}.toml" for root in roots for place in (root, root / "packs")] if PACK_ID.fullmatch(basis) else []

    def _checked(self, basis: str) -> Limits | None:
        from takedown.notices import load_packs

        pack = load_packs([self.packs] if self.packs else []).get(basis)
        return Limits(pack.patience, pack.patience_seconds, pack.review.seconds, tuple(binding(pack.clocks))) if pack else None


def _limits(pack: Mapping[str, Any]) -> Limits:
    text, own = str(pack["patience"]), pack.get("review", {})
    return Limits(
        text, span(text), span(str(own.get("after", review.AFTER))), tuple(binding(map(_clock, pack.get("clocks", []))))
    )


def _clock(table: Mapping[str, Any]) -> Clock:
    pauses = (
        Pause(Happened(one["stops"]), Happened(one["restarts"]), bool(one.get("anew", True)), str(one["says"]))
        for one in table.get("pauses", [])
    )
    ends = tuple(map(Happened, table.get("ends", [])))
    starts, bound, verified = Happened(table["starts"]), table.get("for_platform", True), table.get("verified", False)
    told = (str(table[name]) for name in ("name", "length", "starts_when", "source"))
    name, length, starts_when, source = told
    span(length)
    return Clock(name, length, starts, starts_when, tuple(pauses), ends, bool(bound), bool(verified), source)


def read_settings(file: Path | None = None) -> Reading:
    """Raises BadConfiguration."""
    found = read_layers(file)
    return _plain(found) or _whole(file)


def _plain(found: Layers) -> Reading | None:
    """None where a value comes from the environment or is not plainly sound."""
    if set(found.table) - SECTIONS or any(name.lower().startswith(_VARIABLES) for name in os.environ):
        return None
    sections = [found.table.get(name, {}) for name in ("ledger", "packs", "policy", "retention", "authority", "sandbox")]
    if not all(isinstance(one, dict) for one in sections):
        return None
    ledger, packs, policy, retention, authority, sandbox = (cast("Mapping[str, Any]", one) for one in sections)
    where = found.table.get("environment", "sandbox"), ledger.get("url", "sqlite:///takedown.db"), packs.get("folder", "")
    told = retention.get("evidence", ""), authority.get("name", ""), sandbox.get("time_scale", 1)
    match *where, *told:
        case "sandbox" | "live" as environment, str(url), str(folder), str(kept), str(name), int(pace) | float(pace) if pace > 0:
            own = found.folder / Path(folder).expanduser() if folder else None
            usual = _usual(policy) if environment == "sandbox" else None
            return Reading(url, found.folder, environment, own, usual, kept, name, float(pace))
        case _:
            return None


def _usual(policy: Mapping[str, Any]) -> Usual | None:
    approvals = policy.get("approvals", 1)
    return Usual(approvals) if isinstance(approvals, int) and not policy.get("protected") else None


_VARIABLES = tuple(f"takedown_{name}" for name in SECTIONS)


def _whole(file: Path | None) -> Reading:
    from takedown.settings import load

    config = load(file)
    said = config.settings
    own = config.path(said.packs.folder) if said.packs.folder else None
    kept, name, scale = said.retention.evidence, said.authority.name, said.sandbox.time_scale
    return Reading(said.ledger.url, config.folder, said.environment, own, None, kept, name, scale)
