"""How platforms acknowledge a request, and how they ask.

Written, as `phrases` is, for text that went through `plain.normal`, one sentence at a time, without regard to case.
"""

from __future__ import annotations

from takedown.inbox import stems, tongues
from takedown.inbox.patterns import words

RECEIPT = words(
    r"""\b(?:we(?:'ve| have)?|this is to|this message|this e-?mail) (?:have |has )?(?:now )?(?:received
|confirms?(?: that)? (?:we (?:have )?received|receipt|the receipt)|acknowledges?|confirm)\b[^.]{0,60}\b(?:request|report
|message|e-?mail|order|notice|submission|ticket|inquiry|enquiry|correspondence|letter|case|complaint|referral)
|\byour (?:\w+ ){0,2}(?:request|report|message|e-?mail|order|notice|submission|inquiry|enquiry|ticket|complaint
|referral)(?: \S+){0,3} (?:has been|was|is) (?:successfully |well )?(?:received|registered|logged|submitted|recorded
|opened|created|assigned|queued)
|\b(?:ticket|case|request|report) (?:number |id |reference |no\.? )?(?:\S+ ){0,4}(?:has been|was|is) (?:created|opened
|registered|assigned|logged|received)
|\bthank(?:s| you) for (?:contacting|your (?:\w+ )?(?:message|e-?mail|report|request|submission|notice)|reaching out|writing
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
|\b(?:moderators|team|staff|we) will (?:\w+ )?(?:check|examine|look at|review|assess|handle)\b|\b(?:thanks
|thank you) for (?:the|this) (?:report
|notice|message|e-?mail|note|heads.up)\b|\bwe aim to (?:answer|reply|respond)\b|\b(?:has|have) reached us\b|\b(?:is
|are) being (?:dealt with|handled|processed|looked (?:at|into)|worked on|assessed|examined)\b
|\bwe(?: are|'re) on it\b|\bwill (?:be in touch|update you|keep you (?:posted|informed|updated))\b|\bjust acknowledging\b
|\bwill (?:revert|come back to you|be dealt with|take care of)\b|\bcopy of your (?:submission|request
|report|notice)\b
|\b(?:submission|registration|confirmation|tracking) (?:number|id|code|reference)\b|\bmoved to ["']?(?:in review|open|new
|pending)\b|\bexpect (?:a|our) (?:reply|response|answer)\b
|\b(?:will|expect to|should) hear (?:back )?from us\b|\b(?:case|request|report|matter|order|notice) (?:\w+ ){0,2}?(?:is|sits|lies
|rests) with (?:our|the) (?:\w+ ){0,2}?(?:team|department|counsel|colleagues|specialists)\b
|\b(?:answer|repl(?:y|ie)|respon(?:d|se))s? within (?:\w+ ){1,3}?(?:hours|days|weeks)\b
|\bin receipt of your\b|\backnowledge(?:s)? (?:the )?receipt\b|\b(?:report|request|order|notice|complaint)s? (?:received
|will be (?:\w+ )?(?:reviewed
|processed|assessed|handled|examined|forwarded|looked into)|has been (?:escalated|forwarded|passed|referred|sent on
|routed))\b|\bwe got your\b
|\bwe(?: have|'ve)? (?:forwarded|passed(?: on)?|escalated|referred|routed) (?:your|the|this) (?:\w+ ){0,2}(?:request|report
|order|notice|e-?mail
|message) to (?:our|the)\b"""
    + "|"
    + tongues.RECEIPT
    + "|"
    + stems.RECEIPT
)
IN_REVIEW = words(
    r"""\bwe(?: are|'re) (?:currently |still |now )?(?:working on|looking into) (?:it|this|your|the)\b|\bin (?:our|the) queue\b
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
    rf"""\b(?:grateful|thankful|appreciate(?:d)?)(?: for| if we could have)? (?:\w+ )?(?:clarification|confirmation
|further (?:details|information))\b
|\bawaiting your (?:reply|response|answer)\b|\b(?:could|can|would|will) you (?:please |kindly |also ){{0,2}}(?:{_GIVE}
|let us know)\b{_IDLE}
|\b(?:please|kindly)(?: also| kindly| reply and| reply with and)? (?:{_GIVE}\b{_IDLE}|(?:reply|respond)(?: to this (?:e-?mail
|message))? (?:from|with)|let us know (?:which|what|whether|the|under|who|if (?:the|this|it)))\b
|\b(?:grateful|appreciate (?:it|that)|obliged) if you (?:could|would|can) (?:\w+ )?{_GIVE}\b{_IDLE}|\bdocument(?:ation
|s)? (?:is|are) required\b
|\bwe(?:'d| would)(?: also)? (?:need|require) (?!to)\b|\bwe need (?:a|an|you to|your)\b|\bwe require (?:a|an|the|your)\b
|\bmind (?:re-?)?sending\b|^\W*missing:
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
    + "|"
    + stems.QUESTION
)
