import os
import signal
from typing import Any

import pytest

from takedown.cli import walking


def test_a_ctrl_c_just_before_the_wait_is_not_slept_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own handler only writes to the wake-up file then, and looks at its note when it next runs code."""
    keys, officer = os.pipe()
    os.set_blocking(keys, False)  # a plain read() fails here, instead of sleeping
    looks = 0

    def noted(*given: Any) -> set[int]:
        nonlocal looks
        looks += 1
        if looks == 1:
            wake = signal.set_wakeup_fd(-1)
            signal.set_wakeup_fd(wake)
            os.write(wake, bytes([signal.SIGINT]))
        elif looks == 2:
            os.write(officer, b"R-1\n")  # Python ran code in between: here the note would have been looked at
        return look(*given)

    look = walking.ready
    monkeypatch.setattr(walking, "ready", noted)
    try:
        assert walking.read_line(keys) == "R-1"
        assert looks > 2
        assert signal.set_wakeup_fd(-1) == -1  # as it was before
    finally:
        os.close(keys)
        os.close(officer)
