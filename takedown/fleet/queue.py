"""The queue of the fleet. The one module that knows Procrastinate, so that another engine could take its place.

Nothing is in the queue that the ledger does not know: it may be dropped at any time, and a worker fills it again. It lies in the
ledger's database, in a schema of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from takedown.contract import MissingExtra, TakedownError, UsageError
from takedown.desk import Desk
from takedown.fleet.board import SCHEMA, make_board
from takedown.fleet.connecting import address, in_its_schema, patient
from takedown.layers import BadConfiguration
from takedown.ledger.errors import PooledByTransaction
from takedown.ledger.server import keeps_sessions, translate

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.worker import Worker

HEARTBEAT = 3.0
SILENT = 10.0
"""Seconds without a heartbeat after which a worker's task is given to another."""
POLL = 5.0
"""Seconds between two looks for tasks whose time has come; new ones are told of at once, who puts one for soon calls (`poke`)."""
CONNECTIONS = 6
RESCUES = 5
"""After how many workers in a row that fell silent with a task it is given up, and to no other worker any more."""
LATER = "later"

Task = Callable[..., Awaitable[None]]


class NeedsServer(UsageError):
    """A fleet works on a ledger in PostgreSQL; this one is a file."""

    code, why, do = "TD-1010", "a file has one machine", "takedown ledger move postgresql://HOST/DATABASE"


class OtherQueue(TakedownError):
    """The queue was made by procrastinate {found}, and {here} is installed."""

    code, exit = "TD-1011", 10
    why = "two versions must not work on one queue"
    do = f"stop all workers, then, in the database: DROP SCHEMA {SCHEMA} CASCADE; it holds nothing that the ledger does not know"


@dataclass(frozen=True, slots=True)
class Depth:
    """Living workers; tasks that wait, those of them that are due, those that run; seconds since the oldest due one was due."""

    workers: int = 0
    waiting: int = 0
    due: int = 0
    running: int = 0
    oldest: float = 0.0


@dataclass(frozen=True, slots=True)
class Hopeless:
    """A task of which one worker after the other died: `number` in the queue, its name, and what it was given."""

    number: int
    task: str
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rescued:
    """How many tasks were given to others, and those that no other should begin."""

    count: int
    hopeless: Sequence[Hopeless] = ()


@dataclass
class Queue:
    """Tasks by name. Two with one `lock` never run at once; of two that are alike only one waits."""

    desk: Desk
    tasks: Mapping[str, Task] = field(default_factory=dict[str, Task])
    crons: Mapping[str, str] = field(default_factory=dict[str, str])
    _worker: Worker | None = None

    async def open(self) -> None:
        """Raises NeedsServer, MissingExtra, OtherQueue, PooledByTransaction, BadConfiguration and what the ledger raises."""
        make_queue(self.desk)
        self._app = self._make_app()
        await self._app.open_async()

    async def close(self) -> None:
        await self._app.close_async()

    def _make_app(self) -> App:
        from procrastinate import App, PsycopgConnector

        connector = PsycopgConnector(
            kwargs=address(self.desk), configure=in_its_schema, connection_class=patient(), min_size=1, max_size=CONNECTIONS
        )
        app = App(connector=connector)
        app.task(name=LATER)(self._now)
        for name, task in self.tasks.items():
            app.task(name=name)(task)
            if name in self.crons:
                clock = f"{name} by the clock"  # never twice at once, and one that was paused does not catch up on each time
                timed = app.task(name=clock, lock=clock, queueing_lock=clock)(_at(task))
                app.periodic(cron=self.crons[name], periodic_id=name)(timed)
        _check_clocks(app)
        return app

    async def put(self, task: str, lock: str, due: float | None = None, **given: Any) -> bool:
        """Let a task run, at `due` (epoch seconds) or at once; False when such a task waits already."""
        alike = ":".join([task, lock, *(str(value) for value in given.values())])
        if due is None or due <= self.desk.clock.now():
            return await self._defer(task, lock, alike, None, given)
        return await self._defer(LATER, None, f"{alike}:{due:.0f}", due, {"task": task, "lock": lock, "given": given})

    async def _defer(self, task: str, lock: str | None, alike: str, due: float | None, given: Mapping[str, Any]) -> bool:
        from procrastinate.exceptions import AlreadyEnqueued

        at = datetime.fromtimestamp(due, UTC) if due is not None else None
        try:
            await self._app.configure_task(task, lock=lock, queueing_lock=alike, schedule_at=at).defer_async(**given)
        except AlreadyEnqueued:
            return False
        return True

    async def _now(self, task: str, lock: str, given: dict[str, Any]) -> None:
        """Its time has come. Until then it had no lock: the engine lets none pass one that waits for it, be it for tomorrow."""
        await self.put(task, lock, **given)

    async def poke(self) -> None:
        """Let workers look now for tasks whose time has come, as when one is put: by themselves they look now and then."""
        await self._app.connector.execute_query_async(_POKE)

    async def work(self, at_once: int) -> None:
        """Run tasks until cancelled; those that run then come to their end."""
        from procrastinate.worker import Worker

        self._worker = Worker(
            self._app,
            concurrency=at_once,
            fetch_job_polling_interval=POLL,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=SILENT,
            delete_jobs="always",
            install_signal_handlers=False,
        )
        await cast("Any", self._worker).run()

    @property
    def number(self) -> int:
        """Under which the engine knows who works here; 0 as long as nobody does."""
        return (self._worker and self._worker.worker_id) or 0

    async def rescue(self) -> Rescued:
        """Give the tasks of silent workers to others, but for those of which one worker after the other fell silent.

        These stay, and keep their lane, until they are dropped: whoever finds them first writes down that they need a person.
        """
        from procrastinate.exceptions import ConnectorException, UniqueViolation

        manager, count, hopeless = self._app.job_manager, 0, list[Hopeless]()
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
            with suppress(ConnectorException):  # another worker was quicker
                if job.attempts + 1 >= RESCUES:
                    hopeless.append(Hopeless(job.id or 0, job.task_name, job.task_kwargs))
                    continue
                try:
                    await manager.retry_job(job)
                except UniqueViolation:  # such a task waits already, for the lock that this one holds
                    await self._drop(job.id or 0)
                count += 1
        await manager.prune_stalled_workers(SILENT * 3)
        return Rescued(count, hopeless)

    async def drop(self, hopeless: Hopeless) -> None:
        from procrastinate.exceptions import ConnectorException

        with suppress(ConnectorException):  # another worker was quicker
            await self._drop(hopeless.number)

    async def _drop(self, number: int) -> None:
        from procrastinate.jobs import Status

        await self._app.job_manager.finish_job_by_id_async(number, Status.FAILED, delete_job=True)


