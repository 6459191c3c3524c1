"""The same phrases in the other languages that platforms write, from German to Urdu.

Only the plainest forms; what is worded otherwise is for a person.
All are parts of regular expressions, by what they mean. `REMOVED` and `RESTRICTED` must make up a whole sentence.
"""

from __future__ import annotations

from takedown.inbox.countries import ANY

_DE = r"""(?:(?:das|den|der|die|dieses|diesen|diese|alle|beide)(?: (?:\d+|zwei|drei|vier
|fünf))? (?:(?:von ihnen )?(?:gemeldete[nr]?|genannte[nr]?
|beanstandete[nr]?
|betreffende[nr]?) )?(?:konto|konten|inhalte?|beitrag|beiträge|kanal|kanäle|profile?|videos?|accounts?|gruppe|seite)|es|ihn
|sie)"""
_DE_DONE = r"""(?:(?:geprüft und )?(?:(?:dauerhaft|endgültig|gestern|heute(?: morgen)?|nun|daher|deshalb|folglich|somit
|inzwischen|umgehend|weltweit
|vollständig|bereits heute|am \d{1,2}\. \w+(?: 20\d\d)?|von (?:unserer plattform|tiktok|instagram|facebook|threads|telegram
|x|whatsapp)) ){0,4}(?:entfernt|gelöscht|gesperrt|deaktiviert))"""
_DE_BREACH = r"(?: (?:verst(?:ö|o)(?:ß|ss)t gegen|verletzt) unsere [^.,;]{3,50} und)"
_DE_SHUT = r"(?:nicht (?:mehr|länger) (?:verfügbar|zugänglich|abrufbar|aufrufbar|einsehbar|erreichbar|sichtbar))"
_DE_USERS = r"(?:für (?:nutzer(?:innen und nutzer)?|personen|menschen) )"
_DE_BEFORE = r"""(?:(?:nach|aufgrund|auf grund|infolge) (?:(?!nicht|kein|widerspruch|beschwerde)[^.,;:]){3,80}?,? )"""
_DE_TAIL = r"""(?:,? (?:von (?:unserer plattform|unseren diensten)|wegen (?:eines |des )?verstoßes gegen unsere [^.,;]{3,50}
|,? ?da (?:er|es|sie|dieses?r?) gegen unsere [^.,;]{3,50} versto(?:ß|ss)en|,? ?da (?:er|es
|sie) gegen unsere [^.,;]{3,50} verst(?:ö|o)(?:ß|ss)t))"""
_FR = r"""(?:(?:le|la|les|ce|cet|cette|ces) (?:comptes?|contenus?|publications?|vidéos?|chaînes?|profils?|groupes?|pages?)
(?: (?:signalée?s?|que vous (?:nous )?avez (?:signalée?s?|indiquée?s?)(?: le \d{1,2} \w+(?: 20\d\d)?)?|en question|concernée?s?
|mentionnée?s?))?|ils?|elles?)"""
_AU = r"""au(?:x comptes| compte|x contenus| contenu|x publications| profil| groupe|x vidéos)(?: (?:signalés?|en question
|concernés?))?"""
_FR_DONE = r"(?:supprimée?s?|retirée?s?|désactivée?s?|suspendue?s?)"
_FR_BEFORE = r"""(?:(?:bonjour|madame, monsieur), )?(?:(?:suite à|à la suite de|en réponse à|conformément à|après (?:examen
|analyse) de)
[ ]votre (?:signalement|demande|notification|injonction|ordre|courrier)(?: du [\d./]{6,10})?, )"""
_FR_SHUT = r"n'est(?: désormais| maintenant)? plus (?:accessible|disponible|visible|consultable)"
_FR_TAIL = r"""(?: (?:de (?:notre (?:plate-?forme|service|site)|nos services)|pour (?:violation
|non-respect) de nos [^.,;]{3,50}|définitivement|aujourd'hui|hier|dans le monde entier|le \d{1,2} \w+(?: 20\d\d)?
|de (?:tiktok|instagram|facebook|threads|telegram|x|whatsapp)))"""
_ES = r"""(?:(?:el|la|los|las|este|esta|estos|estas) (?:cuentas?|contenidos?|publicaci[oó]n(?:es)?|v[ií]deos?|canal(?:es)?
|perfil(?:es)?
|grupos?|p[aá]ginas?)(?: (?:que (?:usted )?(?:denunció|reportó|notificó|indicó)|denunciad[oa]s?|reportad[oa]s?
|notificad[oa]s?|en cuestión))?)"""
_AL = rf"(?:a {_ES}|al (?:contenido|perfil|canal|grupo|v[ií]deo)(?: (?:denunciado|notificado|en cuestión))?)"
_ES_DONE = r"(?:dad[oa]s? de baja|eliminad[oa]s?|retirad[oa]s?|suspendid[oa]s?|desactivad[oa]s?|borrad[oa]s?)"
_ES_BEFORE = r"""(?:en cumplimiento de (?:la (?:legislación|ley)|su (?:orden|solicitud
|requerimiento))(?: local| aplicable)?, |(?:tras (?:revisar|analizar)|en respuesta a|de conformidad con) su (?:denuncia
|solicitud|notificación
|requerimiento|orden), )"""
_ES_TAIL = r"""(?: (?:en cumplimiento de (?:su (?:orden|solicitud)|la (?:ley|legislación)(?: local| aplicable)?)
|el \d{1,2} de [a-z]+(?: de 20\d\d)?|de nuestra plataforma|de nuestros servicios|permanentemente
|de forma permanente|por (?:infringir
|incumplir|violar|vulnerar)
[ ]nuestr[oa]s [^.,;]{3,50}))"""
_PT = r"""(?:(?:o|a|os|as|este|esta) (?:contas?|conteúdos?|publicaç(?:ão|ões)|postage(?:m|ns)|vídeos?|cana(?:l|is)
|perfi(?:l|s)|grupos?|páginas?)
(?: (?:que você denunciou|denunciad[oa]s?|reportad[oa]s?|indicad[oa]s?|em questão))?)"""
_PT_DONE = r"(?:removid[oa]s?|excluíd[oa]s?|suspens[oa]s?|desativad[oa]s?)"
_PT_TAIL = r"(?: (?:da (?:nossa )?plataforma|dos nossos serviços|permanentemente|por violar (?:as )?nossas? [^.,;]{3,50}))"
_IT = r"""(?:(?:il |lo |la |i |gli |le |l'|questo |questa )(?:account|contenut[oi]|post|video|canal[ei]|profil[oi]
|grupp[oi]|pagin[ae]|pubblicazion[ei])
(?: (?:(?:da lei )?segnalat[oaie]|in questione))?)"""
_IT_TAIL = r"""(?: (?:in modo permanente|definitivamente|dalla (?:nostra )?piattaforma|da (?:tiktok|instagram|facebook
|threads|telegram|x|whatsapp)|(?:perché (?:contrari[oa] a|viola)
|per (?:la )?violazione de)(?:i|gli|lle|l)? ?nostr[ei] [^.,;]{3,50}))"""
_IT_DONE = r"(?:rimoss[oaie]|eliminat[oaie]|sospes[oaie]|disattivat[oaie])"
_AR = r"""(?:(?:هذا |هذه )?(?:الحساب|المحتوى|المنشور|القناة|الفيديو|المقطع|المجموعة|الصفحة)(?: (?:المخالفة?
|الم[ُ]?بل[َّ]{0,2}غ عنها?|المذكورة?
|المعنية?))?)"""
_AR_BEFORE = r"(?:(?:بعد (?:مراجعة|دراسة)|بناء على|بناءً على|استجابة ل) ?(?:بلاغكم|طلبكم|أمركم)،? )"
_AR_TAIL = r"(?: (?:من (?:المنصة|منصتنا|خدمتنا)|نهائي[اً]{1,2}|بشكل (?:نهائي|دائم)))"
_UR = r"""(?:(?:یہ |اس |مذکورہ |متعلقہ |رپورٹ کردہ |رپورٹ کیا گیا )?(?:اکاؤنٹ|مواد|پوسٹ|چینل|ویڈیو|گروپ|صفحہ
|پروفائل)(?: کو)?)"""

