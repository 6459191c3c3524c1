"""How a stand-in platform behaves: frozen values, and draws that depend on a seed and a name, never on the order of arrival."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

_Entry = TypeVar("_Entry")


class Fault(StrEnum):
    """What goes wrong with one attempt. Over mail only DEFER, REFUSE and LOST have a meaning."""

    NONE = "none"
    BUSY = "busy"  # 429, Retry-After in seconds
    BUSY_DATE = "busy_date"  # 429, Retry-After as an HTTP date
    BUSY_OWN = "busy_own"  # the platform's own rate limit, as its developers document it
    DOWN = "down"  # 503 with Retry-After
    DOWN_BARE = "down_bare"  # 503 without
    REDIRECT = "redirect"  # 307 to elsewhere
    RESET = "reset"  # the line is reset, nothing was taken
    ERROR = "error"  # taken, then 500
    LOST = "lost"  # taken, then the line is reset
    CUT = "cut"  # taken; half of the promised body, then the end
    CUT_SILENT = "cut_silent"  # taken; half of a body without a promised length, so it looks whole
    DRIP = "drip"  # taken; the answer comes byte by byte
    SLOW = "slow"  # taken after a pause, in which the key is being handled
    DEFER = "defer"  # mail: 451
    REFUSE = "refuse"  # mail: 550


NOT_TAKEN = frozenset(
    {
        Fault.BUSY,
        Fault.BUSY_DATE,
        Fault.BUSY_OWN,
        Fault.DOWN,
        Fault.DOWN_BARE,
        Fault.REDIRECT,
        Fault.RESET,
        Fault.DEFER,
        Fault.REFUSE,
    }
)


def draw(seed: int, *words: object) -> float:
    """A number in [0, 1) that is always the same for the same words."""
    told = "\x1f".join((str(seed), *map(str, words)))
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:8]) / 2**64


def choose(weights: Mapping[_Entry, float], at: float) -> _Entry:
    """The entry that lies at the fraction `at` of all weights. Raises ValueError when there is no weight."""
    left = at * math.fsum(weights.values())
    for entry, weight in weights.items():
        if left < weight:
            return entry
        left -= weight
    raise ValueError("no entry has a weight")


def fingerprint(url: str) -> str:
    """What spellings of one address share: the letters and digits after the host (twitter.com is x.com), case aside."""
    rest = re.sub(r"^[a-z]+:(//[^/?]*)?", "", url.strip().lower())
    return re.sub(r"[^a-z0-9]", "", rest)


def by_quota(counts: Mapping[str, int], urls: Iterable[str], seed: int) -> dict[str, str]:
    """Exactly so many addresses for each status, whichever come first: ranked by hash. Maps fingerprint to status.

    Raises ValueError when the counts do not add up to the number of different addresses.
    """
    ranked = sorted({fingerprint(url) for url in urls}, key=lambda one: draw(seed, "rank", one))
    statuses = [status for status, count in counts.items() for _ in range(count)]
    return dict(zip(ranked, statuses, strict=True))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the platform ends up saying of one address."""

    status: str
    ground: str = ""
    reason_code: str = ""
    reason: str = ""


REASONS: Mapping[str, str] = {
    "community_rules": "The account broke our own rules.",
    "local_law": "The account is not available in your country because of local law.",
    "not_illegal": "We found no content that is unlawful under the provision you cite.",
    "insufficient_information": "Please name the items that the request is about.",
    "wrong_entity": "Please address this request to the company that offers the service in your country.",
    "court_order_needed": "We act on an order by a court.",
    "cannot_reach": "Messages are end-to-end encrypted; we have no access to them.",
    "already_gone": "We found nothing at this address.",
}
_PLAIN_REFUSALS: Mapping[str, float] = {
    "not_illegal": 5,
    "insufficient_information": 2,
    "wrong_entity": 1,
    "court_order_needed": 2,
}


