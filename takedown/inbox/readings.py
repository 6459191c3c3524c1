"""What a platform decided, from all the new words of its mail; nothing at all where the words leave a doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from takedown.inbox import doubts, grammar, phrases, refusals
from takedown.inbox.countries import WORLDWIDE, territories
from takedown.inbox.deciding import CONDITION, bare, brief, doubtful, judge, why_not
from takedown.inbox.following import ADVICE, tells_more
from takedown.inbox.patterns import words
from takedown.inbox.sentences import MAX_SENTENCES, MAX_TEXT, clauses, polite, sentences, with_links
from takedown.inbox.verdicts import Identify, Reading, Verdict, one_of


def read(text: str, identify: Identify) -> Reading:
    """text: the new words, normalised."""
    reading = Reading()
    heading: Verdict | None = None
    vague = some = turned = ""
    values: set[str] = set()
    every = [one for one in sentences(text) if not polite(one.text) and not doubts.ASIDE.fullmatch(one.text)]
    few = len(every) < 4
    if len(text) > MAX_TEXT or len(every) >= MAX_SENTENCES:
        reading.doubt = "it is too long to be read whole"
    for one in every:
        before: Verdict | None = None
        for clause, links in clauses(one):
            names = [(found[1] or found[2] or found[3]).rstrip(".") for found in grammar.NAMES.finditer(clause)]
            told = judge(clause) or (brief(clause) if links or names or few or _DECISION.match(clause) else None)
            verdict = replace(told, words=with_links(clause, links)) if told else None
            if verdict and verdict.value in {"declined", "not_found"} and doubts.PARTLY.search(clause) and not (links or names):
                verdict, reading.unread = None, reading.unread or clause
            if not verdict and (_something_done(clause) or _lesser(clause)):
                some = some or clause
            if verdict:
                values.add(verdict.value)
            elif _turned(clause) or tells_more(clause, values):
                turned = turned or clause
            if verdict is None and _shakes(clause, before):
                reading.doubt = reading.doubt or f"it says more than can be read: {clause[:200]}"
            elif verdict is None and _unread(clause):
                reading.unread = reading.unread or clause
            vague = vague or ("" if verdict or doubtful(clause) or not _hints(clause) else clause)
            before = verdict
            named = list(dict.fromkeys(name for word in (*links, *names) if (name := identify(word))))
            if verdict and names and not named:
                reading.strangers += names
            if not named and verdict:
                (reading.headed if one.heads else reading.general).append(verdict)
                heading = verdict
            elif one.heads and not named:
                heading = None
            _list(reading, named, verdict, None if doubtful(clause) else heading)
    _bounded(reading, [one.text for one in every])
    _grounded(reading, [one.text for one in every if not ADVICE.search(one.text)])
    vague = vague or some
    if vague and reading.every and all(one.value in {"declined", "not_found"} for one in reading.every):
        reading.unread = reading.unread or vague
    if any(one.value in {"removed", "restricted"} for one in reading.every):
        reading.unread = reading.unread or turned
    if reading.general and not reading.listed and one_of(reading.general) is None:
        reading.doubt = reading.doubt or "it says different things"
    return reading


def _shakes(clause: str, before: Verdict | None) -> bool:
    """Whether a clause that decides nothing makes a decision doubtful; `before`: what the same sentence decided already."""
    qualifies = before is not None and before.value in {"removed", "restricted"} and not doubts.POLITE.search(clause)
    retracts = doubts.RETRACTED.search(clause) and not re.search(r"\bif\b", clause, re.I)
    return bool(doubts.REVERSED.search(clause) or retracts or qualifies)


def _list(reading: Reading, named: Sequence[str], verdict: Verdict | None, heading: Verdict | None) -> None:
    for identity in named:
        told, before = verdict or heading, reading.listed.get(identity)
        if before is not None and told is not None and before.value != told.value:
            reading.doubt = reading.doubt or "it says two things of one target"
        reading.listed[identity] = told or before


def _unread(clause: str) -> bool:
    """It tells of a removal, denied or not, in words that are not understood: a reason to doubt what other sentences say."""
    plain = bare(clause)
    unsure = doubts.UNSURE.search(plain) or doubts.POLITE.search(plain)
    return bool(phrases.SAYS_REMOVED.search(plain)) and not (unsure or doubts.GENERAL.search(plain))


def _something_done(clause: str) -> bool:
    """To whatever, and however much of it: it leaves a doubt about a refusal beside it."""
    told = phrases.SAYS_REMOVED.search(clause) or phrases.SAYS_DONE.search(clause)
    return bool(told) and not (doubts.NEGATED.search(bare(clause)) or doubts.AHEAD.search(clause) or doubts.POLITE.search(clause))


def _turned(clause: str) -> bool:
    return bool(doubts.TURNED.search(clause)) and not (doubts.POLITE.search(clause) or doubts.THANKS.search(clause))


def _lesser(clause: str) -> bool:
    """A measure short of removal, whatever else the clause says of it: beside a refusal it leaves a doubt about that."""
    if doubts.POLITE.search(clause) or doubts.NEGATED.search(bare(clause)) or re.search(r"\b(?:if|whether)\b", clause, re.I):
        return False
    return bool(phrases.LESSER.search(clause))


def hints(text: str) -> Iterator[str]:
    """The clauses that may tell of a decision, however vaguely."""
    return (clause for one in sentences(text) for clause, _ in clauses(one) if _hints(clause))


def refuses(sentence: str) -> bool:
    """Whether it may be a refusal, though one with a condition: `Unless a court orders it, we will not remove this`."""
    if doubts.POLITE.search(sentence) or re.match(r"(?:if|once|when|should)\b", sentence, re.I):
        return False
    return bool(
        refusals.DECLINED.search(sentence) or refusals.NO_VIOLATION.search(sentence) or refusals.NOT_OURS.search(sentence)
    )


def _hints(clause: str) -> bool:
    done = (
        phrases.SAYS_DONE.search(clause)
        or phrases.LESSER.search(clause)
        or doubts.REVERSED.search(clause)
        or _DECISION.match(clause)
    )
    if not done or doubts.POLITE.search(clause) or doubts.GENERAL.search(clause):
        return False
    ahead = doubts.AHEAD.search(clause)
    return ahead is None or (not clause.endswith("?") and bool(phrases.SAYS_REMOVED.search(clause[: ahead.start()])))


_DECISION = words(
    r"^[\W_]*(?:decision|outcome|result|action taken|resolution|measures?|restriction)(?: taken| applied)?\s*[:=–-]"
)
_SCOPE = words(
    r"""^[\W_]*(?:territor(?:y|ies|ial scope)|(?:geographical |territorial )?scope|countr(?:y
|ies)(?: affected| concerned)?)\s*[:=]\s*(.+)$"""
)
_CODES = re.compile(r"(?:[A-Z]{2})(?:[,;/ ]+[A-Z]{2})*")


def _bounded(reading: Reading, texts: Sequence[str]) -> None:
    """A form's own line says where its decision holds; a place that is not understood leaves nothing decided."""
    for scope in (found[1].strip(" .") for text in texts if (found := _SCOPE.match(text))):
        if WORLDWIDE.search(scope) or re.fullmatch(r"(?:all|global|world|worldwide|unlimited)(?: countries)?", scope, re.I):
            continue
        where = tuple(re.findall(r"[A-Z]{2}", scope)) if _CODES.fullmatch(scope) else territories(f"in {scope}")
        if not where:
            reading.unread = reading.unread or scope
            continue

        def there(one: Verdict | None, where: tuple[str, ...] = where) -> Verdict | None:
            return replace(one, value="restricted", territory=where) if one and one.value in {"removed", "restricted"} else one

        reading.general = [told for one in reading.general if (told := there(one))]
        reading.headed = [told for one in reading.headed if (told := there(one))]
        reading.listed = {name: there(one) for name, one in reading.listed.items()}


def _grounded(reading: Reading, texts: Sequence[str]) -> None:
    """Ground and reason often stand in a sentence beside the decision."""
    own = any(_own_rules(text) for text in texts)
    law = any(phrases.LOCAL_LAW.search(text) for text in texts)
    why = next((code for text in texts if (code := why_not(text)) and not CONDITION.search(text)), "")

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
    if not phrases.OWN_RULES.search(text) or refusals.NO_VIOLATION.search(text):
        return False
    return not doubts.NEGATED.search(bare(phrases.OWN_RULES.sub(" ", text)))
