"""Times and paces in the words that people write them in."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def span(text: str) -> float:
    """`30s`, `10m`, `24h`, `3d` in seconds. Raises ValueError."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a length of time such as 30s, 10m, 24h or 3d")
    return float(found[1]) * _SECONDS[found[2]]


def per_second(text: str) -> float:
    """`50/s`, `20/min`, `100/h`, `500/d` as a rate in 1/s. Raises ValueError."""
    number, slash, unit = text.strip().partition("/")
    known = slash and unit.strip() in {"s", "min", "h", "d"} and re.fullmatch(r"\d+(\.\d+)?", number.strip())
    if not known or not float(number):
        raise ValueError(f"{text!r} is not a rate such as 50/s, 20/min, 100/h or 500/d")
    return float(number) / _SECONDS[unit.strip()]


def breaker(text: str) -> tuple[int, float]:
    """`10 failures, 10s` as (failures, seconds). Raises ValueError."""
    found = re.fullmatch(r"(\d+) failures?, (.+)", text.strip())
    if not found or int(found[1]) < 1:
        raise ValueError(f'{text!r} is not a breaker such as "10 failures, 10s"')
    return int(found[1]), span(found[2])
