"""JSON in one form, for what is hashed and signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, cast


def canonical(value: object) -> str:
    """RFC 8785 for what events hold: strings, whole numbers, lists and objects with ASCII keys."""
    return "".join(_chunks(value, 0))


quoted = json.encoder.encode_basestring
"""A string as `canonical` writes it."""


def _encoder() -> Callable[[object, int], Iterable[str]]:
    """What JSONEncoder.encode makes anew for each value, which takes longer than the value: each row's seal goes through it."""
    whole = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    make: Any = getattr(json.encoder, "c_make_encoder", None)  # CPython has it
    if make is None:
        return lambda value, _: (whole.encode(value),)
    return cast("Callable[[object, int], Iterable[str]]", make(None, whole.default, quoted, None, ":", ",", True, False, True))


_chunks = _encoder()
