"""The class of a mail: headers first, then its new words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from takedown.inbox import absence, answers, doubts, grammar, phrases, refusals
from takedown.inbox.automatic import CHALLENGE, Automatic, automatic, mass_mail
from takedown.inbox.bounce import Bounce, read_bounce
from takedown.inbox.forms import Answer, Misfilled, beside, read_form
from takedown.inbox.parse import Mail
from takedown.inbox.plain import Visible, html_text, normal
from takedown.inbox.quoting import new_text
from takedown.inbox.readings import hints, read, refuses
from takedown.inbox.sentences import sentences
from takedown.inbox.verdicts import Identify, Reading, Verdict

MAX_TEXT = 60_000
LONGEST_POINTER = 200
AWAY = "its subject says that nobody is there, but it may tell of a decision"
HELD = "it holds our mail back until a person answers to it"


class Class(StrEnum):
    BOUNCE = "bounce"
    OUT_OF_OFFICE = "out_of_office"
    RECEIPT = "receipt"
    QUESTION = "question"
    DECISION = "decision"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Words:
    """`versions`: what the sender wrote, normalised, as the mail's text and as its HTML shows it. `unseen`: the HTML with what is
    hidden in it. `whole`: everything visible, with what is quoted. `forms`: where a filled form may stand, attached
    texts too. `doubtful`: the HTML may show other words than these."""

    versions: tuple[str, ...]
    unseen: str
    whole: str
    forms: tuple[str, ...] = ()
    doubtful: bool = False

    @property
    def new(self) -> str:
        return self.versions[0] if self.versions else ""


@dataclass(frozen=True, slots=True)
class Read:
    """`why` is for people. `number`: the platform's own, from a receipt."""

    kind: Class
    why: str = ""
    number: str = ""
    asks: str = ""
    bounce: Bounce | None = None
    form: Answer | None = None
    reading: Reading = field(default_factory=Reading)


def words_of(mail: Mail, sent: frozenset[str] = frozenset()) -> Words:
    """sent: lines of our own mail, so that quoting it is no answer."""
    plain = mail.texts("text/plain")[:MAX_TEXT]
    html = mail.texts("text/html")
    seen = html_text(html) if html.strip() else Visible("", "")
    shown, with_hidden = (normal(new_text(one, sent)) for one in (seen.text, seen.everything))
    texts = [normal(new_text(plain, sent)), shown]
    versions = tuple(dict.fromkeys(one for one in texts if one.strip()))
    whole = "\n".join(filter(None, (plain, seen.text)))[:MAX_TEXT]
    attached = (one.text[:MAX_TEXT] for one in mail.parts if one.kind == "text/plain" and one.attached)
    forms = tuple(normal(one) for one in (plain, seen.text, *attached) if one.strip())
    return Words(versions, with_hidden if with_hidden != shown else "", whole, forms, seen.doubtful)


def classify(mail: Mail, words: Words, identify: Identify, *, forms: bool = False, reference: str = "") -> Read:
    """identify: see `verdicts`. forms: whether the request came with forms for its answer; `reference` is the request's."""
    if bounce := read_bounce(mail, words.whole):
        return Read(Class.BOUNCE, bounce.told, bounce=bounce)
    kind = automatic(mail)
    if kind is Automatic.REPLY:
        return _automatic_reply(mail, words)
    if kind is Automatic.SUBJECT:
        return _answer_after_all(mail, words, identify) or _automatic_reply(mail, words)
    if mail.odd:
        return Read(Class.OTHER, "; ".join(mail.odd)[:500])
    if forms and (filled := read_form(words.forms)):
        return _filled(filled, words, identify, reference)
    readings = [read(one, identify) for one in words.versions]
    reading = next((one for one in readings if one.decides), readings[0] if readings else Reading())
    if reading.decides and not _agree(words, readings, reading, identify):
        return Read(Class.OTHER, "its text and its HTML, or what is hidden in it, say different things")
    if reading.decides:
        return _open_question(mail, words, reading) or _decided(reading)
    if reading.doubt:
        return Read(Class.OTHER, reading.doubt, reading=reading)
    if unread := next((one.unread for one in readings if one.unread), ""):
        return _unread(unread, reading)
    return _undecided(mail, words)


def _filled(form: Answer | Misfilled, words: Words, identify: Identify, reference: str) -> Read:
    """A form counts when it is for this request, and nothing beside it says otherwise."""
    if isinstance(form, Misfilled):
        return Read(Class.OTHER, form.why)
    if form.reference and form.reference.upper() != reference.upper():
        return Read(Class.OTHER, f"its form is for {form.reference[:40]}, another order than the mail answers")
    for text in words.versions:
        around = read(beside(text), identify)
        said = {one.value for one in around.every} - {"in_review"}
        if around.doubt or said - {form.value}:
            return Read(Class.OTHER, "its form and the words beside it say different things")
    if form.acted:
        return Read(Class.DECISION, form.words, form=form)
    return Read(Class.RECEIPT if form.value == "in_review" else Class.QUESTION, form.words, asks=form.words[:500], form=form)


def _agree(words: Words, readings: Sequence[Reading], chosen: Reading, identify: Identify) -> bool:
    """Whether every version decides the same; one that only sends to the other (`please use an HTML reader`) need not."""
    for text, one in zip(words.versions, readings, strict=True):
        if one.key() != chosen.key() and (one.decides or one.doubt or len(text) > LONGEST_POINTER):
            return False
    if words.doubtful:
        return False
    return not words.unseen or read(words.unseen, identify).key() == chosen.key()