_PL_WHICH = r"(?:(?:zgłoszon|wskazan|t)(?:y|a|e|ego|ą|ę|o))"
_PL_AFTER = r"(?: (?:zgłoszon|wskazan)(?:y|a|e|ego|ą))"
_PL = rf"""(?:(?:{_PL_WHICH} )?(?:konto|profil|film|filmy|wideo|treść|treści|post|posty|wpis|wpisy|kanał|materiał|publikacj[aęe]
|grup[aęy]|stron[aęy]){_PL_AFTER}?)"""
_PL_HOW = r"(?:(?:trwale|niezwłocznie|już|dzisiaj|w całości) )"
_PL_BEFORE = r"""(?:(?:w odpowiedzi na państwa (?:zgłoszenie|wniosek|nakaz)|po (?:analizie
|rozpatrzeniu) (?:państwa )?(?:zgłoszenia
|wniosku)|informujemy, że),? )"""
_PL_TAIL = r"""(?:,? (?:z (?:naszej )?platformy|z (?:powodu|uwagi na) narusz(?:enia|enie) nasz[a-zż]+ [^.,;]{3,40}
|z (?:powodu|uwagi na) narusz(?:enia|enie) (?:naszego )?regulaminu|ponieważ narusza(?:ł[aoy]?|ją)? nasz[a-zż]+ [^.,;]{3,40}
|zgodnie z państwa (?:wnioskiem|nakazem)))"""
_TR = r"""(?:(?:(?:söz konusu|bildirdiğiniz|şikâyet ettiğiniz|şikayet ettiğiniz|bildirilen|ilgili) )?(?:hesap|içerik|gönderi|video
|kanal|profil|sayfa|grup)(?:lar|ler)?)"""
_TR_BEFORE = r"""(?:(?:talebiniz|başvurunuz|bildiriminiz|kararınız) (?:doğrultusunda|üzerine|kapsamında
|uyarınca),? |inceleme(?:miz)?
[ ]sonucunda,? )"""
_TR_WHY = r"""(?:(?:\S+ )?(?:kurallarımızı|ilkelerimizi|şartlarımızı|politikalarımızı|standartlarımızı) ihlal ettiği (?:için
|gerekçesiyle))"""
_TR_HOW = r"(?:platformumuzdan|platformdan|kalıcı olarak|tamamen|bugün)"
_SALUTE = r"""(?:(?:estimad[oa]s?|hola|buen[oa]s? \w+|bonjour|madame|monsieur|olá|prezad[oa]s?|hallo|guten (?:tag|morgen)
|gentile|buongiorno)
(?: [\w ]{1,30})?[,:] )?"""
REMOVED = rf"""{_SALUTE}(?:(?:{_DE_BEFORE}?(?:wir haben
|haben wir)(?: heute(?: morgen)?| gestern| nun| daher| inzwischen| am \d{{1,2}}\. \w+)? {_DE}(?: von (?:unserer plattform
|unseren diensten))? {_DE_DONE}
|{_DE}{_DE_BREACH} wurden?(?: heute(?: morgen)?| gestern| nun| daher| inzwischen| am \d{{1,2}}\. \w+)? {_DE_DONE}
|(?:{_DE}|{_DE_BEFORE}) ?(?:wurden?|ist
|sind)(?: {_DE})?(?: heute(?: morgen)?| gestern| nun| daher| inzwischen| am \d{{1,2}}\. \w+)? {_DE_DONE}(?: worden)?
|(?:wir (?:teilen ihnen mit|bestätigen(?: ihnen)?|informieren sie(?: darüber)?)|hiermit (?:bestätigen
|informieren) wir(?: sie)?)(?: hiermit)?,? dass
[ ](?:wir {_DE} {_DE_DONE} haben|{_DE} {_DE_DONE} (?:wurden?|worden (?:ist|sind))))(?:{_DE_TAIL}){{0,2}}
|{_FR_BEFORE}?(?:nous vous (?:informons|confirmons) que )?(?:nous avons (?:bien )?{_FR_DONE} {_FR}
|nous (?:l'|les )avons (?:donc )?{_FR_DONE}
|nous avons procédé à la (?:suppression|désactivation) (?:du|de la|de ce|de cette|des) (?:comptes?|contenus?|publications?
|vidéos?|chaînes?|profils?
|groupes?|pages?)|{_FR} (?:a|ont) (?:(?:bien|définitivement|donc|en conséquence
|par conséquent|immédiatement) )?été (?:définitivement )?{_FR_DONE})(?:{_FR_TAIL}){{0,2}}
|{_ES_BEFORE}?(?:hemos (?:comprobado|determinado|constatado) que )?(?:(?:le|les) (?:informamos|confirmamos
|comunicamos)(?: de)? que )?(?:(?:ya )?hemos {_ES_DONE} {_ES}|{_ES} (?:ha|han) sido {_ES_DONE}
|{_ES} (?:infringe|incumple|vulnera|viola) nuestr[oa]s [^.,;]{{3,40}} y (?:la|lo) hemos {_ES_DONE}
|{_ES} fue(?:ron)? {_ES_DONE}
|hemos revisado {_ES},? y (?:hemos (?:comprobado|determinado|constatado) que )?(?:infringen?|incumplen?|vulneran?
|violan?) nuestr[oa]s
[ ][^.,;]{{3,40}}, (?:por lo que|así que) (?:la|lo|las|los) hemos {_ES_DONE}
|se (?:ha|han) {_ES_DONE} {_ES})(?:{_ES_TAIL}){{0,2}}
|(?:(?:informamos|confirmamos) que )?(?:(?:removemos|excluímos|suspendemos|desativamos) {_PT}|{_PT} (?:foi
|foram) {_PT_DONE})(?:{_PT_TAIL}){{0,2}}
|(?:(?:la|vi) (?:informiamo|confermiamo) che )?(?:abbiamo {_IT_DONE} {_IT}|{_IT} (?:è stat[oa]
|sono stat[ie]) {_IT_DONE})(?:{_IT_TAIL}){{0,3}}
|{_PL_BEFORE}?(?:{_PL} zosta(?:ł|ła|ło|ły) {_PL_HOW}{{0,2}}usunięt[aeyo]|usunęliśmy {_PL}
|(?:{_PL_WHICH} )?(?:konto|profil){_PL_AFTER}? został[o]? {_PL_HOW}{{0,2}}(?:zawieszon[eoy]|zablokowan[eoy]))(?:{_PL_TAIL}){{0,3}}
|{_TR_BEFORE}?{_TR} (?:{_TR_WHY} )?(?:{_TR_HOW} ){{0,3}}(?:kaldırıl(?:mıştır|dı)|silin(?:miştir|di))
|{_TR_BEFORE}?(?:(?:söz konusu|bildirdiğiniz|şikayet ettiğiniz|bildirilen|ilgili) )?(?:hesap|kanal|profil|sayfa
|grup) (?:{_TR_WHY} )?
(?:{_TR_HOW} ){{0,3}}(?:kapatıl(?:mıştır|dı))
|(?:نود (?:إبلاغكم|إعلامكم|إفادتكم) (?:بأننا|بأنه|أنه|أننا) )?(?:لقد )?(?:قمنا ب(?:إزالة|حذف|تعليق) {_AR}|(?:أزلنا
|حذفنا) {_AR}|{_AR_BEFORE}?تم(?:ت)? (?:إزالة|حذف
|تعليق) {_AR})(?:{_AR_TAIL}){{0,2}}
|(?:ہم نے )?{_UR} (?:مستقل طور پر )?(?:ہٹا|حذف کر|معطل کر|بند کر) (?:دیا|دی|دیے)(?: (?:گیا|گئی|گئے))?(?: (?:ہے
|ہیں))?)[\s.!:۔،]*"""