@dataclass(frozen=True, slots=True)
class Decisions:
    """How a platform decides: `fixed` by fingerprint (see `by_quota`), every other address by the weights of `chances`.

    A chance or a fixed status is a claimed status; `in_review` stays undecided. `refusals` weighs the reasons of a decline.
    """

    chances: Mapping[str, float] = field(default_factory=lambda: {"removed": 1.0})
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])
    refusals: Mapping[str, float] = field(default_factory=lambda: _PLAIN_REFUSALS)

    def of(self, url: str, seed: int) -> Decision:
        one = fingerprint(url)
        status = self.fixed.get(one) or choose(self.chances, draw(seed, "decision", one))
        match status:
            case "removed":
                return Decision(status, "own_rules", "community_rules", REASONS["community_rules"])
            case "restricted":
                return Decision(status, "local_law", "local_law", REASONS["local_law"])
            case "declined":
                code = choose(self.refusals, draw(seed, "refusal", one))
                return Decision(status, "", code, REASONS[code])
            case "needs_information":
                return Decision(status, "", "insufficient_information", REASONS["insufficient_information"])
            case "not_found":
                return Decision(status, "", "already_gone", REASONS["already_gone"])
            case undecided:
                return Decision(undecided)


class Fate(StrEnum):
    """What becomes of a public page besides what the platform decides."""

    RENAMED = "renamed"  # its owner takes another name
    REUSED = "reused"  # the same, and somebody else takes the old one
    RETURNED = "returned"  # it is there again after it was missing
    LOGIN = "login"  # the page asks for a login
    CAPTCHA = "captcha"  # the page asks for a proof of being human
    BUSY = "busy"  # 429
    BROKEN = "broken"  # 503
    PRIVATE = "private"  # protected by its owner


@dataclass(frozen=True, slots=True)
class Fated:
    """A fate from the look after the first `looks` on; of a return: of the looks that found it missing."""

    fate: Fate
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One stand-in platform.

    dialect: plain, graph, tiktok, x or telegram. keyed: a repeated Idempotency-Key gets the first answer, for `key_life`
    real seconds. searchable: `?reference=` is answered, `search_lag` real seconds after acceptance. faults: weights for each
    attempt to file. read_faults: for each look at a status or a search. ripening: hours until a decision, shortest and
    longest, in the sandbox's time. wait: the seconds of every Retry-After. pause: real seconds of SLOW and, in all, of DRIP.
    mailbox: the address of the mailed channel. hosts: where its addresses live, so that a letter's other links are passed
    over; none keeps every link. territory: of a restriction, where the channel does not carry the request's own. hollow: the
    share of decisions that nothing follows, so that what was removed on paper is still up. fates: by fingerprint.
    answers: mails are answered by mail; bounces: of which addresses, by fingerprint, the letter comes back; absent, forged: the
    shares of letters that meet an absence, or to which somebody else answers in the platform's name.
    """

    dialect: str = "plain"
    keyed: bool = True
    key_life: float = math.inf
    searchable: bool = True
    search_lag: float = 0.0
    faults: Mapping[Fault, float] = field(default_factory=lambda: {Fault.NONE: 1.0})
    mail_faults: Mapping[Fault, float] = field(default_factory=lambda: {Fault.NONE: 1.0})
    read_faults: Mapping[Fault, float] = field(default_factory=lambda: {Fault.NONE: 1.0})
    decisions: Decisions = field(default_factory=Decisions)
    ripening: tuple[float, float] = (4.0, 48.0)
    wait: int = 1
    pause: float = 0.2
    mailbox: str = ""
    hosts: frozenset[str] = frozenset()
    territory: tuple[str, ...] = ()
    hollow: float = 0.0
    answers: bool = False
    bounces: frozenset[str] = frozenset()
    absent: float = 0.0
    forged: float = 0.0
    fates: Mapping[str, Fated] = field(default_factory=dict[str, Fated])
    seed: int = 1

    def hours(self, url: str) -> float:
        """How long the decision on this address takes, in hours of the sandbox's time."""
        shortest, longest = self.ripening
        return shortest + (longest - shortest) * draw(self.seed, "hours", fingerprint(url))

    def fault(self, weights: Mapping[Fault, float], what: str, attempt: int) -> Fault:
        """The fault of the n-th attempt at `what`."""
        return choose(weights, draw(self.seed, "fault", what, attempt))
