"""A worker's log: one JSON object a line on stderr. It names lanes, plans and requests, never a target or a person."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from takedown.contract import MissingExtra
from takedown.display import safe

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


def make_log(worker: str) -> FilteringBoundLogger:
    """The log of this worker; what Procrastinate has to say goes there too. Raises MissingExtra."""
    try:
        import structlog
    except ImportError:
        raise MissingExtra(what="workers", extra="fleet") from None

    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _shown,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    ).bind(worker=worker)
    engine = logging.getLogger("procrastinate")
    engine.handlers, engine.propagate = [_Through(log)], False
    engine.setLevel(logging.WARNING)
    return log


def _shown(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: safe(value) if isinstance(value, str) else value for key, value in event.items()}


class _Through(logging.Handler):
    """What another library logs, as events of ours: its message without arguments or traceback, which may quote anything."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        self._log.warning("engine", about=str(getattr(record, "action", record.name)), error=kind)
