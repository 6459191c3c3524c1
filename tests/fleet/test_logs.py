"""What nobody caught, in the log of a worker: its kind and where, whatever it is and whatever led to it."""

import io
import json
import sys
import threading
from types import SimpleNamespace

import pytest

from takedown.fleet.logs import CHAIN, everything, make_log, where


class Needy(Exception):
    """One that cannot be made without knowing more."""

    def __init__(self, what, *, why):
        super().__init__(what, why)


def caught(act):
    with pytest.raises(Exception) as found:  # noqa: PT011 -- any
        act()
    return found.value


@pytest.mark.parametrize("hook", ["thread", "left behind"])
def test_an_error_of_which_only_the_kind_is_known_is_told(monkeypatch, hook):
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    gone = SimpleNamespace(exc_type=Needy, exc_value=None, exc_traceback=None, thread=None, err_msg=None, object=None)
    with everything(make_log("here:1")):
        (threading.excepthook if hook == "thread" else sys.unraisablehook)(gone)
    told = json.loads(err.getvalue())
    assert (told["about"], told["error"], told["where"]) == (hook, "Needy", ["Needy"])


def test_what_led_to_an_error_is_told_first():
    def act():
        try:
            raise KeyError
        except KeyError:
            raise ValueError from OSError()

    error = caught(act)
    kinds = [line for line in where(ValueError, error) if ":" not in line]
    assert kinds == ["OSError", "ValueError"]


def test_what_was_suppressed_is_not_told():
    def act():
        try:
            raise KeyError
        except KeyError:
            raise ValueError from None

    assert "KeyError" not in where(ValueError, caught(act))


def test_a_chain_without_an_end_is_told_in_part():
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert where(ValueError, first) == ["KeyError", "ValueError"] * (CHAIN // 2)


def test_a_long_chain_is_told_from_its_last_errors():
    error = ValueError()
    for _ in range(5000):
        error, before = OSError(), error
        error.__context__ = before
    assert where(OSError, error) == ["OSError"] * CHAIN