def _check_clocks(app: App) -> None:
    """The engine finds out when it first wants to know the time, and then does nothing by the clock. Raises BadConfiguration."""
    for one in cast("Any", app).periodic_registry.periodic_tasks.values():
        try:
            _ = one.croniter
        except ValueError:
            why = "its fields are minute, hour, day, month and weekday, as in cron"
            raise BadConfiguration(what=f"[fleet]: {one.cron!r} is no time", why=why) from None


def _at(task: Task) -> Task:
    async def by_the_clock(timestamp: int) -> None:
        del timestamp
        await task()

    return by_the_clock


def make_queue(desk: Desk) -> None:
    """Make the queue's tables unless they are there.

    Raises NeedsServer, MissingExtra, OtherQueue, PooledByTransaction and what the ledger raises.
    """
    if desk.ledger.engine.dialect.name != "postgresql":
        raise NeedsServer
    try:
        import procrastinate
        from procrastinate.schema import SchemaManager
    except ImportError:
        raise MissingExtra(what="workers", extra="fleet") from None

    here = ".".join(procrastinate.__version__.split(".")[:2])
    try:
        if not keeps_sessions(desk.ledger.engine):
            raise PooledByTransaction
        with desk.ledger.engine.execution_options(takedown_write=True).begin() as db:
            found = _tables(db, here, SchemaManager.get_schema())
            make_board(db)
    except DBAPIError as error:
        raise translate(error) from None
    if found != here:
        raise OtherQueue(found=found, here=here)


def _tables(db: Connection, version: str, schema: str) -> str:
    """The version of the queue's tables, which are made where there are none."""
    db.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": SCHEMA})  # two that start at once
    found = db.execute(text("SELECT obj_description(to_regnamespace(:name), 'pg_namespace')"), {"name": SCHEMA}).scalar()
    if found is not None:
        return str(found)
    db.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    db.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
    raw: Any = db.connection.driver_connection
    raw.execute(schema)
    db.execute(text(f"COMMENT ON SCHEMA {SCHEMA} IS '{version}'"))
    return version


def living(db: Connection) -> list[int]:
    """The workers that take tasks now, by the engine's numbers."""
    return list(db.execute(_LIVING, {"silent": SILENT}).scalars())


def depth(db: Connection) -> Depth | None:
    """How much waits, read from the tables alone; None where there is no queue."""
    if db.dialect.name != "postgresql" or db.execute(_THERE, {"name": SCHEMA}).scalar() is None:
        return None
    waiting, due, running, oldest = db.execute(_JOBS).one()
    return Depth(len(living(db)), waiting, due, running, max(float(oldest or 0), 0.0))


_POKE = """SELECT pg_notify('procrastinate_any_queue_v1', '{"type": "job_inserted", "job_id": 0}')"""
_THERE = text("SELECT to_regnamespace(:name)::text")
_LIVING = text(
    f"SELECT id FROM {SCHEMA}.procrastinate_workers"  # noqa: S608 -- a constant
    " WHERE last_heartbeat > now() - make_interval(secs => :silent)"
)
_DUE = "status = 'todo' AND coalesce(scheduled_at, now()) <= now()"
_JOBS = text(
    f"SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE {_DUE}), count(*) FILTER (WHERE status = 'doing'),"  # noqa: S608
    f" extract(epoch FROM now() - min(coalesce(scheduled_at, (SELECT min(at) FROM {SCHEMA}.procrastinate_events"
    f" WHERE job_id = jobs.id))) FILTER (WHERE {_DUE})) FROM {SCHEMA}.procrastinate_jobs AS jobs"
)


async def until(stop: asyncio.Event, seconds: float) -> bool:
    """Sleep so long, or until somebody says stop; whether that was said."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
