"""What a platform decided, from the new words of its mail; nothing at all where the words leave a doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from takedown.inbox import grammar, phrases
from takedown.inbox.countries import WORLDWIDE, territories
from takedown.inbox.patterns import words
from takedown.inbox.sentences import MAX_SENTENCES, MAX_TEXT, clauses, polite, sentences, with_links

Identify = Callable[[str], str]
"""A link, or a name, as the identity of a target; empty when it leads to none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` is a claimed value; `words` the sentence that says so. `mild`: it denies a breach rather than an action."""

    value: str
    ground: str = ""
    territory: tuple[str, ...] = ()
    reason_code: str = ""
    words: str = ""
    mild: bool = False

    @property
    def said(self) -> tuple[str, str, tuple[str, ...], str]:
        return self.value, self.ground, self.territory, self.reason_code


@dataclass
class Reading:
    """All that a text decides.

    `general` counts for the whole request; `listed` by identity, None where no decision stands by it; `headed` for a list below,
    of which nothing may be known. `strangers`: names that a decision gives to its target and that are not ours. `doubt` says why
    nothing counts; `unread` is a clause that tells of a decision in words that are not understood, so that none counts either.
    """

    general: list[Verdict] = field(default_factory=list[Verdict])
    listed: dict[str, Verdict | None] = field(default_factory=dict[str, "Verdict | None"])
    headed: list[Verdict] = field(default_factory=list[Verdict])
    strangers: list[str] = field(default_factory=list[str])
    doubt: str = ""
    unread: str = ""

    @property
    def decides(self) -> bool:
        return not self.doubt and not self.unread and bool(self.general or self.headed or any(self.listed.values()))

    @property
    def every(self) -> list[Verdict]:
        return [one for one in (*self.general, *self.headed, *self.listed.values()) if one]

    def key(self) -> object:
        """For comparing two versions of one mail."""
        general = {one.said for one in (*self.general, *self.headed)}
        return (
            general,
            tuple(sorted(self.strangers)),
            {name: one.said if one else None for name, one in self.listed.items()},
            bool(self.doubt),
            bool(self.unread),
        )


_SHORT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("not_found", words("not found|does not exist|could not be found|invalid (?:link|url)")),
    (
        "declined",
        words(
            "declined|rejected|refused|denied|none|no action(?: taken)?|not removed|not action(?:ed|able)|no violation(?: found)?"
        ),
    ),
    ("restricted", words("(?:restricted|withheld|geo-?blocked|blocked)(?: (?:in|within) .{2,60})?")),
    (
        "removed",
        words(
            """(?:(?:account|post|content|video|channel|page|profile|group|item)s? )?(?:removed|deleted|taken down|suspended
            |banned|terminated|disabled|gelöscht|entfernt|supprimée?)(?: (?:in|within) .{2,60}| globally| worldwide)?"""
        ),
    ),
    ("in_review", words("pending|in review|under review|in progress|being reviewed")),
)


def read(text: str, identify: Identify) -> Reading:
    """text: the new words, normalised."""
    reading = Reading()
    heading: Verdict | None = None
    vague = ""
    every = [one for one in sentences(text) if not polite(one.text)]
    brief = len(every) < 4
    if len(text) > MAX_TEXT or len(every) >= MAX_SENTENCES:
        reading.doubt = "it is too long to be read whole"
    for one in every:
        before: Verdict | None = None
        for clause, links in clauses(one):
            names = [(found[1] or found[2] or found[3]).rstrip(".") for found in grammar.NAMES.finditer(clause)]
            told = judge(clause) or (_short(clause) if links or names or brief or _DECISION.match(clause) else None)
            verdict = replace(told, words=with_links(clause, links)) if told else None
            if verdict is None and _shakes(clause, before):
                reading.doubt = reading.doubt or f"it says more than can be read: {clause[:200]}"
            elif verdict is None and _unread(clause):
                reading.unread = reading.unread or clause
            vague = vague or ("" if verdict or _doubtful(clause) or not _hints(clause) else clause)
            before = verdict
            named = list(dict.fromkeys(name for word in (*links, *names) if (name := identify(word))))
            if verdict and names and not named:
                reading.strangers += names
            if not named and verdict:
                (reading.headed if one.heads else reading.general).append(verdict)
                heading = verdict
            elif one.heads and not named:
                heading = None
            _list(reading, named, verdict, None if _doubtful(clause) else heading)
    _grounded(reading, [one.text for one in every])
    if vague and reading.every and all(one.value in {"declined", "not_found"} for one in reading.every):
        reading.unread = reading.unread or vague
    if reading.general and not reading.listed and one_of(reading.general) is None:
        reading.doubt = reading.doubt or "it says different things"
    return reading


def _shakes(clause: str, before: Verdict | None) -> bool:
    """Whether a clause that decides nothing makes a decision doubtful; `before`: what the same sentence decided already."""
    qualifies = before is not None and before.value in {"removed", "restricted"} and not phrases.POLITE.search(clause)
    retracts = phrases.RETRACTED.search(clause) and not re.search(r"\bif\b", clause, re.I)
    return bool(phrases.REVERSED.search(clause) or retracts or qualifies)


def _list(reading: Reading, named: Sequence[str], verdict: Verdict | None, heading: Verdict | None) -> None:
    for identity in named:
        told, before = verdict or heading, reading.listed.get(identity)
        if before is not None and told is not None and before.value != told.value:
            reading.doubt = reading.doubt or "it says two things of one target"
        reading.listed[identity] = told or before


def _bare(clause: str) -> str:
    """Without what only sounds like doubt."""
    return " ".join(phrases.HARMLESS.sub(" ", clause).split())


def _doubtful(clause: str) -> bool:
    bare = _bare(clause)
    return bool(phrases.NEGATED.search(bare) or phrases.UNSURE.search(bare))


def _unread(clause: str) -> bool:
    """It tells of a removal, denied or not, in words that are not understood: a reason to doubt what other sentences say."""
    bare = _bare(clause)
    unsure = phrases.UNSURE.search(bare) or phrases.POLITE.search(bare)
    return bool(phrases.SAYS_REMOVED.search(bare)) and not unsure


def hints(text: str) -> str:
    """The first sentence that may tell of a decision, however vaguely; empty where there is none."""
    plain = (_bare(clause) for one in sentences(text) for clause, _ in clauses(one))
    return next((one for one in plain if _hints(one)), "")


def _hints(clause: str) -> bool:
    done = phrases.SAYS_DONE.search(clause) or phrases.REVERSED.search(clause) or _DECISION.match(clause)
    return bool(done) and not (phrases.AHEAD.search(clause) or phrases.POLITE.search(clause))


def judge(clause: str) -> Verdict | None:
    """The decision of one clause; None when it tells none, or only a condition, a plan, a wish."""
    if phrases.POLITE.search(clause):
        return None
    return _negative(clause) or _positive(clause)


_CONDITION = words(
    r"""\b(?:if|whether|when|once|unless|until|in case|should (?:we|you|it|the)|may|might|would
|falls(?! (?:outside|within|under|short|into))|wenn|si|please)\b|\?"""
)


_ADVERB = re.compile(r"\b(?:therefore|thus|accordingly|hence|consequently|unfortunately|regrettably)\b,? ?", re.I)
_ALREADY = words(
    r"""\b(?:removed|deleted|taken down) by (?:the|its|their) (?:user|owner|author|uploader|creator|account holder)s?\b
|\balready (?:un|in)(?:available|accessible)\b|\b(?:has|have|had|was|were|is|are) already (?:been )?
(?:removed|deleted|taken down|gone|unavailable|disabled|suspended)"""
)


def _negative(clause: str) -> Verdict | None:
    if _CONDITION.search(_bare(grammar.after_preface(clause))):
        return None
    plain = _ADVERB.sub("", clause)
    mild = phrases.NO_VIOLATION.search(plain)
    if phrases.NOT_FOUND.search(plain) and not mild and not phrases.SAYS_REMOVED.search(plain):
        return Verdict("not_found", reason_code="already_gone", words=clause)
    strong, already = phrases.DECLINED.search(plain), _ALREADY.search(plain)
    if strong or already or mild:
        wide = bool(WORLDWIDE.search(clause))
        return Verdict("declined", reason_code=_why_not(clause), words=clause, mild=wide or not (strong or already))
    return None


def _why_not(text: str) -> str:
    return next((code for code, pattern in phrases.WHY_NOT if pattern.search(text)), "")


def _positive(clause: str) -> Verdict | None:
    """Both as it stands and without its harmless clauses: those may hold the country, or nothing but a preamble."""
    if grammar.OF_THE_MAIL.search(clause):
        return None
    within = grammar.after_preface(clause)
    for text in dict.fromkeys((clause, _bare(clause), within, _bare(within))):
        plain = text.strip(" ,;-–")
        if grammar.restricted_elsewhere(plain):
            return Verdict("restricted", territory=territories(plain) or (), words=clause)
        if not _certain(_NO_LONGER.sub("", phrases.REPORTED.sub(" ", grammar.LEAD.sub("", plain)))):
            continue
        if grammar.restricted(plain):
            return Verdict("restricted", territory=territories(plain) or (), words=clause)
        if grammar.removed(plain) and not _somewhere(clause):
            return Verdict("removed", words=clause)
    return None


_NO_LONGER = re.compile(
    r"\b(?:can |will )?no longer\b(?: be able to| be)?|\b(?<=is |re )not (?=available|accessible|visible)", re.I
)


def _somewhere(clause: str) -> bool:
    """Whether it names a country, besides the one that the request came from: then nobody knows where the removal holds."""
    return not WORLDWIDE.search(clause) and territories(phrases.OUR_REQUEST.sub(" ", clause)) is not None


def _certain(text: str) -> bool:
    return not (phrases.NEGATED.search(text) or phrases.UNSURE.search(text) or phrases.REVERSED.search(text))


_AROUND = " \t-–—:=>()[]|*•·.,;"
_HEADING = words(r"^(?:status|result|outcome|decision|action taken|action|resolution|done|ok)\b")
_DECISION = words(r"^[\W_]*(?:decision|outcome|result|action taken|resolution)(?: taken)?\s*[:=–-]")


def _short(clause: str) -> Verdict | None:
    """`removed`, `- Withheld in Pakistan`: a list's word beside a link, or a whole mail of a few words."""
    plain = _HEADING.sub("", grammar.NAMES.sub(" ", clause.replace(grammar.LINK, " ")).strip(_AROUND)).strip(_AROUND)
    value = next((value for value, pattern in _SHORT if pattern.fullmatch(plain)), "")
    if not value:
        return None
    where = territories(plain) if value in {"removed", "restricted"} else None
    if where is not None:
        return Verdict("restricted", territory=where, words=clause)
    return Verdict(value, reason_code=_why_not(plain) if value == "declined" else "", words=clause)


def _grounded(reading: Reading, texts: Sequence[str]) -> None:
    """Ground and reason often stand in a sentence beside the decision."""
    own = any(_own_rules(text) for text in texts)
    law = any(phrases.LOCAL_LAW.search(text) for text in texts)
    why = next((code for text in texts if (code := _why_not(text)) and not _CONDITION.search(text)), "")

    def complete(one: Verdict) -> Verdict:
        if one.value == "declined":
            return (
                one if one.reason_code and one.reason_code != "not_illegal" else replace(one, reason_code=why or one.reason_code)
            )
        if one.value not in {"removed", "restricted"}:
            return one
        if _own_rules(one.words):
            return replace(one, ground="own_rules")
        if one.value == "restricted" and (law or one.territory or not own):
            return replace(one, ground="local_law")
        here = "local_law" if phrases.LOCAL_LAW.search(one.words) else ""
        return replace(one, ground=here or ("own_rules" if own else ""))

    reading.general = [complete(one) for one in reading.general]
    reading.headed = [complete(one) for one in reading.headed]
    reading.listed = {name: complete(one) if one else None for name, one in reading.listed.items()}


def _own_rules(text: str) -> bool:
    return (
        bool(phrases.OWN_RULES.search(text)) and not phrases.NO_VIOLATION.search(text) and not phrases.NEGATED.search(_bare(text))
    )


def one_of(general: Sequence[Verdict]) -> Verdict | None:
    """The one decision that the sentences agree on; None when they do not."""
    values = {one.value for one in general}
    if values == {"restricted", "declined"} and all(one.mild for one in general if one.value == "declined"):
        values = {"restricted"}  # no breach of its rules, but withheld under local law
    if values == {"declined", "not_found"}:
        values = {"not_found"}
    if len(values) != 1:
        return None
    alike = [one for one in general if one.value in values]
    territory = tuple(dict.fromkeys(code for one in alike for code in one.territory))
    ground = next((one.ground for one in alike if one.ground), "")
    code = next((one.reason_code for one in alike if one.reason_code), "")
    return replace(alike[0], territory=territory, ground=ground, reason_code=code)


def per_case(reading: Reading, identities: Mapping[int, str]) -> dict[int, Verdict]:
    """The decision on each case of the request (case number -> identity of its target); cases without one are left out.

    A mail that names targets speaks of those only: if none of them is ours, it decides nothing here.
    """
    if not reading.decides or reading.strangers:
        return {}
    general = one_of(reading.general)
    if not reading.listed:
        return dict.fromkeys(identities, general) if general else {}
    made = {case: reading.listed[identity] or general for case, identity in identities.items() if identity in reading.listed}
    return {case: verdict for case, verdict in made.items() if verdict is not None}
