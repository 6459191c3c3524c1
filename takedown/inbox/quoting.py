"""The new words of a reply: without what it quotes, the mail below, and the signature."""

from __future__ import annotations

import re

from takedown.inbox.patterns import words

_WROTE = r"""(?:wrote|schrieb|schrieben|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napisał\(?a?\)?|pisze|пишет
|написал\(?а?\)?|yazdı|kirjoitti|كتب|لکھا|写道|寫道)"""
_INTRO = words(rf"""^\s*(?:on|am|le|el|il|em|op|den|w dniu|le:|بتاريخ|في|مورخہ)\b.{{0,300}}\b{_WROTE}\b.{{0,120}}:?\s*$""")
"""May go over up to three lines."""
_INTRO_LINE = words(
    rf"""^(?:.{{0,200}}<[^<>\s@]{{1,64}}@[^<>\s]{{1,100}}>\s*(?:\w{{1,20}}\s*)?[:：]
|.{{0,80}}\d{{1,2}}[:.]\d\d\b.{{0,120}}\b{_WROTE}\s*[:：])\s*$"""
)
_SPEAKER = words(rf"""^.{{0,80}}\b{_WROTE}\s*[:：]\s*$""")
"""What is indented or in quotes below is that speaker's; a help desk also writes so above its own words."""
_SPLITTER = words(
    r"""^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine
|message transféré|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|исходное сообщение|原始邮件
|الرسالة الأصلية)\s*-{2,}|begin forwarded message:
|\W{0,12}(?:your )?(?:original|previous|earlier|forwarded|quoted) (?:message|text|e-?mail|request|ticket)s?(?: follows
| below)?\W{0,12}
|\W{0,12}(?:ticket|conversation|message|case|request) (?:history|thread|log)\W{0,12})\s*$"""
)
_RULER = words(r"""^\s*(?:_{20,}|[#\W]{0,8}(?:please )?(?:type|enter|write)? ?(?:your )?reply (?:above|below).{0,60})\s*$""")
"""What help desks and Outlook draw over the older mail, and help desks also over their own."""
_FIELD = re.compile(
    r"^\W{0,6}(?:from|von|de|da|van|od|fra|från|kimden|от|від|发件人|寄件者|差出人|보낸 사람|من|منجانب)\s?[:：]", re.I
)
_FIELD_NEXT = words(
    r"""^\W{0,6}(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto|inviato|oggetto
|verzonden|aan|onderwerp|wysłano|do|temat|sendt|til|emne|skickat|till|ämne|gönderildi|kime|konu|отправлено|дата|кому|тема
|发送时间|收件人|主题|送信日時|宛先|件名|보낸 날짜|받는 사람|제목|تاريخ|إلى)\s?[:：]"""
)
_OUR_LINE = re.compile(r"^\W{0,6}takedown-reference:", re.I)
_SIGNATURE = re.compile(r"^(?:-- ?|—|__)$")


def new_text(text: str, sent: frozenset[str] = frozenset()) -> str:
    """What the sender added: without quoted lines, the mail below, and the signature.

    sent: lines of our own mail (from `own_lines`); a line that only repeats them is a quotation whatever stands before it.
    """
    kept: list[str] = []
    lines = text.split("\n")
    at, below_quote, spoken = 0, False, False
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
        if spoken := _SPEAKER.match(line[:200]) is not None or (spoken and (not line.strip() or _is_set_off(line))):
            continue
        if not below_quote and not _OUR_LINE.match(line) and _plain_line(line) not in sent:
            kept.append(line)
    return "\n".join(kept).strip()


def _introduction(lines: list[str], at: int) -> int:
    """How many lines an introduction takes that begins here; 0 where none does: `On Monday we wrote to you` is none."""
    if _INTRO_LINE.match(lines[at][:400]):
        return 1
    if not _INTRO.match(" ".join(lines[at : at + 3])[:500]):
        return 0
    ends = (n for n in (1, 2, 3) if at + n <= len(lines) and lines[at + n - 1].rstrip().endswith(":"))
    return next((n for n in ends if _INTRO.match(" ".join(lines[at : at + n])[:500])), 0)


def _marked_quote(lines: list[str], at: int) -> bool:
    """Whether the next words are marked as quoted, so that an answer may follow below them."""
    return next((_is_marked(line) for line in lines[at : at + 5] if line.strip()), False)


def _is_marked(line: str) -> bool:
    return line.lstrip().startswith((">", "|>", "＞"))


def _is_set_off(line: str) -> bool:
    return line.startswith(("    ", "\t", '"', "'", "“", "„", "«", "‘"))


def _plain_line(line: str) -> str:
    return " ".join(line.split()).casefold()


def own_lines(letter: str) -> frozenset[str]:
    """The lines of our mail that are long enough to be recognised, as `new_text` compares them."""
    return frozenset(plain for line in letter.split("\n") if len(plain := _plain_line(line)) >= 20)
