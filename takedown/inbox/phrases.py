"""How platforms word their answers. A phrase stands here only where its meaning is sure; everything else is for a person.

Written for text that went through `plain.normal`, one sentence at a time, without regard to case.
"""

from __future__ import annotations

import re

from takedown.inbox import tongues
from takedown.inbox.patterns import words

_THING = r"""(?:accounts?|profiles?|pages?|posts?|contents?|videos?|stor(?:y|ies)|channels?|groups?|chats?|bots?|items?
|links?|urls?
|tweets?|reels?|photos?|
images?|comments?|messages?|materials?|media|users?|it|they|these|this|those|them|that|both|all|everything|konto|konten
|inhalte?|beitr(?:ag|äge)|kan(?:al|äle)|
profil|video|comptes?|contenus?|publications?|vidéos?)"""
_DONE = r"(?:removed|taken down|deleted|disabled|suspended|terminated|banned|deactivated)"
_LIMITED = r"(?:restricted|withheld|geo-?(?:blocked|restricted)|blocked|limited)"
_QUICKLY = r"""(?:(?:now|since|also|all|both|therefore|accordingly|permanently|thus|hereby|subsequently|successfully|just|each
|today) ){0,3}"""

SAYS_REMOVED = words(
    rf"""\bwe (?:have|'ve) {_QUICKLY}{_DONE}\b|\bwe {_QUICKLY}(?:removed|took down|deleted|disabled|suspended|terminated
|banned)\b
|\bour (?:\w+ ){{1,3}}(?:has|have) {_QUICKLY}{_DONE}\b
|\b{_THING}(?: [^\s.]+){{0,8}}? (?:has|have|was|were)(?: been)? {_QUICKLY}{_DONE}\b
|\bwe (?:have taken|took) action (?:and|by) (?:removed|removing)\b
|\bwe (?:have|'ve)? ?(?:\w+ ){{0,6}}?and (?:have )?{_QUICKLY}{_DONE} (?:it|them|this|these|the)\b
|\bwe (?:have |'ve )?{_QUICKLY}(?:{_LIMITED}|made \w+(?: \w+)? (?:un|in)(?:available|accessible))\b
|\b{_THING}(?: [^\s.]+){{0,8}}? (?:has|have|was|were|is|are)(?: been)? {_QUICKLY}{_LIMITED}\b"""
)
"""Loosely: a sentence that may tell of a removal or a restriction, of whatever. What surely does stands in `grammar`."""
SAYS_DONE = words(
    rf"""\b(?:{_DONE}|{_LIMITED}|unpublished|blacklisted|took down|taken \w+(?: \w+){{0,3}} down|complied with|(?:taken
|took)(?: \w+){{0,3}} action
|actioned|enforced against|(?:made|become|is|are) (?:un|in)(?:available|accessible)|no longer (?:available|accessible
|visible|online|live
|viewable))\b|\b"""
    + tongues.DONE
)
"""More loosely still: words that may tell of any decision, so that a mail with them is no mere receipt."""

