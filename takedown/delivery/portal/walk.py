"""Walking an officer through packets: what is shown, copied and asked, one packet after the other. No terminal in here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import median

from takedown.delivery.portal.attachments import gather, tidy
from takedown.delivery.portal.packet import Packet, changed
from takedown.delivery.portal.taking import open_task, take
from takedown.delivery.portal.tasks import Only, Task, left, own_open, uncertain
from takedown.delivery.portal.visit import Ending, Screen, View, Visit
from takedown.desk import Desk
from takedown.ledger.moves import State

LOOK_FIRST = "Look at the portal's own list first."


@dataclass
class Walked:
    """What came of a walk, in packets; `seconds` one by one."""

    filed: int = 0
    skipped: int = 0
    unsure: int = 0
    refused: int = 0
    seconds: list[float] = field(default_factory=list[float])
    notes: list[str] = field(default_factory=list[str])

    @property
    def median(self) -> float | None:
        return median(self.seconds) if self.seconds else None


@dataclass
class Walk:
    """One officer's walk. `last` is the packet before, of which the portal's form may still hold the boxes."""

    desk: Desk
    screen: Screen
    only: Only = field(default_factory=Only)
    last: Packet | None = None
    filed: int | None = None
    result: Walked = field(default_factory=Walked)

    def run(self) -> Walked:
        """Until nothing is left or the officer quits. Raises what `take` raises."""
        for task, warning in self._tasks():
            visit = self._visit(task, warning)
            ending = visit.run()
            self._count(visit, ending)
            if ending is Ending.QUIT:
                break
        return self.result

    def _tasks(self) -> Iterator[tuple[Task, str]]:
        """What was begun and not finished, then the list, then what may have been filed."""
        for number in own_open(self.desk.ledger, self.desk.who):
            yield open_task(self.desk, number), f"You opened this before. Did you file it? {LOOK_FIRST}"
        while (taken := take(self.desk, self.only)).task is not None:
            self._tell(taken.notes)
            yield (
                taken.task,
                "Somebody opened this before. Look at the portal's own list first." if taken.task.check_first else "",
            )
        self._tell(taken.notes)
        for number in uncertain(self.desk.ledger, self.only):
            task = open_task(self.desk, number)
            if task.state is State.UNKNOWN:
                yield task, f"Sending uncertain: {task.detail}. Do not file it again: look for it on the portal's own list."

    def _tell(self, notes: tuple[str, ...]) -> None:
        for note in notes:
            if note not in self.result.notes:
                self.result.notes.append(note)
                self.screen.say(note)

    def _visit(self, task: Task, warning: str) -> Visit:
        waiting, shown = left(self.desk.ledger, self.only), changed(task.packet, self.last)
        view = View(task, shown, self.result.filed, waiting, gather(self.desk.ledger, task.request, task.attachments), warning)
        return Visit(self.desk, self.screen, task, view, self.filed)

    def _count(self, visit: Visit, ending: Ending) -> None:
        result, task = self.result, visit.task
        match ending:
            case Ending.FILED:
                result.filed += 1
                result.seconds += [visit.seconds] if task.state is State.OPERATOR else []
                self.filed = task.request
            case Ending.SKIPPED:
                result.skipped += 1
                self.only = replace(self.only, skipped=self.only.skipped | {task.request})
            case Ending.UNSURE:
                result.unsure += 1
                self.only = replace(self.only, skipped=self.only.skipped | {task.request})
            case Ending.REFUSED:
                result.refused += 1
            case Ending.QUIT:
                return
        if ending is not Ending.SKIPPED:
            self.last = task.packet
        tidy(self.desk.ledger, task.request)
