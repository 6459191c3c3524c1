"""What a reply is and says; the labels stand beside the mails."""

import pytest
from labelled import REPLIES
from mails import html, mail
from wordings import not_sure, wordings

from takedown.inbox.automatic import Automatic, automatic
from takedown.inbox.classify import Class, classify, words_of
from takedown.inbox.parse import parse
from takedown.inbox.quoting import own_lines
from takedown.inbox.verdicts import one_of


def read(raw, sent=frozenset()):
    found = parse(raw)
    return classify(found, words_of(found, sent), lambda _: "")


def says(raw):
    found = read(raw)
    told = one_of(found.reading.general) if found.kind is Class.DECISION and found.reading.decides else None
    return "/".join(filter(None, (told.value, told.ground or told.reason_code))) if told else ""


@pytest.mark.figure("labelled genuine mails", unit="mails", how="class, decision and ground as labelled")
@pytest.mark.parametrize("one", REPLIES, ids=lambda one: one.name)
def test_a_reply_is_what_its_label_says(one):
    assert (read(one.raw).kind.value, says(one.raw)) == (one.kind, one.says)


@pytest.mark.figure("labelled genuine mails", unit="mails", how="class, decision and ground as labelled")
@pytest.mark.parametrize(("kind", "decision", "text"), wordings(), ids=lambda one: one[:40])
def test_what_a_desk_writes_is_read_as_a_person_reads_it(kind, decision, text):
    assert (read(mail(text)).kind.value, says(mail(text))) == (kind, decision)


NOT_SURE = """
The account has not yet been removed.|The account was never removed.|We have neither removed the account nor restricted it.
The account has been flagged to be removed.|The account would have been removed had it violated our rules.
It is not true that we have removed the account.|We deny that the account was removed.|The claim that the account has been removed is false.
We have removed the account from our review queue.|We have deleted your message without reading it.
The account has been removed by the user.|Our systems indicate the account was removed by its owner.
We removed the account by accident and have put it back.|Other users reported that the account was removed.
The reporter said: we have removed the account.|Please confirm that the account has been removed.
Let us know once the account has been removed.|The account has been scheduled for removal and was disabled for advertising.
We have disabled comments on the post.|We have removed monetization from the account.|We have removed the blue badge from this account.
The account's ability to post has been suspended.|Your account has been suspended.|We have removed your account.|We have banned similar accounts.
We have removed 2 of the 5 posts.|We have removed most of it.|The account has been removed from search results.|The account is being removed.
The account was removed but is now back.|The account was removed in 2019.|We temporarily disabled the account.
The post has been removed from recommendations.|We have restricted the account from posting.|Imagine the account was removed.
We have removed the account name from the report.|If you receive this, the account has been removed.|Access has been restricted to adults.
They have removed the account.|The police removed the account.|Assuming the account was removed, we close the case.
It appears the account was removed.|We believe the account has been removed.|We have nearly removed the accounts.
We have removed the content (see exceptions below).|The reported content has been removed, with the exception of two posts.
We have removed the account for violating our rules in Pakistan.|We have removed the account. It was removed from your list.
"""


@pytest.mark.figure("sentences that only seem to grant", unit="sentences", how="none is read as removed or restricted")
@pytest.mark.parametrize("text", [one for line in NOT_SURE.strip().split("\n") for one in line.split("|")] + not_sure())
def test_a_sentence_with_a_word_that_is_not_understood_removes_nothing(text):
    assert says(mail(text)).partition("/")[0] not in {"removed", "restricted"}


