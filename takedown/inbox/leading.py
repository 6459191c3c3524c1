"""What may stand before a decision in its sentence without changing it: only words from a list, and none that turns.

`After reviewing the posts against our guidelines, we found that they are in breach of these and have consequently removed them`
is a removal; `Based on a rumour, we have removed them` is for a person, as `rumour` is not on the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from takedown.inbox.patterns import words

MAX_CUTS = 12

_HARMLESS = frozenset(
    """
    a an the this that these those such it its they them their we our us you your i of to in on at by for from with within under
    into as and which is are was were be been has have had do does did
    now also therefore thus hence accordingly consequently subsequently carefully thoroughly further duly hereby manually
    after following upon based light pursuant accordance line compliance reference regard regards respect relation response reply
    against reviewing completing considering concerning regarding result view basis means out up all both each two three four five
    review reviews reviewed investigation investigated assessment assessed evaluation evaluated analysis analysed examination
    examined check checked looked look consideration considered attention brought completed concluded concludes finished processed
    handled received found determined decided agree agreed established identified confirmed
    careful diligent internal legal manual thorough closer full own additional in-depth detailed objective timely arbitrary
    outcome result
    account accounts profile profiles page pages post posts content contents video videos channel channels group groups bot bots
    item items photo photos image images comment comments story stories material materials publication publications link links
    url urls reel reels tweet tweets subreddit server blog website broadcast playlist pin ad advertisement listing article
    album clip
    report reports request requests notice notices order orders referral letter e-mail email message submission complaint
    correspondence form flagging flagged reported mentioned listed referred contained concerned question specified sent provided
    submitted notified above below terrorist illegal unlawful violent hateful harmful extremist
    team teams moderators reviewers specialists policy policies department safety trust operations compliance platform service
    rules rule guidelines guideline standards standard terms conditions use community law laws local national applicable act code
    regulation article section paragraph directive eu ec clause
    violation violations breach breaches breached infringement infringes infringe infringed violate violates violated violating
    contravene contravenes contravened goes go went incompatible found organisations organizations individuals content-related
    dangerous incitement hate speech violence hateful conduct adult nudity
    dated today yesterday january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    execution update gone ahead told i've we've you've helping keep safe took
    thank thanks dear hello hi good morning afternoon day sir madam colleagues team officer write writing refer
    tiktok telegram x twitter facebook instagram messenger threads whatsapp meta youtube bluesky mastodon chirp wren
    """.split()  # noqa: SIM905 -- a list of two hundred names would be two hundred lines
)
_WORD = re.compile(r"[^\W\d_](?:[\w'-]*\w)?|\d[\d./:-]*(?:st|nd|rd|th)?|⟦⟧|@[\w.]+", re.I)
_NAME = re.compile(r"[\d⟦@]|\w*[\d_]")
"""A number, a link, a handle: it says which, and turns nothing."""
_CUT = words(
    r" (?=we(?: have|'ve)? )|,? and (?:so |therefore |thus )?(?:that )?|,? so (?:that )?|,? which is why |, | that | [-–—] "
)
_OURS = words(
    r"""(?:^|[,:] |\band |\bso )(?:we|our (?:\w+ ){0,3}(?:team|moderators|specialists|reviewers|department|review|investigation
|assessment|analysis|examination))(?: have|'ve| has)?(?: \w+ly| now| also| therefore)* (?:decided|agreed?|confirmed)$"""
)
"""Who may say `that`: not somebody else, whose words we only pass on; and what we `found` may be another's doing."""
_PAPER_SAYS = words(
    r"""^under\b|^(?:hello |hi |dear \w+ )?in (?:the|your|our|this|that|his|her|their) (?:\w+ ){0,2}?(?:report|request|notice
|order|referral
|letter|e-mail|email|message|submission|complaint|form|link|url)s?\b"""
)
_WHOLE = words(r"\b(?:accounts?|profiles?|pages?|channels?|groups?|bots?|servers?|subreddits?|blogs?|websites?)\b")
_PART = words(
    r"""\b(?:posts?|comments?|photos?|images?|videos?|stor(?:y|ies)|items?|reels?|tweets?|messages?|links?|materials?)\b"""
)
_UNFINISHED = words(r"\b(?:after|before|as|which|that|and|since|for|by|with|under|against|of|to)$")
_WE = re.compile(r"\b(?:we|i)\b", re.I)
_OTHERS = words(
    r"\b(?:you|they)(?! (?:are|were|have been|violat|breach|infring|contraven|go |went |reported|brought|sent|listed))"
)
_WITHOUT_SUBJECT = words(
    r"(?:has|have)\b|(?:removed|deleted|disabled|suspended|terminated|banned|took down|withheld|restricted|blocked)\b"
)
_PASSIVE = words(r"(?:(?:has|have)(?: \w+ly| now| since| also| therefore)* been|was|were|is|are)\b")


def harmless(text: str) -> bool:
    """Whether every word of it is one that changes nothing."""
    return all(_NAME.match(word) or word.lower() in _HARMLESS for word in _WORD.findall(text))


def after_what_leads(sentence: str) -> Iterator[tuple[str, str]]:
    """(what leads, what is left) for each place where the sentence may be cut and nothing before the place matters.

    What is left may have its subject in what leads: `The post goes against our rules and was removed`.
    """
    for count, cut in enumerate(_CUT.finditer(sentence)):
        before, rest = sentence[: cut.start()].strip(), sentence[cut.end() :].strip()
        if count >= MAX_CUTS or not harmless(before):
            return
        told = " ".join(cut[0].split()).lower()
        if not told and _UNFINISHED.search(before):
            continue
        if told.endswith("that") and "so" not in told and not _OURS.search(before):
            continue
        if _PAPER_SAYS.search(before) or (_WHOLE.search(before) and _PART.search(rest) and not _PART.search(before)):
            continue
        yield before, rest


def lacks_subject(rest: str) -> bool:
    return bool(_PASSIVE.match(rest))


def ours(before: str, rest: str) -> bool:
    """Whether `rest`, if it has no subject, is something that the writer did."""
    if not _WITHOUT_SUBJECT.match(rest) or _PASSIVE.match(rest):
        return True
    *_, last = (-1, *(found.start() for found in _WE.finditer(before)))
    return last >= 0 and not _OTHERS.search(before[last:])
