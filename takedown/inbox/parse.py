"""A mail as headers and leaf parts, in bounded time: the standard parser recurses, so deep nesting would break it.

Nothing here trusts the mail. What goes beyond a cap is left out and named in `odd`; such a mail decides nothing by itself.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import collapse_rfc2231_value, decode_params
from itertools import islice

MAX_MAIL = 40_000_000
"""Bytes of a mail that are fetched and kept."""
MAX_HEADERS = 256_000
MAX_LINES = 2_000
MAX_VALUE = 16_000
MAX_PARTS = 200
MAX_DEPTH = 8
MAX_BLOCKS = 40
"""Recipients of one delivery status that are read."""
MAX_BODY = 512_000
"""Bytes of one part that are decoded; a reply of a platform has a few thousand."""

_END = re.compile(rb"\r?\n\r?\n")
_NAME = re.compile(r"[!-9;-~]{1,200}")
_ONCE = ("content-type", "content-transfer-encoding", "content-disposition")
_PARAM_NAME = re.compile(r"[!-9<>-~]{1,60}")
_STRANGE_CODECS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7", "undefined"})


@dataclass(frozen=True, slots=True)
class Headers:
    """Names in lower case, values unfolded but not decoded, in the order in which they stand."""

    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def get(self, name: str) -> str:
        """The first value; empty when there is none."""
        return next((value for key, value in self.fields if key == name), "")

    def text(self, name: str) -> str:
        """The first value with its encoded words decoded, on one line."""
        return decoded(self.get(name))


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the mail. `kind` is its media type in lower case; `attached` says that it is not for display."""

    headers: Headers
    kind: str
    params: tuple[tuple[str, str], ...]
    attached: bool
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, undone from its transfer encoding, with LF line ends."""
        return charset_text(transferred(self.headers.get("content-transfer-encoding"), self.body), dict(self.params))

    @property
    def blocks(self) -> tuple[Headers, ...]:
        """For a delivery status (RFC 3464, 2.1): its groups of fields, of the message first, then of each recipient."""
        body = transferred(self.headers.get("content-transfer-encoding"), self.body)
        found = islice(_END.split(body[:MAX_HEADERS].lstrip()), MAX_BLOCKS)
        return tuple(Headers(tuple(_read_headers(block, []))) for block in found)

    @property
    def fields(self) -> Headers:
        """For a part that holds headers (a returned mail, a delivery status): those headers, all blocks one after another."""
        blocks = self.blocks if self.kind.endswith("delivery-status") else self.blocks[:1]
        return Headers(tuple(pair for one in blocks for pair in one.fields))


@dataclass(frozen=True, slots=True)
class Mail:
    headers: Headers
    kind: str
    params: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    odd: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.headers.text("subject")

    def texts(self, kind: str) -> str:
        """All displayed parts of one kind, one after another."""
        return "\n\n".join(one.text for one in self.parts if one.kind == kind and not one.attached)[:MAX_BODY]


def parse(raw: bytes) -> Mail:
    """Never raises, whatever the bytes are."""
    odd: list[str] = []
    if len(raw) >= MAX_MAIL:  # what is longer was cut here when it was fetched
        odd.append(f"it has {MAX_MAIL:,} bytes or more; only its beginning is read")
        raw = raw[:MAX_BODY]
    head, body = _split(_without_envelope(raw), odd)
    headers = Headers(tuple(_read_headers(head, odd)))
    kind, params = content_type(headers.get("content-type"))
    return Mail(headers, kind, params, tuple(_leaves(headers, body, odd)), tuple(dict.fromkeys(odd)))


def _without_envelope(raw: bytes) -> bytes:
    """A file saved from an mbox begins with a line `From sender date`."""
    return raw.partition(b"\n")[2] if raw.startswith((b"From ", b">From ")) else raw


def _split(raw: bytes, odd: list[str]) -> tuple[bytes, bytes]:
    if raw.startswith((b"\n", b"\r\n")):
        return b"", raw
    end = _END.search(raw, 0, MAX_HEADERS + 4)
    if end:
        return raw[: end.start()], raw[end.end() :]
    if len(raw) > MAX_HEADERS:
        odd.append("its headers are too long")
    return raw[:MAX_HEADERS], b""


def _read_headers(block: bytes, odd: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, list[str]]] = []
    lines = block.split(b"\n", MAX_LINES)
    if len(lines) > MAX_LINES:
        odd.append("it has too many headers")
        lines.pop()
    for line in lines:
        text = _header_text(line.removesuffix(b"\r"))
        if text[:1] in {" ", "\t"} and found:
            found[-1][1].append(text)
            continue
        name, colon, value = text.partition(":")
        if colon and _NAME.fullmatch(name.rstrip(" \t")):
            found.append((name.rstrip(" \t").lower(), [value]))
        elif text.strip():
            odd.append("a line among its headers is none")
    joined = [(name, "".join(values).strip()) for name, values in found]
    if any("\r" in value or "\0" in value for _, value in joined):
        odd.append("a header holds a control character")
    return [(name, value[:MAX_VALUE]) for name, value in joined]


def _header_text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def content_type(value: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """`text/plain` and its parameters (RFC 2231 undone); `text/plain` where nothing can be read (RFC 2045, 5.2)."""
    kind, _, rest = value[:MAX_VALUE].partition(";")
    kind = re.sub(r"\s|\([^()]*\)", "", kind).lower()
    if not re.fullmatch(r"[!-.0-~]+/[!-.0-~]+", kind):
        return "text/plain", ()
    return kind, parameters(rest)


def parameters(text: str) -> tuple[tuple[str, str], ...]:
    given: list[tuple[str, str]] = []
    for one in islice(_between_semicolons(text), 30):
        name, equals, value = (part.strip() for part in one.partition("="))
        if not equals or not _PARAM_NAME.fullmatch(name):
            continue
        if value.startswith('"') and value.endswith('"') and len(value) > 1:
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        if '"' not in value or one.rstrip().endswith('"'):
            given.append((name.lower(), value))
    plain = [pair for pair in given if "*" not in pair[0]]
    if len(plain) < len(given):
        try:
            loose = decode_params([("x", "x"), *given])[1:]
            plain = [(str(name), collapse_rfc2231_value(value).strip('"')) for name, value in loose]
        except (ValueError, TypeError, LookupError, IndexError):
            pass  # as plain as they were
    return tuple(plain)


def _between_semicolons(text: str) -> Iterator[str]:
    """The pieces of a header's value; a semicolon inside quotes parts nothing, and a quote that never ends takes the rest."""
    start, quoted, at = 0, False, 0
    while at < len(text):
        if quoted and text[at] == "\\":
            at += 1
        elif text[at] == '"':
            quoted = not quoted
        elif text[at] == ";" and not quoted:
            yield text[start:at]
            start = at + 1
        at += 1
    yield text[start:]


