"""What a command that only reads works with; nothing that starting would have to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from takedown.cli.context import current
from takedown.ledger.ids import number
from takedown.reading import Reading, read_settings

if TYPE_CHECKING:
    from takedown.desk import Desk
    from takedown.planning.showing import Policy


def reading_of() -> Reading:
    """Raises BadConfiguration."""
    return read_settings(current().config_file)


def batch_in(reading: Reading, given: str | None) -> int | None:
    """The number behind `--batch B-N`. Raises NoSuchBatch, UsageError, and what opening the ledger raises."""
    if given is None:
        return None
    ident = number(given, "B")
    with reading.ledger() as ledger:
        ledger.known_batch(ident)
    return ident


def policy_of(reading: Reading) -> Policy:
    """What a reviewer is told of the policy that counts. Raises what `Desk.in_force` raises."""
    return reading.policy or whole_desk().policy


def whole_desk() -> Desk:
    """For the few questions that only an adapter answers."""
    from takedown.cli.desk import desk_of

    return desk_of()