_DE_WHY = r"(?:,? (?:da|weil) (?:er|es|sie|dieser?|dieses) (?:nach|gegen) [^.,;]{3,60})"
_IN = rf"(?:in|en|depuis (?:la|le|l')|au|aux|em|na) (?:der |die )?(?:{ANY})(?:(?:, | und | et | y | e )(?:in |en )?(?:{ANY}))*"
RESTRICTED = rf"""{_SALUTE}(?:(?:der zugriff auf {_DE} wurden?|{_DE} (?:wurden?|ist|sind)) {_IN} (?:gesperrt|eingeschränkt
|beschränkt|blockiert|{_DE_SHUT}){_DE_WHY}?
|{_DE_BEFORE}?(?:ist|sind) {_DE} {_DE_USERS}?{_IN} {_DE_SHUT}|{_DE} (?:ist|sind) {_DE_USERS}{_IN} {_DE_SHUT}
|wir haben (?:den zugriff auf )?{_DE} {_IN} (?:(?:aufgrund|auf grund|wegen) [^.,;]{{3,60}} )?(?:gesperrt|eingeschränkt
|beschränkt|blockiert){_DE_WHY}?
|{_FR_BEFORE}?(?:nous avons (?:restreint|bloqué|limité) l'accès (?:à {_FR}|{_AU})|l'accès (?:à {_FR}
|{_AU}) a été (?:restreint|bloqué|limité)
|(?:conformément (?:au droit|à la (?:loi|législation)) \w+, )?{_FR} {_FR_SHUT}) {_IN}(?:,? (?:conformément à
|en application de|en vertu de) (?:la loi
|la législation (?:locale|applicable|française)
|votre (?:injonction|demande|ordre)))?
|{_ES_BEFORE}?(?:hemos (?:restringido|bloqueado|limitado) el acceso {_AL}|el acceso {_AL} ha sido (?:restringido
|bloqueado|limitado)
|{_ES} (?:ya no está|ha dejado de estar) (?:disponible|accesible|visible)(?: para (?:los |las )?(?:usuari[oa]s|personas))?)
[ ](?:{_IN}|de (?:{ANY}))(?:,? (?:de conformidad con|según exige|conforme a|en virtud de) (?:la (?:legislación
|ley)(?: local| nacional| aplicable)?
|su (?:orden|solicitud)))?
|(?:restringimos|bloqueamos) o acesso a(?:o)? {_PT} {_IN}
|(?:in (?:esecuzione|ottemperanza|attuazione|risposta) (?:del|dell'|della|al|all'
|alla) ?[^.,;]{{3,60}}, )?{_IT} non è più (?:disponibile|visibile|accessibile|raggiungibile) (?:in italia|dall'italia)
|{_TR_BEFORE}?(?:(?:söz konusu|bildirdiğiniz|ilgili) )?(?:hesaba|içeriğe|gönderiye|videoya|kanala|profile|sayfaya) (?:türkiye'den
|türkiye'de) (?:erişim (?:engellenmiştir|engellendi|kısıtlanmıştır)|erişilemez))[\s.!:]*"""

