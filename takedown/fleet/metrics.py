"""What a worker counts, for Prometheus. Labels are lanes and words of ours; no target is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from takedown.contract import MissingExtra, UsageError
from takedown.fleet.queue import Depth

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int


def address(given: str) -> Address:
    """`PORT` on this machine alone, or `HOST:PORT`. Raises UsageError."""
    host, _, port = given.rpartition(":")
    if not port.isdigit() or not 0 <= int(port) < 65536:
        raise UsageError(what=f"--metrics {given!r} is no address", why="a port is needed", do="--metrics 127.0.0.1:9187")
    return Address(host or "127.0.0.1", int(port))


class Metrics:
    """Counters and gauges of one worker; also the progress of its lanes."""

    def __init__(self) -> None:
        try:
            from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
        except ImportError:
            raise MissingExtra(what="workers", extra="fleet") from None

        self.registry: CollectorRegistry = CollectorRegistry()
        mine: dict[str, Any] = {"registry": self.registry}
        lane = ["lane"]
        self._ended = Counter("takedown_requests", "Attempts by what came of them", ["lane", "outcome"], **mine)
        self._parts = Histogram("takedown_part_seconds", "How long parts of a lane took", lane, **mine)
        self._troubles = Counter("takedown_troubles", "Parts that ended with an error", ["lane", "code"], **mine)
        self._rescued = Counter("takedown_rescued_tasks", "Tasks of silent workers given to others", **mine)
        self._gauges = {
            name: Gauge(f"takedown_queue_{name}", about, **mine)
            for name, about in (
                ("workers", "Workers that are alive"),
                ("waiting", "Tasks that wait"),
                ("due", "Tasks that wait and are due"),
                ("running", "Tasks that run"),
                ("oldest", "Seconds since the oldest due task was due"),
            )
        }
        self._stopped = Gauge("takedown_lanes_stopped", "Lanes that wait for a person", **mine)
        self._overdue = Gauge("takedown_deadlines_over", "Deadlines of pending cases that are over", **mine)

    def start(self, lane: str, total: int) -> None:
        del lane, total

    def advance(self, lane: str, outcome: str) -> None:
        self._ended.labels(lane, outcome).inc()

    def waiting(self, lane: str, until: float, why: str) -> None:
        del lane, until, why

    def part(self, lane: str, seconds: float) -> None:
        self._parts.labels(lane).observe(seconds)

    def trouble(self, lane: str, code: str) -> None:
        self._troubles.labels(lane, code).inc()

    def rescued(self, count: int) -> None:
        self._rescued.inc(count)

    def overdue(self, count: int) -> None:
        self._overdue.set(count)

    def seen(self, depth: Depth, stopped: int) -> None:
        for name, gauge in self._gauges.items():
            gauge.set(getattr(depth, name))
        self._stopped.set(stopped)

    def serve(self, at: Address) -> Any:
        """Answer scrapes in a thread of its own; returns the server."""
        from prometheus_client import start_http_server

        server, _ = start_http_server(at.port, addr=at.host, registry=self.registry)
        return server
