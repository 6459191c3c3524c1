"""Walks through every world that a design can get into."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from model.protocol import Design, World, broken, steps


@dataclass(frozen=True)
class Explored:
    """`why` and `path` of the first broken promise, or how many worlds there are and how many of them lead nowhere."""

    worlds: int
    why: str = ""
    path: tuple[str, ...] = ()
    stuck: int = 0


def explore(design: Design, faults: int) -> Explored:
    start = World()
    came: dict[World, tuple[World, str] | None] = {start: None}
    before: dict[World, list[World]] = {}
    waiting = deque([start])
    while waiting:
        world = waiting.popleft()
        if why := broken(world, design):
            return Explored(len(came), why, _path(came, world))
        for name, after in steps(world, design, faults):
            before.setdefault(after, []).append(world)
            if after not in came:
                came[after] = (world, name)
                waiting.append(after)
    return Explored(len(came), stuck=len(came) - _ending_well(came.keys(), before, design))


def _path(came: dict[World, tuple[World, str] | None], world: World) -> tuple[str, ...]:
    names: list[str] = []
    while (step := came[world]) is not None:
        world, name = step
        names.append(name)
    return tuple(reversed(names))


def settled(world: World, design: Design) -> bool:
    """Nothing more to do for a machine: sent, refused, or for a person because bytes were edited or nobody can know."""
    row = world.row
    return row.state in {"T", "R"} or not row.genuine or (row.state == "U" and not design.searchable)


def _ending_well(worlds: object, before: dict[World, list[World]], design: Design) -> int:
    """How many worlds can still reach one that is settled."""
    good = {world for world in worlds if settled(world, design)}  # type: ignore[attr-defined]
    waiting = deque(good)
    while waiting:
        for earlier in before.get(waiting.popleft(), ()):
            if earlier not in good:
                good.add(earlier)
                waiting.append(earlier)
    return len(good)