def _leaves(headers: Headers, body: bytes, odd: list[str]) -> Iterator[Part]:
    """The parts that hold no others, in order. An attached mail is one leaf: what it says is not what the sender says."""
    waiting: list[tuple[Headers, bytes, int, str]] = [(headers, body, 0, "text/plain")]
    seen = 0
    while waiting:
        own, content, depth, usual = waiting.pop()
        seen += 1
        if seen > MAX_PARTS:
            odd.append(f"it has more than {MAX_PARTS} parts")
            return
        kind, params = content_type(own.get("content-type") or usual)
        boundary = dict(reversed(params)).get("boundary", "")
        if any(len(own.all(name)) > 1 for name in _ONCE) or [name for name, _ in params].count("boundary") > 1:
            odd.append("it says twice how it is made up")
        if kind.startswith("multipart/") and boundary:
            if depth >= MAX_DEPTH:
                odd.append(f"its parts are nested more than {MAX_DEPTH} deep")
                continue
            inner = [_split(piece, odd) for piece in _pieces(content, boundary[:200])]
            within = "message/rfc822" if kind == "multipart/digest" else "text/plain"
            waiting += [(Headers(tuple(_read_headers(h, odd))), b, depth + 1, within) for h, b in reversed(inner)]
            continue
        disposition = own.get("content-disposition").partition(";")[0].strip().lower()
        if len(content) > MAX_BODY and kind.startswith("text/"):
            odd.append("a text in it is too long")
        named = "name" in dict(params) or "filename" in dict(parameters(own.get("content-disposition").partition(";")[2]))
        yield Part(own, kind, params, disposition == "attachment" or (named and depth > 0), content[:MAX_BODY])


def _pieces(content: bytes, boundary: str) -> list[bytes]:
    mark = re.escape(boundary.encode("utf-8", "surrogateescape"))
    found = list(islice(re.finditer(rb"(?m)^--" + mark + rb"(--)?[ \t]*\r?$\n?", content), MAX_PARTS + 2))
    pieces: list[bytes] = []
    for at, line in enumerate(found):
        if line[1]:
            break
        until = found[at + 1].start() if at + 1 < len(found) else len(content)
        pieces.append(content[line.end() : until])
    return pieces


def transferred(encoding: str, body: bytes) -> bytes:
    match re.sub(r"\([^()]*\)", "", encoding).strip().lower():
        case "base64":
            plain = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
            try:
                return base64.b64decode(plain + b"=" * (-len(plain) % 4))
            except binascii.Error:
                return base64.b64decode(plain[: len(plain) // 4 * 4])
        case "quoted-printable":
            return quopri.decodestring(body)
        case _:
            return body


def charset_text(body: bytes, params: dict[str, str]) -> str:
    """Decoded as it says, else as UTF-8, else as Windows-1252 with marks for what is none."""
    for name in (params.get("charset", "").strip("'\" ") or "utf-8", "utf-8"):
        try:
            codec = codecs.lookup(name)
            if codec.name.replace("-", "_") not in _STRANGE_CODECS and getattr(codec, "_is_text_encoding", True):
                return _lines(codec.decode(body)[0])
        except (LookupError, ValueError, UnicodeError):
            continue
    return _lines(body.decode("cp1252", "replace"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def decoded(value: str) -> str:
    """A header's value with RFC 2047 words decoded; as it is where they are broken."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value[:4000])
    except (HeaderParseError, ValueError, binascii.Error):
        return value
    texts = [piece if isinstance(piece, str) else charset_text(piece, {"charset": name or "us-ascii"}) for piece, name in pieces]
    return re.sub(r"\s+", " ", "".join(texts)).strip()
