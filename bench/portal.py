"""Keystrokes of a person who files by hand, beside those that the portal's own form takes."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.desks import add_cases, ground, plan
from bench.figures import Figure, Sizes
from takedown.delivery.deliver import hand_over, ready
from takedown.delivery.portal.visit import View
from takedown.delivery.portal.walk import Walk

FORMS = ("facebook", "tiktok")
MOST = 20
"""Packets of each form: what an officer files in one sitting."""


class Officer:
    """Presses Enter until each box that differs from the last packet's was copied, then pastes the portal's number: Enter."""

    def __init__(self) -> None:
        self.enters: list[int] = []
        self._left = 0

    def packet(self, view: View) -> None:
        self.enters.append(0)
        fields = view.task.packet.fields
        self._left = sum(bool(fields[at].value) for at in view.shown)

    def say(self, text: str) -> None:
        del text

    def ask(self, question: str) -> str:
        del question
        self.enters[-1] += 1
        return "" if self._left else f"CASE-{len(self.enters):05d}"

    def copy(self, text: str) -> bool:
        del text
        self._left -= 1
        return True

    def open(self, url: str) -> bool:
        del url
        return True


def portal(sizes: Sizes, seed: int) -> Iterator[Figure]:
    """Walks as `portal run` does, with an officer in place of the terminal."""
    n = min(sizes.sends, MOST)
    by_hand = {name: {"channel": "portal", "cases_per_request": 1} for name in FORMS}
    with ground(seed, {}, platforms=by_hand) as here:
        for name in FORMS:
            add_cases(here.desk, name, range(n))
        number = plan(here.desk)
        ready(here.desk, number)
        hand_over(here.desk, number)
        officer = Officer()
        walked = Walk(here.desk, officer).run()
    if walked.filed != n * len(FORMS):
        raise RuntimeError(f"{walked.filed} of {n * len(FORMS)} packets were filed")
    yield Figure(
        "portal: keystrokes a request", median(officer.enters), "<=", 3, "keys",
        f"Enter, beside one paste of the portal's number; median of {walked.filed} packets on {len(FORMS)} forms, "
        f"the first of which take up to {max(officer.enters)}",
    )  # fmt: skip
