"""The rules of sending, explored without end: every order of events of two workers, and each rule left out in turn."""

from dataclasses import replace

import pytest
from figures import FULL
from model.exploring import explore
from model.protocol import ALL, RULES, Design

CHANNELS = (
    Design("blind"),
    Design("key", keyed=True),
    Design("search", searchable=True),
    Design("key and search", keyed=True, searchable=True),
)
HOSTS = {"one host": False, "many hosts": True}
DESIGNS = [replace(one, name=f"{one.name}, {where}", lease=lease) for where, lease in HOSTS.items() for one in CHANNELS]
SCENES = [frozenset({"time"}), frozenset({"halt"}), frozenset({"edit"}), frozenset({"time", "backup"})]
FAULTS = 2 if FULL else 1

TOGETHER = {"owner at the look": "lease at the look"}
"""Rules of which either is enough: the second belt. Both left out break what one left out does not."""


def scenes(design: Design) -> list[Design]:
    """On many hosts no backup is restored: half a million worlds for each, and they differ in nothing that matters."""
    return [replace(design, perils=scene) for scene in SCENES if not (design.lease and "backup" in scene)]


@pytest.mark.figure("sending model: designs that hold", unit="designs", how="no promise is broken, no world is a dead end")
@pytest.mark.parametrize("design", DESIGNS, ids=lambda one: one.name)
def test_every_promise_holds_in_every_world(design, figure):
    for one in scenes(design):
        found = explore(one, FAULTS)
        assert (found.why, found.path) == ("", ())
        assert found.stuck == 0, "a world from which a request is never settled"
        how = (
            f"two workers, {FAULTS} faults, with a backup restored, a halt, edited bytes and time passing; every order of events"
        )
        figure("sending model: worlds explored", found.worlds, unit="worlds", how=how)


@pytest.mark.figure("sending model: rules that are needed", unit="rules", how="left out in turn: a promise breaks without each")
@pytest.mark.parametrize("rule", RULES)
def test_no_rule_can_be_left_out(rule):
    rules = ALL - {rule, TOGETHER.get(rule, rule)}
    tried = [(replace(one, rules=rules), faults) for faults in (1, 2) for design in DESIGNS for one in scenes(design)]
    found = next((one for one in (explore(*pair) for pair in tried) if one.why or one.stuck), None)
    assert found, f"nothing breaks without it: {RULES[rule]}"
