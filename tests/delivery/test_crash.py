"""SIGKILL at every durable or outside step of a sending; then the command is run again. The platform's journal decides."""

import random

import pytest
from dying import CLAIMED, RECORDED, STEPS, WRITTEN, resume, send_and_die
from figures import FULL, SEED
from sendings import api, nothing_lost_or_doubled, planned, references, send, taken

from takedown.audit import verify

COUNTED = pytest.mark.figure(
    "kill -9 in a sending", unit="runs", how="at each step of four lanes, and at random: nothing lost or doubled"
)

N = 4
NOBODY_KNOWS = ("neither", "mail")
LANES = ("keyed", "searchable", *NOBODY_KNOWS)


def mail(sandbox, **more):
    """(platforms, the rest of the configuration) for the mailed channel."""
    keys = {"channel": "email", "to": "orders@telegram.example", "rate": "10/s", **more}
    return {"telegram": keys}, f'[smtp]\nhost = "127.0.0.1"\nport = {sandbox.smtp_port}\n'


@pytest.fixture
def lane(tmp_path, stand_in):
    """A stand-in, and an approved plan of four requests on the lane that is named."""

    def start(name, n=N):
        if name == "mail":
            sandbox = stand_in("telegram", mailbox="orders@telegram.example", hosts=frozenset({"t.me"}))
            platforms, extra = mail(sandbox)
            return sandbox, *planned(tmp_path, platforms, n, platform="telegram", extra=extra)
        sandbox = stand_in(keyed=name == "keyed")
        keys = {"keyed": {"idempotency": True}, "searchable": {"search": True, "settle": "2s"}, "neither": {}}[name]
        return sandbox, *planned(tmp_path, api(sandbox, **keys), n)

    return start


@COUNTED
@pytest.mark.parametrize("name", LANES)
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step(lane, name, step):
    sandbox, desk, plan = lane(name)
    may_be_all_at_once = step == STEPS[5] or (name == "keyed" and step == STEPS[0])
    assert send_and_die(desk, plan, step, nth=1 if may_be_all_at_once else 2)
    in_flight = references(desk, "sending")
    assert bool(in_flight) or not CLAIMED <= STEPS.index(step) < RECORDED, "no intent on disk"
    assert set(taken(sandbox)) <= in_flight | references(desk, "sent"), "it left without an intent on disk"
    done = resume(desk, plan, send)
    uncertain = in_flight if name in NOBODY_KNOWS else set()
    assert references(desk, "unknown") == uncertain
    assert len(references(desk, "sent")) == N - len(uncertain)
    assert done.exit == (8 if uncertain else 0)
    nothing_lost_or_doubled(desk, sandbox)
    if WRITTEN <= STEPS.index(step) < RECORDED and uncertain:
        assert uncertain & set(taken(sandbox)), "the step is not where it says"
    assert verify(desk.ledger).problems == []


@COUNTED
@pytest.mark.parametrize("name", LANES)
@pytest.mark.parametrize("seed", range(SEED, SEED + (25 if FULL else 1)))
def test_kills_at_random_steps(lane, name, seed):
    rng = random.Random(f"{name} {seed}")
    sandbox, desk, plan = lane(name, n=8)
    in_flight, kills = set(), 0
    for _ in range(4):
        kills += send_and_die(desk, plan, nth=rng.randint(1, 24))
        in_flight |= references(desk, "sending")
    assert kills
    resume(desk, plan, send)
    assert references(desk, "unknown") == (in_flight if name in NOBODY_KNOWS else set())
    assert len(references(desk, "sent", "unknown")) == 8
    nothing_lost_or_doubled(desk, sandbox)
    assert verify(desk.ledger).problems == []
