"""A mail's HTML as text without what a reader cannot see, and any text in the form that phrases are written for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import islice

from takedown.inbox.colours import PAPER, Paint, painted_by
from takedown.inbox.hiding import hidden_element
from takedown.inbox.sheets import Sheet, read_sheets, styled

MAX_HTML = 200_000
MAX_TAG, MAX_ATTRIBUTES = 5_000, 50
MAX_OPEN = 200
"""Elements open at once; what is nested deeper is read as if it stood on this level."""

_DROPPED = frozenset({"head", "script", "style", "title", "template"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"})
_BLOCKS = frozenset(
    """address article blockquote br div dl dt dd fieldset footer form h1 h2 h3 h4 h5 h6 header hr li ol p pre section table
    tbody td th tr ul""".split()  # noqa: SIM905 -- a list of forty names would be forty lines
)
_PARTS = frozenset({"td", "th", "caption", "tr", "tbody", "thead", "tfoot"})
_WALLS = frozenset({"table", "td", "th", "caption", "object", "marquee", "applet"})
_MARKING = frozenset("a b big code em font i nobr s small strike strong tt u".split())  # noqa: SIM905
_HOLDING = _BLOCKS | set("aside button center details dir figcaption figure main menu nav summary".split())  # noqa: SIM905
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
    doubtful: bool = False
    """Its style sheets put words into it, which are in neither; or it is larger, or deeper nested, than is read."""


@dataclass
class _Open:
    tag: str
    given: Mapping[str, str]
    hidden: bool
    dropped: bool
    paint: Paint = PAPER


@dataclass
class _Page:
    """What the elements that are open make of the text inside them."""

    sheet: Sheet
    seen: list[str] = field(default_factory=list[str])
    every: list[str] = field(default_factory=list[str])
    stack: list[_Open] = field(default_factory=lambda: [_Open("", {}, hidden=False, dropped=False)])
    too_deep: bool = False

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        if tag in _BLOCKS:
            self.write("\n")
        above = self.stack[-1]
        if (told := given.get("alt", "")) and not above.dropped:
            self.every.append(f" {told} ")  # instead of a picture, where pictures are not shown
        if tag in _VOID:
            return
        if len(self.stack) >= MAX_OPEN:
            self.too_deep = True
            return
        dropped = above.dropped or tag in _DROPPED or _is_quote(tag, given)
        if above.hidden:
            self.stack.append(_Open(tag, given, above.hidden, dropped))
            return
        hidden, paint = self._look(tag, given, above.paint)
        self.stack.append(_Open(tag, given, hidden, dropped, paint))

    def _look(self, tag: str, given: Mapping[str, str], around: Paint) -> tuple[bool, Paint]:
        """Whether an element is hidden, and the colours inside it."""
        (hides, own), rules = styled(given.get("style", "")), list(self.sheet.fitting(tag, given))
        paint = around.with_all(painted_by(tag, given), own, *(rule.paint for rule in rules))
        hidden = hides or hidden_element(tag, given) or any(rule.hides for rule in rules)
        return hidden or (paint != around and paint.hides()), paint

    def end(self, tag: str) -> None:
        at = self._begun(tag)
        if at is not None:
            broken = self._broken(at)
            del self.stack[at:]
            for one in broken:
                self.start(one.tag, one.given)
        if tag in _BLOCKS:
            self.write("\n")

    def _broken(self, at: int) -> list[_Open]:
        """What marks letters and was begun inside the element that stands here, but not ended in it: it goes on behind it."""
        if self.stack[at].tag in _WALLS:
            return []
        broken: list[_Open] = []
        for one in self.stack[at + 1 :]:
            broken = [] if one.tag in _WALLS else [*broken, one] if one.tag in _MARKING else broken
        left = [(one.tag, one.given) for one in self.stack[:at]]
        return [one for one in broken if (one.tag, one.given) not in left]

    def _begun(self, tag: str) -> int | None:
        """Where the element stands that an end tag ends, as browsers have it: none ends what is outside its table, or cell."""
        if tag in {"body", "html"}:
            return None  # what follows is still inside it
        walls = _walls_of(tag)
        for at in reversed(range(len(self.stack))):
            if self.stack[at].tag == tag:
                return at
            if self.stack[at].tag in walls:
                return None
        return None

    def write(self, text: str) -> None:
        top = self.stack[-1]
        if top.dropped:
            return
        self.every.append(text)
        if not top.hidden:
            self.seen.append(text)


def _walls_of(tag: str) -> frozenset[str]:
    """What an end tag does not reach beyond (HTML, 13.2.6.4.7)."""
    if tag == "table":
        return frozenset()
    if tag in _PARTS:
        return frozenset({"table"})
    if tag == "li":
        return _WALLS | {"ul", "ol"}
    return _WALLS if tag in _HOLDING or tag in _MARKING else _WALLS | _HOLDING


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
    page.start(tag, _attributes(html[found.end() : end]))
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
    """Where they are more or longer than is read, they hide the element."""
    given: dict[str, str] = {}
    found = list(islice(_ATTRIBUTE.finditer(text[:MAX_TAG]), MAX_ATTRIBUTES + 1))
    for one in found:
        given.setdefault(one[1].lower(), _characters(one[2] or one[3] or one[4] or ""))
    if len(text) > MAX_TAG or len(found) > MAX_ATTRIBUTES:
        given["hidden"] = ""
    return given


def _is_quote(tag: str, given: Mapping[str, str]) -> bool:
    marks = f"{given.get('class', '')} {given.get('id', '')}"
    return tag == "blockquote" or any(mark in marks for mark in _QUOTES)


def html_text(html: str) -> Visible:
    """Nothing is fetched, scripts and styles are not run; never raises."""
    read = html[:MAX_HTML]
    page = _Page(read_sheets(read))
    for implied in ("html", "body"):
        page.start(implied, {})
    _read(read, page)
    doubtful = page.sheet.doubtful or page.too_deep or len(html) > MAX_HTML
    return Visible(_tidy("".join(page.seen)), _tidy("".join(page.every)), doubtful)


def _tidy(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "\u00a0": " ", "\u00ad": None})


def normal(text: str) -> str:
    """For phrases: compatibility letters unified, apostrophes straight, zero-width and bidi characters gone."""
    folded = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    return "".join(char for char in folded if char in "\n\t" or unicodedata.category(char) not in {"Cf", "Cc"})
