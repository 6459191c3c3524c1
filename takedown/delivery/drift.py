"""A worker's clock beside the server's: pauses and pace are times that all workers must mean alike."""

from __future__ import annotations

from takedown.contract import Temporary
from takedown.delivery.owning import server_time
from takedown.desk import Desk

FAR = 5.0
"""Seconds that a clock may differ: machines that are told the time differ by a hundredth of it."""


class ClockOff(Temporary):
    """This machine's clock is {seconds:.0f} s {way} that of the ledger's server."""

    code = "TD-1018"
    why = "pauses that a platform asked for would be cut short or grow; other workers go on"
    do = "set the clock of this machine or of the server (timedatectl set-ntp true), then start the worker again"


def ahead(desk: Desk) -> float:
    """Seconds by which the desk's clock is surely ahead of the server's; negative when it is behind, 0 for a file."""
    with desk.ledger.read() as db:
        asked, theirs, told = desk.clock.now(), server_time(db), desk.clock.now()
    if not theirs or asked <= theirs <= told:
        return 0.0
    return asked - theirs if asked > theirs else told - theirs


def check_clock(desk: Desk) -> None:
    """Raises ClockOff and what the ledger raises."""
    seconds = ahead(desk)
    if abs(seconds) > FAR:
        raise ClockOff(seconds=abs(seconds), way="ahead of" if seconds > 0 else "behind")
