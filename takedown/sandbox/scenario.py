"""The demo's case: 850 invented addresses over six platforms, of which 533 end up blocked. A simulation of a published ratio.

The shares follow the case that the project started from: Facebook and TikTok over 90 %, X and WhatsApp about 30 %, Telegram
high, Instagram in between. The numbers of each platform are chosen, not reported.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from takedown.contract import Channel
from takedown.sandbox.behaviour import Behaviour, Decisions, Fate, Fated, Fault, by_quota, fingerprint
from takedown.sandbox.pages import NEXT

BLOCKED = ("removed", "restricted")
CALM: Mapping[Fault, float] = {Fault.NONE: 1}
ROUGH: Mapping[Fault, float] = {
    Fault.NONE: 82, Fault.BUSY: 1, Fault.BUSY_DATE: 1, Fault.BUSY_OWN: 1, Fault.DOWN: 1, Fault.DOWN_BARE: 1, Fault.RESET: 3,
    Fault.ERROR: 3, Fault.LOST: 3, Fault.CUT: 1, Fault.CUT_SILENT: 1, Fault.SLOW: 2,
}  # fmt: skip
ROUGH_MAIL: Mapping[Fault, float] = {Fault.NONE: 93, Fault.DEFER: 5, Fault.LOST: 2}


@dataclass(frozen=True, slots=True)
class Lane:
    """One platform's part in the demo: over which channel, and how many of its cases end with which claimed status."""

    platform: str
    channel: Channel
    dialect: str
    outcome: Mapping[str, int]
    hosts: frozenset[str]
    keyed: bool = True
    mailbox: str = ""

    @property
    def cases(self) -> int:
        return sum(self.outcome.values())

    @property
    def blocked(self) -> int:
        return sum(self.outcome.get(status, 0) for status in BLOCKED)


LANES = (
    Lane(
        "facebook", Channel.API, "graph",
        {"removed": 118, "restricted": 20, "declined": 7, "needs_information": 2, "in_review": 3},
        frozenset({"facebook.com"}),
    ),
    Lane(
        "tiktok", Channel.API, "tiktok",
        {"removed": 94, "restricted": 8, "declined": 5, "not_found": 1, "in_review": 2},
        frozenset({"tiktok.com"}),
    ),
    Lane(
        "instagram", Channel.API, "graph",
        {"removed": 49, "restricted": 15, "declined": 20, "needs_information": 4, "in_review": 12},
        frozenset({"instagram.com"}),
    ),
    Lane(
        "x", Channel.API, "x",
        {"removed": 35, "restricted": 44, "declined": 124, "needs_information": 6, "in_review": 51},
        frozenset({"x.com", "twitter.com"}), keyed=False,
    ),
    Lane(
        "telegram", Channel.EMAIL, "telegram",
        {"removed": 120, "restricted": 6, "declined": 10, "not_found": 2, "in_review": 12},
        frozenset({"t.me"}), mailbox="orders@telegram.example",
    ),
    Lane(
        "whatsapp", Channel.PORTAL, "graph",
        {"removed": 22, "restricted": 2, "declined": 44, "needs_information": 4, "in_review": 8},
        frozenset({"wa.me", "whatsapp.com", "chat.whatsapp.com"}),
    ),
)  # fmt: skip


def addresses() -> dict[str, list[str]]:
    """The invented addresses of each platform, in their plain spelling. `standin_0001` to `standin_0850` in all."""
    numbers = iter(range(1, 1 + sum(lane.cases for lane in LANES)))
    return {lane.platform: [_address(lane.platform, next(numbers), n) for n in range(lane.cases)] for lane in LANES}


def _address(platform: str, number: int, nth: int) -> str:
    match platform:
        case "facebook":
            return f"https://www.facebook.com/standin.{number:04d}"
        case "tiktok":
            return f"https://www.tiktok.com/@standin_{number:04d}"
        case "instagram":
            return f"https://www.instagram.com/standin_{number:04d}/"
        case "x":
            return f"https://x.com/standin_{number:04d}"
        case "telegram":
            return f"https://t.me/standin_{number:04d}"
        case _ if nth < 40:
            # +44 7700 900000 to 900999 are reserved for drama (Ofcom, "Telephone numbers for use in TV and radio drama").
            return f"https://wa.me/447700900{number % 1000:03d}"
        case _ if nth < 65:
            return f"https://whatsapp.com/channel/0029VaStandin{number:04d}Example"
        case _:
            return f"https://chat.whatsapp.com/StandinGroup{number:04d}Sample"


@dataclass(frozen=True, slots=True)
class Turns:
    """Addresses with which something happens besides a decision: on X names that change, and a return; letters that come back."""

    renamed: str
    reused: str
    returned: str
    bounced: tuple[str, ...]


