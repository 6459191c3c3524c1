import base64
import re
import sys

import pytest

from takedown.delivery.portal.clipboard import Osc52, Program, choose


def everything(name):
    return f"/usr/bin/{name}"


def nothing(name):
    return None


@pytest.mark.parametrize(
    ("env", "system", "expected"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", Program(("/usr/bin/wl-copy",))),
        ({"DISPLAY": ":0"}, "linux", Program(("/usr/bin/xclip", "-selection", "clipboard"))),
        ({}, "darwin", Program(("/usr/bin/pbcopy",))),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", Program(("/usr/bin/clip.exe",), "utf-16")),
        ({}, "linux", Osc52()),
        ({"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22", "DISPLAY": ":0"}, "linux", Osc52()),
        ({"SSH_TTY": "/dev/pts/1", "TMUX": "/run/tmux"}, "darwin", Osc52(tmux=True)),
    ],
)
def test_the_clipboard_of_the_machine_at_which_the_officer_sits(env, system, expected):
    assert choose(env, everything, system) == expected


def test_without_a_program_the_terminal_is_asked():
    assert choose({"DISPLAY": ":0", "TMUX": "x"}, nothing, "linux") == Osc52(tmux=True)


def test_the_sequence_carries_any_text_and_nothing_of_it_reaches_the_terminal():
    text = "حکم\x1b]52;c;AAAA\x07\n[bold]"
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", Osc52().sequence(text))
    assert found
    assert base64.b64decode(found[1]).decode() == text


def test_tmux_passes_it_on():
    plain, wrapped = Osc52().sequence("x"), Osc52(tmux=True).sequence("x")
    assert wrapped == plain + "\x1bPtmux;\x1b" + plain + "\x1b\\"


def test_a_program_that_fails_is_told_from_one_that_works(tmp_path):
    out = tmp_path / "clip"
    writing = f"import sys; open({str(out)!r}, 'wb').write(sys.stdin.buffer.read())"
    assert Program((sys.executable, "-c", writing)).copy("حکم")
    assert out.read_bytes().decode() == "حکم"
    assert not Program((sys.executable, "-c", "raise SystemExit(1)")).copy("x")
    assert not Program((str(tmp_path / "missing"),)).copy("x")
