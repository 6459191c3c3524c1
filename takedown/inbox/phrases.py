"""How platforms word that they acted, and on what ground. A phrase stands here only where its meaning is sure.

Written for text that went through `plain.normal`, one sentence at a time, without regard to case.
"""

from __future__ import annotations

from takedown.inbox import stems, tongues
from takedown.inbox.patterns import words

THING = r"""(?:accounts?|profiles?|pages?|posts?|contents?|videos?|stor(?:y|ies)|channels?|groups?|chats?|bots?|items?
|links?|urls?
|tweets?|reels?|photos?|
images?|comments?|messages?|materials?|media|users?|it|they|these|this|those|them|that|both|all|everything|konto|konten
|inhalte?|beitr(?:ag|äge)|kan(?:al|äle)|
profil|video|comptes?|contenus?|publications?|vidéos?)"""
DONE = r"(?:removed|taken down|deleted|disabled|suspended|terminated|banned|deactivated)"
LIMITED = r"(?:restricted|withheld|geo-?(?:blocked|restricted)|blocked|limited)"
_QUICKLY = r"""(?:(?:now|since|also|all|both|therefore|accordingly|permanently|thus|hereby|subsequently|successfully|just|each
|today) ){0,3}"""
SAYS_REMOVED = words(
    rf"""\bwe (?:have|'ve) {_QUICKLY}{DONE}\b|\bwe {_QUICKLY}(?:removed|took down|deleted|disabled|suspended|terminated
|banned)\b
|\bour (?:\w+ ){{1,3}}(?:has|have) {_QUICKLY}{DONE}\b
|\b{THING}(?: [^\s.]+){{0,8}}? (?:has|have|was|were)(?: been)? {_QUICKLY}{DONE}\b
|\bwe (?:have taken|took) action (?:and|by) (?:removed|removing)\b
|\bwe (?:have|'ve)? ?(?:\w+ ){{0,6}}?and (?:have )?{_QUICKLY}{DONE} (?:it|them|this|these|the)\b
|\bwe (?:have |'ve )?{_QUICKLY}(?:{LIMITED}|made \w+(?: \w+)? (?:un|in)(?:available|accessible))\b
|\b{THING}(?: [^\s.]+){{0,8}}? (?:has|have|was|were|is|are)(?: been)? {_QUICKLY}{LIMITED}\b"""
)
"""Loosely: a sentence that may tell of a removal or a restriction, of whatever. What surely does stands in `grammar`."""
SAYS_DONE = words(
    rf"""\b(?:{DONE}|{LIMITED}|unpublished|blacklisted|took down|taken \w+(?: \w+){{0,3}} down|complied with|(?:taken
|took)(?: \w+){{0,3}} action
|actioned|locked|(?:required|told|asked|ordered) (?:its|the|their) (?:author|user|owner|poster|account holder)s? to (?:delete
|remove)|with a (?:\w+ )?warning|blocked|enforced against|(?:made|become|is|are) (?:un|in)(?:available|accessible)
|no longer (?:available|accessible
|visible|online|live
|viewable)|no longer (?:be )?(?:shown|displayed|reachable|seen|viewed)|dado de baja|n'est plus (?:accessible|disponible
|visible)|n'est pas contraire|nicht mehr (?:abrufbar|verfügbar|erreichbar|zugänglich|sichtbar)
|ya no está disponible|(?:account|post|content|channel|page|video|profile|group
|item)s?(?:'s| has| have)(?: now)? been (?!review|receiv|report|forward|assign|escalat
|reinstat|restor|flag|identif|check|assess|examin|add)\w+ed|(?:led us|had|have decided|had no choice but) to (?:suspend
|remove|restrict|delete|block|ban)|(?:got|issued|received|given|applied|added) (?:a|an)
[ ](?:\w+[ -]){{0,2}}(?:strike|warning|label|screen|restriction|ban|suspension)|age-restricted
|reduced the (?:\w+ ){{0,2}}(?:distribution|visibility|reach)
|demoted|downranked|unprocessed|served by (?:another|a different)|accompanied by an? (?:\w+ )?(?:order|warrant)|(?:is|are|was
|were) (?:permitted|allowed)
|(?:breaks|broke|violates|violated|infringes|breaches) (?:our|the|any)|(?:decided|decision|chosen
|opted) (?:not )?to (?:remove|delete|suspend|restrict|withhold|block|disable|leave|keep|take
|terminate|ban)
|(?:is|are|been)(?: now| all| both)* (?:down|offline|gone|up|withholding|restricting|blocking|removing|leaving)|(?:declin
|refus)(?:e|es|ed|ing)
|(?:neither|nor) (?:have|did|do) we|not in a position to|no control over|not offered by|(?:broken|violated|breached) (?:our
|the|any)|action (?:was|has been
|is) (?:taken|required)
|(?:infringement|violation|breach)s?(?: was| were)? (?:found|identified|established|detected)|made (?:\w+ ){{1,4}}(?:un
|in)(?:available|accessible)
|(?:order|request|notice|referral) (?:has been|was|is) (?:\w+ )?(?:implemented|executed|carried out|fulfilled|honou?red|enforced)
|(?:can ?not|can no longer|could no longer) be (?:opened|viewed|seen|watched|reached|accessed|found|played)
|access (?:is |was |has been )?disabled|by (?:remov|delet|disabl|block|suspend|bann|terminat|restrict)ing
|access(?: to \S+(?: \S+){{0,4}}?)? (?:was|is|has been)(?: \w+)? (?:ended|cut|withdrawn|revoked|stopped|prevented|closed)
|(?:no longer|not) (?:\w+ )?(?:on|part of|hosted on) (?:our|the) (?:service|platform|site)|no longer has access
|(?:stays?|remains?|left|kept)(?: \w+)? (?:where|as) (?:it is|they are))\b|\b"""
    + stems.DONE
)
"""More loosely still: words that may tell of any decision, so that a mail with them is no mere receipt."""
LESSER = words(
    r"""\b(?:demot|downrank|de-?amplif|de-?monet|blurr)\w*|\b(?:in|not )eligible for\b|\b(?:for you|search|home
|explore) (?:feed|page
|results)\b|\b(?:(?:limit|reduc|restrict|lower)\w*) (?:its|the|their|in) (?:\w+ ){0,2}?(?:visibility|reach|distribution
|reposts?|sharing|comments?|repl(?:y|ies))\b|\b(?:visibility|reach|distribution) (?:\w+ ){0,2}?(?:limit|reduc|restrict|lower)\w*
|\bage[- ](?:gat|check|restrict|verif|limit)\w*|\bconfirm (?:their|your|an|the) age\b|\b(?:only|limited
|visible) (?:\w+ )?to adults
|\bbehind (?:a|an) (?:\w+ ){0,3}(?:warning|screen|notice|interstitial)\b|\b(?:warning|sensitive content|sensitivity
|fact-check\w*) (?:label|screen|notice|message|mark)\w*|\blabell?ed (?:\S+ ){0,3}?as\b|\bread-only\b"""
)
"""Measures short of removal, as Articles 3 (t) and 17 (3) (a) DSA have them: demoted, age-restricted, labelled."""
ACTED_ELSEWHERE = words(stems.ACTED)
"""In other languages, that something was done."""
OWN_RULES = words(
    r"""\b(?:break(?:s|ing)?|broke|(?:didn't|did not|don't|do not|doesn't|does not) (?:follow|comply with)) (?:our
|the) (?:\w+ ){0,2}?(?:rules
|guidelines|standards|terms|policies)\b|\b(?:incompatible|inconsistent|not compatible) with (?:our|its
|the) (?:\S+ ){0,3}?(?:rules|guidelines|terms
|standards|policies)\b|\b(?:violat|breach|infring|contraven|go(?:es)? against|went against|against)\w*(?: \S+){0,4}? (?:our
|the|its|x's
|tiktok's|youtube's|reddit's|discord's
|telegram's|meta's|facebook's|instagram's|whatsapp's) (?:\S+ ){0,3}?(?:rules?|guidelines?|terms?|standards?|polic(?:y
|ies)|community)
|\b(?:violation|breach|infringement)s? of (?:\w+'s )?(?:terms|community guidelines|community standards|guidelines|house rules)\b
|\b(?:under|per|based on|pursuant to|in line with) our (?:own )?(?:\S+ ){0,2}?(?:rules|guidelines|terms|standards
|polic(?:y|ies))|"""
    + r"""\bour (?:\w+ ){0,2}?(?:rules|guidelines|terms|standards|policies) (?:do not allow|don't allow|forbid|prohibit|ban)\b|"""
    + tongues.OWN_RULES
)
LOCAL_LAW = words(
    r"""\b(?:local|national|applicable|domestic) law|\blaws? of [A-Z]|\byour (?:legal |valid |lawful )+(?:request|order
|demand)
|\blegal (?:request|order|demand|removal)|\b(?:under|pursuant to|in response to
|comply with) (?:the )?(?:\S+ ){0,3}?(?:act|law|order|regulation)\b|\bin your (?:country|jurisdiction)\b"""
)
