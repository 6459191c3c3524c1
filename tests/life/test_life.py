"""Whole lives of a desk at random, held to what the stand-ins wrote down themselves. `TAKEDOWN_LIVES=200` lives as many."""

import os

import pytest
from figures import FULL, SEED
from life.living import Life

LIVES = int(os.environ.get("TAKEDOWN_LIVES", "40" if FULL else "2"))
STEPS = int(os.environ.get("TAKEDOWN_STEPS", "120"))


@pytest.mark.figure("whole lives", unit="lives", how="random steps, faults, deaths: nothing lost, doubled, falsely sent")
@pytest.mark.sqlite("its backups are copies of a file")
@pytest.mark.parametrize("seed", range(SEED, SEED + LIVES))
def test_whatever_happens_the_ledger_says_what_is_true(tmp_path, monkeypatch, seed):
    life = Life(tmp_path, seed, monkeypatch)
    life.world.trouble = life.rng.choice([0.0, 0.1, 0.3])
    life.world.deadly = life.rng.choice([0.0, 0.01, 0.03])
    with life.held_to_account():
        for _ in range(STEPS):
            life.step()
            life.check()
        life.check_record()
        life.end()
