"""How platforms word that they do not act, and why.

Written, as `phrases` is, for text that went through `plain.normal`, one sentence at a time, without regard to case.
"""

from __future__ import annotations

from takedown.inbox import stems, tongues
from takedown.inbox.patterns import Words, words
from takedown.inbox.phrases import DONE, THING

_REMOVING = r"""(?:remov|tak(?:e|en|ing) down|tak(?:e|en|ing) (?:any |further )?action|delet|disabl|suspend|restrict|withh
|block
|action(?:ed|ing)?\b|comply|complied|terminat|act(?:ed)? on|fulfil|grant)"""
DECLINED = words(
    rf"""\b(?:isn't|is not) something (?:that )?we can\b|\bstand by our (?:\w+ )?decision not to\b|\b(?:can ?not|can't
|unable to|won't|not able to) (?:give effect to|moderate|execute|enforce|help with)\b
|\b(?:not in a position to|unable to|can ?not|can't) (?:\w+ ){{0,2}}?(?:accede|agree|consent) to (?:it|your|the|this)\b
|\b(?:are|'re) leaving (?:it|them|the \w+) (?:up|online|in place)\b|\bnot be taking (?:any )?(?:further )?action\b
|\bmeasures? taken: (?:none|no)\b|\bhas no control over (?:the )?(?:content|accounts?|service|platform)\b
|\b(?:does|do) not process (?:\w+ )?requests?\b|\bclos(?:ing|ed) (?:this|your
|the) (?:\w+ )?without (?:any |further )?action\b
|\b(?:falls|fall|is|are) outside (?:of )?our (?:remit|scope|policies|jurisdiction)\b|\b(?:have|has|we(?:'ve)?) left (?:it
|them|the \w+) (?:up|online)\b
|\b(?:must|have to|has to|had to|need to) (?:decline|reject|refuse|dismiss)\b|\b(?:decision|outcome
|result)\s*[:=–-] ?(?:no action|none|no measures?
|not removed|rejected|declined|dismissed)\b|\bnot (?:\w+ ){{0,3}}?that (?:a )?(?:removal|action) is (?:warranted|justified
|required)\b
|\bcannot be granted\b|\b(?:will|shall)(?: \w+)? not (?:\w+ )?(?:comply|implement|enforce|execute|give effect)\b|\b(?:request
|order|notice|report)s? (?:has|have|was|were) not (?:been )?(?:approved|granted|accepted
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
|\bnone of (?:the|these|those|your) (?:\w+ ){{0,2}}?(?:has|have|was|were) (?:been )?{DONE}\b|\b(?:does|do) not (?:operate
|host) (?:it|this|the)\b
|\b(?:can't|cannot|can not|unable to|not able to) help with (?:this|your|the)\b|\b(?:decided|chosen|elected) to (?:keep
|leave)\b
|\b(?:have|has|was|were) (?:therefore )?rejected (?:it|them)\b|\bdoes not meet (?:our|the) (?:\w+ ){{0,3}}?(?:standards?
|requirements?|criteria|threshold)\b
|\bdeclin(?:e|es|ed|ing) (?:to|your|the|this|it|them)\b|\brefus(?:e|ed|ing) (?:to|your|the|this)\b
|\b(?:request|report|order|notice|referral)s? (?:has|have|was|were|is|are)(?: been)? (?:hereby |therefore )?(?:rejected
|denied|declined|refused|dismissed|closed without action)\b
|\b(?:rejected|denied|dismissed) (?:your|the|this) (?:\w+ )?(?:request|report|order|notice|referral)\b"""
    + "|"
    + tongues.DECLINED
)
UNPROCESSED = words(r"\b(?:process|proceed|assist|help|review|consider|accept|verify)(?:ed|ing)?\b")
"""What a refusal is about that refuses nothing yet: the request was not even looked at."""
NOT_OURS = words(
    r"\bnot responsible for\b|\b(?:you )?(?:need|have) to contact (?!us)|\bcontact (?:them|the (?:platform|provider)) directly\b"
)
NO_VIOLATION = words(
    r"""\b(?:do(?:es)?|did) ?(?:not|n't) break (?:our|the|any)\b|\b(?:is|are) (?:permitted|allowed|acceptable) under (?:our
|the)\b|\b(?:is|are|was|were) ?(?:not|n't) (?:\w+ ){0,2}?(?:against|a violation
|a breach|to be in (?:breach|violation)|in (?:breach|violation))\b|\b(?:does|do|did) ?(?:not
|n't) amount to (?:a |an )?(?:\w+ )?(?:violation|breach|offence)
|\b(?:has|have|had) ?(?:not|n't) (?:broken|breached|violated|infringed) (?:our
|the|any)\b|\bno (?:infringements?|violations?|breach(?:es)?)(?: was| were| has been)? (?:found|identified|established
|detected)\b|\b(?:did not|didn't|do not
|don't) find that\b[^.;]{1,80}\b(?:violat\w+|breach\w*
|go(?:es)? against|infring\w+)
|\b(?:do(?:es)?|did|is|are|was|were|has|have|could) ?(?:not|n't) (?:\w+ ){0,3}?(?:violat\w*|breach\w*|go(?:es)? against
|infring\w*|contraven\w*|meet the (?:threshold|criteria)|unlawful|illegal|in violation)
|\b(?:found|find|identified|identify|see|detected?) no (?:evidence of (?:a |any )?)?(?:violation|breach|infringement)
|\b(?:unable|not able|could not|couldn't|cannot|can't|did not|didn't|do not|don't|were not able) ?(?:to )?(?:find|found
|identify|establish|detect
|determine|conclude|confirm)(?: that)? (?:a |any |the |there (?:is|was) (?:a |any )?)?(?:\w+ ){0,4}?(?:violat\w+|breach\w*
|infring\w+)
|\b(?:is|are|was|were) (?:found )?not (?:to be )?in (?:violation|breach)\b|\bno violations?\W*$|\bnothing (?:in|about
|on) (?:it|them|the|this|these|that)\b[^.;]{0,40}?\b(?:break|violat|breach|infring|contraven
|goes? against)
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
WHY_NOT: tuple[tuple[str, Words], ...] = (
    ("cannot_reach", words(r"""end-to-end[- ]encrypt|\bbeyond our (?:reach|control)\b|\b(?:do|does) not (?:store|retain
|keep) (?:\w+
){0,2}?(?:messages?|chats?|contents?)\b|\b(?:chats?|messages?|groups?) (?:\w+ ){0,3}are private (?:amongst|among
|between)\b|\b(?:no|not have|without) (?:technical )?(?:access|ability
|means) to (?:the )?(?:private |users' )?(?:messages?|chats?|contents?)\b""")),
    ("already_gone", words(r"""\balready (?:been )?(?:removed|deleted|taken down|unavailable|gone|disabled|suspended
|inaccessible|down|closed)
|\bno longer (?:exists?|(?:publicly )?available|accessible|active|on|live)\b|\b(?:has|had) (?:since |already )?been (?:removed
|deleted|deactivated|closed|taken down|made private) by (?:the|its|their) (?:user|owner|author|uploader|creator
|account holder)s?""")),
    ("court_order_needed", words(stems.COURT + r"""|\bnot subject to the jurisdiction\b|\b(?:court|judicial) order
|\border (?:issued )?(?:by|from|of) (?:a|the
|an?) (?:\w+ )?court|\bcompetent court|\bcourt would be required|\b(?:valid
|formal|appropriate) legal process|\bmutual legal assistance|\bMLAT\b""")),
    ("wrong_entity", words(r"""\b(?:is|are) not the (?:\w+ )?(?:controller|provider|operator|host|competent entity)\b|\b(?:is
|are) not (?:offered|operated|provided|controlled|run|hosted) by\b
|\bhas no control over (?:the )?(?:content
|accounts?|service|platform)\b|\b(?:must|should|need to|have to) be (?:addressed|directed|sent|submitted) to\b|\b(?:wrong
|another|different|not the (?:correct|right|responsible|relevant
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
|\b(?:urls?|links?|signature|date|document|reference|translation)s? (?:is|are|was|were) missing|\blacks? (?:a|an|any
|the) (?!merit)|\brequest (?:is|was) incomplete|\b(?:does|do|did) not (?:include|contain|specify|provide|state|identify|name
|indicate)\b
|\b(?:is|was) (?:not signed|unsigned)\b|\b(?:is|are|was|were) not (?:attached|enclosed|included)\b|\b(?:bears?|has|have|had
|with) no (?:\w+ )?(?:signature|stamp|annex)\b|\bwithout (?:an?|any|the) (?:\w+ )?(?:signature|stamp|annex)\b""")),
    ("not_illegal", NO_VIOLATION),
)  # fmt: skip
NOT_FOUND = words(
    rf"""\bnone of the (?:\w+ )?(?:urls|links) (?:lead|point|resolve|work)\w*\b|\bno (?:such )?{THING} (?:exists?|was found
|were found|could be found|is available) (?:at|under|on)\b
|\b(?:unable|not able|could not|couldn't|cannot|can't|did not|were not able) ?(?:to )?(?:be )?(?:locate|find|found
|located
|identify) (?:the|this|that|an?|any|these|those|such) (?:\w+ ){{0,3}}?{THING}\b(?! (?:that |which )?(?:to be|violat|breach
|infring|is unlawful))
|\b(?:accounts?|contents?|urls?|links?|posts?|pages?|videos?|channels?|users?) (?:\S+ ){{0,6}}?(?:could not|cannot|can't
|couldn't|does not|doesn't) (?:be (?:found|located|identified)|exist)\b|\b{THING}(?: \S+){{0,4}}? (?:was|were) not found\b
|\bno longer exists?\b
|\b(?:does not|doesn't) (?:appear to )?exist\b|\b(?:link|url)s?(?: (?:that )?you (?:have )?(?:provided|sent|gave))? (?:is|are)
[ ](?:invalid|broken|dead|not (?:valid|working)|incorrect)\b"""
)
