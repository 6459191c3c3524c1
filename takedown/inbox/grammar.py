"""Sentences that surely tell of an action: the whole sentence must be one of these, so that no word in it is left unread.

`removed the account by mistake`, `removed the account's badge` and `removed the account in 2019` are not: what they mean is for
a person. Written for text after `plain.normal`, without what `phrases.HARMLESS` takes out.
"""

from __future__ import annotations

from takedown.inbox.countries import ANY, WORLDWIDE
from takedown.inbox.patterns import words

LINK = "⟦⟧"
"""Stands for a link that was taken out of a sentence."""
_PLATFORM = r"(?:tiktok|telegram|x|twitter|facebook|instagram|threads|whatsapp|meta|youtube|chirp|wren)"
_TEAM = r"(?:our|the) (?:\w+ (?:(?:and|&) \w+ )?){0,3}(?:team|moderators|specialists|reviewers|department)"
_WHO = rf"(?:we|{_TEAM}|{_PLATFORM}|the platform)"
_HAS = r"(?: have|'ve| has)?"
_ADVERB = r"""(?: (?:now|since|also|all|both|therefore|accordingly|permanently|thus|hereby|subsequently
|successfully|just|each|today
|indeed
|immediately|promptly|manually|duly))"""
_THING = r"""(?:accounts?|profiles?|pages?|posts?|contents?|videos?|stor(?:y|ies)|channels?|groups?|chats?|bots?|items?
|pieces? of content
|links?|urls?(?:\(s\))?|tweets?|reels?|photos?|images?|comments?|messages?|materials?|media|users?
|publications?)(?:\(s\))?"""
_NAMED = rf"""(?: (?:{LINK}|\({LINK}\)|in question|concerned|at issue|below|above|listed below|listed above|mentioned|reported
|specified|identified|located at|at|named|called|@[\w.]{{1,40}}|[\w.]*[\d_][\w.]*|"[^" ]{{1,60}}"|'[^' ]{{1,60}}'
|\([@\w./:-]{{1,60}}\)))"""
_OBJECT = rf"""(?:{LINK}|(?:it|them|these|this|those|both|all of (?:it|them|these)|everything)
|(?:(?:all|each|every|both)(?: of)? )?(?:(?:the|this|that|these|those|its|their|said|such) )?
(?:(?:reported|following|above|below|said|relevant|user|fake|infringing|violating|offending|listed|flagged|specified
|requested|mentioned|named|entire
|whole|above-mentioned|aforementioned|identified|associated|corresponding|complete|{_PLATFORM}|\d{{1,6}}|one|two|three
|four|five) ){{0,4}}{_THING}
{_NAMED}{{0,3}})"""
_OBJECTS = rf"(?:{_OBJECT}(?:(?:, | and |, and | as well as )(?:all )?{_OBJECT}){{0,4}})"
_DONE = r"(?:removed|taken down|deleted|disabled|suspended|terminated|banned|deactivated)"
_DID = r"(?:removed|took down|deleted|disabled|suspended|terminated|banned|deactivated)"
_DATE = r"""(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? [a-z]{3,9},? (?:20\d\d)?|[a-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,?(?: 20\d\d)?
|20\d\d-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]20\d\d)"""
_TAIL = rf"""(?:,? (?:globally|worldwide|everywhere|from (?:our|the) (?:platform|services?|site|network|website|app)
|from {_PLATFORM}|on {_PLATFORM}
|on our (?:platform|services?)|permanently|today|yesterday|accordingly|in full|as well|too|by us|by {_TEAM}
|with immediate effect|effective immediately
|(?:on|as of|since) {_DATE}|from public access|within \d{{1,3}} (?:minutes|hours|days)(?: of (?:receipt of )?(?:your
|the) (?:\w+ )?(?:request|report|order|notice))?|completely|entirely
|(?:under|based on|pursuant to|in accordance with|in line with|in compliance with|to comply with|due to
|because of) [^,.;]{{0,60}}?
(?:laws?|orders?|act|code|requests?|regulations?|rules|polic(?:y|ies)|guidelines|standards|terms|legislation)))"""
_AFTER = r"""(?:(?:,? and|;)(?: we)? (?:have |will )?(?:notif(?:y|ied)|inform(?:ed)?|warn(?:ed)?) (?:you|the (?:user|owner
|account holder)s?)(?: accordingly| of this)?)"""
_SALUTE = r"""(?:(?:dear|hello|hi|good (?:morning|afternoon|day)|greetings|update|result|outcome|decision|status|resolution
|answer)(?: [\w.&/' ]{1,60})?[,:!] )"""
_LEAD = r"""(?:(?:please (?:note|be advised|be informed)|(?:(?:we|i)(?: are|'re| am|'m)? |this (?:e-?mail |message )?is )?
(?:(?:can|hereby|would like|wish|want|writing|pleased|glad|happy) ){0,3}(?:to )?(?:confirm|inform you|let you know
|advise you|notify you|report))
(?: to you)?,?(?: that)? )"""
_LINK = r"""(?:(?:therefore|accordingly|as a result|consequently|thus|hence|in this case|further to that|however|nevertheless
|that said|in addition|additionally|moreover|we note that|and|so|then|also|finally|today|now),?[ ]
|(?:we (?:have )?(?:complied with|honou?red|granted|accepted|upheld|approved) (?:your|the)
|your)(?: \w+){0,2} (?:request|report|order|notice|referral)
(?: (?:was|has been) (?:processed|reviewed|accepted|granted|upheld))?(?:[:;,]|,? and) )"""
_FOUND = rf"""(?:{_WHO}{_HAS}(?: carefully| thoroughly| manually| now)? (?:reviewed|investigated|assessed|examined|checked
|looked into|evaluated|processed)
[ ](?:your (?:\w+ ){{0,3}}?(?:request|report|order|notice|referral|message|submission)|{_OBJECTS}
|the (?:\w+ ){{0,2}}(?:request|report|order|notice|matter|case))?(?: ?, and| and| ?,)? )"""
_BREACH = rf"""(?:(?:{_WHO} )?(?:have |has )?(?:found|determined|concluded|confirmed|decided|established
|agreed)(?: that)? {_OBJECTS}
[ ](?:(?:to be )?in (?:violation|breach) of|(?:is|are|was|were) (?:in (?:violation|breach) of|violating)
|(?:has |have )?(?:violat\w+|breach\w*|go(?:es)? against|went against|infring\w+|contraven\w+)) [^,.;]{{2,80}}?(?: and
|,| so)(?: that)? )"""
_BEFORE = rf"(?:{_SALUTE}?(?:{_LEAD}|{_LINK}|{_FOUND}|{_BREACH}){{0,4}})"