ELSEWHERE = """
Zgłoszone konto nie zostało usunięte.|Konto zostało tymczasowo zawieszone.|Usuniemy zgłoszony film.|Usunęliśmy Państwa zgłoszenie.|Twoje konto zostało zablokowane.
Sprawdzimy, czy film został usunięty.|Usunęliśmy konto, ale zostało ono przywrócone.|Film został usunięty przez użytkownika.|Konto zostało zablokowane na 24 godziny.
Söz konusu içerik kaldırılmamıştır.|Bildirdiğiniz hesap kaldırılacaktır.|Hesap kullanıcı tarafından silinmiştir.|Başvurunuz silinmiştir.|İçerik kaldırıldı, ancak itiraz üzerine yeniden yayınlandı.
Söz konusu içeriğe Türkiye'den erişim engellenmemiştir.|Il profilo non è stato rimosso.|Il profilo è stato rimosso dal titolare.|Il profilo è stato rimosso per errore.
Das Konto wurde am 9. März 2027 von Telegram nicht gelöscht.|Das Konto wurde vorübergehend gesperrt.|Der Beitrag ist für Nutzer in Deutschland nicht länger abrufbar, wenn Sie es anordnen.
La chaîne n'est désormais plus visible depuis la France pour les mineurs.|Le compte que vous nous avez signalé n'a pas été supprimé.
El vídeo ha dejado de estar disponible para los usuarios de España por un error.|لم تتم إزالة المقطع.|ستتم إزالة المقطع المخالف.
حذفنا المنشور الأول، أما المنشور الثاني فلا يخالف قواعدنا.|Hemos eliminado el primer vídeo, pero no el segundo.|Abbiamo rimosso il video, ma non il profilo.
"""


@pytest.mark.figure("sentences that only seem to grant", unit="sentences", how="none is read as removed or restricted")
@pytest.mark.parametrize("text", [one for line in ELSEWHERE.strip().split("\n") for one in line.split("|")])
def test_a_sentence_in_another_language_that_only_seems_to_grant_removes_nothing(text):
    assert says(mail(text)).partition("/")[0] not in {"removed", "restricted"}


def test_a_sentence_that_refuses_and_acts_at_once_decides_nothing():
    for text in ("We deleted the first post, the second one does not violate our rules.", "حذفنا المنشور الأول والثاني لا يخالف قواعدنا.",
                 "Wir haben einen Beitrag gelöscht, der andere verstößt nicht gegen unsere Regeln."):  # fmt: skip
        assert (read(mail(text)).kind, says(mail(text))) == (Class.DECISION, "")


def test_territories_are_read_from_the_decision_not_from_the_request():
    told = one_of(
        read(
            mail("In reply to your request from Pakistan, the post was withheld in India and the United Kingdom.")
        ).reading.general
    )
    assert told is not None
    assert told.territory == ("IN", "GB")


def test_a_ticket_number_is_kept_and_ours_is_none():
    assert read(mail("Your request was received. Ticket number: CH-2027-00417.")).number == "CH-2027-00417"
    assert read(mail("Your request was received. Reference: TD-ABCD-EFGH-IJKL.")).number == ""


def test_our_own_letter_quoted_without_marks_is_no_answer():
    letter = "Dear team,\nThe account has been removed in two other countries before.\n"
    raw = mail(f"Noted.\n\n{letter}")
    assert says(mail("The account has been removed globally before.\n")) == ""
    assert read(raw, own_lines(letter)).kind is Class.OTHER
    assert (
        read(
            mail("The channel has been removed from our service."), own_lines("The channel has been removed from our service.")
        ).kind
        is Class.OTHER
    )


def test_hidden_words_confirm_a_decision_but_do_not_make_one():
    preheader = "<p style='display:none'>We have removed the account.</p>"
    assert says(html(preheader + "<p>We have removed the account.</p>")) == "removed"
    assert read(html(preheader + "<p>Your report was received.</p>")).kind is Class.RECEIPT


def test_a_mail_that_may_tell_of_a_decision_is_no_receipt():
    thanks = "Thank you for your report. "
    assert {read(mail(thanks + one)).kind for one in not_sure() if "removed" in one} <= {
        Class.OTHER,
        Class.DECISION,
    }


BELOW = "On Thu, 14 Jan 2027 at 09:00, Desk <desk@authority.example> wrote:\n> We ask you to remove the account.\n"


def test_an_answer_below_or_between_the_quoted_lines_is_read():
    assert says(mail(BELOW + "\nWe have removed the account.\n")) == "removed"
    assert says(mail("> Please remove the account.\n\nDone, removed.\n\n> And confirm it.\n\nConfirmed.")) == "removed"


def test_a_quoted_line_that_was_wrapped_is_no_answer():
    assert (
        says(mail("See below.\n\n" + BELOW + "> We learned today that in another country you have\nremoved the account.\n")) == ""
    )
    assert says(mail("> Please confirm that you have\nremoved the account.\n\nWe will.")) == ""
    assert says(html("<p>See below.</p><blockquote>We have removed the account.</blockquote>")) == ""


