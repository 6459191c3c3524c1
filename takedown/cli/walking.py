"""The officer's terminal during `portal run`: packets on it, lines from it, the clipboard behind it."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import webbrowser

from takedown.cli.context import Context
from takedown.clock import iso
from takedown.delivery.portal.clipboard import Osc52, choose, terminal
from takedown.delivery.portal.visit import View
from takedown.display import Answer, Block, Facts, Lines, Prose

PASTE_PAUSE = 0.03
"""Seconds: the lines of one paste follow each other faster than anybody presses Enter twice."""
INLINE = 60
"""Characters that still stand beside their label; longer values get lines of their own."""


class Terminal:
    """A walk's screen, on a real terminal."""

    def __init__(self, context: Context) -> None:
        self._context, self._display = context, context.display
        self._clipboard = choose(os.environ, shutil.which, sys.platform)

    def packet(self, view: View) -> None:
        self._display.show(Answer(), *packet_blocks(view))

    def say(self, text: str) -> None:
        self._display.say(text)

    def ask(self, question: str) -> str | None:
        self._display.prompt(question)
        line = read_line(sys.stdin.fileno())
        if line is None:
            self._display.say("")
        return line

    def copy(self, text: str) -> bool:
        if not isinstance(self._clipboard, Osc52) and self._clipboard.copy(text):
            return True
        print(terminal(os.environ).sequence(text), end="", file=sys.stderr, flush=True)
        return True

    def open(self, url: str) -> bool:
        """Only where there is a display: a text browser would take over this very terminal."""
        shown = sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
        return shown and url.startswith(("https://", "http://")) and webbrowser.open(url)


def read_line(file: int) -> str | None:
    """One line of a terminal; the lines of a paste together; None at the end of input. Of the main thread."""
    _wait(file)
    data = os.read(file, 65536)
    while data and ready([file], PASTE_PAUSE):
        more = os.read(file, 65536)
        if not more:
            break
        data += more
    return data.decode("utf-8", "replace").rstrip("\n") if data else None


def _wait(file: int) -> None:
    """Wait for input or a signal.

    A plain read() sleeps through a Ctrl-C that comes just before it: Python notes the signal, and nobody looks at the note until
    a key is pressed (once in some ten thousand times). So what a signal writes is waited for as well: signal.set_wakeup_fd.
    """
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    before = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    try:
        while not ready([file, woken]) & {file}:
            os.read(woken, 4096)
    finally:
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(wake)


def ready(files: list[int], seconds: float | None = None) -> set[int]:
    """Those with something to read, after a wait; poll() and not select(), which takes no number beyond 1023."""
    poll = select.poll()
    for file in files:
        poll.register(file, select.POLLIN)
    return {file for file, _ in poll.poll(None if seconds is None else seconds * 1000)}


def packet_blocks(view: View) -> list[Block]:
    """A packet for people: the authority's own reference first, then what to do, what changed, what stays the same."""
    task, packet = view.task, view.task.packet
    head = [("file number", ", ".join(task.file_numbers)), ("packet", f"{task.id}, {task.platform}, {task.basis}")]
    if task.respond_by:
        head.append(("answer due", iso(task.respond_by)[:16].replace("T", " ") + " UTC"))
    places = [f"{packet.form}:", packet.url]  # lines of their own, unwrapped: a terminal makes them links
    if view.folder is not None:
        places += [f"{len(task.attachments)} to attach, in:", str(view.folder)]
    warning = [Prose(f"! {view.warning}")] if view.warning else []
    return [Prose(""), *warning, Facts(head, f"{view.filed} filed, {view.waiting} more wait"), Lines(places), *_boxes(view)]


def _boxes(view: View) -> list[Block]:
    fields = view.task.packet.fields
    short: list[tuple[str, str]] = []
    long: list[Block] = []
    for at in view.shown:
        label, value = f"{at + 1} {fields[at].label}", fields[at].value
        if len(value) > INLINE or "\n" in value:
            long.append(Prose(f"{label} ({len(value):,} characters)\n{value}\n"))
        else:
            short.append((label, value or "(stays empty)"))
    same = [f"{at + 1} {one.label}" for at, one in enumerate(fields) if at not in view.shown and one.value]
    blocks: list[Block] = [Facts(short, "To fill in" if len(view.shown) == len(fields) else "Changed"), *long]
    return [*blocks, Prose("As before: " + ", ".join(same))] if same else blocks
