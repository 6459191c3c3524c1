"""What follows a removal in a mail: only what is known to change nothing may speak of the target, of the measure or of its owner.

`We have removed the video. You can read our rules here` is a removal. `We have suspended the account. The suspension ran out on
Sunday` and `The video has been removed. Its author published it anew` are for a person: the ways to say so are without number.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from takedown.inbox import doubts, phrases
from takedown.inbox.deciding import bare
from takedown.inbox.patterns import words

_SPEAKS_OF_IT = words(
    r"""\b(?:accounts?|profiles?|pages?|posts?|contents?|videos?|stor(?:y|ies)|channels?|groups?|chats?|bots?|items?|reels?
|tweets?
|photos?|messages?|copies|publications?|it|its|they|them|others?|the rest|andere[nrs]?|übrigen|restliche\w*|autres?|otr[oa]s?
|outr[oa]s?|altr[iea]|inn[eya]|pozostał\w+|diğer\w*|remaining|numbers? \d|nobody|everybody|everyone|anyone
|suspensions?|bans?|blocks?|blockages?|restrictions?|removals?|deletions?|measures?|decisions?|lock|penalt(?:y|ies)
|owners?|users?|authors?|uploaders?|holders?|creators?|posters?
|kont(?:o|en|os)|inhalt\w*|beitr(?:ag|äge)\w*|kan(?:al|äle)\w*|gruppen?|seiten?|sperr(?:e|ung)\w*|löschung\w*|maßnahmen?
|entscheidung\w*
|(?:konto)?inhaber\w*|nutzer\w*|verfasser\w*|urheber\w*
|comptes?|contenus?|vidéos?|chaînes?|profils?|groupes?|mesures?|décisions?|blocages?|suppressions?|auteure?s?|utilisat\w+
|titulaires?
|elles|ils|(?:il|elle) (?:a|est|n'est|reste|demeure|fut|sera)
|cuentas?|contenidos?|v[ií]deos?|publicaci\w+|canal(?:es)?|perfil(?:es)?|grupos?|páginas?|medidas?|suspensión|bloqueos?|decisión
|usuari[oa]s?|autor\w*|titular(?:es)?|contas?|conteúdos?|postage\w+|decisão|suspensão
|contenut[oi]|profil[oi]|pubblicazion[ei]|misur[ae]|sospension[ei]|blocc[ohi]+|decision[ei]|utent[ei]|titolar[ei]
|kont\w{0,3}|film\w*|treś\w+|wpis\w*|kanał\w*|grup\w+|blokad\w+|zawieszeni\w+|decyzj\w+|użytkownik\w*|właściciel\w*
|hesap\w*|hesab\w*|içeri\w+|gönderi\w*|engel\w*|tedbir\w*|karar\w*|sahib\w*|kullanıcı\w*)\b
|حساب|محتوى|منشور|قناة|فيديو|مقطع|صفحة|تعليق|حظر|قرار|آخر|أخرى|باقي|صاحب|مستخدم|اکاؤنٹ|مواد|پوسٹ|چینل|ویڈیو|پابندی|صارف"""
)
ADVICE = words(
    r"""^[\W_]*(?:if|should|whenever|wenn|sollten?|falls|si(?! (?:è|sono|ha))|jeśli|jeżeli|eğer|إذا|اگر)\b
|^\W*(?:please|you (?:can|may)|to|we (?:encourage|invite|ask) you to) (?:\w+ ){0,3}?(?:report|block|mute|unfollow|hide|review|read
|learn|visit|contact|submit|let us know|reply|refer|send)\b
|^\W*we (?:do not|don't|never) (?:allow|permit|tolerate)\b|^\W*we take\b|^\W*our (?:goal|aim|mission|policy) is\b"""
)
"""Conditions, advice to us, what a platform says of itself."""
_HARMLESS = words(
    r"""\b(?:been|was|were|be|we(?: have|'ve)?) (?:\w+ ){0,2}?(?:notified|informed|told)\b|\b(?:to|will) (?:notify|inform)\b
|\ba copy of (?:your|the|this)\b
|\b(?:benachrichtigt|informiert|unterrichtet|mitgeteilt|informée?s?|notifiée?s?|avisée?s?|(?:informad|notificad|avisad)[oa]s?\b
|(?:informat|avvisat|notificat)[oaie]\b|powiadom|poinformow|przekaza|bilgilendiril)|إبلاغ|إخطار|إعلام
|\b(?:can|may|might|is able to|(?:has|have) the right to|is entitled to|kann|können|peut|peuvent|puede|pueden|pode|può
|possono|może|mogą
|يمكن|يجوز)\b.{0,60}?(?:appeal|contest|challeng|complain|object|redress|dispute|beschwerde|widerspr|einspr|recours|contest
|recurso|recurr
|impugn|ricors|reclam|odwoła|skarg|اعتراض|تظلم|الطعن)|itiraz edebilir
|\b(?:violat|breach|infring|contraven|breaks?\b|broke\b|goes? against|went against|unlawful|illegal|verst(?:o|ö)(?:ß|ss)
|verletzt|enfrein
|contrevien|incumpl|viola|narusza|ihlal|ينتهك|يخالف)"""
)
"""Who was told, who may appeal, why it was done."""
_ELSEWHERE = words(
    r"""\b(?:elsewhere|everywhere else|outside|abroad|in (?:all )?(?:the )?other (?:countries|regions|places)|in the rest of
|außerhalb
|andernorts|in anderen ländern|à l'étranger|dans les autres pays|fuera de|en otros países|all'estero|negli altri paesi|poza
|w innych krajach)\b"""
)
"""Where a restriction does not hold; of a removal it would make one."""
_SMALL = frozenset({"and", "of", "for", "the", "und", "der", "für", "von", "de", "des", "du", "la", "di", "del", "e", "et", "y"})
_FIELD = re.compile(r"[A-ZÀ-Þ][\w /&-]{1,40}: \S")
_TURNS = words(
    r"\b(?:status|state|duration|until|expir\w+|ends?|days?|hours?|weeks?|dauer|durée|duración|durata|okres|süre\w*|مدة)\b"
)


def tells_more(clause: str, after: Collection[str]) -> bool:
    """Whether a clause leaves a doubt about what the ones before it did. `after`: their claimed values."""
    if not {"removed", "restricted"} & set(after):
        return False
    if doubts.POLITE.search(clause) or doubts.THANKS.search(clause):
        return False
    if _FIELD.match(clause) or _of_names(clause):
        return bool(_TURNS.search(clause))
    return bool(_SPEAKS_OF_IT.search(bare(clause))) and not _harmless(clause, after)


def _harmless(clause: str, after: Collection[str]) -> bool:
    if phrases.SAYS_REMOVED.search(clause):
        return False
    plain = bare(clause)
    told = _HARMLESS.search(plain) and not doubts.NEGATED.search(plain)
    return bool(told or ADVICE.search(clause) or ("removed" not in after and _ELSEWHERE.search(clause)))


def _of_names(clause: str) -> bool:
    """`TikTok Content Operations`: a signature."""
    found = re.findall(r"[^\W\d_]+", clause)
    return len(found) <= 8 and all(word[0].isupper() or word in _SMALL for word in found)
