"""A seeded desk over some weeks: cases delivered, answered, seen, closed, reopened, returned; each thing at its own time."""

import random
from collections.abc import Sequence
from contextlib import suppress

from ledger_scenes import DAY, Scene

from takedown.ledger.cases import ClosedAlready, NotClosed, close, reopen
from takedown.ledger.moves import State
from takedown.ledger.truths import Claim, Sighting, add_claims, add_sightings

PLATFORMS = ("chirp", "wren", "grebe")
BASES = ("pk-peca-37", "eu-dsa-9")
KINDS = ("account", "post", "channel")
UNITS = ("Unit 1", "Unit 2", "")
CLAIMS = ("received", "in_review", "removed", "removed", "restricted", "declined", "needs_information", "not_found")
GROUNDS = ("own_rules", "local_law", "")
SEEN = ("available", "available", "gone", "suspended", "withheld", "restricted", "unknown")
REASONS = ("done", "unverifiable", "duplicate", "out_of_scope", "mistake")


def busy(at_desk: Scene, seed: int, steps: int, platforms: Sequence[str] = PLATFORMS) -> list[float]:
    """Let `steps` things happen, seconds to days apart. Returns the times after each."""
    life = _Life(at_desk, random.Random(seed), platforms)
    at: list[float] = []
    for _ in range(steps):
        life.step()
        at.append(at_desk.clock.at)
        at_desk.clock.at += life.rng.choice([0.001, 0.25, 90, 3600, 3600, 6 * 3600, DAY])
    return at


class _Life:
    def __init__(self, at_desk: Scene, rng: random.Random, platforms: Sequence[str]) -> None:
        self.desk, self.rng, self.platforms = at_desk, rng, platforms
        self.sent: list[tuple[int, list[int]]] = []
        self.cases: list[int] = []

    def step(self) -> None:
        does = [
            self.file,
            self.file,
            self.claim,
            self.claim,
            self.claim,
            self.see,
            self.see,
            self.close,
            self.reopen,
            self.bounce,
        ]
        self.rng.choice(does if self.cases else [self.file])()

    def file(self) -> None:
        """One to three cases in a request, nearly all delivered; some are about one target under two bases."""
        platform = self.rng.choice(self.platforms)
        same = {"identity": f"account:shared_{self.rng.randint(1, 4)}"} if self.rng.random() < 0.3 else {}
        carried = []
        for _ in range(self.rng.randint(1, 3)):
            more = {"basis": self.rng.choice(BASES), "kind": self.rng.choice(KINDS), "organisation": self.rng.choice(UNITS)}
            with suppress(Exception):  # the same target is open under the same basis already
                carried.append(self.desk.case(platform, **more, **same))
        if not carried:
            return
        self.cases += carried
        if self.rng.random() < 0.8:
            request = self.desk.plan(*carried, platform=platform)
            self.desk.clock.at += self.rng.choice([0.5, 60])
            self.desk.go(request, State.APPROVED, State.SENDING)
            ends = State.SENT if self.rng.random() < 0.9 else State.REFUSED
            self.desk.go(request, ends, receipt_at=self.desk.clock.at)
            if ends is State.SENT:
                self.sent.append((request, carried))

    def claim(self) -> None:
        value = self.rng.choice(CLAIMS)
        ground = self.rng.choice(GROUNDS) if value in {"removed", "restricted"} else ""
        made = [Claim(case, value, "status_api", ground=ground) for case in self._some()]
        self.desk.write(lambda book: add_claims(book, made))

    def see(self) -> None:
        value = self.rng.choice(SEEN)
        made = [Sighting(case, value, "m", "high", "PK", source="by_hand") for case in self._some()]
        self.desk.write(lambda book: add_sightings(book, made))

    def close(self) -> None:
        with suppress(ClosedAlready):
            close(self.desk.desk.ledger, self.rng.choice(self.cases), self.rng.choice(REASONS), "alice")

    def reopen(self) -> None:
        with suppress(NotClosed, Exception):  # a twin may be open by now
            reopen(self.desk.desk.ledger, self.rng.choice(self.cases), "alice")

    def bounce(self) -> None:
        """A mail that came back: its cases were not delivered after all; now and then it is put right."""
        if not self.sent or self.rng.random() < 0.7:
            return
        request, _ = self.sent.pop(self.rng.randrange(len(self.sent)))
        self.desk.go(request, State.RETURNED)
        if self.rng.random() < 0.5:
            self.desk.clock.at += 3600
            self.desk.go(request, State.SENT)

    def _some(self) -> list[int]:
        """Mostly cases that were delivered, several of one request together."""
        if self.sent and self.rng.random() < 0.9:
            _, carried = self.rng.choice(self.sent)
            return [case for case in carried if self.rng.random() < 0.8] or carried[:1]
        return [self.rng.choice(self.cases)]
