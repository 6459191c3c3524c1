"""A mail's HTML as text without what a reader cannot see, and any text in the form that phrases are written for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from html import unescape
from itertools import islice

from takedown.inbox.hiding import Sheet, bare, ground_of, hidden_element, read_sheets

MAX_HTML = 200_000
MAX_OPEN = 200
"""Elements open at once; what is nested deeper is read as if it stood on this level."""

_DROPPED = frozenset({"head", "script", "style", "title", "template"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"})
_BLOCKS = frozenset(
    """address article blockquote br div dl dt dd fieldset footer form h1 h2 h3 h4 h5 h6 header hr li ol p pre section table
    tbody td th tr ul""".split()  # noqa: SIM905 -- a list of forty names would be forty lines
)
_QUOTES = (
    "gmail_quote",
    "yahoo_quoted",
    "moz-cite-prefix",
    "protonmail_quote",
    "gmail_attr",
    "zmail_extra",
    "OutlookMessageHeader",
)


@dataclass(frozen=True, slots=True)
class Visible:
    """`text` as a reader sees it; `everything` with what is hidden, to notice when the two say different things."""

    text: str
    everything: str
    written: bool = False
    """A style sheet puts words into it, which are in neither."""


@dataclass
class _Open:
    tag: str
    hidden: bool
    dropped: bool
    ground: str = ""


@dataclass
class _Page:
    """What the elements that are open make of the text inside them."""

    sheet: Sheet
    seen: list[str] = field(default_factory=list[str])
    every: list[str] = field(default_factory=list[str])
    stack: list[_Open] = field(default_factory=list[_Open])

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag in _BLOCKS:
            self.write("\n")
        if (told := given.get("alt", "")) and not (self.stack and self.stack[-1].dropped):
            self.every.append(f" {told} ")  # instead of a picture, where pictures are not shown
        if tag in _VOID or len(self.stack) >= MAX_OPEN:
            return
        above = self.stack[-1] if self.stack else _Open("", hidden=False, dropped=False)
        dropped = above.dropped or tag in _DROPPED or _is_quote(tag, given)
        ground = ground_of(bare(given.get("style", "")), given.get("bgcolor", "").strip().lower() or above.ground)
        hidden = above.hidden or hidden_element(tag, given, ground) or self.sheet.hides(tag, given)
        self.stack.append(_Open(tag, hidden, dropped, ground))

    def end(self, tag: str) -> None:
        at = next((n for n in range(len(self.stack) - 1, -1, -1) if self.stack[n].tag == tag), None)
        if at is not None:
            del self.stack[at:]
        if tag in _BLOCKS:
            self.write("\n")

    def write(self, text: str) -> None:
        top = self.stack[-1] if self.stack else None
        if top and top.dropped:
            return
        self.every.append(text)
        if not (top and top.hidden):
            self.seen.append(text)


_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,30})(?=[\s/>])")
_STOP = re.compile(r"[>\"']")
_ATTRIBUTE = re.compile(r"([^\s=/>\"']{1,60})(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")


_REFERENCE_ZEROS = re.compile(r"&#([xX]?)0+(?=[0-9a-fA-F])")
_REFERENCE_LONG = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")


def _characters(text: str) -> str:
    """Character references undone. `html.unescape` makes a number of any length, and Python refuses those of 4,300 digits."""
    return unescape(_REFERENCE_LONG.sub("\ufffd", _REFERENCE_ZEROS.sub(r"&#\1", text)))


def _read(html: str, page: _Page) -> None:
    """One pass from left to right; what never ends (a comment, a tag, a script) takes the rest of the page with it.

    html.parser looks for the end anew from each beginning: 50,000 open comments took it 15 seconds.
    """
    at = 0
    while at < len(html):
        following = html.find("<", at)
        if following < 0:
            page.write(_characters(re.sub(r"\s+", " ", html[at:])))
            return
        if following > at:
            page.write(_characters(re.sub(r"\s+", " ", html[at:following])))
        at = _markup(html, following, page)


def _markup(html: str, at: int, page: _Page) -> int:
    """Take the markup that begins here; returns where the page goes on."""
    if html.startswith("<!--", at):
        return _after(html, "-->", at + 4)
    if html.startswith(("<!", "<?"), at):
        return _after(html, ">", at + 2)
    found = _TAG.match(html, at)
    if not found:
        page.write("<")
        return at + 1
    end = _end_of_tag(html, found.end())
    tag = found[2].lower()
    if found[1]:
        page.end(tag)
        return end + 1
    page.start(tag, _attributes(html[found.end() : end][:5000]))
    if tag in {"script", "style", "title", "textarea"}:
        closing = re.compile(rf"</{tag}", re.I).search(html, end)
        return closing.start() if closing else len(html)
    return end + 1


def _after(html: str, mark: str, at: int) -> int:
    end = html.find(mark, at)
    return len(html) if end < 0 else end + len(mark)


def _end_of_tag(html: str, at: int) -> int:
    """Where its `>` stands, outside quotes; the page's end when it has none."""
    while found := _STOP.search(html, at):
        if found[0] == ">":
            return found.start()
        at = html.find(found[0], found.end()) + 1
        if not at:
            break
    return len(html)


def _attributes(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for found in islice(_ATTRIBUTE.finditer(text), 50):
        given.setdefault(found[1].lower(), _characters(found[2] or found[3] or found[4] or ""))
    return given


def _is_quote(tag: str, given: dict[str, str]) -> bool:
    marks = f"{given.get('class', '')} {given.get('id', '')}"
    return tag == "blockquote" or any(mark in marks for mark in _QUOTES)


def html_text(html: str) -> Visible:
    """Nothing is fetched, scripts and styles are not run; never raises."""
    html = html[:MAX_HTML]
    page = _Page(read_sheets(html))
    _read(html, page)
    return Visible(_tidy("".join(page.seen)), _tidy("".join(page.every)), page.sheet.writes)


def _tidy(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "\u00a0": " ", "\u00ad": None})


def normal(text: str) -> str:
    """For phrases: compatibility letters unified, apostrophes straight, zero-width and bidi characters gone."""
    folded = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    return "".join(char for char in folded if char in "\n\t" or unicodedata.category(char) not in {"Cf", "Cc"})
