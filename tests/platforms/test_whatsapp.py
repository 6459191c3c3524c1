"""WhatsApp: the whole grammar with invented codes and numbers reserved for fiction, and the Graph API's errors."""

import pytest
from meta_replies import DENIED, LATER, REFUSAL, UNCLEAR

from takedown.contract import Channel, Kind, Target
from takedown.registry import recognise
from takedown.testing import PlatformContract
from takedown_platforms.whatsapp import WhatsApp, e164

CODE, GROUP = "0029VStandIn42StandIn42x", "StandIn42StandIn42-_42"
US, UK = (Kind.PHONE, "+12025550142"), (Kind.PHONE, "+447700900142")
CHANNEL, INVITE, SHORT = (Kind.CHANNEL, CODE), (Kind.INVITE, GROUP), (Kind.OTHER, "short:STANDIN42X1")


class TestWhatsApp(PlatformContract):
    platform = WhatsApp
    targets = {
        f"https://www.whatsapp.com/channel/{CODE}": CHANNEL,
        f"whatsapp.com/channel/{CODE}/?x=y": CHANNEL,
        f"https://whatsapp.com/channel/{CODE}/142": (Kind.POST, f"{CODE}/142"),
        f"https://chat.whatsapp.com/{GROUP}?mode=ac_t": INVITE,
        f"https://chat.whatsapp.com/invite/{GROUP}/": INVITE,
        f"https://web.whatsapp.com/accept?code={GROUP}": INVITE,
        f"whatsapp://chat?code={GROUP}": INVITE,
        "https://wa.me/12025550142": US,
        "wa.me/+12025550142?text=hello": US,
        "https://www.wa.me/447700900142/": UK,
        "https://api.whatsapp.com/send?phone=447700900142": UK,
        "https://api.whatsapp.com/send/?phone=%2B447700900142&text=hi&type=phone_number&app_absent=0": UK,
        "https://web.whatsapp.com/send?phone=+44%207700%20900-142": UK,
        "https://www.whatsapp.com/send?phone=+1(202)555.0142": US,
        "whatsapp://send?phone=12025550142": US,
        "whatsapp://send/?text=hi&phone=+12025550142": US,
        "https://wa.me/message/STANDIN42X1?src=qr": SHORT,
        "https://api.whatsapp.com/message/STANDIN42X1": SHORT,
        "https://wa.me/qr/STANDIN42X1": SHORT,
        "https://wa.me/c/12025550142": (Kind.OTHER, "+12025550142"),
        "https://www.whatsapp.com/catalog/12025550142/?app_absent=0": (Kind.OTHER, "+12025550142"),
        "https://wa.me/p/1000000000000042/12025550142": (Kind.OTHER, "1000000000000042"),
    }
    refused = {
        "https://www.whatsapp.com/": "reserved",
        "https://www.whatsapp.com/download": "reserved",
        "https://web.whatsapp.com/": "reserved",
        "https://wa.me/": "reserved",
        "https://wa.me/?text=standin": "reserved",
        "https://api.whatsapp.com/send?text=standin": "reserved",
        "whatsapp://send?text=standin": "reserved",
        "whatsapp://app": "reserved",
        "https://l.wl.co/l?u=https%3A%2F%2Fexample.org": "redirector",
        "https://www.whatsapp.com/channel/": "grammar",
        "https://www.whatsapp.com/channel/standin": "grammar",
        f"https://www.whatsapp.com/channel/{CODE}/settings": "grammar",
        "https://chat.whatsapp.com/": "grammar",
        "https://chat.whatsapp.com/standin": "grammar",
        "https://wa.me/standin": "grammar",
        "https://wa.me/2025550142x": "grammar",
        "https://wa.me/0012025550142": "grammar",
        "https://wa.me/++12025550142": "grammar",
        "https://wa.me/1202555": "grammar",
        "https://wa.me/120255501420000": "grammar",
        "https://wa.me/99912345678": "grammar",
        "https://wa.me/٤٤٧٧٠٠٩٠٠١٤٢": "grammar",
        "https://wa.me/message/": "grammar",
        "https://wa.me/c/standin": "grammar",
        "https://wa.me/p/standin/12025550142": "grammar",
        "https://api.whatsapp.com/send?phone=": "grammar",
        "whatsapp://send?phone=standin": "grammar",
        "https://wa.me.evil.test/12025550142": "host",
        "https://whatsapp.com.evil.test/channel/x": "host",
        "https://wa.me:8443/12025550142": "port",
    }
    same = (
        ("wa.me/447700900142", "https://api.whatsapp.com/send?phone=%2B44+7700+900142", "whatsapp://send?phone=447700900142"),
        (f"chat.whatsapp.com/{GROUP}", f"hxxps://chat.whatsapp[.]com/invite/{GROUP}", f"whatsapp://chat?code={GROUP}"),
        ("wa.me/c/12025550142", "whatsapp.com/catalog/12025550142"),
    )
    later, denied, refusal, unclear = LATER, DENIED, REFUSAL, UNCLEAR


def test_a_number_its_catalogue_and_a_pointer_are_three_targets() -> None:
    urls = ("wa.me/12025550142", "wa.me/c/12025550142", "wa.me/message/STANDIN42X1", "wa.me/qr/STANDIN42X1")
    seen = [recognise(url, {"whatsapp": WhatsApp()}) for url in urls]
    assert len({s.identity for s in seen if isinstance(s, Target)}) == 4


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12025550142", "+12025550142"),
        ("+52 1 55 0000 0042", "+525500000042"),
        ("525500000042", "+525500000042"),
        ("", ""),
        ("+", ""),
        ("12025550142;ext=7", ""),
        ("tel:12025550142", ""),
    ],
)
def test_numbers_are_written_one_way(text, number) -> None:
    assert e164(text) == number


def test_email_needs_an_address_that_was_given() -> None:
    assert "no address" in (WhatsApp().barred(Channel.EMAIL) or "")
    assert WhatsApp(WhatsApp.Settings(to="orders@intake.example")).barred(Channel.EMAIL) is None
