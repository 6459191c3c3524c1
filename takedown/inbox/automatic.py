"""Was a mail written by a machine by itself? RFC 3834, and what Exchange, Notes, gateways and help desks really send."""

from __future__ import annotations

from enum import Enum

from takedown.inbox import tongues
from takedown.inbox.parse import Mail
from takedown.inbox.patterns import words


class Automatic(Enum):
    """NO: a person, as far as the headers tell. SYSTEM: a help desk's machine, which also sends decisions. REPLY: an automatic
    reply, which is never an answer."""

    NO = "no"
    SYSTEM = "system"
    REPLY = "reply"


AWAY_SUBJECT = words(
    r"""^(?:re:\s*|aw:\s*)?(?:automatic reply|auto(?:matic|mated)?[ -]?(?:reply|response|responder)|autoreply
|out of (?:the )?office|ooo\b|away from (?:my|the) (?:office|desk|mail)|on (?:annual |maternity |parental |sick )?leave
|vacation|[\w .'-]{1,40} is (?:out of (?:the )?office|away)|fuori ufficio|abwesen(?:d|heit)|automatische antwort
|réponse automatique|absence du bureau|message d'absence
|respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori sede|resposta automática|automatisch antwoord
|autosvar|automatiskt svar|automaattinen|otomatik yanıt|автоответ|автоматический ответ|自动回复|自動回覆|自動応答|رد تلقائي
|الرد التلقائي|خودکار جواب)"""
)
AWAY_TEXT = words(
    r"""\b(?:i am|i'm|i will be|i'll be|we are) (?:currently |now )?(?:out of (?:the |my )?office|away|ooo|on (?:\w+ )?(?:leave
|vacation|holiday)|travell?ing|not in the office)|\b(?:i am|i'm|i will be|i'll be) (?:currently )?out (?:until|till|from|all
|this|next)\b|\bnot checking (?:my )?(?:e-?)?mails?\b|\bout of (?:the )?office\b|\b(?:limited|no) access to (?:my )?e-?mail
|\bwill (?:return|be back) (?:to the office |in the office )?on\b|\bthis (?:mailbox|inbox|address) is not monitored
|\bno longer (?:work|with)\b.{0,40}\b(?:company|here|team)
|\bon my return\b|\bfor urgent (?:matters|issues|requests),? (?:please )?(?:contact
|call|e-?mail)|\b(?:office is|offices are) closed\b|\b(?:upon|on) (?:our|my) return\b|\bwhen i return\b|\bno longer work\b
|\bi(?: have|'ve) left (?:the (?:company|team)|\w+)[.,;]"""
    + "|"
    + tongues.AWAY
)
CHALLENGE = words(
    r"""\b(?:confirm|verify|prove|show)(?: that)? you(?: are|'re) (?:a |an )?(?:real|human|not a (?:robot|bot|spammer))
|\bapproved senders?\b|\bsenders? (?:i|we) have approved\b|\b(?:is being|has been|was) (?:held
|quarantined)\b.{0,120}\b(?:click|confirm|verify|release)"""
)
"""A filter that lets a mail through only after its sender proved something: the mail has not arrived."""
_REPLY_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoreply-from",
    "x-vacation",
    "x-mail-autoreply",
    "x-ms-exchange-inbox-rules-loop",
)


def automatic(mail: Mail) -> Automatic:
    headers = mail.headers
    submitted = headers.get("auto-submitted").partition(";")[0].partition("(")[0].strip().lower()
    precedence = headers.get("precedence").strip().lower()
    if AWAY_SUBJECT.match(mail.subject) or submitted == "auto-replied" or precedence in {"auto_reply", "auto-reply"}:
        return Automatic.REPLY
    if any(headers.all(name) for name in _REPLY_HEADERS) or headers.get("x-mailer").lower().startswith(
        ("vacation", "autoresponder")
    ):
        return Automatic.REPLY
    if mail.kind == "multipart/report":
        return Automatic.REPLY
    system = (
        (submitted and submitted != "no") or precedence in {"bulk", "list", "junk"} or headers.all("x-auto-response-suppress")
    )
    return Automatic.SYSTEM if system else Automatic.NO
