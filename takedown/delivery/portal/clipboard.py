"""How a field gets to where the officer pastes it: a command of this desktop, or the terminal itself (OSC 52), also over SSH."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Which = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Program:
    """A command that takes the text on its standard input."""

    argv: tuple[str, ...]
    encoding: str = "utf-8"

    def copy(self, text: str) -> bool:
        """Run it; False when it failed. xclip and wl-copy stay behind as the clipboard's owner: they must inherit no pipe."""
        quiet = subprocess.DEVNULL
        try:
            done = subprocess.run(self.argv, input=text.encode(self.encoding), stdout=quiet, stderr=quiet, timeout=5, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


@dataclass(frozen=True, slots=True)
class Osc52:
    """An escape sequence by which the terminal on the officer's own machine sets its clipboard (XTerm Control Sequences)."""

    tmux: bool = False

    def sequence(self, text: str) -> str:
        """Under tmux the terminal behind it is spoken to as well: tmux itself takes OSC 52 only with set-clipboard on,
        and passes it through (tmux FAQ) only with allow-passthrough on."""
        plain = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
        return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\" if self.tmux else plain


Clipboard = Program | Osc52


def terminal(env: Mapping[str, str]) -> Osc52:
    return Osc52(tmux=bool(env.get("TMUX")))


def choose(env: Mapping[str, str], which: Which, system: str) -> Clipboard:
    """The clipboard of the machine at which the officer sits. `system` is as in `sys.platform`."""
    if env.get("SSH_CONNECTION") or env.get("SSH_TTY"):
        return terminal(env)
    for name, argv, encoding, usable in (
        ("pbcopy", (), "utf-8", system == "darwin"),
        ("wl-copy", (), "utf-8", bool(env.get("WAYLAND_DISPLAY"))),
        ("xclip", ("-selection", "clipboard"), "utf-8", bool(env.get("DISPLAY"))),
        ("clip.exe", (), "utf-16", bool(env.get("WSL_DISTRO_NAME"))),
    ):
        if usable and (found := which(name)):
            return Program((found, *argv), encoding)
    return terminal(env)