_COUNTRIES = rf"(?:the )?(?:{ANY})(?:(?:, and |, | and | & )(?:the )?(?:{ANY}))*"
_WHERE = rf"""(?:,? (?:from being (?:viewed|accessed
|seen) |from view(?:ing)? |for |to )?(?:(?:all )?(?:users|people|viewers|visitors
|audiences|anyone|those) )?
(?:located |based |accessing (?:it |them )?)?(?:in|within|inside|for|from|to|across|throughout) (?:{_COUNTRIES}|(?:your
|that|the (?:relevant|requesting|specified|respective))
[ ](?:country|jurisdiction|territory)))"""
_LIMITED = r"(?:restricted|withheld|geo-?blocked|geo-?restricted|blocked|limited)"
_SHUT = r"""(?:made (?:unavailable|inaccessible)|unavailable|inaccessible|no longer (?:available|accessible|visible|viewable)
|hidden)"""
_BE = r"(?: has been| have been| was| were| is| are)"

LEAD = words(rf"^{_SALUTE}?{_LEAD}")
"""`We would like to inform you that`: words that would sound like doubt elsewhere."""
REMOVED = words(
    rf"""{_BEFORE}(?:(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?(?:{_DONE}|{_DID})(?: access to)? {_OBJECTS}
|(?:access to )?{_OBJECTS}(?: has| have| was| were| has been| have been){_ADVERB}{{0,3}} {_DONE})
{_TAIL}{{0,4}}{_AFTER}?(?:[\s.!:,;]|{LINK})*"""
)
RESTRICTED_THERE = words(
    rf"""{_BEFORE}(?:(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?(?:{_LIMITED}|{_DONE}|removed)(?: (?:access to
|the (?:availability|visibility) of))? {_OBJECTS}
|(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?made {_OBJECTS} (?:unavailable|inaccessible)
|(?:access to )?{_OBJECTS}{_BE}{_ADVERB}{{0,3}} (?:{_LIMITED}|{_DONE}|{_SHUT})){_TAIL}{{0,2}}{_WHERE}(?:{_TAIL}
|{_WHERE}){{0,3}}{_AFTER}?(?:[\s.!:,;]|{LINK})*"""
)
RESTRICTED = words(
    rf"""{_BEFORE}(?:(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?(?:withheld|geo-?blocked|geo-?restricted|(?:restricted
|blocked) access to) {_OBJECTS}
|(?:access to )?{_OBJECTS}{_BE}{_ADVERB}{{0,3}} (?:withheld|geo-?blocked|geo-?restricted)
|access to {_OBJECTS}{_BE}{_ADVERB}{{0,3}} (?:restricted|blocked))
(?: locally)?{_TAIL}{{0,3}}{_AFTER}?(?:[\s.!:,;]|{LINK})*"""
)
"""The first needs a country (or `in your country`); the second is about measures that are local by nature."""
ELSEWHERE = words(
    r"""(?:wir haben (?:den|die|das|diese[nsr]?|alle|beide)(?: gemeldete[nr]?| genannte[nr]?)? (?:konto|konten|inhalt|inhalte
|beitrag|beiträge|kanal|kanäle|profil
|video|videos|account|accounts)(?: dauerhaft| nun)? (?:entfernt|gelöscht|gesperrt|deaktiviert)
|(?:das|der|die) (?:gemeldete )?(?:konto|inhalt|beitrag|kanal|profil|video
|account) wurde(?: dauerhaft| nun)? (?:entfernt|gelöscht|gesperrt|deaktiviert)
|nous avons (?:supprimé|retiré|désactivé) (?:le|la|les|ce|cette|ces)(?: \w+)? ?(?:comptes?|contenus?|publications?
|vidéos?|chaînes?)(?: signalée?s?)?
|(?:le compte|le contenu|la publication|la vidéo|la chaîne)(?: signalée?)? a été (?:supprimée?|retirée?
|désactivée?))\s*[.!:]*"""
)
"""German and French, only the plainest forms."""


def removed(sentence: str) -> bool:
    return bool(REMOVED.fullmatch(sentence) or ELSEWHERE.fullmatch(sentence))


def restricted(sentence: str) -> bool:
    return not WORLDWIDE.search(sentence) and any(pattern.fullmatch(sentence) for pattern in (RESTRICTED_THERE, RESTRICTED))