def test_a_help_desks_line_above_its_answer_takes_nothing_away():
    above = ("##- Please type your reply above this line -##", "—-—-—-—\nReply above this line.", "_" * 40)
    assert [says(mail(f"{line}\n\nDana wrote:\n\nWe have removed the account.")) for line in above] == ["removed"] * 3
    assert says(mail("Noted.\n\n" + above[0] + "\n\nWe have removed the account.")) == ""


def test_what_is_cut_decides_nothing():
    assert says(mail("We have removed the account" + " and" * 300 + " nothing else.")) == ""
    assert says(mail("We have removed the account.\n\n" + "The weather is fine.\n\n" * 2500)) == ""


def test_the_one_address_in_a_notice_is_the_one_that_failed():
    notices = [one.raw for one in REPLIES if one.name.startswith("notice: ")]
    assert {(read(raw).bounce.address, read(raw).bounce.permanent) for raw in notices} == {("orders@telegram.example", True)}
    two = mail(
        "Between <orders@telegram.example> and <sales@telegram.example>: 550 refused", subject="Undeliverable", return_path="<>"
    )
    assert read(two).bounce.address == ""


BEGINNINGS = (
    "Vacation scam page: decision", "Holiday homes page", "Absence de violation", "Ausencia de infracción", "Assenza di violazioni",
    "Abwesenheit von Verstößen", "OOO Romashka", "Urlaub auf dem Hof", "Fravær av brudd", "Automaattinen päätös", "不在中国境内", "外出禁止",
)  # fmt: skip


@pytest.mark.parametrize("subject", BEGINNINGS)
def test_a_subject_that_only_begins_with_a_word_for_absence_hides_no_answer(subject):
    assert automatic(parse(mail(subject=subject))) is Automatic.NO
    assert says(mail("We have removed the page.", subject=subject)) == "removed"


ABSENCES = (
    "Vacation", "Absence", "Absence : demande", "Abwesend.", "Re: OOO", "Fravær (til mandag)", "不在", "外出中", "不在通知", "Poissa", "부재 중: 요청",
)  # fmt: skip


@pytest.mark.parametrize("subject", ABSENCES)
def test_a_word_for_absence_that_is_all_of_a_subject_is_one(subject):
    assert read(mail("x", subject=subject)).kind is Class.OUT_OF_OFFICE


@pytest.mark.parametrize("subject", ["Absence: your report", "Automatic reply: Your request", "Ada Standin is out of the office"])
@pytest.mark.parametrize(
    "text",
    ["We have removed the page.", "Action has been taken.", "Unless a court orders it, we will not remove this.",
     "The account seems to have been removed.", "We have received your request. We have removed the page."],
)  # fmt: skip
def test_a_subject_alone_keeps_no_decision_from_a_person(subject, text):
    found = read(mail(text, subject=subject))
    assert (found.kind, found.reading.decides) == (Class.DECISION, False), "a person says what it is"
    assert "nobody is there" in found.why


def test_a_subject_alone_hides_no_question():
    asks = "Please provide the exact links of the posts."
    assert read(mail(asks, subject="Absence")).kind is Class.QUESTION
    assert read(mail(f"I am out of the office. {asks}", subject="Absence")).kind is Class.OUT_OF_OFFICE
    assert read(mail(asks, subject="Absence", auto_submitted="auto-replied")).kind is Class.OUT_OF_OFFICE


NOBODY_THERE = ("This mailbox is not monitored.", "I am out of the office until Monday.", "ただいま不在中です。")


@pytest.mark.parametrize("away", NOBODY_THERE)
@pytest.mark.parametrize(
    "text", ["The profile was possibly removed.", "Action has been taken.", "Unless a court orders it, we will not remove this."]
)
def test_a_text_that_says_that_nobody_is_there_may_tell_of_a_decision_all_the_same(text, away):
    assert read(mail(away)).kind is Class.OUT_OF_OFFICE
    assert read(mail(f"{text} {away}")).kind in {Class.DECISION, Class.OTHER}


def test_not_in_china_is_no_absence():
    assert read(mail("该账号不在中国。")).kind is Class.OTHER
    assert [read(mail(text)).kind for text in ("不在中", "担当者は不在中のため、後日ご連絡します。")] == [Class.OUT_OF_OFFICE] * 2
