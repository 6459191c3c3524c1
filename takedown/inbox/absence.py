"""How people and their machines say that nobody is there: subjects and first lines, in the languages in which they write them."""

from __future__ import annotations

from takedown.inbox.patterns import words

_PREFIX = r"^\W*(?:(?:re|aw|sv|vs|antw|odp|tr|rif|r|רד|ynt|回复|答复|转发|fw|fwd)\s*[:：]\s*)*\W*(?:auto ?[:：-] ?)?"
_ONE_WORD = r"""(?:ooo|vacation|holiday|abwesen(?:d|heit)|urlaub|absence|absente?|ausente|ausencia|aus[êe]ncia
|assen(?:za|te)|afwezig(?:heid)?|frånvaro|fravær
|poissa|lomalla|nieobecno(?:ść|sc)|nep[řr][íi]tomnost|t[áa]voll[ée]t|odsot\w*|odsut\w*
|[\w ]{0,30}(?:biroja|prombūtne|atvaļinājum)\w*|(?:不在|休暇|外出)(?:中|届)?|부재(?: ?중)?)
(?=\s*(?:$|[:：(（]|[.!。！]\W*$))"""
"""What also begins other subjects (`Absence de violation`): it is all of the subject, or all before a colon or a bracket."""
SUBJECT = words(
    _PREFIX
    + r"""(?:(?<=auto:)|(?<=auto: )|(?<=auto : )|automatic reply|auto(?:matic|mated)?[ -]?(?:reply|response|responder)|autoreply
|out of (?:the )?office|away from (?:my|the) (?:office|desk|mail)|on (?:annual |maternity |parental |sick )?leave
|on (?:vacation|holiday)\b
|(?:vacation|holiday) (?:reply|response|message|notice)|[\w .,'/-]{1,60} (?:is|will be) (?:out of (?:the )?office|away|on leave)
|fuori (?:ufficio|sede)|abwesenheits\w+|automatische (?:antwort|rückmeldung|nachricht)|urlaub(?:snotiz|sbenachrichtigung)\b
|urlaub (?:vom|bis|ab) \d|nicht im (?:büro|haus)
|außer haus|[\w .,'/-]{1,60} ist (?:außer haus|nicht im (?:büro|haus)|abwesend|im urlaub)
|réponse automatique|message d'absence|absence du bureau|hors (?:du )?bureau|en congés?\b|[\w .,'/-]{1,60} est absente?
|respuesta autom[áa]tica|fuera de (?:la )?oficina|[\w .,'/-]{1,60} est[áa] ausente
|in ferie|de f[ée]rias|niet aanwezig|met vakantie|risposta automatica|assenza dall'ufficio|resposta autom[áa]tica
|aus[êe]ncia tempor[áa]ria|fora do escrit[óo]rio
|automatisch(?:e)? (?:antwoord|bericht|reactie)|afwezigheids\w+
|autosvar|automatiskt? svar|ikke til ?stede|automaattinen (?:vastaus|viesti|poissaolo)|poissaolo(?:ilmoitus|viesti)
|otomatik (?:yanıt|cevap)|ofis dışında
|odpowied(?:ź|z) automatyczna|automatyczna odpowied(?:ź|z)|autoodpowied|poza biurem|automatick[áa] odpov
|mimo kancel|automatikus v[áa]lasz|r[ăa]spuns automat|samodejni odgovor|automatski odgovor
|autom[āa]tisk[āa] atbilde|automatinis atsakymas|automaatvastus
|αυτόματη απάντηση|εκτός γραφείου
|автоответ|автоматическ\w+ (?:ответ|уведомление)|автоматичн\w+ (?:відповідь|отговор)|автоматски одговор|вне офиса|в отпуске
|нет на месте|自动(?:回复|答复|回覆|回應)|自動(?:回覆|答覆|回應|応答|返信|回复)|(?:不在|休暇|外出)(?:通知|連絡|のお知らせ|のご連絡
|のため)|자동 ?(?:회신|응답)|trả lời tự động|balasan otomatis|jawapan automatik
|ตอบกลับอัตโนมัติ|תשובה אוטומטית|מענה אוטומטי|رد تلقائي|الرد التلقائي|پاسخ خودکار|خودکار جواب
|"""
    + _ONE_WORD
    + r""")|\((?:automatic|automated|auto)[ -](?:response|reply)\)\s*$"""
)
OWN = words(r"\bfrom my (?:calendar|agenda|schedule|list|phone|computer|laptop|inbox|mailbox|desk)\b(?! of)")
"""What somebody who is away did with things of their own: no decision."""
_OTHERS = r"""\bich (?:bin|befinde mich) (?:\S+ ){0,5}?(?:nicht im (?:büro|haus|dienst)|abwesend|außer haus|im urlaub
|in elternzeit|nicht erreichbar|wieder (?:im büro|erreichbar|für sie))|\bab (?:dem )?.{1,30} (?:bin ich
|sind wir) (?:\S+ )?wieder\b
|\bbin (?:ich )?(?:bis .{1,30} )?(?:im urlaub|abwesend|nicht im büro)|\b(?:büro|kanzlei|praxis) (?:ist
|bleibt) .{0,60}geschlossen
|\bje (?:suis|serai) (?:actuellement )?(?:absente?|en congés?|en vacances|en déplacement|de retour le)
|\bactuellement (?:absente?|en congés?)|\bestoy (?:\S+ )?(?:fuera de (?:la )?oficina|de vacaciones)|\bestaré (?:ausente|fuera)
|\bme encuentro (?:\S+ )?(?:de vacaciones|fuera|ausente)|\best(?:ou|arei) (?:\S+ )?(?:fora do escritório|de férias|ausente)
|\bencontro-me (?:ausente|de férias)|\bsono (?:\S+ )?(?:fuori (?:ufficio|sede)|in ferie|assente)|\bsarò (?:\S+ )?(?:assente
|fuori|in ferie)
|\bik ben (?:\S+ ){0,3}(?:afwezig|met vakantie|niet (?:op kantoor|aanwezig|bereikbaar)|met verlof)
|\b(?:przebywam|jestem) (?:\S+ )?(?:na urlopie|poza biurem|nieobecn\w)|\bjag är (?:\S+ )?(?:på semester|tjänstledig
|föräldraledig|frånvarande|bortrest|inte på kontoret)
|\bjeg (?:er|har) (?:\S+ )?(?:på ferie|ferie|ikke på kontoret|fraværende|bortreist)|\bolen (?:\S+ )?(?:lomalla|poissa|matkoilla)
|\bjsem (?:\S+ )?(?:mimo kancelář|na dovolené|nepřítom)|szabadságon vagyok|nem vagyok az irodában
|\bsunt (?:\S+ )?(?:în concediu|plecat)
|в отпуске|у відпустці|вне офиса|отсутствую\b|λείπω\b|σε άδεια|\bizinde(?:yim)?\b|ofis dışında|부재 ?중|휴가 ?중|休假|外出中
|不在(?:にして|のため
|です|中(?=[ぁ-ん]|\W|$))|休暇中|休暇のため|出张
|חופשה|מחוץ למשרד|nghỉ phép|na dopustu|na godišnjem odmoru|atvaļinājum|atostogau|puhkusel|خارج المكتب|في إجازة|چھٹی پر
|دفتر (?:میں نہیں|سے باہر)"""
TEXT = words(
    r"""\b(?:i am|i'm|i will be|i'll be|we are) (?:currently |now )?(?:out of (?:the |my )?office|away|ooo|on (?:\w+ )?(?:leave
|vacation|holiday)|travell?ing|not in the office)|\b(?:i am|i'm|i will be|i'll be) (?:currently )?out (?:until|till|from|all
|this|next)\b|\bnot checking (?:my )?(?:e-?)?mails?\b|\bout of (?:the )?office\b|\b(?:limited|no) access to (?:my )?e-?mail
|\bwill (?:return|be back) (?:to the office |in the office )?on\b|\bthis (?:mailbox|inbox|address) is not monitored
|\bno longer (?:work|with)\b.{0,40}\b(?:company|here|team)|\b(?:he|she|[a-z]+) no longer works (?:at|for|with) (?!all\b|some\b
|most\b|users|people)|\bnotification you will receive while this person
|\bon my return\b|\bfor urgent (?:matters|issues|requests),? (?:please )?(?:contact
|call|e-?mail)|\b(?:office is|offices are) closed\b|\b(?:upon|on) (?:our|my) return\b|\bwhen i return\b|\bno longer work\b
|\bi(?: have|'ve) left (?:the (?:company|team)|\w+)[.,;]|"""
    + _OTHERS
)
"""In a text that went through `plain.normal`."""
