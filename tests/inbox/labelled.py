"""Replies with their labels, hand-made after the kinds that platforms and mail systems really send."""

from dataclasses import dataclass

from mails import bounce, html, mail

SIGNED = "\n\n-- \nLegal Operations\nChirp\nThe account has been removed. Confidential."
QUOTED = "\n\nOn Thu, 14 Jan 2027 at 09:00, Desk <desk@authority.example> wrote:\n> The account has been removed in Pakistan?\n> We ask you to remove it."
OUTLOOK = "\n\n________________________________\nFrom: Desk\nSent: Thursday\nTo: Legal\nSubject: Request\n\nWe have removed the account."
AUTO = {"auto_submitted": "auto-replied"}


@dataclass(frozen=True)
class Labelled:
    """`says`: the claimed value that all its decisions agree on, with its reason code or ground after a slash."""

    name: str
    raw: bytes
    kind: str
    says: str = ""


REPLIES = [
    # decisions: removed
    Labelled("plain", mail("Hello,\n\nWe have removed the account.\n\nRegards,\nTrust and Safety"), "decision", "removed"),
    Labelled("own rules", mail("Thank you for your report. The account has been permanently suspended for violating our Terms of Service."), "decision", "removed/own_rules"),
    Labelled("order", mail("Pursuant to the order, the content you reported has been taken down globally."), "decision", "removed/local_law"),
    Labelled("review", mail("Following our review, we determined that the video violates our Community Guidelines and it was removed."), "decision", "removed/own_rules"),
    Labelled("wrapped", mail("We reviewed the channel that you reported to us in your\nletter of 3 January, and the channel has been\nremoved."), "decision", "removed"),
    Labelled("no longer", mail("We have removed the post, and it is no longer available."), "decision", "removed"),
    Labelled("short", mail("Removed."), "decision", "removed"),
    Labelled("quoting us", mail("We have removed the profile." + QUOTED), "decision", "removed"),
    Labelled("from pakistan", mail("In response to your request from Pakistan, we have removed the account."), "decision", "removed"),
    Labelled("german", mail("Guten Tag,\n\nwir haben das Konto gelöscht.\n\nMit freundlichen Grüßen"), "decision", "removed"),
    Labelled("french", mail("Bonjour,\n\nle compte a été supprimé.\n\nCordialement"), "decision", "removed"),
    Labelled("html only", html("<p>We have <b>removed</b> the account.</p>"), "decision", "removed"),
    Labelled("two versions", html("<p>We have removed the account.</p>", "We have removed the account."), "decision", "removed"),
    Labelled("quoted-printable", mail("We have remo=\nved the account.", content_transfer_encoding="quoted-printable"), "decision", "removed"),
    Labelled("base64", mail("V2UgaGF2ZSByZW1vdmVkIHRoZSBhY2NvdW50Lg==", content_transfer_encoding="base64"), "decision", "removed"),
    # decisions: restricted
    Labelled("withheld", mail("The post is now withheld in Pakistan in response to your legal request."), "decision", "restricted/local_law"),
    Labelled("not ours", mail("We found that the video does not violate our Community Guidelines. However, we have restricted access to it in Pakistan under local law."), "decision", "restricted/local_law"),
    Labelled("removed in", mail("The content has been removed in Pakistan."), "decision", "restricted/local_law"),
    Labelled("unavailable", mail("Access to the account has been disabled in Pakistan and India."), "decision", "restricted/local_law"),
    Labelled("your country", mail("We have geo-blocked the channel in your jurisdiction."), "decision", "restricted/local_law"),
    # decisions: declined
    Labelled("not removed", mail("We have not removed the account."), "decision", "declined"),
    Labelled("unable", mail("We are unable to remove the account because your request does not contain sufficient information."), "decision", "declined/insufficient_information"),
    Labelled("no violation", mail("We reviewed the content and it does not violate our Community Standards. No action has been taken."), "decision", "declined/not_illegal"),
    Labelled("court", mail("We are unable to act on this request without a valid court order."), "decision", "declined/court_order_needed"),
    Labelled("entity", mail("We cannot take action: the service is operated by a different entity. Please direct your request to Wren Ltd."), "decision", "declined/wrong_entity"),
    Labelled("encrypted", mail("Messages are end-to-end encrypted, so we are not able to remove content in chats."), "decision", "declined/cannot_reach"),
    Labelled("gone", mail("The account has already been deleted."), "decision", "declined/already_gone"),
    Labelled("declined", mail("Your request has been declined."), "decision", "declined"),
    Labelled("will not be", mail("The account will not be removed."), "decision", "declined"),
    Labelled("curly", mail("We haven’t removed the account."), "decision", "declined"),
    Labelled("not found", mail("We were unable to locate the account at the link that you gave."), "decision", "not_found/already_gone"),
    Labelled("german no", mail("Wir können den Inhalt leider nicht entfernen."), "decision", "declined"),
    # receipts
    Labelled("ticket", mail("Thank you for contacting us. Your request has been received.\nTicket number: CH-2027-00417\nWe will review it."), "receipt"),
    Labelled("auto ticket", mail("We have received your request (#48213) and will get back to you.", **AUTO), "receipt"),
    Labelled("system ticket", mail("[CASE 00831255] Your case has been created.", auto_submitted="auto-generated", x_auto_response_suppress="All"), "receipt"),
    Labelled("in review", mail("Your report is currently under review."), "receipt"),
    Labelled("german ticket", mail("Wir haben Ihre Anfrage erhalten. Vorgangsnummer: 7741-B."), "receipt"),
    Labelled("thanks", mail("Thank you for your report. We will look into it and take action where it is needed."), "receipt"),
    # questions
    Labelled("which", mail("Could you please provide the exact links of the posts?"), "question"),
    Labelled("need", mail("We need additional information to process your request: a copy of the order."), "question"),
    Labelled("clarify", mail("Please clarify under which provision the content is illegal."), "question"),
    Labelled("french question", mail("Veuillez nous fournir les liens des publications."), "question"),
    # out of office
    Labelled("exchange", mail("I am out of the office until Monday.", subject="Automatic reply: Your request", **AUTO), "out_of_office"),
    Labelled("exchange bare", mail("The account has been removed from my list.", subject="Automatic reply: Your request", x_auto_response_suppress="All"), "out_of_office"),
    Labelled("vacation", mail("I will be back on 3 February.", precedence="auto_reply", x_autoreply="yes"), "out_of_office"),
    Labelled("notes", mail("I will return on 3 February.", subject="Out of office: A. Standin", x_mailer="Lotus Notes"), "out_of_office"),
    Labelled("german absence", mail("Ich bin bis Montag nicht im Büro.", subject="Abwesenheitsnotiz: Ihre Anfrage", **AUTO), "out_of_office"),
    Labelled("french absence", mail("Je suis absent.", subject="Réponse automatique : demande"), "out_of_office"),
    Labelled("arabic absence", mail("أنا خارج المكتب.", subject="رد تلقائي: الطلب"), "out_of_office"),
    Labelled("urdu absence", mail("میں دفتر میں نہیں ہوں۔", subject="خودکار جواب: درخواست"), "out_of_office"),
    Labelled("encoded subject", mail("x", subject="=?utf-8?B?QXV0b21hdGljIHJlcGx5OiByZXF1ZXN0?="), "out_of_office"),
    Labelled("auto removed", mail("We have removed the account.", **AUTO), "out_of_office"),
    Labelled("not monitored", mail("This mailbox is not monitored.", **AUTO), "out_of_office"),
    # bounces
    Labelled("rfc 3464", bounce(), "bounce"),
    Labelled("delayed", bounce(action="delayed", status="4.4.1"), "bounce"),
    Labelled("exim", mail("A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.\n\n  orders@telegram.example\n    user unknown", x_failed_recipients="orders@telegram.example", subject="Mail delivery failed: returning message to sender", **{"from": "Mail Delivery System <Mailer-Daemon@mx.authority.example>"}), "bounce"),
    Labelled("qmail", mail("Hi. This is the qmail-send program at mx.authority.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<orders@telegram.example>:\nSorry, no mailbox here by that name. (#5.1.1)", subject="failure notice", **{"from": "MAILER-DAEMON@mx.authority.example"}), "bounce"),
    Labelled("exchange ndr", mail("Delivery has failed to these recipients or groups:\n\norders@telegram.example\nThe email address you entered couldn't be found. 550 5.1.10", subject="Undeliverable: Your request", x_ms_exchange_message_is_ndr="", **{"from": "postmaster@authority.example"}), "bounce"),
    Labelled("sendmail", mail("The original message was received\n   ----- The following addresses had permanent fatal errors -----\n<orders@telegram.example>\n", subject="Returned mail: see transcript for details", return_path="<>", **{"from": "Mail Delivery Subsystem <MAILER-DAEMON@mx.authority.example>"}), "bounce"),
    *(
        Labelled(f"notice: {subject}", mail("Your message to <orders@telegram.example> was rejected: 550 5.1.1 no such user", subject=subject, return_path="<>", **{"from": "Mail Gateway <gateway@authority.example>"}), "bounce")
        for subject in ("[Postmaster] Email Delivery Failure", "Nachricht nicht zustellbar", "Échec de la remise : demande", "Message delivery has failed", "Mail System Error - Returned Mail", "Your message could not be delivered", "Nondeliverable mail", "Message rejected")
    ),
    # other
    Labelled("newsletter", mail("Our new transparency report is out."), "other"),
    Labelled("promise", mail("The account will be removed if a court confirms your order."), "other"),
    Labelled("maybe", mail("The account may have been removed."), "other"),
    Labelled("wish", mail("You asked us whether we have removed the account."), "other"),
    Labelled("some", mail("We have removed some of the accounts."), "decision"),
    Labelled("none", mail("None of the accounts have been removed."), "decision", "declined"),
    Labelled("suspension lifted", mail("We have removed the suspension of the account."), "other"),
    Labelled("reinstated", mail("We have removed the account. After an appeal, the account was reinstated."), "other"),
    Labelled("both", mail("We have removed the account. We have not removed the account."), "other"),
    Labelled("only quoted", mail("Please see below." + QUOTED), "other"),
    Labelled("only outlook", mail("See below." + OUTLOOK), "other"),
    Labelled("only signature", mail("Noted." + SIGNED), "other"),
    Labelled("generally", mail("Chirp does not remove content at the request of governments."), "other"),
    Labelled("request closed", mail("Your request has been removed from our queue."), "other"),
    Labelled("list", mail("We have removed you from the list."), "other"),
    Labelled("forward", mail("See attached.\n\n---------- Forwarded message ---------\nFrom: x@y.example\nWe have removed the account."), "other"),
    Labelled("question mark", mail("Have you seen that the account was removed?"), "other"),
    Labelled("tomorrow", mail("We are going to have the account removed tomorrow."), "other"),
    Labelled("empty", mail(""), "other"),
]  # fmt: skip
