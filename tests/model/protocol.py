"""The rules of sending as a small model: one request, two workers, one platform, and everything that may go wrong between them.

The model knows no code of ours. It holds what docs/sending.md says, each rule under a name, so that one can be left out: if
nothing breaks then, either the rule is not needed or the model cannot see what it is for.

Time has two grains. Epochs pass only while nothing is on the wire, since a key's life is far longer than a deadline; a lease
ends at any moment but between the look and the first byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

RULES: dict[str, str] = {
    "intent first": "that it is about to leave is on disk before the first byte",
    "compare and set": "a row is claimed only by whoever still finds it as it was read",
    "owner at the look": "after connecting, the row is still ours",
    "key age at the look": "after connecting, the platform still knows the key",
    "switch at the look": "after connecting, nobody has halted sending",
    "look after connecting": "nothing lies between the look and the first byte",
    "lost is unknown": "no answer after the first byte says nothing",
    "5xx is unknown": "an undocumented error says nothing",
    "2xx needs a receipt": "a friendly answer without a reference says nothing",
    "dead is unknown": "what a dead owner was sending may have arrived",
    "no timer": "what is uncertain is not sent again by itself where there is no key",
    "key life": "what is uncertain is repeated only while the platform knows the key",
    "derived key": "a repeat carries the key of the first sending",
    "key keeps its age": "a repeat does not make the key young again",
    "refusal of a repeat": "a refusal of a repeat says nothing of the first sending",
    "later of a repeat": "`try later` to a repeat says nothing of the first sending",
    "settle first": "a search is believed only after nothing can be under way any more",
    "search errors": "a search that fails is no `no`",
    "owner at the outcome": "an outcome is recorded only by the row's owner",
    "lane has one owner": "what looks like left by the dead is touched only by whoever holds the lane",
    "lease is waited for": "a lane is taken over only after its lease is over",
    "lease at the look": "after connecting, our own lease holds long enough for the write",
    "digest at the claim": "the bytes are those that were approved",
    "heads outside": "a ledger that was taken back in time holds what is open as uncertain",
    "restored key is old": "a restored request's key may be as old as the backup",
    "receipt settles": "only a receipt makes a request `sent`",
}
ALL = frozenset(RULES)


PERILS = ("time", "backup", "halt", "edit")
"""What may befall a design besides the network and death. Each multiplies the worlds, so they are explored a few at a time."""


@dataclass(frozen=True)
class Design:
    """`keyed`: the platform honours a key; `searchable`: it finds our reference; `lease`: many hosts instead of a file lock."""

    name: str
    keyed: bool = False
    searchable: bool = False
    lease: bool = False
    rules: frozenset[str] = ALL
    perils: frozenset[str] = frozenset(PERILS)

    def has(self, rule: str) -> bool:
        return rule in self.rules


class Row(NamedTuple):
    """A request: Approved, Sending, Unknown, senT, Refused. `born`: the epoch in which its key was first used."""

    state: str = "A"
    owner: int = -1
    doubt: bool = False
    born: int = -1
    genuine: bool = True


class Worker(NamedTuple):
    """`at`: idle, holds (the lane), claimed, connected, looked, wrote, dead. `doubt`, `genuine`: of the row as it was claimed."""

    at: str = "idle"
    answer: str = ""
    doubt: bool = False
    genuine: bool = True


class World(NamedTuple):
    """`flying`: whose messages are under way; `adrift`: messages whose sender no longer waits; `known_since`: the
    epoch since which the platform knows the key, -1 when it does not."""

    row: Row = Row()
    workers: tuple[Worker, ...] = (Worker(), Worker())
    holder: int = -1
    lease_over: bool = False
    flying: tuple[bool, ...] = (False, False)
    adrift: int = 0
    taken: int = 0
    known_since: int = -1
    epoch: int = 0
    halted: bool = False
    saved: Row | None = None
    saved_at: int = 0
    faults: int = 0
    wrong: str = ""


Step = tuple[str, World]
EPOCHS = 3
LIFE = 2
"""Epochs. We repeat a key for so long after its first use, and no platform forgets one sooner."""


def steps(world: World, design: Design, most_faults: int) -> Iterator[Step]:
    """Everything that can happen next. A world whose `wrong` is set has done what must not be."""
    for number in range(len(world.workers)):
        yield from _work(world, design, number)
    yield from _platform(world, design)
    yield from _time(world, design)
    if world.faults < most_faults:
        for name, after in _faults(world, design):
            yield name, after._replace(faults=world.faults + 1)


def broken(world: World, design: Design) -> str:
    """Which promise this world breaks; empty when it keeps all of them."""
    row = world.row
    quiet = not any(world.flying) and not world.adrift
    if world.wrong:
        return world.wrong
    if world.taken > 1:
        return "taken twice"
    if row.state == "T" and not world.taken:
        return "called sent, and never taken"
    if row.state == "R" and world.taken:
        return "called refused, and was taken"
    writing = any(one.at in {"looked", "wrote"} for one in world.workers)
    if row.state == "A" and not writing and (world.taken or not quiet):
        return "called surely not sent, and may have been taken"
    return ""


def _put(world: World, number: int, worker: Worker) -> tuple[Worker, ...]:
    return tuple(worker if at == number else one for at, one in enumerate(world.workers))


def _young(world: World, row: Row, design: Design) -> bool:
    return not design.has("key life") or row.born < 0 or world.epoch - row.born < LIFE


def _sendable(world: World, design: Design) -> bool:
    row = world.row
    if row.state == "A":
        return True
    again = design.keyed or not design.has("no timer")
    return row.state == "U" and again and (not design.keyed or _young(world, row, design))


def _work(world: World, design: Design, number: int) -> Iterator[Step]:
    """What one worker does next when it is given the processor."""
    me, row = world.workers[number], world.row
    match me.at:
        case "idle":
            yield from _take_lane(world, design, number)
        case "holds":
            yield from _claim(world, design, number)
            yield from _search(world, design, number)
        case "claimed":
            early = not design.has("look after connecting")
            if not early:
                yield f"{number} connects", world._replace(workers=_put(world, number, me._replace(at="connected")))
            elif _look(world, design, number):
                yield f"{number} looks", world._replace(workers=_put(world, number, me._replace(at="connected")))
            else:
                yield f"{number} is held", _end(world, design, number, "held")
        case "connected":
            if not design.has("look after connecting"):
                yield f"{number} writes", _write(world, number)
            elif _look(world, design, number):
                wrong = "it went on although sending was halted" if world.halted else ""
                yield f"{number} looks", world._replace(workers=_put(world, number, me._replace(at="looked")), wrong=wrong)
            else:
                yield f"{number} is held", _end(world, design, number, "held")
        case "looked":
            yield f"{number} writes", _write(world, number)
        case "wrote" if me.answer:
            yield f"{number} records {me.answer}", _end(world, design, number, me.answer)
        case _:
            pass
    if me.at == "holds" and (row.state in {"T", "R"} or (row.state == "U" and not _sendable(world, design))):
        free = {"holder": -1} if world.holder == number else {}
        yield f"{number} leaves", world._replace(workers=_put(world, number, Worker()), **free)


def _take_lane(world: World, design: Design, number: int) -> Iterator[Step]:
    other = world.holder
    free = other < 0
    if not free and design.lease:
        free = world.lease_over or not design.has("lease is waited for")
    if not free and design.has("lane has one owner"):
        return
    workers, row = _put(world, number, Worker("holds")), world.row
    if row.state == "S":  # left by the dead, as it seems
        left = "U" if design.has("dead is unknown") else "A"
        row = row._replace(state=left, owner=-1, doubt=left == "U" or row.doubt)
    yield f"{number} takes the lane", world._replace(workers=workers, holder=number, lease_over=False, row=row)


def _claim(world: World, design: Design, number: int) -> Iterator[Step]:
    row = world.row
    stale = not design.has("compare and set") and row.state == "S" and row.owner != number
    if not (_sendable(world, design) or stale) or (design.has("digest at the claim") and not row.genuine):
        return
    born = row.born if row.doubt and design.has("key keeps its age") else world.epoch
    worker = Worker("claimed", doubt=row.doubt, genuine=row.genuine)
    if design.has("intent first"):
        row = row._replace(state="S", owner=number, born=born)
    yield f"{number} claims", world._replace(row=row, workers=_put(world, number, worker))


def _look(world: World, design: Design, number: int) -> bool:
    """The look again. `genuine` was judged at the claim, and the bytes that leave are those that were read then."""
    row, me = world.row, world.workers[number]
    mine = row.state == "S" and row.owner == number if design.has("intent first") else row.state == "A"
    if design.has("owner at the look") and not mine:
        return False
    if design.has("key age at the look") and design.keyed and me.doubt and world.epoch - row.born >= LIFE:
        return False
    if design.lease and design.has("lease at the look") and (world.holder != number or world.lease_over):
        return False
    return not (design.has("switch at the look") and world.halted)


def _write(world: World, number: int) -> World:
    me = world.workers[number]
    wrong = "" if me.genuine else "bytes left that nobody approved"
    if world.halted and me.at == "connected":
        wrong = wrong or "written after the halt"
    flying = tuple(flies or at == number for at, flies in enumerate(world.flying))
    return world._replace(workers=_put(world, number, me._replace(at="wrote")), flying=flying, wrong=wrong)


def _end(world: World, design: Design, number: int, answer: str) -> World:
    """The outcome is committed: what an answer means, and whose word counts."""
    me, row = world.workers[number], world.row
    workers = _put(world, number, Worker("holds") if world.holder == number else Worker())
    if design.has("owner at the outcome") and design.has("intent first") and (row.state != "S" or row.owner != number):
        return world._replace(workers=workers)
    unsent = "U" if me.doubt else "A"
    to, doubt = {
        "receipt": ("T", False),
        "empty": ("U", True) if design.has("2xx needs a receipt") else ("T", False),
        "lost": ("U", True) if design.has("lost is unknown") else (unsent, me.doubt),
        "5xx": ("U", True) if design.has("5xx is unknown") else (unsent, me.doubt),
        "later": (unsent, me.doubt) if design.has("later of a repeat") else ("A", False),
        "refused": ("U" if me.doubt and design.has("refusal of a repeat") else "R", me.doubt),
        "held": (unsent, me.doubt),
    }[answer]
    if answer == "later" and not design.has("receipt settles"):
        to = "T"
    return world._replace(row=row._replace(state=to, owner=-1, doubt=doubt), workers=workers)


def _may_search(world: World, design: Design) -> bool:
    row = world.row
    young = design.keyed and _young(world, row, design)
    if not design.searchable or row.state != "U" or young:
        return False
    return not (design.has("settle first") and (any(world.flying) or world.adrift))


def _search(world: World, design: Design, number: int) -> Iterator[Step]:
    row = world.row
    if not _may_search(world, design):
        return
    to = row._replace(state="T", doubt=False) if world.taken else row._replace(state="A", doubt=False, born=-1)
    yield f"{number} searches", world._replace(row=to)


def _platform(world: World, design: Design) -> Iterator[Step]:
    """The platform reads a message that is under way, and answers as documented."""
    for number, flies in enumerate(world.flying):
        if flies:
            flying = tuple(one and at != number for at, one in enumerate(world.flying))
            me = world.workers[number]
            got = world._replace(flying=flying)
            yield f"the platform takes {number}'s", _answered(_taken(got, design), number, "receipt", me)
    if world.adrift:
        yield "the platform takes one adrift", _taken(world._replace(adrift=world.adrift - 1), design)


def _taken(world: World, design: Design) -> World:
    if design.keyed and world.known_since >= 0 and design.has("derived key"):
        return world
    return world._replace(taken=min(world.taken + 1, 2), known_since=world.epoch)


def _answered(world: World, number: int, answer: str, me: Worker) -> World:
    waits = me.at == "wrote" and not me.answer
    return world._replace(workers=_put(world, number, me._replace(answer=answer))) if waits else world


def _time(world: World, design: Design) -> Iterator[Step]:
    between = any(one.at == "looked" for one in world.workers)
    still = not any(world.flying) and not world.adrift and not any(one.at == "wrote" for one in world.workers)
    if "time" in design.perils and world.epoch < EPOCHS and still and not between:
        later = world._replace(epoch=world.epoch + 1)
        yield "time passes", later
        if 0 <= world.known_since <= later.epoch - LIFE:
            yield "time passes, the key is forgotten", later._replace(known_since=-1)
    if design.lease and world.holder >= 0 and not world.lease_over and not between:
        yield "the lease ends", world._replace(lease_over=True)
    for number, me in enumerate(world.workers):
        if me.at == "dead":
            yield f"{number} starts again", world._replace(workers=_put(world, number, Worker()))
    if world.saved is None and "backup" in design.perils:
        yield "a backup is made", world._replace(saved=world.row, saved_at=world.epoch)
    if world.halted:
        yield "sending goes on", world._replace(halted=False)
    elif "halt" in design.perils:
        yield "somebody halts", world._replace(halted=True)


def _faults(world: World, design: Design) -> Iterator[Step]:
    for number, me in enumerate(world.workers):
        if me.at not in {"idle", "dead"}:
            yield f"{number} is killed", _killed(world, design, number)
        if me.at == "holds" and _may_search(world, design) and not design.has("search errors"):
            yield f"{number}'s search fails", world._replace(row=world.row._replace(state="A", doubt=False, born=-1))
        if me.at == "wrote" and not me.answer:
            yield from _bad_answers(world, design, number)
    if world.adrift:
        yield "one adrift is dropped", world._replace(adrift=world.adrift - 1)
    if "edit" in design.perils and world.row.state in {"A", "U"} and world.row.genuine:
        yield "somebody edits the bytes", world._replace(row=world.row._replace(genuine=False))
    if world.saved is not None and not any(one.at in {"looked", "wrote"} for one in world.workers):
        yield "the backup is restored", _restored(world, design)


def _killed(world: World, design: Design, number: int) -> World:
    holder = -1 if world.holder == number and not design.lease else world.holder
    flying = tuple(one and at != number for at, one in enumerate(world.flying))
    adrift = world.adrift + world.flying[number]
    return world._replace(workers=_put(world, number, Worker("dead")), holder=holder, flying=flying, adrift=adrift)


def _bad_answers(world: World, design: Design, number: int) -> Iterator[Step]:
    me = world.workers[number]
    flying = tuple(one and at != number for at, one in enumerate(world.flying))
    landed = world._replace(flying=flying)
    took = _taken(landed, design)
    yield f"{number}'s message is dropped", _answered(landed, number, "lost", me)
    yield f"the answer to {number} is lost", _answered(took, number, "lost", me)
    yield f"{number}'s deadline ends", _answered(landed._replace(adrift=world.adrift + 1), number, "lost", me)
    yield f"the platform takes {number}'s and fails", _answered(took, number, "5xx", me)
    yield f"{number} is answered by a stranger", _answered(landed, number, "empty", me)
    yield f"{number} is told to come later", _answered(landed, number, "later", me)
    yield f"{number}'s is refused", _answered(landed, number, "refused", me)


def _restored(world: World, design: Design) -> World:
    row = world.saved or Row()
    if design.has("heads outside") and row.state in {"A", "S"}:
        born = world.saved_at if row.state == "A" else row.born
        if not design.has("restored key is old"):
            born = world.epoch
        row = row._replace(state="U", owner=-1, doubt=True, born=born)
    workers = tuple(Worker() for _ in world.workers)
    return world._replace(row=row, workers=workers, holder=-1, lease_over=False)
