"""Sentences that surely tell of an action: the whole sentence must be one of these, so that no word in it is left unread.

`removed the account by mistake`, `removed the account's badge` and `removed the account in 2019` are not: what they mean is for
a person. Written for text after `plain.normal`, without what `phrases.HARMLESS` takes out.
"""

from __future__ import annotations

from takedown.inbox import tongues
from takedown.inbox.countries import ANY, WORLDWIDE
from takedown.inbox.patterns import words

LINK = "⟦⟧"
"""Stands for a link that was taken out of a sentence."""
_PLATFORM = (
    r"(?:tiktok|telegram|x|twitter|facebook|instagram|messenger|threads|whatsapp|meta|youtube|bluesky|mastodon|chirp|wren)"
)
_TEAM = r"(?:our|the) (?:\w+ (?:(?:and|&) \w+ )?){0,3}(?:team|moderators|specialists|reviewers|department)"
_WHO = rf"(?:we|i|{_TEAM}|{_PLATFORM}|the platform)"
_HAS = r"(?: have|'ve| has)?"
_ADVERB = r"""(?: (?:now|since|also|all|both|therefore|accordingly|permanently|thus|hereby|subsequently
|successfully|just|each|today
|indeed|consequently|already|permanently
|immediately|promptly|manually|duly))"""
_ONE_THING = r"""(?:accounts?|profiles?|pages?|posts?|contents?|videos?|stor(?:y|ies)|channels?|groups?|chats?|bots?|items?
|pieces? of content|tweets?|reels?|photos?|images?|comments?|materials?|media|publications?|subreddits?|servers?
|blogs?|websites?|broadcasts?|livestreams?|playlists?|pins?|ads?|advertisements?|sticker (?:packs?|sets?)|usernames?|listings?
|articles?
|albums?|clips?)(?:\(s\))?"""
_THING = rf"(?:{_ONE_THING}(?: (?:and|&) {_ONE_THING})?)"
_POINTER = r"(?:links?|urls?|messages?|users?)(?:\(s\))?"
"""May also be of the mail itself, or a person: only with a word that says which."""
_NAMED = rf"""(?: (?:(?:that |which )?you(?: have|'ve)? (?:reported|flagged|listed|identified|specified|notified
|mentioned|sent|named|brought to our attention)(?: to us| us of)?
|{LINK}|\({LINK}\)|in question|concerned|at issue|below|above|listed below|listed above|mentioned|reported
|specified|identified|located at|at|named|called|@[\w.]{{1,40}}|[\w.]*[\d_][\w.]*|"[^" ]{{1,60}}"|'[^' ]{{1,60}}'
|\([@\w./:-]{{1,60}}\)))"""
_WHICH = rf"""(?:reported|following|above|below|said|relevant|user|fake|infringing|violating|offending|listed|flagged
|specified|terrorist|illegal|unlawful|extremist|hateful|harmful|violent|listed
|requested|mentioned|named|below-listed|above-listed|entire|whole|above-mentioned|aforementioned|identified|associated
|corresponding|complete
|{_PLATFORM})"""
_THIS = r"(?:(?:all|each|every|both)(?: of)? )?(?:the|this|that|these|those|its|their|said|such)"
_COUNT = r"(?:\d{1,6}|one|two|three|four|five)"
_OBJECT = rf"""(?:{LINK}|@[\w.]{{1,40}}(?:'s {_THING})?|(?:it|them|these|this|those|both|all of (?:it|them|these)|everything)
|(?:{_THIS}(?: (?:{_WHICH}|{_COUNT})){{0,4}}|(?:all )?{_WHICH}(?: {_WHICH}){{0,3}}|(?:all
|both)(?: {_COUNT})?) {_THING}{_NAMED}{{0,3}}
|{_THING}{_NAMED}{{1,3}}|(?:{_THIS}(?: {_COUNT})? )?{_WHICH} {_POINTER}{_NAMED}{{0,3}}
|(?:{_THIS}(?: {_COUNT})? )?{_POINTER}{_NAMED}{{1,3}})"""
_SUBJECT = rf"(?:{_OBJECT}|{_THING})"
"""`Account suspended` is about the one that was asked about; `we removed accounts` may be about any."""
_CONTENTS = r"(?: and all (?:of )?(?:its|their) (?:contents?|posts|videos))?"
_OBJECTS = rf"(?:{_OBJECT}(?:(?:, | and |, and | as well as )(?:all )?{_OBJECT}){{0,4}}{_CONTENTS})"
_SUBJECTS = rf"(?:{_SUBJECT}(?:(?:, | and |, and | as well as )(?:all )?{_OBJECT}){{0,4}})"
_BE = rf"(?: (?:has|have){_ADVERB}{{0,3}} been| was| were| is| are)"
_DONE = r"(?:removed|taken (?:down|offline)|unpublished|deleted|disabled|suspended|terminated|banned|deactivated)"
_DID = r"(?:removed|shut down|took down|deleted|disabled|suspended|terminated|banned|deactivated)"
_DATE = r"""(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? [a-z]{3,9}(?:,? 20\d\d)?|[a-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,?(?: 20\d\d)?
|20\d\d-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]20\d\d)"""
_TAIL = rf"""(?:,? (?:globally|worldwide|everywhere|from (?:our|the) (?:platform|services?|site|network|website|app)
|from {_PLATFORM}|on {_PLATFORM}
|on our (?:platform|services?)|permanently|today|yesterday|accordingly|in full|as well|too|by us
|by {_TEAM}(?: today| yesterday)?|on (?:our|the) platform|for all (?:users|countries)|for everyone|with effect from today
|\((?:under )?(?:section|article|art\.|sec\.|§)[^()]{{1,80}}\)|with immediate effect|for good|(?:as of|from|since) (?:today
|now|this morning)|effective immediately
|(?:on|as of|since) {_DATE}|at \d\d?[:.]\d\d(?: ?(?:utc|gmt|cet|cest|pkt|am|pm|hrs))?|from public access
|within (?:\d{{1,3}}|one|two|three|an) (?:minutes?|hours?
|days?)(?: of (?:(?:receipt of|receiving) )?(?:your
|the) (?:\w+ )?(?:request|report|order|notice))?|completely|entirely
|(?:under|on the basis of|per|as required by|based on|pursuant to|in accordance with|in line with|in compliance with
|to comply with|due to
|because of) [^,.;]{{0,60}}?
(?:laws?|orders?|act|code|requests?|regulations?|rules|polic(?:y|ies)|guidelines|standards|terms|legislation|requirements?
|demands?)))"""
_AND_SO = rf"""(?:,? and {_SUBJECTS} (?:is|are) (?:now )?no longer (?:available|accessible|visible)(?: on {_PLATFORM}
| (?:on|to users of) our (?:platform|services?))?)"""
_AFTER = r"""(?:(?:,? and|;)(?: we)? (?:have |will )?(?:notif(?:y|ied)|inform(?:ed)?|warn(?:ed)?) (?:you|the (?:user|owner
|account holder)s?)(?: accordingly| of this)?)"""
_SALUTE = r"""(?:(?:dear|hello|hi|good (?:morning|afternoon|day)|greetings|update|result|outcome|decision|status|resolution
|answer)(?: [\w.&/' ]{1,60})?[,:!] )"""
_LEAD = r"""(?:(?:please (?:note|be advised|be informed|be aware)|(?:(?:we|i)(?: are|'re| am
|'m)? |(?:this (?:e-?mail |message )?is|just(?: a (?:quick|short) note)?) )?
(?:(?:can|hereby|would like|wish|want|writing|pleased|glad|happy) ){0,3}(?:to )?(?:confirm|inform you|let you know
|advise you|notify you|report))
(?: to you)?,?(?: that)? )"""
_LINK = r"""(?:(?:therefore|accordingly|as a result|consequently|thus|hence|in this case|further to that|however|nevertheless
|that said|in addition|additionally|moreover|we note that|and|so|then|also|finally|today|now),?[ ]
|(?:we (?:have )?(?:complied with|honou?red|granted|accepted|upheld|approved
|actioned|executed|processed|implemented) (?:your|the)|your)(?: \w+){0,2} (?:request|report|order|notice
|referral)(?: [#\w-]{1,30})?
(?: (?:was|has been) (?:processed|reviewed|accepted|granted|upheld|approved|executed))?(?:[:;,]
|,? and) |(?:we inform you that )?effect (?:has been|was) given to your (?:\w+ )?order[:;,] )"""
_FOUND = rf"""(?:{_WHO}{_HAS}(?: carefully| thoroughly| manually| now)? (?:reviewed|investigated|assessed|examined|checked
|looked into|evaluated|processed)
[ ](?:your (?:\w+ ){{0,3}}?(?:request|report|order|notice|referral|message|submission)|{_OBJECTS}
|the (?:\w+ ){{0,2}}(?:request|report|order|notice|matter|case))?(?: ?, and| and| ?,)? )"""
_BREACH = rf"""(?:(?:{_WHO} )?(?:have |has )?(?:found|determined|concluded|confirmed|decided|established
|agreed)(?: that)? {_OBJECTS}
[ ](?:(?:to be )?in (?:violation|breach) of|(?:is|are|was|were) (?:in (?:violation|breach) of|violating)
|(?:has |have )?(?:violat\w+|breach\w*|go(?:es)? against|went against|infring\w+|contraven\w+)) [^,.;]{{2,80}}?(?: and
|,| so)(?: that)? )"""
_PRIOR = rf"""(?:(?:{_WHO}(?: have|'ve)? (?:looked|agree|acted|checked|investigated|considered|examined|discussed
|studied|assessed|finished
|completed|concluded)|(?:the matter|the case|your (?:request|report|order|notice|case|referral)) (?:has been
|was))\b[^,.;:⟦]{{0,80}}? and )"""
_SO = rf"""(?:{_OBJECTS} (?:violat\w+|breach\w*|broke|go(?:es)? against|went against|infring\w+|contraven\w+) [^,.;]{{2,80}}?,?
[ ](?:so|which is why|and therefore) )"""
_BEFORE = rf"(?:{_SALUTE}?(?:{_PRIOR}|{_SO}|{_LEAD}|{_LINK}|{_FOUND}|{_BREACH}){{0,4}})"

