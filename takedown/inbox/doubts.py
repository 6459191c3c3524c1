"""Words that leave a doubt: denied, conditional, taken back; and words that only sound like doubt.

Written, as `phrases` is, for text that went through `plain.normal`, one sentence at a time, without regard to case.
"""

from __future__ import annotations

from takedown.inbox import stems, tongues
from takedown.inbox.patterns import words

REVERSED = words(
    r"""\bremoved (?:the|a|any|all|its|your|this) (?:\w+ ){0,2}?(?:suspensions?|restrictions?|bans?|blocks?|labels?
|strikes?|warnings?|limits?|holds?
|locks?)\b|\b(?:reinstated|restored|reactivated|reversed|unbanned|unsuspended|re-?enabled|lifted|brought back|put (?:it
|them) back
|(?:is|are) (?:now |currently )?(?:back|(?:live|available|up|online|active) again)|made available again
|no longer (?:withh\w+|restrict\w*|block\w*)
|entsperrt|wiederhergestellt|freigeschaltet|rétablie?s?|restablecid[oa]s?|reactivad[oa]s?|restaurad[oa]s?)\b"""
)
TURNED = words(
    r"""\b(?:gave|given|giving|handed|returned|let|put|brought|got|came) (?:\S+ ){0,5}?back\b(?! to (?:you|us))|\bregain\w*
|\b(?:visible|available|accessible|public|online|live|up|active|reachable) (?:once )?again\b|\bonce (?:more|again) (?:visible
|available|accessible|public|online|live|up|active)\b
|\b(?:overturn|annul|rescind|revers)\w*|\bundid\b|\bundone\b|\bset aside\b|\b(?:rolled|rolling) back\b
|\b(?:withdr[ae]w\w*|revok\w+|lift\w*|end(?:ed|ing)|cancel\w+|chang(?:ed|ing)) (?:our|the|this|that|its) (?:\w+ ){0,2}?(?:decision
|measures?|suspension|removal|restriction|block|ban|mind)\b
|\b(?:upheld|granted|accepted|allowed) (?:the|their|its|his|her|this|that|an) (?:\w+ ){0,2}?(?:appeal|objection|complaint)\b
|\b(?:appeal|objection|complaint|counter-?notice) (?:\w+ )?(?:succeeded|was (?:successful|upheld|granted|accepted|well-founded))\b
|\b(?:contested|appealed|objected|disputed|challenged|complained)\b
|(?<!no )(?<!not )\b(?:later|thereafter|afterwards|since then|in the meantime|meanwhile|after that)\b(?! (?:stage|date|time|point
|than|on)\b)
|"""
    + stems.TURNED
)
"""Beside a removal: what came of it afterwards, which may be that it was undone, or that somebody asked for it."""
THANKS = words(r"\b(?:thank|merci|danke|gracias|obrigad|grazie|ringrazi|agrade|dziękuj|teşekkür)\w*|شكر|شکریہ")
GENERAL = words(
    r"\b(?:last|previous|past|first|second|third|fourth) (?:quarter|half)\b|\bmillions?\b|\btransparency (?:report|cent)\w*"
)
"""A platform on itself: no decision on a request."""
RETRACTED = words(
    r"""\b(?:disregard|(?:please )?ignore (?:this|the|our|that|my)|sent in error|by mistake
|the above (?:applies|does|is|was)|this is (?:only )?a[ ]
(?:test|drill|draft|template)|(?:would like|wish(?:es)?) to recall|test account)\b
|^\W*(?:test|draft|recall|template)\b|\bcorrection:"""
)
"""A sentence that takes back or plays down what the others say."""
NEGATED = words(
    r"""\b(?:not|no|never|nor|neither|none|nothing|without|cannot|unable|declin(?:e|ed|es|ing)|refus(?:e|ed|es|ing)
|reject(?:ed
|ing)?|fail(?:ed|s|ing)?|denied|
nicht|kein(?:e[nrms]?)?|nie|ne|n'[aeo]\w+|pas|jamais|aucune?|unless|hardly|barely|instead of|rather than|insufficient)\b
|n't\b"""
)
UNSURE = words(
    r"""\b(?:if|whether|when|once|until|till|after|before|should|would|could|might|may|can|will|shall|must|going to|about to
|in case|pending|provided that|
as soon as|to be|being|consider(?:ed|ing)?|asked|request(?:s|ing)? (?:that|to have)|requested (?:that|to|be)
|you (?:claim
|state|say|said|wrote|asked|requested|reported|believe|allege|want|wish)(?:ed)?|
alleg(?:ed|es|edly)|reportedly|claims?|appeal(?:ed|s)?|reinstat(?:e|ed|ing)|restor(?:e|ed|ing)|revers(?:e|ed|ing)|lifted
|undone|mistake(?:nly)?|error|soon|shortly|tomorrow|temporar(?:y|ily)|some|several|part(?:s|ly|ially)?|
most|one of|another|other|except|similar|previously|earlier|last (?:week|month|year)|in the past|usually|generally
|normally|typically|often|always|every|any|
e\.g|for example|such as|falls(?! (?:outside|within|under|short|into))|wenn|sobald|wird|werden|würde|könnte|si|sera|seront
|serait|lorsque|wieder|draft|test
|example|sample|only|or that)\b|\?"""
)
_OUR_REQUEST = r"""\b(?:in (?:response|reply|relation|reference|regard) to|with (?:regard|reference
|respect) to|regarding|per|as per
|further to|at) (?:your |the |this )(?:\w+ ){0,2}?(?:request|report|order|notice|e-?mail|letter|message
|referral)s?(?: (?:from|by|of|dated) [^,.;]{1,60},)?"""
OUR_REQUEST = words(_OUR_REQUEST)
_REPORTED = r"""\b(?:that |which )?you (?:have )?(?:reported|requested|listed|identified|referred to|specified|flagged
|sent|cited|mentioned)(?: to us)?(?: in your (?:\w+ ){0,2}?(?:request|report|order|notice|e-?mail|letter|message|list
|referral)s?
(?: (?:of|dated) [^,.;]{1,40})?)?"""
REPORTED = words(_REPORTED)
HARMLESS = words(
    _REPORTED
    + "|"
    + _OUR_REQUEST
    + r"""
|\b(?:mentioned|listed|identified|named|described|contained|referenced|referred to|set out|cited|included|reported
|specified|flagged)(?: below| above)? in (?:it\b|them\b)
|\b(?:mentioned|listed|identified|named|described|contained|referenced|referred to|set out|cited|included|reported
|specified|flagged)(?: below| above)? in (?:your|the|this) (?:\w+ ){0,2}?(?:request|report|order|notice|e-?mail|letter
|message|list|referral)s?(?: (?:of|dated|from) \d{1,2}(?:st|nd|rd|th)? [a-z]{3,9}(?:,? 20\d\d)?| (?:of|dated
|from) 20\d\d-\d\d-\d\d)?
|\bin (?:a |an |our |further |careful |the |internal )*(?:review|investigation|assessment|evaluation)(?: of (?:your|the|this
|these) (?:\w+ ){0,3}\w+)?
|\b(?:after|upon|following|on
|based on) (?:a |an |our |further |careful |your |the |this |completing |internal |legal )*(?:review(?:ing)?|investigation
|assessment|evaluation|request|report|order|notice|submission)(?: of (?:your|the|this|these) (?:\w+ ){0,3}\w+)?
|\bas (?:you )?(?:requested|asked|reported)(?: by you(?:r (?:authority|office
|agency))?)?(?: in your (?:\w+ ){1,3})?
|\b(?:and|so(?: that)?|,)? ?(?:it|they|the \w+|this \w+)? ?(?:is|are|will) no longer (?:be )?(?:available|accessible
|visible|viewable|public)(?: on (?:our |the )?\w+)?
|\b(?:for|due to|because of|as|because|since) ?(?:it|they|them)? ?(?:(?:violat|breach|infring|contraven)\w+
|go(?:es)? against|went against|break(?:s|ing)?\b|broke\b) [^.]{0,200}
|,? (?:as|because|since) (?:it|they|both|all(?: of them)?|these|this) (?:is|are|was|were) (?:all |both )?in (?:breach
|violation) of [^.]{0,100}
|\b(?:because|since|as) (?:it|they) (?:didn't|did not|don't|do not|doesn't|does not) (?:follow|comply with|meet|respect
|adhere to)
[ ](?:our|the) [^.]{0,100}
|,? (?:as|because|since) (?:it|they|this) (?:appears? to be|is|are|would be) (?:unlawful|illegal|prohibited) (?:there
|under (?:local|national) law|under the laws? of \w+)
|\bwithout (?:undue )?delay\b|\bno further (?:action|steps?|response)[^.,;]{0,60}
|\bnot? only\b|\bin (?:full )?accordance with [^.,;]{0,100}|\bpursuant to [^.,;]{0,100}"""
)
"""Clauses around a decision that only sound like doubt; they are set aside before doubt is looked for."""
ASIDE = words(
    r"""(?:the|their|its|your) (?:person|user|owner|account holder|poster|uploader|author|creator
|channel owner)(?: who posted it)?
(?:(?:has|have|was|were) (?:also )?been|(?:has|have|was|were|will be)) (?:notified|informed|told)\b[^.]*
|(?:the )?(?:person who posted it|(?:affected |account )?(?:users?|owners?|holders?)) (?:(?:has|have|was
|were) (?:also )?(?:been )?|will be )
(?:notified|informed|told)\b[^.]{0,200}\.?
|(?:videos?|posts?|content) (?:posted |published |uploaded )?(?:by|of|from) (?:the|this) (?:banned|suspended
|removed) (?:account|user) [^.]{0,100}\.?
|(?:please (?:be advised|note) that )?(?:[\w ]{1,30}) (?:may|will) (?:publish|share|send) (?:your|a copy of (?:your|the
|this)) [^.]{0,100}\.?
|(?:it|they|(?:the |this )?(?:reported )?(?:content|account|post|video|channel)s?) (?:will )?(?:remains?
|continues? to be) (?:available|accessible|visible)
[ ](?:elsewhere|in (?:all )?other (?:countries|regions|places|territories)|outside [^.]{2,60}|everywhere else
|in the rest of the world)\.?
|(?:you|the (?:person|user|owner|account holder))(?: who posted it)? (?:can|may) (?:appeal|contest|challenge)\b[^.]{0,200}\.?
|"""
    + tongues.ASIDE
)
"""Sentences beside a decision: who was told of it, what the public reads, where it does not hold."""
OTHER_PAPER = words(
    r"""\b(?:earlier|previous|prior|former|preceding|other|another|last|separate|different) (?:\w+ ){0,2}?(?:requests?
|reports?|notices?
|orders?|referrals?|letters?|e-?mails?|messages?|submissions?|cases?|tickets?|lists?|correspondence)\b"""
)
"""What is told may be about another request than the one that is answered."""
OF_OURS = words(
    r"""\b(?:(?:content|posts?|videos?|comments?) you (?:posted|shared|uploaded|published)|your (?:accounts?|posts?|pages?
|videos?|profile)|(?:removed|added) you)\b|\b(?:decision|outcome|result): pending\b"""
)
"""Written to the owner of what was removed, or to the subscribers of a list: no answer to a request of ours."""
PARTLY = words(
    r"""\b(?:remaining|the rest|the others?|other (?:accounts?|posts?|items?|videos?|content|links?|urls?|channels?)|some of
|most of|several
|one of|two of|the (?:first|second|third|last))\b"""
)
"""A refusal with these is about a part of what was asked, and nobody knows which."""
AHEAD = words(
    r"""\b(?:if|when(?! (?:we|(?:our|the) \w+) (?:received|got|reviewed|checked|looked|opened
|visited|examined|tried|assessed)\b)|once|whether|will|may|might|would|could|should
|can|going to|tomorrow|scheduled|planned|in case|unless
|falls
|wird|werden|si|sera|seront|será|serão|quando|sobald|ob|czy|jeśli|jeżeli|gdy|eğer|إذا
|you (?:wrote|say|said|stated?|claim(?:ed)?|asked|mention(?:ed)?))\b|'ll\b|\?"""
)
"""What may still come, or was said by us, so that it is no decision."""
POLITE = words(
    r"""\b(?:if you (?:have|need|believe|wish|would like|require|disagree|feel)|should you|(?:please )?do not hesitate
|feel free
|if we (?:need|require)|we (?:may|might) (?:also )?(?:contact|ask|reach|need|require)|for (?:more|further
|additional) information|visit our|see our|learn more|how (?:did|would) (?:we|you)|rate (?:our|your
|this)|survey|can we help|was this (?:helpful|answer)|satisfied with|please do not (?:reply|respond)|unsubscribe
|as (?:always|ever))\b"""
)
"""Sentences with these ask for nothing and decide nothing."""
