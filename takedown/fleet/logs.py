"""A worker's log: one JSON object a line on stderr. It names lanes, plans and requests, never a target or a person."""

from __future__ import annotations

import logging
import os
import platform
import sys
import threading
import traceback
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from takedown.contract import MissingExtra
from takedown.display import safe

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

FRAMES = 20
CHAIN = 10
"""Errors that are told of those that led to one, the last of them."""
OURS = ("takedown", "takedown_platforms")


def worker_name() -> str:
    """Machine and process, as the log and a lane that stopped name it."""
    return f"{platform.node()}:{os.getpid()}"


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
    threading.excepthook = lambda gone: handler.tell("thread", gone.exc_type, gone.exc_value)
    sys.unraisablehook = lambda gone: handler.tell("left behind", gone.exc_type, gone.exc_value)
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        root.removeHandler(handler)


def where(kind: type[BaseException], error: BaseException | None) -> list[str]:
    """A traceback for a field of the log: a line a frame, the innermost last, after what led to it. No value, no message.

    error: None where only its kind is known, as in the hooks of the interpreter.
    """
    if error is None:
        return [kind.__name__]
    return [line for one in reversed(_chain(error)) for line in (type(one).__name__, *_frames(one))]


def _chain(error: BaseException) -> list[BaseException]:
    """An error, and what led to it as a traceback would tell; no more than CHAIN, since a chain can be long, or a circle."""
    found, one = list[BaseException](), error
    while len(found) < CHAIN:
        found.append(one)
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        if before is None:
            break
        one = before
    return found


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__, limit=-FRAMES)
    return [f"{_short(one.filename)}:{one.lineno} {one.name}" for one in frames]


def _short(file: str) -> str:
    """A file without the machine's own folders: from its package on."""
    parts = Path(file).parts
    start = next((at for at, part in enumerate(parts) if part in OURS), max(len(parts) - 2, 0))
    return "/".join(parts[start:])


def _shown(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: safe(value) if isinstance(value, str) else value for key, value in event.items()}


class _Through(logging.Handler):
    """What another library logs, as events of ours, without any message: that may quote anything."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        kind, error, _ = record.exc_info or (None, None, None)
        self.tell(str(getattr(record, "action", record.name)), kind, error)

    def tell(self, about: str, kind: type[BaseException] | None, error: BaseException | None) -> None:
        told = {"error": kind.__name__, "where": where(kind, error)} if kind else {"error": ""}
        self._log.warning("engine", about=about, **told)
