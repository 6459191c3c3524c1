"""What one clause decides; nothing where its words leave a doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from takedown.inbox import doubts, grammar, leading, phrases, refusals
from takedown.inbox.countries import WORLDWIDE, territories
from takedown.inbox.patterns import Words, words
from takedown.inbox.verdicts import Verdict

_SHORT: tuple[tuple[str, Words], ...] = (
    ("not_found", words("not found|does not exist|could not be found|invalid (?:link|url)")),
    (
        "declined",
        words(
            "declined|rejected|refused|denied|none|no action(?: taken)?|not removed|not action(?:ed|able)|no violation(?: found)?"
        ),
    ),
    (
        "restricted",
        words(
            """access (?:to the (?:account|content|post|video|channel)s? )?(?:disabled|limited)|(?:access )?(?:restricted
|withheld|geo-?blocked)(?: (?:in|within) .{2,60})?|(?:access )?blocked (?:in|within) .{2,60}"""
        ),
    ),
    (
        "removed",
        words(
            """(?:(?:access to )?(?:(?:the|all|reported) ){0,2}(?:account|post|content|video|channel|page|profile|group
|item)s? )?(?:permanently |now |successfully )?(?:removed|deleted|taken down|suspended
            |banned|terminated|disabled|gelöscht|entfernt|supprimée?)(?: (?:in|within) .{2,60}| globally| worldwide)?"""
        ),
    ),
    ("in_review", words("pending|in review|under review|in progress|being reviewed")),
)


def judge(clause: str) -> Verdict | None:
    """The decision of one clause; None when it tells none, or only a condition, a plan, a wish."""
    if doubts.POLITE.search(clause):
        return None
    clause = _FOLLOWING.sub("in ", clause)
    return _negative(clause) or _positive(clause)


_FOLLOWING = re.compile(r"\bin (?:the )?following (?:countr|territor|jurisdiction|region)(?:y|ies|s)?: ?(?=\w)", re.I)
CONDITION = words(
    r"""\b(?:if|whether|when(?! (?:we|(?:our|the) \w+) (?:received|got|reviewed|checked|looked|opened
|visited|examined|tried|assessed)\b)|once|unless|until|in case|should (?:we
|you|it|the)|may|might|would
|falls(?! (?:outside|within|under|short|into))|wenn|si|please)\b|\?"""
)
_ADVERB = re.compile(r"\b(?:therefore|thus|accordingly|hence|consequently|unfortunately|regrettably)\b,? ?", re.I)
_ALREADY = words(
    r"""\b(?:removed|deleted|taken down|deactivated|closed|made private) by (?:the|its|their) (?:user|owner|author|uploader
|creator|account holder)s?\b
|\balready (?:un|in)(?:available|accessible)\b|\b(?:has|have|had|was|were|is|are) already (?:been )?
(?:removed|deleted|taken down|gone|unavailable|disabled|suspended)"""
)


def _negative(clause: str) -> Verdict | None:
    if CONDITION.search(bare(grammar.after_preface(clause))):
        return None
    plain = _ADVERB.sub("", clause)
    mild = refusals.NO_VIOLATION.search(plain)
    if refusals.NOT_FOUND.search(plain) and not mild and not phrases.SAYS_REMOVED.search(plain):
        return Verdict("not_found", reason_code="already_gone", words=clause)
    strong, already = refusals.DECLINED.search(plain), _ALREADY.search(plain)
    if (mild or strong) and not already and _also_acted(plain):
        return None
    if strong or already or mild:
        wide = bool(WORLDWIDE.search(clause))
        return Verdict("declined", reason_code=why_not(clause), words=clause, mild=wide or not (strong or already))
    return None


def _also_acted(clause: str) -> bool:
    """Whether more is told than a refusal: `We deleted the first post, the second one breaks no rule`."""
    rest = refusals.DECLINED.sub(" ", refusals.NO_VIOLATION.sub(" ", clause))
    return bool(phrases.SAYS_REMOVED.search(rest) or phrases.ACTED_ELSEWHERE.search(rest))


def why_not(text: str) -> str:
    return next((code for code, pattern in refusals.WHY_NOT if pattern.search(text)), "")


def _positive(clause: str) -> Verdict | None:
    """Both as it stands and without its harmless clauses: those may hold the country, or nothing but a preamble."""
    if grammar.OF_THE_MAIL.search(clause) or doubts.OTHER_PAPER.search(clause):
        return None
    for text in _candidates(clause):
        plain = text.strip(" ,;-–")
        if grammar.restricted_elsewhere(plain):
            return Verdict("restricted", territory=territories(plain) or (), words=clause)
        if not _certain(_NO_LONGER.sub("", doubts.REPORTED.sub(" ", grammar.LEAD.sub("", plain)))):
            continue
        if grammar.restricted(plain):
            return Verdict("restricted", territory=territories(plain) or (), words=clause)
        if grammar.removed(plain) and not _somewhere(clause):
            return Verdict("removed", words=clause)
    return None


def _candidates(clause: str) -> Iterator[str]:
    """What may be the whole of a decision: the clause, and what is left of it without words that change nothing."""
    within = grammar.after_preface(clause)
    clause = re.sub(r"\b(it|this|that|account|post|content|channel|page|video)'s (been|now)\b", r"\1 has \2", clause, flags=re.I)
    told = grammar.after_preface(grammar.LEAD.sub("", clause))
    wholes = dict.fromkeys((clause, bare(clause), within, bare(within), told, bare(told)))
    yield from wholes
    for whole in wholes:
        for before, rest in leading.after_what_leads(whole):
            if leading.lacks_subject(rest):
                if subject := grammar.subject(before):
                    yield f"{subject} {rest}"
            elif leading.ours(before, rest):
                yield rest


_NO_LONGER = re.compile(
    r"\b(?:can |will )?no longer\b(?: be able to| be)?|\b(?<=is |re )not (?=available|accessible|visible)", re.I
)


def _somewhere(clause: str) -> bool:
    """Whether it names a country, besides the one that the request came from: then nobody knows where the removal holds."""
    return not WORLDWIDE.search(clause) and territories(doubts.OUR_REQUEST.sub(" ", clause)) is not None


def _certain(text: str) -> bool:
    return not (doubts.NEGATED.search(text) or doubts.UNSURE.search(text) or doubts.REVERSED.search(text))


_AROUND = " \t-–—:=>()[]|*•·.,;"
_HEADING = words(r"^(?:status|result|outcome|decision|action taken|action|resolution|measures?(?: taken| applied)?|done|ok)\b")


def brief(clause: str) -> Verdict | None:
    """`removed`, `- Withheld in Pakistan`: a list's word beside a link, or a whole mail of a few words."""
    plain = _HEADING.sub("", grammar.NAMES.sub(" ", clause.replace(grammar.LINK, " ")).strip(_AROUND)).strip(_AROUND)
    value = next((value for value, pattern in _SHORT if pattern.fullmatch(plain)), "")
    if not value:
        return None
    where = territories(plain) if value in {"removed", "restricted"} else None
    if where is not None:
        return Verdict("restricted", territory=where, words=clause)
    return Verdict(value, reason_code=why_not(plain) if value == "declined" else "", words=clause)


@lru_cache(maxsize=256)
def bare(clause: str) -> str:
    """Without what only sounds like doubt."""
    return " ".join(doubts.HARMLESS.sub(" ", clause).split())


def doubtful(clause: str) -> bool:
    plain = bare(clause)
    return bool(doubts.NEGATED.search(plain) or doubts.UNSURE.search(plain))