def turns(seed: int = 1) -> Turns:
    """None of them changes how many are blocked in the end."""

    def with_status(platform: str, status: str) -> list[str]:
        lane = next(one for one in LANES if one.platform == platform)
        urls = addresses()[platform]
        fixed = by_quota(lane.outcome, urls, seed)
        return [url for url in urls if fixed[fingerprint(url)] == status]

    declined = with_status("x", "declined")
    return Turns(declined[0], declined[1], with_status("x", "removed")[0], tuple(with_status("telegram", "in_review")[:2]))


def behaviours(seed: int = 1, *, rough: bool = True, ripening: tuple[float, float] = (2.0, 30.0)) -> dict[str, Behaviour]:
    """The six stand-ins of the demo, with exact quotas for its addresses and the same shares for others. `rough`: faults on."""
    urls, turn = addresses(), turns(seed)
    fates = {turn.renamed: Fated(Fate.RENAMED, 1), turn.reused: Fated(Fate.REUSED, 1), turn.returned: Fated(Fate.RETURNED, 2)}
    moved = {fingerprint(url + NEXT): "declined" for url in (turn.renamed, turn.reused)}
    return {
        lane.platform: Behaviour(
            dialect=lane.dialect,
            keyed=lane.keyed,
            search_lag=0.0 if lane.keyed else 0.5,
            faults=ROUGH if rough else CALM,
            mail_faults=ROUGH_MAIL if rough else CALM,
            decisions=Decisions(
                chances=lane.outcome,
                fixed=by_quota(lane.outcome, urls[lane.platform], seed) | (moved if lane.platform == "x" else {}),
                refusals={"cannot_reach": 1.0} if lane.platform == "whatsapp" else Decisions().refusals,
            ),
            ripening=ripening,
            mailbox=lane.mailbox,
            hosts=lane.hosts,
            territory=("PK",),
            answers=bool(lane.mailbox),
            bounces=frozenset(map(fingerprint, turn.bounced)) if lane.mailbox else frozenset(),
            absent=0.05,
            forged=0.06,
            fates={fingerprint(url): fate for url, fate in fates.items()} if lane.platform == "x" else {},
            seed=seed,
        )
        for lane in LANES
    }


COLUMNS: tuple[str, ...] = (
    "url", "legal_basis", "reason", "reference", "measure", "proportionality", "organisation", "designation", "territory",
    "followers", "language", "first_seen",
)  # fmt: skip
REASONS = (
    "Calls for attacks on polling stations and names places and dates.",
    "Publishes recruitment messages of the listed organisation with a contact.",
    "Glorifies an attack and asks for others, in several messages.",
    "Collects money for the listed organisation and gives an account for it.",
    "Threatens named officials and shows where they live.",
)
PROPORTIONALITY = (
    "Every item seen on it over four weeks is of the same kind; removing single items would not end it.",
    "It was set up again under a similar name after single items were removed twice.",
)
ORGANISATIONS = (("Standin Front", "LIST-001"), ("Example Brigade", "LIST-002"), ("Sample Movement", "LIST-003"))


def write_batch(path: Path, seed: int = 1) -> int:
    """Write the batch as CSV (UTF-8), as an officer might type it: mixed order, several spellings. Returns the number of rows."""
    rows = list(_rows(random.Random(seed)))
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _rows(rng: random.Random) -> Iterator[dict[str, str]]:
    everything = [url for urls in addresses().values() for url in urls]
    rng.shuffle(everything)
    for number, url in enumerate(everything, 1):
        organisation, designation = rng.choice(ORGANISATIONS)
        yield {
            "url": _typed(url, rng),
            "legal_basis": "pk-peca-37",
            "reason": rng.choice(REASONS),
            "reference": f"EX-2026-{number:04d}",
            "measure": "remove_account",
            "proportionality": rng.choice(PROPORTIONALITY),
            "organisation": organisation,
            "designation": designation,
            "territory": "PK",
            "followers": str(rng.randrange(20, 90_000)),
            "language": rng.choice(("ur", "en", "ps")),
            "first_seen": (date(2026, 9, 1) + timedelta(days=rng.randrange(60))).isoformat(),
        }


def _typed(url: str, rng: random.Random) -> str:
    """One of the spellings in which people paste an address."""
    match rng.randrange(10):
        case 0:
            return url.removeprefix("https://")
        case 1:
            return url.replace("https://", "hxxps://").replace(".", "[.]", 1)
        case 2:
            return url.replace("//www.facebook.com", "//m.facebook.com").replace("//x.com", "//twitter.com")
        case 3:
            return url.replace("//t.me/", "//telegram.me/").replace("//x.com", "//mobile.twitter.com")
        case 4 if "instagram" in url:
            return f"{url}?igsh=standin"
        case _:
            return url
