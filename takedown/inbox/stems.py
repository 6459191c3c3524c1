"""Words of other languages that tell what a mail may be about: it tells of a decision, acknowledges, asks, or tells of a turn.

Loose, by their stems: they say which pile a mail belongs on, and that a person must read it, never what it decides (`tongues`).
All are parts of regular expressions.
"""

from __future__ import annotations

_ACTED = {
    "de": r"""\b(?:entfernt|gelöscht|gesperrt|deaktiviert|eingeschränkt|blockiert|beschränkt|offline genommen
|(?:konto|kanal|profil|gruppe) (?:\S+ ){0,6}?geschlossen)\b""",
    "fr": r"""\b(?:supprimée?s?|retirée?s?|bloquée?s?|restreinte?s?|désactivée?s?|suspendue?s?
|(?:comptes?|chaînes?|profils?|groupes?|pages?) (?:\S+ ){0,10}?fermée?s?)\b""",
    "es": r"""\b(?:eliminad[oa]s?|(?<!de )(?<!la )(?<!su )retirad[oa]s?|suspendid[oa]s?|bloquead[oa]s?|restringid[oa]s?
|desactivad[oa]s?|dad[oa]s? de baja
|(?:elimin|retir|bloque|desactiv|cerr)amos|(?:suspend|restring)imos
|(?:cuenta|canal|perfil|grupo|página)(?:e?s)? (?:\S+ ){0,6}?cerrad[oa]s?
|proced(?:imos|ido|emos) a (?:\S+ )?(?:eliminar|retirar|bloquear|suspender|eliminación|retirada|supresión|suspensión
|bloqueo))\b""",
    "pt": r"""\b(?:removid[oa]s?|removemos|excluíd[oa]s?|excluímos|desativad[oa]s?|bloquead[oa]s?|suspens[oa]s?)\b""",
    "it": r"""\b(?:rimoss[oaie]|eliminat[oaie]|sospes[oaie]|disattivat[oaie]|bloccat[oaie]|oscurat[oaie]|limitat[oaie]
|(?:account|canal[ei]|profil[oi]|grupp[oi]|pagin[ae]) (?:\S+ ){0,6}?chius[oaie])\b""",
    "pl": r"""\b(?:usunięt\w+|usunęliśmy|skasowa(?:n\w+|liśmy)|zablokowa(?:n\w+|liśmy)|zawies(?:zon\w+|iliśmy)|ograniczyliśmy
|ograniczon[aey]\w*|wyłącz(?:on\w+|yliśmy)|(?:kont|kanał|profil|grup)\w* (?:\S+ ){0,4}?zamknię\w+)\b""",
    "tr": r"""\b(?:kaldırıl?(?:dı|mış|dık)\w*|sil(?:in)?(?:di|miş)\w*|engelle(?:n)?(?:di|miş)\w*|kapat(?:ıl(?:dı|mış)|tık)\w*
|askıya al\w+|kısıtla(?:n)?(?:dı|mış)\w*|erişime kapa\w+)\b""",
    "ar": r"""(?:تمت?|قمنا|جرى) ?ب?(?:إزالة|حذف|حظر|تعليق|تقييد|حجب|إغلاق)|(?:أزلنا|حذفنا|حظرنا|حجبنا|قيدنا|علقنا|أغلقنا)
|(?:إزالة|حذف|حظر|تعليق) ?ال""",
    "ur": r"(?:ہٹا|حذف کر|معطل کر|بند کر) (?:دیا|دی)",
}
"""It did something, to whatever."""
_FOUND = {
    "de": r"""\b(?:verstößt|verstoßen|verletz(?:t|en)|abrufbar|unzugänglich|nicht (?:mehr|länger) \w+bar|existier(?:t|en) nicht
|(?:bleib(?:t|en)|verbleib(?:t|en)|besteh(?:t|en)) (?:\S+ ){0,2}?(?:fort|bestehen|online|verfügbar|sichtbar|abrufbar)
|lassen (?:\S+ ){1,5}?(?:bestehen|online|stehen)|keine (?:\S+ )?maßnahmen?|keine folge|leisten (?:\S+ ){0,3}?folge
|nicht zuständig)\b""",
    "fr": r"""\b(?:enfrei\w+|contrevien\w+|(?:respecte|respectent) pas|inaccessibles?
|plus (?:visible|accessible|disponible|consultable)s?|existent? plus
|(?:mainten\w+|laiss\w+) (?:\S+ ){0,5}?en ligne|(?:reste|demeure)(?:nt)? (?:en ligne|visible|accessible|disponible|publiée?)s?
|décidé de (?:ne pas )?(?:\S+ )?(?:supprimer|retirer|bloquer|restreindre|maintenir|conserver)
|(?:aucune|sans) (?:mesure|suite))\b""",
    "es": r"""\b(?:infringen?|no cumplen?|dejado de (?:estar|ser) \w+|ya no (?:est|es|son|se puede|exist|aparec)\w*
|(?:sigue|seguirá|permanece|permanecerá|continúa|se mantiene|mantendremos)n? (?:\S+ )?(?:disponible|publicad\w|accesible|visible
|en línea|activ\w)|(?:sin|no) (?:\S+ )?(?:adopt|tom)\w+ (?:\S+ )?(?:medida|acci)\w+)\b""",
    "pt": r"""\b(?:viola|não cumprem?|deixou de (?:estar|ser) \w+|já não (?:está|é|existe)|não está mais
|(?:continua|permanece|mantém-se)m? (?:\S+ )?(?:disponíve\w+|publicad\w|acessíve\w+|visíve\w+|online|ativ\w))\b""",
    "it": r"""\b(?:viola(?:no)?|non (?:è|sono) più \w+bil[ei]|non esist\w+ più
|(?:rest|riman)(?:a|e|ano|gono) (?:pubblicat|disponibil|visibil|online|accessibil)\w*|contrar[io]\w* a\w* nostr\w+
|(?:emers|riscontrat|rilevat|trovat)\w (?:\w+ )?violazion\w|nessuna? (?:misura|azione|provvedimento))\b""",
    "pl": r"""\b(?:narusza\w*|niedostępn\w+|nie (?:jest|są) już \w+|nie istniej\w+|(?:pozosta|pozostan)(?:je|ją|ie|ą)
|odmawiamy|odmówiliśmy|odrzuc(?:on\w+|iliśmy)|podj(?:ęcia|ęliśmy|ąć|ęto) (?:\S+ )?działa\w+)\b""",
    "tr": r"""\b(?:ihlal \w+|yayında kal\w*|redde(?:dil|t)\w+|(?:kaldırıl?|sil(?:in)?|engelle(?:n)?|kapatıl)m[ae]\w*
|işlem yap\w+)\b""",
    "ar": r"""لم (?:يعد|تعد) \w+|(?:ست|سي|ي|ت)(?:بقى|ظل) (?:متاح|مرئي|منشور|ظاهر)\w*|(?:تخالف|يخالف|تنتهك|ينتهك) |رفضنا|رُفض
|(?:لم نتخذ|اتخاذ) (?:أي )?(?:إجراء|تدبير)""",
}
"""What it found, or left as it was."""
_RECEIPT = {
    "de": r"""\bkommen (?:\S+ ){0,2}?auf sie zu|\b(?:anliegen|anfrage|meldung|vorgang|anordnung) (?:\S+ )?(?:liegt|ging
|ist) (?:\S+ )?bei uns
|\b(?:anliegen|anfrage|meldung|vorgang|anordnung) liegt\b|\bantwort(?:en)? (?:\S+ )?innerhalb\b|\b(?:prüfen
|bearbeiten) (?:\S+ )?ihre?n?\b""",
    "fr": r"""\b(?:nous|vous) est (?:\w+ )?parvenue?|\btiendr(?:ons|ont|a) (?:\S+ )?informée?s?|\b(?:étudi|examin
|trait)(?:ent|ons|e)\b
|\bprise? en charge\b|\brepren(?:dra|drons|dront) contact\b|\brecontacter\w+""",
    "es": r"""\bnos pondremos en contacto\b|\bestamos (?:revisa|examina|tramita|analiza)ndo\b|\bha (?:quedado
|sido) registrad\w|\ben trámite\b
|\ble (?:mantendremos|informaremos)\b""",
    "pt": r"""\bentraremos em contac?to\b|\bestamos (?:a )?(?:analisa|revisa|verifica)\w+""",
    "it": r"""\bpres[ao] in carico\b|\bstiamo (?:esamina|valuta|verifica)ndo\b|\bla terremo informat\w""",
    "pl": r"""\botrzymaliśmy\b|\b(?:zgłoszenie|wniosek|wiadomość|pismo) (?:\S+ ){0,2}?(?:zostało|został|została|wpłynęło
|dotarło)\b
|\bzajmiemy się\b|\brozpatr(?:uj|zy|yw)\w+|\bdziękujemy za (?:zgłoszenie|kontakt|wiadomość)\b""",
    "tr": r"""\b(?:talebiniz|başvurunuz|bildiriminiz|mesajınız|e-postanız) (?:\S+ ){0,3}?(?:alın|ulaş|kayded|incelen
|değerlendir)\w*
|\ben kısa sürede (?:\S+ )?(?:dönüş|yanıt|bilgi)""",
    "ar": r"""(?:وصلنا|وصلتنا|تسلمنا) |قيد (?:المراجعة|الدراسة)|(?:نراجع|ندرس|سنراجع|سنعود إليكم|سنوافيكم)""",
}
_QUESTION = {
    "de": r"""\b(?:reichen|senden|schicken|nennen|übermitteln|ergänzen|erläutern|präzisieren) sie (?:\S+ ){0,8}?bitte\b
|\bfehl(?:t|en) uns\b
|\bbrauchen wir\b""",
    "fr": r"""\b(?:il )?nous manquent?\b|\bnous (?:avons|aurions) besoin d""",
    "es": r"""\bnos (?:hace|hacen) falta\b|\bnos faltan?\b|\b(?:necesitamos|precisamos) (?:que|una?|el|la|los|las)\b""",
    "pt": r"""\bprecisamos d[eoa]s?\b|\bfalta-nos\b""",
    "it": r"""\bci (?:serv|occorr|manc)\w+|\babbiamo bisogno d""",
    "pl": r"""\bprosimy o (?:\S+ )?(?:prze|po|wska|uzupeł|do|wyja|nade)\w+|\bpotrzebujemy\b|\bbrakuje\b""",
    "tr": r"""\b(?:ilet|gönder|belirt|paylaş|bildir|sun)me?(?:niz|nizi)\w* (?:\S+ ){0,2}?(?:rica|gerek|bekl)\w*
|\b(?:ilet|gönder|belirt|paylaş)i?ı?r mısınız|\bihtiyaç duy""",
    "ar": r"""(?:نأمل|نرجو|يرجى|الرجاء) (?:منكم )?(?:موافاتنا|تزويدنا|إرسال|إرفاق)|نحتاج إلى""",
}
_TURNED = {
    "de": r"""\bwieder (?:online|verfügbar|abrufbar|sichtbar|erreichbar|freigegeben|hergestellt|aktiv)|\b(?:aufgehoben
|rückgängig|zurückgenommen)\b
|\b(?:widerspr[oa]ch\w*|beschwerde eingelegt)\b""",
    "fr": r"""\b(?:de|à) nouveau\b|\b(?:rétabli|restitu|annul|révoqu)\w+|\b(?:levé|contesté)e?s?\b""",
    "es": r"""\b(?:de nuevo|nuevamente)\b|\b(?:restablec|restitu|revoc|anul|reactiv|devuelt|levantad)\w+""",
    "pt": r"""\b(?:de novo|novamente)\b|\b(?:restabelec|revog|anul|reativ|devolv)\w+""",
    "it": r"""\bdi nuovo\b|\bnuovamente\b|\b(?:ripristin|riattiv|revoc|annull|restitu)\w+""",
    "pl": r"""\b(?:przywróc|ponownie|cofn|uchyl|odblokow)\w*""",
    "tr": r"""\b(?:yeniden|tekrar|geri (?:yükle|al|aç))\w*""",
    "ar": r"""(?:استعاد|استرجاع|أعدنا|إعادة|أُعيد|من جديد|مجدد|ألغي|إلغاء)""",
}
_COURT = {
    "de": r"""\b(?:gerichtliche[nrs]? (?:anordnung|beschlu|entscheidung|verfügung)|gerichtsbeschlu|richterliche)\w*""",
    "fr": r"""\bsans (?:une )?(?:ordonnance|décision (?:de justice|d'un (?:juge|tribunal)|judiciaire))""",
    "es": r"""\bsin (?:una? )?(?:orden|mandamiento|resolución|auto) (?:judicial|de un (?:juez|tribunal))""",
    "pt": r"""\bsem (?:uma? )?(?:ordem|decisão|mandado) judicial""",
    "it": r"""\bsenza (?:un |una )?(?:ordine|provvedimento|decreto) (?:dell'autorità giudiziaria|giudiziari\w|del giudice
|di un giudice)""",
    "pl": r"""\bbez (?:prawomocnego )?(?:postanowienia|orzeczenia|nakazu|wyroku) sądu""",
    "tr": r"""\bmahkeme kararı (?:olmadan|olmaksızın|gerek\w*|bulunma\w*)""",
    "ar": r"""دون (?:أمر|حكم|قرار) (?:قضائي|من المحكمة)""",
}

ACTED, RECEIPT, QUESTION, TURNED, COURT = ("|".join(one.values()) for one in (_ACTED, _RECEIPT, _QUESTION, _TURNED, _COURT))
DONE = "|".join((ACTED, *_FOUND.values(), r"\bn'est plus (?:accessible|disponible|visible)\b|\bn'est pas contraire\b"))
"""Whatever may be a decision."""
