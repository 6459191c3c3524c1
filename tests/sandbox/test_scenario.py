"""The demo's figures are exact, whatever the order and the seed."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from stand_in import order

from takedown.sandbox import Sandbox
from takedown.sandbox.scenario import BLOCKED, COLUMNS, LANES, addresses, behaviours, write_batch


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_533_of_850_are_blocked(seed: int) -> None:
    stands, urls = behaviours(seed), addresses()
    decided = {name: Counter(stands[name].decisions.of(url, seed).status for url in urls[name]) for name in urls}
    assert sum(map(len, urls.values())) == 850
    assert sum(decided[name][status] for name in decided for status in BLOCKED) == 533
    share = {name: sum(counts[status] for status in BLOCKED) / counts.total() for name, counts in decided.items()}
    assert share["facebook"] > 0.9
    assert share["tiktok"] > 0.9
    assert share["telegram"] > 0.8
    assert 0.29 < share["x"] < 0.32
    assert 0.29 < share["whatsapp"] < 0.32
    assert share["x"] < share["instagram"] < share["facebook"]
    assert {lane.platform: dict(lane.outcome) for lane in LANES} == {name: dict(counts) for name, counts in decided.items()}


def test_the_batch_is_850_different_rows(tmp_path: Path) -> None:
    assert write_batch(tmp_path / "a.csv", 1) == 850
    write_batch(tmp_path / "b.csv", 1)
    write_batch(tmp_path / "c.csv", 2)
    a, b, c = [(tmp_path / name).read_bytes() for name in ("a.csv", "b.csv", "c.csv")]
    assert a == b != c
    rows = list(csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8")))
    assert len({row["url"] for row in rows}) == len({row["reference"] for row in rows}) == 850
    assert set(rows[0]) == set(COLUMNS)
    assert all(
        row["legal_basis"] == "pk-peca-37" and row["measure"] == "remove_account" and row["proportionality"] for row in rows
    )


async def test_the_decisions_are_told_by_the_running_stand_ins(tmp_path: Path) -> None:
    urls = addresses()["tiktok"]
    async with Sandbox(tmp_path, behaviours(rough=False, ripening=(0, 0)), smtp_port=None) as sandbox:
        base = f"{sandbox.url('tiktok')}/v1/removal-requests"
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {sandbox.tokens['tiktok']}"}, trust_env=False) as client:
            items = [{**order(url, case=f"C-{n}")["items"][0]} for n, url in enumerate(reversed(urls))]
            ident = (await client.post(base, json=order(items=items))).json()["id"]
            told: dict[str, Any] = (await client.get(f"{base}/{ident}")).json()
    assert Counter(item["status"] for item in told["items"]) == {
        "removed": 94, "restricted": 8, "declined": 5, "not_found": 1, "in_review": 2,
    }  # fmt: skip
