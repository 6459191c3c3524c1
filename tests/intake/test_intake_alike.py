"""Rows that differ in address and reference only are judged once for all of them; what is said of each must stay the same."""

from __future__ import annotations

from itertools import product

import pytest
from intake_desk import WHY, Nest, row, url

from takedown.intake.checks import Checker, Setting
from takedown.intake.evidence import EvidenceRoom
from takedown.intake.rows import Row
from takedown.notices import load_packs

URLS = [
    url(1), url(2).upper(), "https://nest.example/p/12", f"{url(3)} ", f" {url(3)}", "hxxps://nest[.]example/@standin_0004", "https://nest[.]example/@standin_0008",
    "",
    "https://nest.example/search", "https://stranger.example/@a", f"{url(5)}\u200b", url(6) + "?q=1", url(7) + "x" * 300,
]  # fmt: skip
REFERENCES = ["FILE-1", "", "-", " FILE-2", "FILE-3 ", "FILE\u00a04", "FILE-5\u00a0", "A\nB", "x" * 201, "\u0641-6"]
OTHERS = [
    {}, {"measure": ""}, {"measure": "burn"}, {"legal_basis": "none"}, {"reason": "short"}, {"reason": f" {WHY}"},
    {"proportionality": ""}, {"territory": "ZZ"}, {"territory": "DE;PK"}, {"platform": "nest"}, {"platform": "other"},
    {"followers": "many"}, {"followers": "12"}, {"evidence": "missing.png"}, {"language": "ur"},
]  # fmt: skip


@pytest.mark.parametrize("other", OTHERS, ids=str)
def test_a_row_is_judged_as_if_it_were_alone(tmp_path, other):
    notes: list[object] = []
    setting = Setting({"nest": Nest()}, load_packs(), "Example Authority", "PK", "Clerk")
    together = Checker(setting, EvidenceRoom(tmp_path, tmp_path), notes.append)
    for number, (link, reference) in enumerate([(url(9), "FILE-9"), *product(URLS, REFERENCES)], 1):
        one = Row(number, row(1, **({"url": link, "reference": reference} | other)), {})
        before = len(notes)
        found, noted = together.check(one), notes[before:]
        alone: list[object] = []
        assert found == Checker(setting, EvidenceRoom(tmp_path, tmp_path), alone.append).check(one)
        assert noted == alone
