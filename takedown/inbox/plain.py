"""The new words of a reply: HTML as text without what a reader cannot see, and without what was quoted or signed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from html import unescape
from itertools import islice

from takedown.inbox.patterns import words

MAX_HTML = 200_000
MAX_OPEN = 200
"""Elements open at once; what is nested deeper is read as if it stood on this level."""

_DROPPED = frozenset({"head", "script", "style", "title", "template", "noscript", "object", "svg", "select", "textarea"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"})
_BLOCKS = frozenset(
    """address article blockquote br div dl dt dd fieldset footer form h1 h2 h3 h4 h5 h6 header hr li ol p pre section table
    tbody td th tr ul""".split()  # noqa: SIM905 -- a list of forty names would be forty lines
)
_HIDDEN = words(
    r"""display:none|visibility:(?:hidden|collapse)|opacity:0*(?:\.0+)?(?:;|!|$)|font-size:0*(?:\.\d+)?(?:px|pt|em|rem
|%)?(?:;|!
|$)|font-size:[01]px|(?:max-)?(?:height|width):0(?:px)?(?:;|!|$)|text-indent:-\d{3}|(?:left|top):-\d{3}|mso-hide:all|(?:^
|;)color:(?:#fff(?:fff)?|white|transparent|rgba?\(255,255,255[^)]*\))(?:;|!|$)"""
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


@dataclass
class _Open:
    tag: str
    hidden: bool
    dropped: bool


@dataclass
class _Page:
    """What the elements that are open make of the text inside them."""

    rules: frozenset[str]
    seen: list[str] = field(default_factory=list[str])
    every: list[str] = field(default_factory=list[str])
    stack: list[_Open] = field(default_factory=list[_Open])

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag in _BLOCKS:
            self.write("\n")
        if tag in _VOID or len(self.stack) >= MAX_OPEN:
            return
        above = self.stack[-1] if self.stack else _Open("", hidden=False, dropped=False)
        dropped = above.dropped or tag in _DROPPED or _is_quote(tag, given)
        self.stack.append(_Open(tag, above.hidden or self._hides(given), dropped))

    def _hides(self, given: dict[str, str]) -> bool:
        style = re.sub(r"\s|/\*.*?\*/", "", given.get("style", "")[:2000]).lower()
        names = {f".{name}" for name in given.get("class", "").split()[:20]} | {f"#{given.get('id', '')}"}
        return (
            bool(_HIDDEN.search(style))
            or "hidden" in given
            or bool(names & self.rules)
            or given.get("color", "").strip().lower() in {"#fff", "#ffffff", "white"}
            or given.get("size") == "0"
        )

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
    page = _Page(_hiding_rules(html))
    _read(html, page)
    return Visible(_tidy("".join(page.seen)), _tidy("".join(page.every)))


def _hiding_rules(html: str) -> frozenset[str]:
    """Simple selectors (`.x`, `#x`) that a style sheet in the mail hides."""
    found: set[str] = set()
    for sheet in re.findall(r"<style[^>]{0,200}>([^<]{0,20000})", html, re.I)[:10]:
        for selectors, rules in re.findall(r"([^{}]{1,500})\{([^{}]{0,1000})\}", sheet)[:300]:
            if _HIDDEN.search(re.sub(r"\s", "", rules).lower()):
                found |= {one.strip().rsplit(" ", 1)[-1] for one in selectors.split(",")}
    return frozenset(one for one in found if one[:1] in {".", "#"})


def _tidy(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_INTRO = words(
    r"""^\s*(?:on|am|le|el|il|em|op|den|w dniu|le:|بتاريخ|في|مورخہ)\b.{0,300}\b(?:wrote|schrieb|schrieben|a écrit|escribió
|ha scritto|escreveu|schreef|skrev|napisał\(?a?\)?|كتب|لکھا)\b.{0,120}:?\s*$"""
)
_SPLITTER = words(
    r"""^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht
|message d'origine
|message transféré|mensaje original|messaggio originale|mensagem original|الرسالة الأصلية)\s*-{2,}
|begin forwarded message:)\s*$"""
)
_RULER = words(r"""^\s*(?:_{20,}|[#\W]{0,8}(?:please )?(?:type|enter|write)? ?(?:your )?reply (?:above|below).{0,60})\s*$""")
"""What help desks and Outlook draw over the older mail, and help desks also over their own."""
_FIELD = re.compile(r"^\W{0,6}(?:from|von|de|da|من|منجانب)\s?:", re.I)
_FIELD_NEXT = words(
    r"""^\W{0,6}(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto|inviato|oggetto|تاريخ
|إلى)\s?:""",
    re.I,
)
_OUR_LINE = re.compile(r"^\W{0,6}takedown-reference:", re.I)
_SIGNATURE = re.compile(r"^(?:-- ?|—|__)$")


def new_text(text: str, sent: frozenset[str] = frozenset()) -> str:
    """What the sender added: without quoted lines, the mail below, and the signature.

    sent: lines of our own mail (from `own_lines`); a line that only repeats them is a quotation whatever stands before it.
    """
    kept: list[str] = []
    lines = text.split("\n")
    at, below_quote = 0, False
    while at < len(lines):
        line = lines[at]
        if _SIGNATURE.fullmatch(line.rstrip()) or _SPLITTER.match(line[:400]):
            break
        if _RULER.match(line[:400]):
            if any(char.isalnum() for one in kept for char in one):
                break
            at += 1
            continue
        if intro := _introduction(lines, at):
            if not _marked_quote(lines, at + intro):
                break
            at, below_quote = at + intro, True
            continue
        if _FIELD.match(line) and any(_FIELD_NEXT.match(near) for near in lines[at + 1 : at + 4]):
            break
        at += 1
        # A quoted line that some mail program wrapped goes on without its mark, up to the next empty line.
        below_quote = _is_marked(line) or (below_quote and bool(line.strip()))
        if not below_quote and not _OUR_LINE.match(line) and _plain_line(line) not in sent:
            kept.append(line)
    return "\n".join(kept).strip()


def _introduction(lines: list[str], at: int) -> int:
    """How many lines an introduction takes that begins here; 0 where none does: `On Monday we wrote to you` is none."""
    if not _INTRO.match(" ".join(lines[at : at + 3])[:500]):
        return 0
    ends = (n for n in (1, 2, 3) if at + n <= len(lines) and lines[at + n - 1].rstrip().endswith(":"))
    return next((n for n in ends if _INTRO.match(" ".join(lines[at : at + n])[:500])), 0)


def _marked_quote(lines: list[str], at: int) -> bool:
    """Whether the next words are marked as quoted, so that an answer may follow below them."""
    return next((_is_marked(line) for line in lines[at : at + 5] if line.strip()), False)


def _is_marked(line: str) -> bool:
    return line.lstrip().startswith((">", "|>", "＞"))


def _plain_line(line: str) -> str:
    return " ".join(line.split()).casefold()


def own_lines(letter: str) -> frozenset[str]:
    """The lines of our mail that are long enough to be recognised, as `new_text` compares them."""
    return frozenset(plain for line in letter.split("\n") if len(plain := _plain_line(line)) >= 20)


_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "\u00a0": " ", "\u00ad": None})


def normal(text: str) -> str:
    """For phrases: compatibility letters unified, apostrophes straight, zero-width and bidi characters gone."""
    folded = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    return "".join(char for char in folded if char in "\n\t" or unicodedata.category(char) not in {"Cf", "Cc"})
