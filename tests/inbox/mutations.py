"""Mails changed by chance, from a seed: cut, bent, nested, wrongly encoded, forged, and with words that no reader sees.

Each kind gets a random generator and returns a mail that must be read without harm and must not tell of a removal.
"""

import base64
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

from mails import PASS, bounce, html, mail

REMOVED = "We have removed the account."
SMALL_TALK = "Hello,\n\nThank you for the call of last week. It was good to talk to you and your colleagues.\n\nRegards\nDana"
EVIL = "x@evil.test"
Kind = Callable[[Random], bytes]

_WHOLE = Path(__file__).with_name("whole")
_TEXTS = [
    block.partition("\n\n")[2].strip()
    for path in sorted(_WHOLE.glob("*.txt"))
    for block in path.read_text().split("=== ")[1:]
    if block.split(maxsplit=1)[0] in {"receipt", "question", "other", "out_of_office"}
]
"""Texts that tell of no decision."""


def some(random: Random) -> bytes:
    """A mail that tells of no decision, of one of a few makes."""
    text = random.choice(_TEXTS)
    makes = (lambda: mail(text), lambda: html(f"<p>{text}</p>"), lambda: html(f"<p>{text}</p>", text), bounce)
    return random.choice(makes)()


def cut(random: Random) -> bytes:
    raw = some(random)
    return raw[: random.randrange(len(raw))]


def flipped(random: Random) -> bytes:
    raw = bytearray(some(random))
    for _ in range(random.randint(1, 40)):
        raw[random.randrange(len(raw))] = random.randrange(256)
    return bytes(raw)


def shuffled(random: Random) -> bytes:
    lines = some(random).split(b"\r\n")
    at = random.randrange(len(lines))
    return b"\r\n".join(random.choice((lines[at:] + lines[:at], random.sample(lines, len(lines)), lines * 3)))


def line_ends(random: Random) -> bytes:
    """Bare CR, bare LF, LFCR, NUL and what Unicode takes for a line end."""
    ends = [b"\r", b"\n", b"\n\r", b"\r\r\n", b"\0\r\n", b"\x0b", b"\x0c", b"\xc2\x85", b"\xe2\x80\xa8", b"\r\n"]
    return b"".join(line + random.choice(ends) for line in some(random).split(b"\r\n"))


def nests(random: Random) -> bytes:
    """Multiparts and attached mails in each other, to any depth, with boundaries that hold one another."""
    body, kind = SMALL_TALK, "text/plain"
    for depth in range(random.choice((3, 9, 40, 400))):
        mark = random.choice(("b", f"b{depth}", "b" * (depth % 60 + 1), "--b", "=_b"))
        if random.random() < 0.2:
            body, kind = f"Content-Type: {kind}\n\n{body}", random.choice(("message/rfc822", "message/global", "message/partial"))
        else:
            extra = random.choice(("", f"--{mark}\nContent-Type: text/html\n\n<p>x</p>\n"))
            end = random.choice((f"--{mark}--", f"--{mark}", ""))
            body = f"--{mark}\nContent-Type: {kind}\n\n{body}\n{extra}{end}\n"
            kind = f'multipart/{random.choice(("mixed", "alternative", "digest", "report", "x"))}; boundary="{mark}"'
    return mail(body, content_type=kind)


def crowds(random: Random) -> bytes:
    part = random.choice(("", "x", "Content-Type: text/html\n\n<p>x", "Content-Type: message/delivery-status\n\nAction: failed"))
    lines = f"--b\n{part}\n" * random.choice((300, 3_000, 10_000))
    return mail(lines, content_type=f"multipart/{random.choice(('mixed', 'report', 'alternative'))}; boundary=b")


