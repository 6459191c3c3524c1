"""Several people at one desk at the same moment, at random: whoever was first, each request left once and is known."""

from __future__ import annotations

import copy
import os
import threading
from pathlib import Path

import pytest
from desks import again
from figures import FULL, SEED
from life.living import Life

ROUNDS = int(os.environ.get("TAKEDOWN_LIVES", "30" if FULL else "2"))
PEOPLE, STEPS = 4, 8


@pytest.mark.figure("people at one moment", unit="rounds", how="four act at once: nothing is lost or doubled")
@pytest.mark.parametrize("seed", range(SEED, SEED + ROUNDS))
def test_whoever_was_first_it_left_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    life = Life(tmp_path, seed, monkeypatch)
    life.world.trouble = life.rng.choice([0.0, 0.2])
    for way in (life.bring_in, life.bring_in, life.bring_in, life.plan, life.approve, life.bring_in, life.plan, life.approve):
        life.do(way)
    surprises: list[BaseException] = []

    def visit() -> None:
        mine = copy.copy(life)
        mine.desk = again(life.desk)
        together = (
            mine.submit, mine.submit, mine.submit, mine.withdraw, mine.withdraw, mine.go_on, mine.ask, mine.remind,
            mine.plan, mine.approve, mine.drop, mine.resolve, mine.turn_down, mine.shut,
        )  # fmt: skip
        try:
            for _ in range(STEPS):
                mine.do(mine.rng.choice(together))
        except BaseException as error:  # noqa: BLE001 -- told by the test's own thread
            surprises.append(error)
        finally:
            mine.desk.ledger.close()

    people = [threading.Thread(target=visit) for _ in range(PEOPLE)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    with life.held_to_account():
        assert not surprises, surprises
        life.check()
        life.end()
