"""A worker's log: one JSON object a line on stderr. It names lanes, plans and requests, never a target or a person."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from takedown.contract import MissingExtra
from takedown.display import safe

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


def make_log(worker: str) -> FilteringBoundLogger:
    """The log of this worker. Raises MissingExtra."""
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
    return log


@contextmanager
def everything(log: FilteringBoundLogger) -> Generator[None]:
    """While it lasts, what any library logs or leaves uncaught is an event of this log too: other lines break a collector."""
    root, handler = logging.getLogger(), _Through(log)
    hooks = threading.excepthook, sys.unraisablehook
    root.addHandler(handler)
    logging.captureWarnings(True)
    threading.excepthook = lambda gone: handler.tell("thread", gone.exc_type.__name__)
    sys.unraisablehook = lambda gone: handler.tell("left behind", gone.exc_type.__name__)
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        root.removeHandler(handler)


def _shown(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: safe(value) if isinstance(value, str) else value for key, value in event.items()}


class _Through(logging.Handler):
    """What another library logs, as events of ours: its message without arguments or traceback, which may quote anything."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        self.tell(str(getattr(record, "action", record.name)), kind)

    def tell(self, about: str, error: str) -> None:
        self._log.warning("engine", about=about, error=error)
