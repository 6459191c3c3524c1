"""How mail systems say that a mail did not arrive: their subjects and first lines, in the languages in which they write them."""

from __future__ import annotations

import re

from takedown.inbox.patterns import words

DAEMON = words(
    r"""\b(?:mailer-daemon|post_?master|mail-daemon|mail delivery (?:sub)?system|microsoftexchange[0-9a-f]*|mdaemon|ndr(?=@)
|imss(?=@)|mail ?server|\w*anti_?virus\w*|\w*mail_service|mail gateway|mail administrator
|(?:e-?mail|message) security)\b|<\s*>"""
)
"""Who speaks for a mail system, in `From`."""
SUBJECT = words(
    r"""^(?:\[[\w ]{1,20}\] )?(?:(?:permanent |temporary )?delivery (?:failure|problem|error|warning|delay|report)
|(?:mail |message )?delivery (?:problem|warning|status|notification)|mail (?:error|failed)|failed mail|failure delivery
|(?:mail )?processing error|automatically rejected|warning: .{1,80}(?:user unknown|not (?:yet )?(?:been )?delivered)
|your (?:e-?mail|message) to .{1,80}(?:could not|was not|has not)|.{0,200}: non remis\b|.{0,200}\(?delivery failed\)?$
|undeliver(?:ed|able)|message status - undeliver|non-?deliver(?:y|able)|nondelivery|not (?:delivered|deliverable)
|(?:e-?mail|mail|message) (?:delivery (?:failure|failed|error|has failed|system)|(?:was |could )?not (?:be )?delivered
|rejected|blocked|refused|undeliverable|delayed|system error)|delay(?:ed)?(?: delivery| notification)?:
|(?:e-?mail|mail|message) (?:could not be|you sent (?:was )?blocked)(?: delivered)?
|\**(?:your )?message you sent (?:was )?(?:blocked|rejected)|your (?:e-?mail|message) (?:could not be|was not
|has not been) delivered|sorry, your (?:e-?mail|message) could not be delivered|delivery (?:failed|has failed|incomplete
|delayed|to the following)
|failure notice|returned (?:e-?)?mail|delayed mail|warning: (?:message|could not)|rejected: |address (?:unknown|not found)
|(?:(?:ihre )?(?:e-?mail|mail|nachricht) )?(?:unzustellbar|nicht zustellbar|konnte nicht zugestellt)|zustellung fehlgeschlagen
|non remis|échec de (?:la )?(?:remise|distribution)|non distribu|courrier non|message non
|no se (?:puede|pudo|ha podido) entregar|no entregado|error (?:en la|de) entrega|mancat[ao] (?:consegna|recapito)
|non recapitabile
|não (?:é possível entregar|entregue|foi entregue)|falha na entrega|niet bestelbaar|onbestelbaar|niet bezorgd
|nie można dostarczyć|niedostarczon|wiadomość nie|(?:сообщение |письмо |ваше сообщение )?не доставлено|недоставленн|olevererbart
|kan inte levereras|kunne ikke leveres|uleverbar|ikke leveret|nelze doručit|nedoručiteln|nem kézbesíthető|kézbesíthetetlen
|teslim edilemedi
|ei voitu toimittaa|メールエラー|エラー通知|送達エラー|配信(?:不能|エラー|できません)|送信(?:エラー|できません|失敗)|未達|退信
|无法投递|无法送达|投递失败
|系统退信|無法傳遞|邮件传输失败
|배달되지|전송 실패|반송|تعذر (?:تسليم|توصيل))"""
)
UNDELIVERED = words(
    r"""\b(?:could(?: ?not|n't) be (?:delivered|sent)|can(?:not|'t| not) be delivered|could not (?:deliver|be accepted)
|(?:was|has|were|have)(?: ?not|n't) (?:been )?(?:delivered|accepted)|(?:was(?:n't| not)) able to deliver|unable to deliver
|undeliverable|did ?not (?:reach|receive this|get delivered)|delivery (?:to .{1,120} )?(?:has |was )?(?:failed|aborted)
|failed to deliver
|deliver(?:y|ing)\W+.{0,60}(?:has been|is) (?:postponed|delayed)|(?:was|were|been|is being) (?:automatically )?(?:rejected
|returned|blocked)
|permanent fatal|fatal (?:delivery )?errors?|mail (?:box )?space not enough|user(?:id)? unknown|unknown user|no such (?:user
|person|mailbox|address)
|unknown host|not a valid (?:user|address|recipient)|no valid recipients|(?:address|user|recipient|mailbox
|account) (?:does(?:n't| not) exist|not found
|(?:is )?unknown|could not be found)|(?:is|are) not (?:accepting|listed)|isn't accepting|no matches to nameserver
|mailbox (?:is )?(?:full|unavailable|exceeds)|full mailbox|over (?:disk )?quota|quota exceeded|failed recipients
|delivery attempts
|encountered (?:delivery problems|an error)|has failed due to|exceeded maximum|delivery failed \d+)
|konnten? (?:\S+ ){0,6}nicht (?:\S+ ){0,3}(?:zugestellt|übermittelt|ausgeliefert)|unzustellbar|fehler bei der (?:auslieferung
|zustellung)
|n'(?:a|ont) pas pu (?:e|ê)tre (?:d(?:e|é)livr|remis|distribu|achemin)|échec de (?:la )?remise|destinataire (?:inconnu
|introuvable)
|no (?:se )?(?:ha podido|pudo|puede|han podido) (?:ser )?entreg|non (?:è stato possibile|può essere|è stato) (?:consegn|recapit)
|não (?:pôde|pode|foi possível|foi) (?:ser )?entreg|kon niet worden (?:bezorgd|afgeleverd)|niet (?:worden )?afgeleverd
|nie (?:mogła|może|została|mogło|można)(?: \S+){0,3} (?:dostarcz|doręcz)|не (?:может|могло|было
|удалось)(?: быть)?(?: \S+){0,2} (?:доставл|доставить)
|gick inte att leverera|kunde inte levereras|kunne ikke (?:leveres|afleveres)|ei voitu toimittaa|(?:nelze
|nebylo možné) doručit|nem (?:lehetett|volt) kézbesít
|teslim edilemedi|(?:送信|配信|配送|お届け|配達)(?:でき|出来|する(?:こと)?が?でき)ません|送信に失敗|届けることができません
|エラーのため|无法(?:投递|发送|送达|传递)
|無法(?:傳送|送達|傳遞)|投递失败|退信|배달(?:되지|하지) 못|전(?:송|달)(?:되지|하지) 못|تعذر (?:تسليم|توصيل)"""
)
"""In the first lines of a notice."""
LATER_SUBJECT = words(
    r"""\bdelay(?:ed)?\b|\bstill being retried\b|^warning: (?:message|could not)|not yet (?:been )?delivered|delivery warning
|verzögert|retardé|différé|retrasad|in ritardo|vertraagd|opóźnion|задерж|försenad|forsink|遅延|延迟|延遲"""
)
LATER = words(
    r"""\b(?:will (?:be )?(?:keep trying|retr(?:y|ied)|continue (?:to (?:try|attempt|be)|trying|delivery|attempting)
|attempt(?:s)? to deliver|be tried)
|will continue for|still (?:trying|being retried|awaiting delivery)|not yet (?:been )?(?:delivered|received)|delivery (?:is
|has been) (?:delayed
|postponed|deferred)|has been (?:delayed|postponed|deferred)|is delayed\b|notification about a delay
|this is (?:just )?a warning|(?:warning|advisory)[ -](?:message )?only|(?:do not|no) need to (?:resend|re-send)|do not resend
|no action is required|you do not need to take any action|delivery attempts will|(?:wird
|werden) (?:\S+ ){0,4}(?:erneut versucht|weiterhin versucht)
|nouvelle tentative|se (?:seguirá|volverá a) intent|de nouvelles tentatives|verdere pogingen|kolejne próby
|попытки (?:доставки )?будут|再送|重试)"""
)
"""Words of a notice whose sender goes on trying."""
GAVE_UP = words(
    r"""i'm not going to try again|(?:will not|won't) (?:be )?(?:retried|try|attempt)|giving up|given up
|no further (?:delivery )?attempts
|removed from the (?:mail )?queue|in the queue too long|permanent(?:ly)? (?:error|fail|fatal)"""
)
_PADDING = r"[ \t>|*=_-]{0,80}"
RETURNED = re.compile(
    rf"""^(?:{_PADDING}(?:this is )?(?:a |the )?(?:copy of )?(?:the )?(?:first part of )?(?:your |the )?
(?:original|returned|undelivered|unsent|old|non-delivered)\ (?:message|mail)(?:\ (?:headers?|text|body|details?))?
(?:,?\ (?:including.{{0,30}}|follows?|is\ (?:attached|below|following)|below|attached|in\ part).{{0,40}})?[ \t.:]*{_PADDING}
|{_PADDING}(?:the\ )?(?:headers?|first\ \d+\ lines|(?:included\ is\ )?(?:a\ )?copy)\ .{{0,40}}message.{{0,60}}
|{_PADDING}(?:message\ (?:headers?|text|body)|(?:your\ )?message\ reads)\b.{{0,40}}
|-{{3,}}\ below\ this\ line.*
|(?:return-path|received|x-original-to|delivered-to|dkim-signature|message-id|mime-version):\s?.*)$""".replace("\n", ""),
    re.I | re.M,
)
"""The line from which on a notice holds the mail that came back."""
