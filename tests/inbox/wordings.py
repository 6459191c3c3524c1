"""How desks word things, as `class says | text`; `/` is a line end. Each line was once read wrongly."""

WORDINGS = """
decision removed/own_rules | Hi,//Thanks for contacting us.//We reviewed the content you reported and removed it from Instagram for violating our Community Standards.
decision removed | Hi,//We've reviewed the channel and taken action by removing it.//WhatsApp Support Team
decision removed | Dear Sir,//We confirm that we have complied with your request and the account is no longer available on our service.
decision removed | Following your notice, the three posts listed in it were taken down on 13 January 2027.
decision removed | Hello,//Sorry for the delay. The page has now been removed.//Let us know if you have any questions.
decision removed | With this in mind, we have removed the account.
decision removed | We have taken the post down.
decision removed/own_rules | Dear reporter,//Decision: Removed/Ground: Incompatible with our terms and conditions/Automated means: No//Chirp Safety
decision removed | Dear Desk,//Done, removed.//Confirmed.//Best/Dana
decision removed | Hello,/we have removed the account/Regards,/Dana
decision restricted/local_law | We determined that the content does not go against our Community Standards. However, based on the local law you cited, we have restricted access to this content in Pakistan.
decision restricted/local_law | The channel you reported is no longer accessible to users in Germany.
decision declined/not_illegal | We were unable to identify a violation of our terms. The content will remain available.
decision declined/not_illegal | We have determined that the account is not in violation of the Chirp Rules. Accordingly, no action will be taken.
decision declined | We regret to inform you that your request cannot be granted.
decision declined/already_gone | The content you reported is already unavailable on our platform, so no further action is needed.
decision declined/court_order_needed | Chirp Inc. is not subject to the jurisdiction of your authority. We are therefore unable to comply with your request.
decision declined/wrong_entity | Please note that users in the EU are served by Wren Ltd. We cannot process your order. Kindly direct it to Wren Ltd.
decision declined/insufficient_information | We have not taken action on your report because it does not include a direct link to the content.
decision declined/not_illegal | Outcome of your notice 7731//Decision: No action/Reason: The content does not infringe our terms.
decision removed | Guten Tag,/das Konto wurde gelöscht./Grüße
decision removed | Wir haben den gemeldeten Inhalt geprüft und entfernt.
decision removed | Nach Prüfung Ihrer Meldung haben wir das Konto gesperrt.
decision removed | Wir teilen Ihnen mit, dass das Konto gelöscht wurde.
decision restricted/local_law | Der Zugriff auf das Konto wurde in Deutschland gesperrt.
decision declined/not_illegal | Der Inhalt verstößt nicht gegen unsere Richtlinien. Wir werden daher keine Maßnahmen ergreifen.
decision removed | Nous vous informons que le compte signalé a été supprimé de notre plateforme.
decision declined/not_illegal | Nous n'avons pas constaté de violation de nos règles. Nous ne pouvons donc pas supprimer ce contenu.
decision removed | Hola:/Hemos eliminado la cuenta que denunció./Saludos
decision declined/not_illegal | El contenido no infringe nuestras normas. No hemos eliminado la publicación.
decision removed | Olá,/Removemos a conta denunciada.
decision removed | Abbiamo rimosso il contenuto segnalato.
decision removed | السلام علیکم/ہم نے اکاؤنٹ ہٹا دیا ہے۔/شکریہ
decision removed | مرحبا،/لقد قمنا بإزالة الحساب./مع التحية
decision removed | The posts you flagged are now gone from our platform.
decision removed | Your removal request R-1 has been approved and the content was removed.
decision removed | The content is no longer available. We removed it on 12 January.
decision removed | The content identified in your order of 12 January 2027 was removed at 14:05 UTC on 12 January 2027.
decision removed | We confirm removal of the account.
decision removed/own_rules | We've taken down the Page because it didn't follow our Community Standards.
decision removed | Account suspended.//Kind regards,//Dana Standin/Legal Counsel/Chirp Ltd.
decision removed | Please note that the account has been deactivated with immediate effect.
decision restricted/local_law | Users in Pakistan can no longer access the channel.
decision restricted/local_law | The content will no longer be visible to users located in Pakistan.
decision restricted/local_law | The content was not removed globally, but is no longer available in Pakistan.
decision restricted/local_law | We have disabled access to the content within the territory of Germany.
decision declined | We have determined that no action is warranted.
decision declined | The content falls outside the scope of our policies, therefore it has not been removed.
decision declined | We decided to keep the content up.
decision declined/not_illegal | We do not consider the content to be manifestly illegal.
decision declined/not_illegal | Report closed - no violation.
decision declined/wrong_entity | This account belongs to another service. We do not operate it.
decision not_found/already_gone | The link you provided is invalid.
decision | The video has been blocked on the Pakistani version of our service.
receipt | Ticket #4711 created. You will be notified of any updates.
receipt | Thank you for your patience. We're still reviewing your request.
receipt | Your ticket was created. Please include your ticket number in all correspondence.
receipt | We received your request. Please submit all future requests through our portal.
question | Please advise which specific posts are unlawful.
question | What is the legal basis for your request?
question | Do you want us to remove the account or only the posts?
question | Before we proceed, we kindly ask you to confirm the identity of the requesting officer.
question | The URLs you have provided are not valid. Please check them and send us the correct ones.
question | Please note that we need a translation of the order into English before we can act.
out_of_office | I have left Telegram. For legal requests, please contact our legal desk.
decision removed | The reported group has been closed and deleted.
decision removed/own_rules | It violates our Terms of Service, so we removed it.
decision restricted/local_law | Following receipt of your order, we have disabled access to the content in all Member States.
decision restricted/local_law | The channel is unavailable in Germany due to local legal requirements.
decision declined/not_illegal | We didn't find that the content goes against our Community Standards, so we've left it up.
decision declined/insufficient_information | There is insufficient evidence that the content is unlawful. We have therefore not removed it.
decision declined | We are closing this request without further action.
decision declined | Unfortunately your request falls outside our remit and we must decline it.
decision not_found/already_gone | The account you are referring to could not be found.
decision not_found/already_gone | No content exists at the URLs provided.
decision | Resolved: content removed.
receipt | This is an automated acknowledgement. Your correspondence has been received and registered under number 4711.
receipt | Our team will review your order and get back to you.
receipt | Received, thank you. We will take a look.
receipt | An agent will be assigned to your case soon.
receipt | Wir bestätigen den Eingang Ihrer Anordnung.
question | We would appreciate it if you could provide the URLs of the offending posts.
question | Additional documentation is required. Please upload it to the portal.
question | Können Sie uns bitte die genauen Links mitteilen?
question | ¿Qué ley se ha infringido?
out_of_office | Hi, I'm OOO this week. Reach out to my colleague Kim.
out_of_office | Ich bin erst am 20. Januar wieder im Büro.
out_of_office | Bonjour, je serai de retour le 20 janvier.
other | Evidence of a breach was not found on our side so far, as we have not begun to look.
other | Our service will be unavailable on Sunday for maintenance.
decision removed | We agree with your assessment and have removed the content.
decision removed | The matter has been reviewed by our policy team and the account has been deactivated.
decision removed | Following your notice, we reviewed the content and removed it.
decision removed | Hello, we acted on your request. The account is suspended.
decision restricted/local_law | In accordance with local law, the video is not available in Pakistan.
decision declined | Your request has not been approved.
decision declined/already_gone | The content has been removed by the uploader before we could review it.
question | Your request lacks the legal basis. Please add it and resubmit.
receipt | Your report will be reviewed.
receipt | Just confirming that we got your request. We're on it.
receipt | Your request has been escalated to our policy team.
receipt | Thank you. We have forwarded your order to the relevant department, which will take the necessary action.
receipt | We received your report. We'll notify you when we have removed it or taken another decision.
receipt | Ihre Anfrage ist bei uns eingegangen und wird unter der Ticketnummer 20270114-55 bearbeitet.
receipt | Nous accusons réception de votre demande. Numéro de dossier : 4411-B.
receipt | Hemos recibido su solicitud. Su número de caso es 448120.
receipt | Recebemos a sua solicitação e responderemos em breve.
receipt | آپ کی درخواست موصول ہو گئی ہے۔
question | We are unable to process your request at this time because the order is not signed. Please resend a signed copy.
question | The link you sent does not work. Could you resend it?
question | Please reply to this e-mail from your official government address so that we can verify your identity.
question | Before we can take action, we'd like you to clarify whether the order applies to the whole account.
question | Your submission is missing the name of the issuing authority. Please complete the attached form and return it to us.
question | Zur weiteren Bearbeitung benötigen wir noch die genaue URL.
question | Pourriez-vous nous préciser la base légale de votre demande ?
question | ¿Podría indicarnos las URL exactas de las publicaciones?
question | Por favor, envie os links das publicações.
question | براہ کرم پوسٹ کا مکمل لنک فراہم کریں۔
out_of_office | Ich befinde mich derzeit im Urlaub und bin ab dem 18. Januar wieder erreichbar.
out_of_office | Estoy fuera de la oficina hasta el 18 de enero.
out_of_office | Our office is closed for public holidays. We will respond upon our return.
out_of_office | I am on leave. I have removed notifications from my phone.
decision | Your request was received. We reviewed the content you reported and removed it from our front page.
decision | Thank you for your report. The channel was blocked.
other | Thank you for your report. Decision: pending removal.
other | Thank you for your report. Das Konto wurde wieder entsperrt.
other | Your message was read on Thursday, 14 January 2027.
other | Your message is being held. To have it delivered, please click below to confirm that you are a real person.
decision | We found no breach. However, the post has since been hidden from the front page and blocked.
"""
NOT_SURE = """
With the exception of two posts, we have removed the accounts.|Based on your claim, the account was removed.
In response to a different report, we have removed the account.|Following an appeal by its owner, we have removed the account.
Due to a technical issue, we have removed the account.|Upon request by the user, we have removed the account.
Thank you for having removed the account.|We took the matter down.|We have removed one account.|We removed accounts.
We reviewed the report and removed it.|We have reviewed your request and removed it.|We have removed this message.|We have removed the link.
We have limited the visibility of the post in Pakistan.|We have complied with your request.|We have taken action against the account.
We have removed the account, although it may still be visible to some users.|We have removed the account. Correction: we have not.
We have removed the account. Please disregard this message.|We have removed the account. The above applies only to test accounts.
TEST: We have removed the account.|Decision: Appeal removed|Requested action: Removed|Previous decision: Removed|Result: report deleted
The post is no longer withheld in Pakistan.|We have restricted your access to the portal in Pakistan.|The user has deleted the account.
Das Konto wurde vom Nutzer gelöscht.|Nach Widerspruch wurde das Konto gelöscht.|Wir haben Ihre Anfrage gelöscht.|Das Konto wird gelöscht.
Le compte n'a pas été supprimé.|Le compte a été supprimé par son propriétaire.|No hemos eliminado la cuenta.|La cuenta fue eliminada por el usuario.
Não removemos a conta.|لم نقم بإزالة الحساب.|سنقوم بإزالة الحساب.|ہم نے اکاؤنٹ نہیں ہٹایا۔|صارف نے اکاؤنٹ ہٹا دیا ہے۔
We checked the queue and removed it.|We have acted on your report and removed it.|The video is not available in full in Pakistan.
We have considered restoring it and removed the account flag.|We looked at the account and the user has removed the account.
We confirm the removal of the account manager.|It violates our rules, so we removed it from the shortlist.|Removed: 0
"""


def wordings() -> list[tuple[str, str, str]]:
    """(class, what it says, text)."""
    rows = (line.partition(" | ") for line in WORDINGS.strip().split("\n"))
    return [(*f"{label} ".split(" ")[:2], text.replace("/", "\n")) for label, _, text in rows]


def not_sure() -> list[str]:
    return [one for line in NOT_SURE.strip().split("\n") for one in line.split("|")]