REVERSED = words(
    r"""\bremoved (?:the|a|any|all|its|your|this) (?:\w+ ){0,2}?(?:suspensions?|restrictions?|bans?|blocks?|labels?
|strikes?|warnings?|limits?|holds?
|locks?)\b|\b(?:reinstated|restored|reactivated|reversed|unbanned|unsuspended|re-?enabled|lifted|brought back|put (?:it
|them) back
|(?:is|are) (?:now |currently )?(?:back|(?:live|available|up|online|active) again)|made available again
|no longer (?:withh\w+|restrict\w*|block\w*)
|entsperrt|wiederhergestellt|freigeschaltet|rétablie?s?|restablecid[oa]s?|reactivad[oa]s?|restaurad[oa]s?)\b"""
)
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
|\b(?:after|upon|following|on|based on
|in) (?:a |an |our |further |careful |your |the |this |completing |internal |legal )*(?:review(?:ing)?|investigation
|assessment|evaluation|request|report|order|notice|submission)(?: of (?:your|the|this|these) (?:\w+ ){0,3}\w+)?
|\bas (?:you )?(?:requested|asked|reported)(?: by you(?:r (?:authority|office
|agency))?)?(?: in your (?:\w+ ){1,3})?
|\b(?:and|so(?: that)?|,)? ?(?:it|they|the \w+|this \w+)? ?(?:is|are|will) no longer (?:be )?(?:available|accessible
|visible|viewable|public)(?: on (?:our |the )?\w+)?
|\b(?:for|due to|because of|as|because|since) ?(?:it|they|them)? ?(?:(?:violat|breach|infring|contraven)\w+
|go(?:es)? against|went against|break(?:s|ing)?\b|broke\b) [^.]{0,200}
|\b(?:because|since|as) (?:it|they) (?:didn't|did not|don't|do not|doesn't|does not) (?:follow|comply with|meet|respect
|adhere to)
[ ](?:our|the) [^.]{0,100}
|\bwithout (?:undue )?delay\b|\bno further (?:action|steps?|response)[^.,;]{0,60}
|\bnot? only\b|\bin (?:full )?accordance with [^.,;]{0,100}|\bpursuant to [^.,;]{0,100}"""
)
"""Clauses around a decision that only sound like doubt; they are set aside before doubt is looked for."""

_REMOVING = r"""(?:remov|tak(?:e|en|ing) down|tak(?:e|en|ing) (?:any |further )?action|delet|disabl|suspend|restrict|withh
|block
|action(?:ed|ing)?\b|comply|complied|terminat|act(?:ed)? on|fulfil|grant)"""
DECLINED = words(
    rf"""\b(?:does|do) not process (?:\w+ )?requests?\b|\bclos(?:ing|ed) (?:this|your
|the) (?:\w+ )?without (?:any |further )?action\b
|\b(?:falls|fall|is|are) outside (?:of )?our (?:remit|scope|policies|jurisdiction)\b|\b(?:have|has|we(?:'ve)?) left (?:it
|them|the \w+) (?:up|online)\b
|\bmust decline\b|\b(?:request|order|notice|report)s? (?:has|have|was|were) not (?:been )?(?:approved|granted|accepted
|successful)\b|\bprotected speech\b|\binsufficient evidence that\b
|\b(?:unable|not able|not in a position|not (?:currently )?(?:required|obliged
|permitted)) to (?:\w+ ){{0,3}}?(?:{_REMOVING}|assist|process|proceed|help|honou?r|accommodate|locate|identify|access
|accept)
|\b(?:request|order|notice|report|referral)s? (?:can ?not|can't|could not|will not|won't|may not) be (?:\w+ )?(?:granted
|accepted|processed
|approved|honou?red|fulfilled|met|accommodated|complied with|actioned|executed)\b
|\b(?:will|shall) not (?:be )?(?:take|taking|grant\w*|honou?r\w*|accept\w*)\b
|\b(?:can ?not|can't|could not|couldn't|won't|will not|shall not|do not|don't|did not|didn't|have not|haven't|has not
|hasn't|was not
|were not|is not being|are not|are not going to
|will not be) (?:be )?(?:been )?(?:being )?(?:able to )?(?:\w+ ){{0,2}}?(?:{_REMOVING}|process|assist|proceed)
|\b(?:have|has) (?:therefore )?(?:decided|elected|determined|chosen) not to
|\b(?:no|not taken any|not take any) (?:further )?action will be taken\b
|\b(?:no|not taken any|not take any) (?:further )?action (?:has been|have been|was|is being|will be|against|on
|in respect)
|\bno (?:further |enforcement )?action (?:has been |was |will be )?(?:taken|(?:is |was )?(?:warranted|required|necessary
|possible))\b
|\bnone of (?:the|these|those|your) (?:\w+ ){{0,2}}?(?:has|have|was|were) (?:been )?{_DONE}\b|\b(?:does|do) not (?:operate
|host) (?:it|this|the)\b
|\b(?:can't|cannot|can not|unable to|not able to) help with (?:this|your|the)\b|\b(?:decided|chosen|elected) to (?:keep
|leave)\b
|\b(?:have|has|was|were) (?:therefore )?rejected (?:it|them)\b|\bdoes not meet (?:our|the) (?:\w+ ){{0,3}}?(?:standards?
|requirements?|criteria|threshold)\b
|\bdeclin(?:e|ed|ing) (?:to|your|the|this|it|them)\b|\brefus(?:e|ed|ing) (?:to|your|the|this)\b
|\b(?:request|report|order|notice|referral)s? (?:has|have|was|were|is|are)(?: been)? (?:hereby |therefore )?(?:rejected
|denied|declined|refused|dismissed|closed without action)\b
|\b(?:rejected|denied|dismissed) (?:your|the|this) (?:\w+ )?(?:request|report|order|notice|referral)\b"""
    + "|"
    + tongues.DECLINED
)
UNPROCESSED = words(r"\b(?:process|proceed|assist|help|review|consider|accept|verify)(?:ed|ing)?\b")
"""What a refusal is about that refuses nothing yet: the request was not even looked at."""
NO_VIOLATION = words(
    r"""\b(?:do(?:es)?|did) ?(?:not|n't) break (?:our|the|any)\b|\b(?:did not|didn't|do not
|don't) find that\b[^.;]{1,80}\b(?:violat\w+|breach\w*
|go(?:es)? against|infring\w+)
|\b(?:do(?:es)?|did|is|are|was|were|has|have|could) ?(?:not|n't) (?:\w+ ){0,3}?(?:violat\w*|breach\w*|go(?:es)? against
|infring\w*|contraven\w*|meet the (?:threshold|criteria)|unlawful|illegal|in violation)
|\b(?:found|find|identified|identify|see|detected?) no (?:evidence of (?:a |any )?)?(?:violation|breach|infringement)
|\b(?:unable|not able|could not|couldn't|cannot|can't|did not|didn't|do not|don't|were not able) ?(?:to )?(?:find|found
|identify|establish|detect
|determine|conclude|confirm)(?: that)? (?:a |any |the |there (?:is|was) (?:a |any )?)?(?:\w+ ){0,4}?(?:violat\w+|breach\w*
|infring\w+)
|\b(?:is|are|was|were) (?:found )?not (?:to be )?in (?:violation|breach)\b|\bno violations?\W*$
|\bnot (?:consider|regard|deem|believe) (?:\S+ ){1,4}?(?:to be )?(?:manifestly )?(?:illegal|unlawful|in (?:violation
|breach))|\b(?:so|therefore|and|will|shall|content|posts?|accounts?|it|they
|which|channels?|videos?)
(?: it| they)?(?: will| shall| is to| can| may| is allowed to)? (?:remains?|stays?|be left) (?:up|online|available
|accessible|visible|live|on (?:our|the)
[ ](?:\w+ )?(?:platform|service|site))\b(?! (?:elsewhere|outside|in other|to users in other|to users outside|in all other
|everywhere else))
|\bno (?:violation
|breach)s? (?:of|was|were|has|have|could)\b|\bnot (?:manifestly )?(?:unlawful|illegal)\b"""
    + "|"
    + tongues.NO_VIOLATION
)

WHY_NOT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("cannot_reach", words(r"""end-to-end[- ]encrypt|\b(?:no|not have|without) (?:technical )?(?:access|ability
|means) to (?:the )?(?:private |users' )?(?:messages?|chats?|contents?)\b""")),
    ("already_gone", words(r"""\balready (?:been )?(?:removed|deleted|taken down|unavailable|gone|disabled|suspended
|inaccessible|down|closed)
|\bno longer (?:exists?|(?:publicly )?available|accessible|active|on|live)\b|\bhas (?:since )?been (?:removed
|deleted) by (?:the|its|their) (?:user|owner|author|uploader|creator)s?""")),
    ("court_order_needed", words(r"""\bnot subject to the jurisdiction\b|\b(?:court|judicial) order
|\border (?:issued )?(?:by|from|of) (?:a|the
|an?) (?:\w+ )?court|\bcompetent court|\b(?:valid
|formal|appropriate) legal process|\bmutual legal assistance|\bMLAT\b""")),
    ("wrong_entity", words(r"""\b(?:wrong|another|different|not the (?:correct|right|responsible|relevant
|competent)) (?:entity|company|department|team
|address|provider|controller|recipient)|\b(?:operated|controlled|provided|hosted|owned|run) by (?:a |an )?(?:different
|another|separate|\w+ (?:limited|ltd|inc|llc|fz|gmbh))|\b(?:does|do) not (?:operate|control|host|own)\b
|\busers in [^.,;]{1,60} (?:are|is) served by\b
|\b(?:please|kindly) (?:re)?(?:direct|address|forward|submit|send) (?:it|them) to (?!us\b)
|\bplease (?:re)?(?:direct|address|submit|send) (?:your|this|the|any|all) (?:\w+ )?(?:requests?|orders?|notices?
|correspondence) (?:to|through|via)\b|\bnot responsible for (?:the|this) (?:service|platform)""")),
    ("insufficient_information", words(r"""\b(?:in|not )sufficient(?:ly)?(?: \w+){0,2} (?:information|details?|context
|evidence|specific|substantiated|to)|\b(?:not
|n't) (?:\w+ ){0,3}(?:enough|sufficient|adequate|complete) (?:\w+ )?(?:information|details?|context|evidence)
|\b(?:incomplete|missing|lacks?|lacking) (?:\w+ ){0,4}(?:information|details?|urls?|basis|reference|document\w*
|signature)|\b(?:more|additional|further) (?:information|details?) (?:is|are|would be) (?:needed|required|necessary)
|\brequest (?:is|was) incomplete|\b(?:does|do|did) not (?:include|contain|specify|provide|state|identify|name|indicate)\b
|\b(?:is|was) (?:not signed|unsigned)\b""")),
    ("not_illegal", NO_VIOLATION),
)  # fmt: skip
NOT_FOUND = words(
    rf"""\bno (?:such )?{_THING} (?:exists?|was found|were found|could be found|is available) (?:at|under|on)\b
|\b(?:unable|not able|could not|couldn't|cannot|can't|did not|were not able) ?(?:to )?(?:be )?(?:locate|find|found
|located
|identify) (?:the|this|that|an?|any|these|those|such) (?:\w+ ){{0,3}}?{_THING}\b(?! (?:that |which )?(?:to be|violat|breach
|infring|is unlawful))
|\b(?:accounts?|contents?|urls?|links?|posts?|pages?|videos?|channels?|users?) (?:\S+ ){{0,6}}?(?:could not|cannot|can't
|couldn't|does not|doesn't) (?:be (?:found|located|identified)|exist)\b|\b{_THING}(?: \S+){{0,4}}? (?:was|were) not found\b
|\bno longer exists?\b
|\b(?:does not|doesn't) (?:appear to )?exist\b|\b(?:link|url)s?(?: (?:that )?you (?:have )?(?:provided|sent|gave))? (?:is|are)
[ ](?:invalid|broken|dead|not (?:valid|working)|incorrect)\b"""
)

OWN_RULES = words(
    r"""\b(?:break(?:s|ing)?|broke|(?:didn't|did not|don't|do not|doesn't|does not) (?:follow|comply with)) (?:our
|the) (?:\w+ ){0,2}?(?:rules
|guidelines|standards|terms|policies)\b|\b(?:incompatible|inconsistent|not compatible) with (?:our|its
|the) (?:\S+ ){0,3}?(?:rules|guidelines|terms
|standards|policies)\b|\b(?:violat|breach|infring|contraven|go(?:es)? against|went against|against)\w*(?: \S+){0,4}? (?:our
|the|its|x's
|tiktok's
|telegram's|meta's|facebook's|instagram's|whatsapp's) (?:\S+ ){0,3}?(?:rules?|guidelines?|terms?|standards?|polic(?:y
|ies)|community)
|\b(?:under|per|based on|pursuant to|in line with) our (?:own )?(?:\S+ ){0,2}?(?:rules|guidelines|terms|standards
|polic(?:y|ies))"""
)
LOCAL_LAW = words(
    r"""\b(?:local|national|applicable|domestic) law|\blaws? of [A-Z]|\byour (?:legal |valid |lawful )+(?:request|order
|demand)
|\blegal (?:request|order|demand|removal)|\b(?:under|pursuant to|in response to
|comply with) (?:the )?(?:\S+ ){0,3}?(?:act|law|order|regulation)\b|\bin your (?:country|jurisdiction)\b"""
)

RECEIPT = words(
    r"""\b(?:we(?:'ve| have)?|this is to|this message|this e-?mail) (?:have |has )?(?:now )?(?:received
|confirms?(?: that)? (?:we (?:have )?received|receipt|the receipt)|acknowledges?|confirm)\b[^.]{0,60}\b(?:request|report
|message|e-?mail|order|notice|submission|ticket|inquiry|enquiry|correspondence|letter|case|complaint|referral)
|\byour (?:\w+ ){0,2}(?:request|report|message|e-?mail|order|notice|submission|inquiry|enquiry|ticket|complaint
|referral)(?: \S+){0,3} (?:has been|was|is) (?:successfully |well )?(?:received|registered|logged|submitted|recorded
|opened|created|assigned|queued)
|\b(?:ticket|case|request|report) (?:number |id |reference |no\.? )?(?:\S+ )?(?:has been|was|is) (?:created|opened
|registered|assigned|logged|received)
|\bthank(?:s| you) for (?:contacting|your (?:message|e-?mail|report|request|submission|notice)|reaching out|writing
|getting in touch|reporting|submitting)
|\bwe (?:will|'ll) (?:review|look into|get back|respond|reply|investigate|process|assess|be in touch)
|\bticket #?\S{1,20} (?:has been |was )?(?:created|opened|registered)\b|\byour (?:e-?mail|message) has been (?:delivered
|routed)
[ ]to our\b|\byou will be notified\b|\b(?:your|the) (?:\w+ ){0,2}(?:correspondence|feedback|inquiry|enquiry|report|request
|order|notice|e-?mail|letter) (?:has been|was)
[ ](?:received|filed|forwarded|registered|routed)\b|\bopened an investigation\b|\b(?:message|inquiry|enquiry|request
|feedback) is important to us\b
|\b(?:team|agent|specialist|colleague|representative|we|i|somebody|someone)\b[^.]{0,40}\bwill (?:be |take a )?(?:review
|get back|look|reply|respond
|contact you|assigned|handle|follow up)\b|\bwill get back to you\b|^\W*(?:received|got it),? (?:thanks|thank you)\b
|^\W*(?:thanks|thank you),? got it\b
|\bexpect (?:a|our) (?:reply|response|answer)\b
|\bin receipt of your\b|\backnowledge(?:s)? (?:the )?receipt\b|\b(?:report|request|order|notice|complaint)s? (?:received
|will be (?:\w+ )?(?:reviewed
|processed|assessed|handled|examined|forwarded|looked into)|has been (?:escalated|forwarded|passed|referred|sent on
|routed))\b|\bwe got your\b
|\bwe(?: have|'ve)? (?:forwarded|passed(?: on)?|escalated|referred|routed) (?:your|the|this) (?:\w+ ){0,2}(?:request|report
|order|notice|e-?mail
|message) to (?:our|the)\b"""
    + "|"
    + tongues.RECEIPT
)
IN_REVIEW = words(
    r"""\bwe(?: are|'re) (?:currently |still |now )?(?:working on|looking into) (?:it|this|your|the)\b|\bin our queue\b
|\b(?:matter|request|report|order|case|notice)s? (?:has|have) been referred to our\b|\bteam (?:is|are) looking into\b
|\b(?:is|are|currently|now|being) (?:\w+ )?(?:under review|being reviewed|reviewed by|in review|being investigated
|under investigation|being processed)\b|\bwe(?: are|'re) (?:currently |still |now )?(?:reviewing|investigating|looking into
|assessing|processing)\b"""
)
NUMBER = words(
    r"""\b(?:ticket|case|request|report|reference|incident|enquiry|inquiry|vorgangs?|fall|dossier)(?:[ -]?(?:number|id|no|nr
|ref(?:erence)?|nummer
|#))?\.?(?: is| has been| was)?(?: created| opened| registered| assigned)?
 ?[:=]? ?[\[(#]{0,2} ?(?P<number>[A-Z0-9]{0,6}[-_.]?\d[A-Z0-9_./-]{2,40})"""
)
_GIVE = r"""(?:provide|(?:re-?)?send|supply|furnish|share|forward|(?:re-?)?submit|specify|clarify|explain|confirm|verify
|identify|indicate|state|name|attach|add|complete|fill (?:in|out)|sign|return|include|advise|tell us|check|give)"""
_IDLE = r"""(?!(?: \w+){0,3} (?:survey|feedback|future|(?:ticket|case|reference|request) (?:number|id)|above
|receipt of this)\b
|(?: any| all| your)*(?: \w+)? (?:requests?|orders?|notices?|correspondence) (?:to|through|via)\b|(?: it
| them) to (?!us\b))"""
"""After such a verb: boilerplate, and where to turn to instead."""
QUESTION = words(
    rf"""\b(?:could|can|would|will) you (?:please |kindly |also ){{0,2}}(?:{_GIVE}|let us know)\b{_IDLE}
|\b(?:please|kindly)(?: also| kindly| reply and| reply with and)? (?:{_GIVE}\b{_IDLE}|(?:reply|respond)(?: to this (?:e-?mail
|message))? (?:from|with)|let us know (?:which|what|whether|the|under|who|if (?:the|this|it)))\b
|\b(?:grateful|appreciate (?:it|that)|obliged) if you (?:could|would|can) (?:\w+ )?{_GIVE}\b{_IDLE}|\bdocument(?:ation
|s)? (?:is|are) required\b
|\bwe need (?:a|an|you to|your)\b
|\b(?:ask|request|invite|like) (?:that )?you (?:to )?(?:kindly )?{_GIVE}\b{_IDLE}|\bwe(?:'d| would) like to know\b
|\bwe (?:\w+ ){{0,2}}?(?:need|require|ask for|request|are missing) (?:\w+ ){{0,2}}?(?:more(?! time)|additional(?! time)
|further|the following|some|clarification|a (?:\w+ )?(?:copy|translation)|information|details
|the (?:\w+ )?(?:link|url|order|document|id|name)s?)\b
|\bin order to (?:proceed|continue|process|review)[^.]{{0,80}}\b(?:need|require|provide|please)\b|\b(?:more|additional
|further) information (?:is|will be) (?:needed|required|necessary) (?:to|before|in order)
|^(?:\W*(?:and|also|so|but|first|second|hello|hi|dear \w+),? )?(?:which|what|whose|who|where|when|do you|does (?:your|this
|the)
|is (?:your|this|the|it)|are (?:you|your|these|the)|should we)\b[^?]{{0,200}}\b(?:you|your|this|these|order|request|law
|account
|content|posts?|urls?|links?|court|authority)\b[^?]{{0,100}}\?"""
    + "|"
    + tongues.QUESTION
)
AHEAD = words(
    r"""\b(?:if|when|once|whether|will|may|might|would|could|should|can|going to|tomorrow|scheduled|planned|in case|unless
|falls
|wird|werden|si|sera|seront|será|serão|quando|sobald
|you (?:wrote|say|said|stated?|claim(?:ed)?|asked|mention(?:ed)?))\b|'ll\b|\?"""
)
"""What may still come, or was said by us, so that it is no decision."""
POLITE = words(
    r"""\b(?:if you (?:have|need|believe|wish|would like|require|disagree|feel)|should you|(?:please )?do not hesitate
|feel free
|for (?:more|further|additional) information|visit our|see our|learn more|how (?:did|would) (?:we|you)|rate (?:our|your
|this)|survey|can we help|was this (?:helpful|answer)|satisfied with|please do not (?:reply|respond)|unsubscribe
|as (?:always|ever))\b"""
)
"""Sentences with these ask for nothing and decide nothing."""