def _answer_after_all(mail: Mail, words: Words, identify: Identify) -> Read | None:
    """Of a mail that only its subject makes an automatic reply: a person may have written it so. It claims nothing."""
    if told := _told(words, identify):
        return Read(Class.DECISION, f"{AWAY}: {told[:200]}")
    asks = "" if absence.TEXT.search(words.new) else _asked(_spoken(words))
    return Read(Class.QUESTION, "it asks for something", _number(mail, words), asks=asks[:500]) if asks else None


def _told(words: Words, identify: Identify) -> str:
    """What decides, or may, though the subject says that nobody is there; empty where nothing does."""
    readings = [read(one, identify) for one in words.versions]
    for one in readings:
        if one.decides and (decided := _decided(one)).kind is Class.DECISION:
            return decided.why
    unread = (one.unread for one in readings)
    return next((one for one in (*unread, *_vague(words)) if one and not absence.OWN.search(one)), "")


def _vague(words: Words) -> list[str]:
    """What may tell of a decision, however vaguely."""
    return [*(hint for one in words.versions for hint in hints(one)), *filter(refuses, _spoken(words))]


def _automatic_reply(mail: Mail, words: Words) -> Read:
    """Never an answer. A ticket's receipt may be marked as an automatic reply, too (RFC 3834, 2)."""
    if answers.RECEIPT.search(words.new) and not absence.TEXT.search(words.new) and mail.kind != "multipart/report":
        return Read(Class.RECEIPT, "an automatic reply that acknowledges a request", _number(mail, words))
    if mail.kind == "multipart/report":
        return Read(Class.OTHER, "a report of a mail system that tells of no failure")
    if CHALLENGE.search(words.new):
        return Read(Class.OTHER, HELD)
    return Read(Class.OUT_OF_OFFICE, "an automatic reply")


def _decided(reading: Reading) -> Read:
    from_words = reading.every
    if all(one.value == "in_review" for one in from_words):
        return Read(Class.RECEIPT, "it is being looked at", reading=reading)
    why = from_words[0].words[:500]
    if reading.strangers:
        why = f"it names {', '.join(reading.strangers[:3])[:100]}, and not what was asked about: {why}"
    elif not (reading.general or reading.listed):
        why = f"what it lists is none of ours, or cannot be read: {why}"
    return Read(Class.DECISION, why, reading=reading)


def _open_question(mail: Mail, words: Words, reading: Reading) -> Read | None:
    """`We cannot process your request: it is not signed. Please send a signed copy.` refuses nothing yet."""
    told = reading.every
    if all(
        one.value == "not_found"
        or (one.value == "declined" and (one.reason_code == "insufficient_information" or _unprocessed(one)))
        for one in told
    ):
        asks = _asked(_spoken(words))
        return Read(Class.QUESTION, "it asks for something", _number(mail, words), asks=asks[:500]) if asks else None
    return None


def _unprocessed(one: Verdict) -> bool:
    return not one.reason_code and bool(refusals.UNPROCESSED.search(one.words))


def _spoken(words: Words) -> list[str]:
    return [one.text for version in words.versions for one in sentences(version)]


def _asked(spoken: Sequence[str]) -> str:
    return next((one for one in spoken if answers.QUESTION.search(one) and not doubts.POLITE.search(one)), "")


def _plainly_asked(sentence: str) -> bool:
    return sentence.endswith(("?", "؟")) and not (phrases.SAYS_REMOVED.search(sentence) or doubts.POLITE.search(sentence))


def _unread(clause: str, reading: Reading) -> Read:
    """A decision, unless it is about the request itself, or about something of ours; what it is, a person must say."""
    of_paper = grammar.OF_PAPER.search(clause) and not grammar.ABOUT.search(clause)
    about = not (of_paper or doubts.OF_OURS.search(clause) or doubts.REVERSED.search(clause))
    why = f"it may tell of a decision, in words that are not understood: {clause[:200]}"
    return Read(Class.DECISION if about else Class.OTHER, why, reading=reading)


def _undecided(mail: Mail, words: Words) -> Read:
    spoken = _spoken(words)
    if CHALLENGE.search(words.new):
        return Read(Class.OTHER, HELD)
    told = _vague(words)
    vague = next(iter(told), "")
    if mass_mail(mail):
        return _unread(vague, Reading()) if vague else Read(Class.OTHER, "a mail to many that answers nothing")
    if asks := _asked(spoken):
        return Read(Class.QUESTION, "it asks for something", _number(mail, words), asks=asks[:500])
    own = all(absence.OWN.search(one) for one in told)
    if own and absence.TEXT.search(words.new) and len(words.new) < 3000:
        return Read(Class.OUT_OF_OFFICE, "it says that nobody is there")
    if vague:
        return _unread(vague, Reading())
    if asks := next((one for one in spoken if _plainly_asked(one)), ""):
        return Read(Class.QUESTION, "it asks for something", _number(mail, words), asks=asks[:500])
    if any(answers.RECEIPT.search(one) or answers.IN_REVIEW.search(one) for one in spoken):
        return Read(Class.RECEIPT, "it acknowledges the request", _number(mail, words))
    return Read(Class.OTHER, "it decides and asks nothing that can be read with certainty")


def _number(mail: Mail, words: Words) -> str:
    """The platform's own number of the request; never ours."""
    for text in (mail.subject, words.new[:4000]):
        for found in answers.NUMBER.finditer(" ".join(normal(text).split())):
            if not found["number"].upper().startswith("TD-"):
                return found["number"].rstrip("-_./")[:60]
    return ""