def charsets(random: Random) -> bytes:
    names = ["utf-7", "utf-16", "utf-32", "hz", "iso-2022-kr", "gb18030", "ebcdic-cp-us", "cp037", "rot13", "hex", "bz2", "uu", "idna",
             "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "utf-8-sig", "\0", "", "x" * 300, "../../etc"]  # fmt: skip
    name, other = random.choice(names), random.choice(names)
    try:
        body = SMALL_TALK.encode(other)
    except (LookupError, UnicodeError, ValueError, TypeError):
        body = SMALL_TALK.encode()
    return mail("", content_type=f"text/plain; charset={name}") + body


def encodings(random: Random) -> bytes:
    names = ["base64", "quoted-printable", "x-uuencode", "binary", "7bit", "base64, base64", "BASE64 (x)", "", "x-gzip64"]
    bodies = [SMALL_TALK, base64.b64encode(SMALL_TALK.encode()).decode(), "=" * 5_000, "=3" * 5_000, "A" * 40_001, "%%%%" * 9_000,
              "begin 644 x\n" + "M" * 61 + "\n`\nend", "=?utf-8?Q?" * 3_000]  # fmt: skip
    return mail(random.choice(bodies), content_transfer_encoding=random.choice(names))


def parameters(random: Random) -> bytes:
    """RFC 2231: continued, numbered twice, without end, in other charsets, as names of charsets and boundaries."""
    pieces = ["charset*0*=utf-8''%41", "charset*1=\"", "charset*=x'y'z", "boundary*0=b", "boundary*1*=%62", "name*999999999=x", "name*0*0=x",
              "charset=\"utf-8", "boundary=\"\"", "boundary=\" \"", "name*=utf-8''" + "%41" * 4_000, "a" * 2_000, "*=*", "charset*0*=%%%"]  # fmt: skip
    kind = random.choice(("text/plain", "text/html", "multipart/mixed", "message/rfc822", "application/ms-tnef"))
    return mail(SMALL_TALK, content_type="; ".join([kind, *random.choices(pieces, k=random.randint(1, 12))]))


def words(random: Random) -> bytes:
    """Encoded words: many, long, broken, in each other."""
    parts = ["=?utf-8?B?SGVsbG8=?=", "=?utf-8?B?%%?=", "=?x?Q?=ZZ?=", "=?utf-8?Q?" + "=41" * 900 + "?=", "=?", "?=", "=?utf-16?B?2D0=?=",
             "=?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?=", "=?iso-2022-jp?B?GyRC?=", "=?utf-8*en?Q?x?=", "x" * 3_000]  # fmt: skip
    made = " ".join(random.choices(parts, k=random.choice((3, 60, 900))))
    return mail(SMALL_TALK, **{random.choice(("subject", "from", "to", "references", "date", "message_id", "in_reply_to")): made})


def containers(random: Random) -> bytes:
    """What holds words that no text reader shows: TNEF, uuencode, S/MIME, PGP, archives, external bodies."""
    inner = REMOVED.encode()
    packed = random.choice(
        (gzip.compress(inner * 9_999), zlib.compress(inner), b"\x78\x9f\x3e\x22" + inner, b"PK\3\4" + inner, inner)
    )
    text = base64.b64encode(packed).decode()
    kind = random.choice(("application/ms-tnef; name=winmail.dat", "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
        "application/pkcs7-mime; smime-type=signed-data", "application/pgp-encrypted", "application/octet-stream", "application/zip",
        "message/partial; id=x; number=1; total=2", 'message/external-body; access-type=URL; URL="http://evil.test/x"',
        "text/calendar", "text/rtf", "text/enriched", "text/x-amp-html", "application/json", "image/svg+xml"))  # fmt: skip
    whole = f"--b\nContent-Type: text/plain\n\n{SMALL_TALK}\n--b\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{text}\n--b--"
    plain = f"--b\nContent-Type: text/plain\n\n{SMALL_TALK}\n--b\nContent-Type: {kind}\n\n{REMOVED}\n--b--"
    return mail(
        random.choice((whole, plain)), content_type=f"multipart/{random.choice(('mixed', 'related', 'encrypted'))}; boundary=b"
    )


HIDING = [
    '<p style="display:none">{}</p>', '<p style="DISPLAY : none!important">{}</p>', '<span style="font-size:0.1px">{}</span>',
    '<div style="overflow:hidden;max-height:0px"><p>{}</p></div>', '<p style="color:#ffffff">{}</p>', '<font color=white>{}</font>',
    '<p style="color:rgb(255 255 255)">{}</p>', '<p style="opacity:.0">{}</p>', '<p hidden="">{}</p>', "<!-- {} -->", "<style>{}</style>",
    '<p aria-hidden="true" style="position:absolute;top:-9999px">{}</p>', '<img alt="{}">', '<a title="{}">x</a>', "<title>{}</title>",
    '<input type="hidden" value="{}">', "<noscript>{}</noscript>", "<template>{}</template>", "<textarea>{}</textarea>", "<object>{}</object>",
    "<details>{}</details>", "<s>{}</s>", "<del>{}</del>", "<script>{}</script>", '<p style="visibility:collapse">{}</p>',
    '<p style="clip-path:inset(100%)">{}</p>', '<div style="transform:scale(0,0)">{}</div>', '<p style="text-indent:-99em">{}</p>',
    '<p style="line-height:0;font-size:1px">{}</p>', '<p style="mso-hide:all">{}</p>', '<p style="color:transparent">{}</p>',
    '<p style="filter:opacity(0)">{}</p>', '<p style="zoom:0">{}</p>', "<!--[if mso]>{}<![endif]-->", '<p style="content-visibility:hidden">{}</p>',
    '<p style="background-color:black;color:#000">{}</p>', '<table bgcolor="#222222"><tr><td style="color:#222222">{}</td></tr></table>',
    '<p style="width:0;overflow:hidden">{}</p>', '<p style="left:-5000px;position:fixed">{}</p>', '<p style="margin-left:-9999px">{}</p>',
    "<dialog>{}</dialog>", "<datalist><option>{}</option></datalist>", "<audio>{}</audio>", "<video>{}</video>", "<canvas>{}</canvas>",
    "<iframe>{}</iframe>", "<math><annotation>{}</annotation></math>", '<map><area alt="{}"></map>', "<rp>{}</rp>", "<param value='{}'>",
    '<p style="font:0/0 serif">{}</p>', '<p style="height:1px;width:1px;overflow:hidden;clip:rect(1px,1px,1px,1px)">{}</p>',
    '<svg><text>{}</text></svg>', "<xmp style='display:none'>{}</xmp>", '<p style="display:\\6e one">{}</p>', "<meta content='{}'>",
]  # fmt: skip
SHEETS = [
    ".x{display:none}", "p.x{display:none}", "#i{visibility:hidden}", "*{font-size:0}", "div>.x{max-height:0;overflow:hidden}",
    "@media screen{.x{display:none}}", "@media (min-width:1px){.x{color:#fff}}", ".x,.y{opacity:0}", "body .x{display:none!important}",
    "[class]{display:none}", "p:not(.z){display:none}", "p:first-child{display:none}", ":root .x{display:none}", ".x:nth-child(n){display:none}",
    "@supports (color:red){.x{display:none}}", "@layer a{.x{display:none}}", "body{& .x{display:none}}", ":is(.x){display:none}",
    "/*}*/.x{display:none}", "p.x{--a:none;display:var(--a)}", ".X{display:none}", "P.x{color:white}",
]  # fmt: skip


def hidden(random: Random) -> bytes:
    way = random.choice(HIDING).format(REMOVED)
    around = random.choice(
        ("<p>Hello.</p>{}", "{}<p>Hello.</p>", "<div><div>{}</div></div>", "<table><tr><td>{}</td></tr></table>", "{}")
    )
    page = around.format(way)
    return html(page, SMALL_TALK) if random.random() < 0.3 else html(page)


def styled(random: Random) -> bytes:
    sheet = random.choice(SHEETS)
    where = random.choice(
        (
            "<style>{}</style>",
            '<style type="text/css">{}</style>',
            "<head><style>{}</style></head>",
            "<style>\n<!--\n{}\n-->\n</style>",
        )
    )
    return html(f"{where.format(sheet)}<div><p class=x id=i>{REMOVED}</p></div><p>Hello.</p>")


def turned(random: Random) -> bytes:
    """A denial, or what it hangs on, that only some readers show, in the midst of a removal."""
    word = random.choice(("not", "never", "almost"))
    ways = ['<span style="display:none">{}</span>', "<img alt='{}'>", "<del>{}</del>", "\u200b{}\u200b", "\u202e" + word[::-1] + "\u202c", "<!--x-->{}",
            "<font color=white>{}</font>", "&#{};".format(";&#".join(str(ord(char)) for char in word)), '<span style="font-size:0">{}</span>']  # fmt: skip
    return html(f"<p>We have {random.choice(ways).format(word)} removed the account.</p>")


def quoting(random: Random) -> bytes:
    ways = ["> {}", "On 14 Jan 2027, Desk <desk@authority.example> wrote:\n> {}", "-----Original Message-----\nFrom: Desk\nSent: x\nTo: Legal\n\n{}",
            "Am 14.01.2027 um 09:00 schrieb Desk:\n\n> {}", "Le 14/01/2027, Desk a écrit :\n> {}", "From: Desk\nDate: x\nSubject: y\n\n{}", "Desk wrote:\n\n    {}",
            "----- Forwarded message -----\n{}", "Your request read: \"{}\"", "You wrote \"{}\" - what do you mean?", "-- \n{}", "> > {}\n> b"]  # fmt: skip
    return mail("Please see below.\n\n" + random.choice(ways).format(REMOVED))


KINDS: tuple[Kind, ...] = (
    cut, flipped, shuffled, line_ends, nests, crowds, charsets, encodings, parameters, words, containers, hidden, styled, turned, quoting,
)  # fmt: skip

_FORGED = [
    "mx.evil.test; dkim=pass header.d=telegram.example", f"(c) mx.evil.test; {PASS}", f"mx.authority.example.evil.test; {PASS.partition(';')[2]}",
    "mx.authority.example; dkim=fail header.d=telegram.example", "mx.authority.example; dkim=pass header.d=evil.test",
    'mx.authority.example; dkim=fail reason="dkim=pass header.d=telegram.example"', "mx.authority.example; spf=pass smtp.mailfrom=telegram.example",
    "mx.authority.example 1; dkim=pass (header.d=telegram.example) header.d=evil.test", "", "mx.authority.example; none; dkim=neutral",
]  # fmt: skip
_SENDERS = [
    "legal@telegram.example", f'"legal@telegram.example" <{EVIL}>', f"legal@telegram.example, {EVIL}", f"{EVIL} (legal@telegram.example)", f"<{EVIL}>",
    f"Legal <legal@telegram.example> <{EVIL}>", f"undisclosed: legal@telegram.example, {EVIL};", "legal@xn--telegrm-3nf.example", "legal@telegram.example.",
    "=?utf-8?B?PGxlZ2FsQHRlbGVncmFtLmV4YW1wbGU+?= <x@evil.test>", "legal@\u202etelegram.example", "legal@TELEGRAM.example\0.evil.test", "",
]  # fmt: skip


def forged(random: Random) -> bytes:
    """With headers that say that it comes from the platform; our own server's first word on it does not."""
    first = random.choice(_FORGED)
    raw = mail(REMOVED, results=first, **{"from": random.choice(_SENDERS)})
    below = f"Authentication-Results: {PASS}\r\nX-Authentication-Results: {PASS}\r\nARC-Authentication-Results: i=1; {PASS}\r\n".encode()
    extra = random.choice(
        (
            b"",
            b"From: legal@telegram.example\r\n",
            b"Sender: legal@telegram.example\r\n",
            b"Resent-From: legal@telegram.example\r\n",
        )
    )
    head, _, body = raw.partition(b"\r\n\r\n")
    return head + b"\r\n" + below + extra + b"\r\n" + body if first else extra + raw