_COUNTRIES = rf"(?:the )?(?:{ANY})(?:(?:, and |, | and | & )(?:the )?(?:{ANY}))*"
_WHERE = rf"""(?:,? (?:from being (?:viewed|accessed
|seen) |from view(?:ing)? |for |to )?(?:(?:all )?(?:users|people|viewers|visitors
|audiences|anyone|those) )?
(?:located |based |accessing (?:it |them )?)?(?:in|from within|within|inside|for|from|to|across
|throughout) (?:(?:the )?territory of )?(?:{_COUNTRIES}|(?:your
|that|the (?:relevant|requesting|specified|respective))
[ ](?:country|jurisdiction|territory|region)))"""
_LIMITED = r"(?:restricted|withheld|geo-?blocked|geo-?restricted|blocked|limited)"
_SHUT = r"""(?:made (?:unavailable|inaccessible)|unavailable|inaccessible|no longer (?:available|accessible|visible|viewable)
|not (?:available|accessible|visible)(?= (?:in|to|for) (?!full))|hidden)"""

MAX_PREFACES = 3
_PREFACE = words(
    r"""^(?:(?:however|therefore|accordingly|nevertheless|consequently|thus|hence|additionally|moreover),?|(?:with (?:this
|that|the above)|following|after|upon|based (?:up)?on|in (?:light|view|consideration) of|having|further to
|in (?:response|reply|relation|reference|regard) to|with (?:regard|reference|respect) to|regarding|concerning|pursuant to
|in (?:line|accordance
|compliance) with|as a (?:result|consequence) of|as part of|due to|because of|given|considering|on the (?:basis|grounds) of
|on account of|for (?:this|that|these) reasons?|on this basis|as (?:requested|discussed|agreed
|required|ordered|instructed)|sorry for|apologies for
|we apologi[sz]e for|thank you for|thanks for)\b[^.;:]{0,200}?,|for (?:this|that|these) reasons?|on (?:this
|that) basis) (?:and )?(?=\S)"""
)
_PREFACE_TURNS = words(
    r"""\b(?:not|no|never|without|nor|except\w*|exclu\w*|apart|aside|other|another|different|errors?|mistake\w*|accident\w*
|claim\w*|alleg\w*|if|whether|when|once|unless|until|would|could|might|may|should|appeal\w*|reinstat\w*|restor\w*|revers\w*
|tests?|examples?|temporar\w*|some|part|previous\w*|earlier|past|draft|fail\w*|unable|cannot|suggest\w*|rumou?rs?|media
|reports? that|issues?|bugs?|technical|glitch\w*|problems?|incidents?|outages?|withdr\w+
|(?:by|from|of|with) (?:the |its |their |a |an )?(?:users?|owners?|holders?|creators?|authors?)
|hav(?:e|ing) (?:been )?(?:remov|delet|suspend|disabl|restrict)\w*)\b|n't\b"""
)
NAMES = words(
    rf"""(?<![\w.@])@(\w[\w.]{{1,39}})
|\b(?:{_THING}|{_POINTER}) (?:named |called |\()?(?:["']([^"' ]{{1,60}})["']|([\w.]*[\d_][\w.]*))"""
)
"""Handles and numbers that a sentence gives to what it is about."""
OF_THE_MAIL = words(
    rf"""\b(?:reports?|requests?|notices?|orders?|referrals?|messages?|submissions?|cases?|matters?|letters?|e-?mails?
|tickets?|queues?|lists?)\b(?:(?!\b{_THING}\b)[^.;]){{0,40}}?(?:\band|,) (?:\w+ ){{0,3}}?(?:{_DONE}|{_DID}|{_LIMITED}) (?:it
|them|this|these|those|both|everything)\b"""
)
"""What `it` stands for may be the request."""
ABOUT = words(rf"\b{_THING}\b|{LINK}|@\w")
_PAPER = r"(?:requests?|reports?|notices?|orders?|messages?|tickets?|cases?|e-?mails?)"
OF_PAPER = words(
    rf"""\b{_PAPER}(?: \S+){{0,2}} (?:has|have|was|were|is|are)\b|\b(?:{_DONE}|{_DID}) (?:your|the|this|that
|it from the) (?:\w+ )?{_PAPER}\b"""
)
LEAD = words(rf"^{_SALUTE}?{_LEAD}")
"""`We would like to inform you that`: words that would sound like doubt elsewhere."""
REMOVED = words(
    rf"""{_BEFORE}(?:(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?(?:{_DONE}|{_DID})(?: access to)? {_OBJECTS}
|(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?(?:took|taken) {_OBJECTS} down
|(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?(?:took|taken) (?:the )?(?:necessary |appropriate )?action
[ ](?:by|and) (?:remov|delet|disabl|suspend|terminat|bann)(?:ing|ed) {_OBJECTS}
|(?:(?:{_WHO}|i) )?(?:can |hereby )?confirm (?:the )?(?:removal|deletion|suspension|deactivation) of {_OBJECTS}
|{_SUBJECTS} (?:is|are)(?: now)? gone from (?:our|the) (?:platform|services?)
|{_WHO}{_HAS}{_ADVERB}{{0,3}} complied with your (?:\w+ ){{0,2}}(?:request|order|notice){_AND_SO}
|(?:access to )?{_SUBJECTS}(?: (?:has|have){_ADVERB}{{0,3}} been| was| were){_ADVERB}{{0,3}} (?:(?:closed|blocked|processed
|reviewed
|{_DONE}) and )?{_DONE}
|{_SUBJECTS}{_BE}{_ADVERB}{{0,3}} blocked(?: on {_PLATFORM}| on our (?:platform|services?))?,? (?:for (?:all users|everyone
|all countries)
|globally|worldwide)
|{_OBJECTS} (?:is|are)(?: now)? (?:suspended|banned|disabled|deactivated|terminated)
|(?!(?:it|this|that|they|these|those)\b){_OBJECTS} (?:has been|have been|was|were){_ADVERB}{{0,3}} (?:closed|shut down))
{_AND_SO}?{_TAIL}{{0,4}}{_AND_SO}?{_AFTER}?(?:[\s.!:,;]|{LINK})*"""
)
RESTRICTED_THERE = words(
    rf"""{_BEFORE}(?:(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?(?:{_LIMITED}|{_DONE}|removed)(?: (?:access to
|(?:the )?availability of))? {_OBJECTS}
|{_WHO}(?: are|'re| is)(?: now)? withholding {_OBJECTS}
|(?:is|are)(?: now)? no longer (?:available|accessible|visible)(?=,? (?:in|to|for) )
|(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?made {_OBJECTS} (?:unavailable|inaccessible)
|{_SUBJECTS} will no longer be (?:available|accessible|visible|viewable|shown|displayed)
|(?:access to )?{_SUBJECTS}{_BE}{_ADVERB}{{0,3}} (?:{_LIMITED}|{_DONE}|{_SHUT})){_TAIL}{{0,2}}{_WHERE}(?:{_TAIL}
|{_WHERE}){{0,3}}{_AFTER}?(?:[\s.!:,;]|{LINK})*"""
)
RESTRICTED = words(
    rf"""{_BEFORE}(?:(?:{_WHO}{_HAS}|has|have)?{_ADVERB}{{0,3}} ?(?:withheld|geo-?blocked|geo-?restricted|(?:restricted
|blocked) access to) {_OBJECTS}
|(?:access to )?{_SUBJECTS}{_BE}{_ADVERB}{{0,3}} (?:withheld|geo-?blocked|geo-?restricted)
|access to {_SUBJECTS}{_BE}{_ADVERB}{{0,3}} (?:restricted|blocked)
|access to {_SUBJECTS}{_WHERE}{_BE}{_ADVERB}{{0,3}} (?:{_LIMITED}|disabled)
|(?:users|people|viewers|visitors)(?: located| based)? in {_COUNTRIES} (?:can|will) no longer (?:be able to )?(?:access|see
|view
|watch) {_OBJECTS})
(?: locally)?{_TAIL}{{0,3}}{_AFTER}?(?:[\s.!:,;]|{LINK})*"""
)
"""The first needs a country (or `in your country`); the second is about measures that are local by nature."""
_HEAD = words(rf"{_BEFORE}({_SUBJECTS})\b")
_REMOVED_ELSEWHERE = words(tongues.REMOVED)
_RESTRICTED_ELSEWHERE = words(tongues.RESTRICTED)


def after_preface(sentence: str) -> str:
    """Without the phrases that lead to it (`However, following your notice, `), where those do not change what is said."""
    for _ in range(MAX_PREFACES):
        found = _PREFACE.match(sentence)
        if not found or _PREFACE_TURNS.search(found[0]):
            break
        sentence = sentence[found.end() :]
    return sentence


def subject(words_before: str) -> str:
    """The target that a sentence begins with; empty when it begins with none."""
    found = _HEAD.match(words_before)
    return found[1] if found else ""


def removed(sentence: str) -> bool:
    return bool(REMOVED.fullmatch(sentence) or _REMOVED_ELSEWHERE.fullmatch(sentence))


def restricted(sentence: str) -> bool:
    return not WORLDWIDE.search(sentence) and any(pattern.fullmatch(sentence) for pattern in (RESTRICTED_THERE, RESTRICTED))


def restricted_elsewhere(sentence: str) -> bool:
    """In a language whose words for doubt are not known here: the sentence has none beside its own."""
    return bool(_RESTRICTED_ELSEWHERE.fullmatch(sentence))