DECLINED = r"""\b(?:können|konnten|werden) (?:\S+ ){0,6}(?:nicht (?:\S+ ){0,3}(?:entfernen|löschen|sperren|nachkommen
|entsprechen|stattgeben)
|keine (?:weiteren )?maßnahmen (?:ergreifen|treffen))\b
|\b(?:wurden?|haben wir|wir haben) (?:\S+ ){0,5}nicht (?:entfernt|gelöscht|gesperrt)\b|\bihre (?:anfrage|meldung
|anordnung) (?:\S+ )?wurde (?:\S+ )?abgelehnt\b
|\bnous ne (?:pouvons|pourrons|sommes)(?: donc| pas){0,3} (?:\S+ ){0,3}(?:supprimer|retirer|donner (?:une )?suite)
|\bn'avons pas (?:supprimé|retiré)|\bn'a pas été (?:supprimée?|retirée?)
|\bvotre (?:demande|signalement) a été (?:rejetée?|refusée?)\b
|\bdécidé de (?:ne pas (?:\S+ )?(?:supprimer|retirer|bloquer|restreindre)|maintenir|conserver|laisser)\b
|\bno (?:hemos|se ha|se han|fue|fueron|ha sido|vamos a|podemos)(?: \S+){0,2}? (?:eliminad\w*|retirad\w*|eliminar|retirar
|tomado medidas|atender|procesar)\b
|\bsu (?:solicitud|denuncia) (?:ha sido|fue) (?:rechazada|denegada|desestimada)\b
|\bnão (?:removemos|removeremos|excluímos|foi removid\w|podemos (?:remover|excluir|atender)|tomaremos)\b
|\bnichts (?:unternehmen|veranlassen)\b|\bleisten (?:wir )?(?:\S+ )?keine folge\b|\bkeine folge (?:\S+ )?leisten\b
|\bfait l'objet d'aucune mesure\b
|\bsin (?:adoptar|tomar) (?:\S+ )?medidas\b|\bnie (?:widzimy|znajdujemy) podstaw do\b|\bnessun(?:a|o)? (?:misura|azione
|provvedimento) (?:è stat\w|sarà)
|\bnie (?:usunęliśmy|usuniemy|zablokujemy|możemy (?:\S+ )?(?:usunąć|uwzględnić|zrealizować|spełnić|wykonać)
|został[aoy]? usunięt\w+)
|\b(?:odmawiamy|odmówiliśmy|odrzuciliśmy)\b
|\bkaldırıl?mama(?:sına|ya) karar\b|\bkaldır(?:ılma(?:dı|mış)|madık|mayacağız|amıyoruz)\w*
|\btalebiniz (?:\S+ )?(?:reddedil\w+|karşılanama\w+)
|\bnon (?:abbiamo (?:rimosso|eliminato)|possiamo (?:rimuovere|eliminare|accogliere)|è stato rimosso)\b
|(?:لم (?:نقم|يتم|تتم)|لا يمكننا|لن نقوم|تعذر علينا|نرفض) ?(?:ب)?(?:إزالة|حذف)|تم رفض (?:طلبكم|طلبك)
|(?:نہیں ہٹایا|ہٹا نہیں سکتے|نہیں ہٹا سکتے|ہٹانے سے قاصر|درخواست مسترد)"""
NO_VIOLATION = r"""\bkeine (?:\S+ )?(?:verletzung|zuwiderhandlung)|\bweder einen verstoß\b|\bkeinen? (?:rechts)?verst(?:ö
|o)(?:ß|ss)|\bbleibt (?:\S+ )?(?:online|verfügbar
|abrufbar|bestehen)\b(?! in)
|\bverst(?:ö|o)(?:ß|ss)\w* nicht gegen\b
|\bnicht gegen unsere (?:\S+ ){1,4}verst(?:ö|o)(?:ß|ss)\w*|\bkein(?:en)? verstoß (?:gegen|fest)
|\bn'(?:enfreint|enfreignent) pas\b|\bne (?:viole|contrevient|viole\w*) pas\b|\b(?:pas
|aucune) (?:constaté |trouvé |relevé )?(?:de |d')?(?:violation|infraction)\b
|\bno (?:infringe|incumple|viola|vulnera)n?\b|\bnie narusza\w*(?: \S+){0,2}? (?:nasz\w+|zasad|regulaminu|prawa)\b
|\bihlal (?:etmemekte|etmiyor|edilmemi|tespit edilme|bulunma)\w*
|\bnon (?:sono|è) (?:stat[aei] )?(?:emers|riscontrat|rilevat|trovat)\w (?:\w+ )?violazion\w|\b(?:resta|rimane) (?:pubblicat
|online|disponibil)\w*
|لم (?:يتبين|يظهر|يثبت) (?:لنا )?أنه?[اّ]? ?(?:ت|ي)(?:خالف|نتهك)|\bnão (?:viola|infringe)m?\b|\bnon viola\b
|(?:لا (?:ينتهك|يخالف|تنتهك|تخالف)|لم نجد (?:أي )?(?:انتهاك|مخالفة))|خلاف ورزی نہیں"""
RECEIPT = r"""\bvielen dank für ihre (?:meldung|anfrage|nachricht|mail|e-mail|anordnung)\b|\bmelden uns (?:bei ihnen
|schnellstmöglich|zeitnah)\b|\bbestätigen (?:ihnen )?(?:hiermit )?den eingang\b|\b(?:wir haben ihre (?:anfrage|nachricht
|meldung|e-mail)
|ihre (?:\S+ )?(?:anfrage|nachricht|meldung|e-mail
|anordnung)(?: \([^()]{1,40}\))? (?:ist|wurde|haben wir))
(?:\S+ | ){0,6}(?:erhalten|eingegangen|empfangen|registriert|erfasst|bearbeitet)\b|\bwurde (?:ein )?(?:ticket
|vorgang) (?:\S+ ){0,3}(?:erstellt|eröffnet|angelegt)
|\bnous (?:avons bien reçu|accusons réception de) (?:votre|vos)\b|\bvotre (?:demande|message|signalement) (?:a bien été
|a été|est) (?:reçue?|enregistrée?|transmise?|en cours)
|\breviendrons vers vous\b|\bmerci (?:de|pour) votre (?:message|signalement|demande|courriel)\b|\bconfirmamos (?:a recepção
|o recebimento|la recepción)\b|\b(?:está|estão|están) (?:siendo|sendo) (?:revisad|analisad|analizad|examinad|procesad
|processad)\w+
|\bem análise\b|\ben (?:revisión|cours d'examen)\b|\bwird (?:derzeit |aktuell |zurzeit )?(?:geprüft|bearbeitet)\b
|\bsera (?:examinée?|traitée?)\b
|\b(?:hemos recibido|recibimos) (?:su|tu)\b|\bacusamos recibo\b|\brecebemos (?:a |o )?(?:sua|seu)\b
|\babbiamo ricevuto (?:la |il )?(?:sua|suo|tua|vostra)\b
|(?:استلمنا|تلقينا|تم استلام|لقد وصلنا) (?:طلب|رسالت|بلاغ)\w*|(?:درخواست|شکایت|ای میل|پیغام|رپورٹ) (?:موصول|وصول) ہو"""
QUESTION = r"""^\W*(?:welche[rsmn]?|was|wer|wann|wo|können sie|könnten sie|quel(?:le)?s?|qui|quand|pouvez|pourriez|qué
|cuál(?:es)?|quién|cuándo
|puede|podría|qual|quais|quem|pode|poderia|quale|quali|può|potrebbe|کیا|کون|هل|ما هو|ما هي)\b[^?؟]{3,200}[?؟]$
|\b(?:bitte|wir bitten sie,?) (?:\S+ ){0,6}?(?:teilen sie uns|senden sie|nennen sie|übermitteln sie
|reichen sie|geben sie|bestätigen sie|mitzuteilen|zu übersenden)\b
|\bbenötigen wir (?:noch |zusätzlich |weitere |zunächst )|\bkönnten sie uns\b
|\b(?:veuillez|merci de|pourriez-vous|pouvez-vous)(?: nous| également| s'il vous plaît){0,3} (?:fournir|préciser|indiquer
|envoyer|transmettre|communiquer|confirmer)\b
|\b(?:podr[ií]an?|puede|pueden)(?: usted)?(?: por favor)? ?(?:indicar|proporcionar|enviar|facilitar|aclarar|confirmar)\w*\b
|\b(?:ind[ií]quenos|env[ií]enos|facil[ií]tenos|proporcione|(?:por favor|le rogamos que),? (?:env[ií]e|indique|facilite
|aclare))\b|\bnecesitamos (?:más|información)\b
|\b(?:por favor,? )(?:envie|forneça|informe|esclareça|indique)\b|\bpoderia (?:nos )?(?:enviar|fornecer|informar|esclarecer
|indicar)\b|\bprecisamos de mais\b
|\b(?:può|potrebbe|potete|la preghiamo di|vi preghiamo di) (?:\S+ )?(?:fornir|indicar|inviar|chiarir|specificar)\w*\b
|(?:يرجى|نرجو|الرجاء)(?: منكم)? (?:تزويدنا|إرسال|تقديم|توضيح|تحديد|إفادتنا)
|(?:براہ کرم|براہِ کرم|برائے مہربانی|مہربانی فرما کر) .{0,80}(?:فراہم|بھیج|وضاحت|بتائ|ارسال)"""
OWN_RULES = r"""\bverletz(?:t|en) unsere\b|\b(?:narusz\w+|sprzeczn\w+ z) (?:nasz\w+|regulamin\w*)|\b(?:kurallarımız
|ilkelerimiz|şartlarımız|politikalarımız
|standartlarımız)\w* ihlal|\bcontrari?[oaie]? a\w* nostr[ei]\b|\bne respecte\w* pas nos\b|\bno cumplen? nuestr[oa]s\b
|\bverst(?:ö|o)(?:ß|ss)\w* gegen unsere\b|\bverstoßes gegen unsere\b|\b(?:enfrei(?:nt|gnent)|contrevien(?:t
|nent) à|viole(?:nt)?
|violation de|non-respect de) nos\b|\b(?:infringen?|incumplen?|vulneran?|violan?|infringir|incumplir|violar) nuestr[oa]s\b
|\b(?:violam?|violar|infringem?|infringir) (?:as |os )?noss[oa]s\b|\b(?:viola(?:no)?
|violazione de) (?:i |le |lle |i )?nostr[ei]\b"""
ASIDE = r"""in anderen ländern bleibt \w+ (?:weiterhin )?(?:abrufbar|verfügbar|sichtbar|zugänglich)\.?
|(?:il|elle|le contenu|le compte) reste (?:accessible|disponible) dans les autres pays\.?
|(?:el contenido |la cuenta )?sigue (?:estando )?disponible en (?:otros|los demás) países\.?"""
