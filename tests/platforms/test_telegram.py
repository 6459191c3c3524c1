"""Telegram: the grammar of its own library with invented names, and `ok: false`."""

from datetime import timedelta

import pytest

from takedown.contract import Channel, Denied, Kind, Target, TryLater, Unclear
from takedown.registry import recognise
from takedown.testing import PlatformContract, reply
from takedown_platforms.telegram import Telegram

NAME, CHANNEL = (Kind.ACCOUNT, "standin_0042"), (Kind.CHANNEL, "standin_0042")
POST, PRIVATE, STORY = (Kind.POST, "standin/42"), (Kind.POST, "c/1000042/7"), (Kind.STORY, "standin/s/7")
INVITE, PHONE = (Kind.INVITE, "St4nd-In_42"), (Kind.PHONE, "+12025550142")
LONG = "abcdefghijklmnopqrstuvwxyz012345"


def failed(status, code, wait=None, headers=None, /, **more):
    told = {"ok": False, "error_code": code, "description": "An invented description", **more}
    return reply(status, told | ({} if wait is None else {"parameters": {"retry_after": wait}}), headers)


class TestTelegram(PlatformContract):
    platform = Telegram
    targets = {
        "https://t.me/Standin_0042": NAME,
        "t.me/standin_0042/": NAME,
        "www.telegram.me/standin_0042?start=x": NAME,
        "telegram.dog/standin_0042?boost": NAME,
        "HTTP://T.ME:443/standin_0042#x": NAME,
        "t.me/standin%5F0042": NAME,
        "tg:resolve?domain=Standin_0042": NAME,
        "TG://resolve?&&domain=standin_0042&post=&single": NAME,
        "tg://resolve?domain=standin_0042&story=-1": NAME,
        "t.me/standin_0042/an_app?startapp=x": NAME,
        "t.me/standin_0042/0": NAME,
        "t.me/standin_0042/-42": NAME,
        "t.me/standin_0042/0/a//s/as?voicechat=": NAME,
        "t.me/standin_0042/s/": NAME,
        "t.me/gif": (Kind.ACCOUNT, "gif"),
        f"t.me/{LONG}": (Kind.ACCOUNT, LONG),
        "Standin.t.me": (Kind.ACCOUNT, "standin"),
        "https://standin.t.me////0?start=x": (Kind.ACCOUNT, "standin"),
        "tg://user?id=1000042": (Kind.ACCOUNT, "id:1000042"),
        "https://t.me/s/Standin_0042": CHANNEL,
        "https://t.me/s/standin_0042?before=42": CHANNEL,
        "https://t.me/Standin/42": POST,
        "t.me/standin/42//?single": POST,
        "t.me/standin/42/rest//of/it": POST,
        "t.me/standin/7/42?t=9": POST,
        "t.me/standin/042": POST,
        "t.me/standin/42?comment=7": POST,
        "t.me/s/standin/42": POST,
        "t.me/%73/s/s/standin/42": POST,
        "standin.t.me/42": POST,
        "tg:resolve?domain=stand%69n&post=%342&thread=7": POST,
        "https://t.me/c/1000042/7": PRIVATE,
        "t.me/c/1000042/3/7?single": PRIVATE,
        "t.me/c/1000042/7/more//": PRIVATE,
        "tg:privatepost?channel=1000042&post=7": PRIVATE,
        "https://t.me/standin/s/7": STORY,
        "tg:resolve?domain=standin&story=7": STORY,
        "https://t.me/joinchat/St4nd-In_42": INVITE,
        "https://t.me/+St4nd-In_42": INVITE,
        "https://t.me/%20St4nd-In_42": INVITE,
        "www.t.me/s/s/joinchat/St4nd-In_42/7?x#y": INVITE,
        "tg:join?invite=St4nd-In_42": INVITE,
        "t.me/+12025550142a": (Kind.INVITE, "12025550142a"),
        "https://t.me/+12025550142?profile": PHONE,
        "tg://resolve?phone=12025550142": PHONE,
        "tg:resolve?phone=+12025550142&text=x": PHONE,
        "t.me/+88800000042": (Kind.PHONE, "+88800000042"),
        "https://t.me/addlist/St4nd-In_42": (Kind.OTHER, "St4nd-In_42"),
        "tg://addlist?slug=St4nd-In_42": (Kind.OTHER, "St4nd-In_42"),
        "https://t.me/addstickers/StandIn_42": (Kind.OTHER, "StandIn_42"),
        "tg:addemoji?set=StandIn_42": (Kind.OTHER, "StandIn_42"),
    }
    refused = {
        "https://t.me/": "reserved",
        "https://t.me/s/": "reserved",
        "https://t.me//standin": "reserved",
        "https://t.me/joinchat": "reserved",
        "https://t.me/joinchat//St4ndIn": "reserved",
        "https://t.me/joinchat/12025550142": "reserved",
        "https://t.me/joinchat/Stand%20In": "reserved",
        "https://t.me/addstickers?set=standin": "reserved",
        "https://t.me/addlist/Stand%20In": "reserved",
        "https://t.me/proxy?server=192.0.2.1&port=80&secret=x": "reserved",
        "https://t.me/socks?server=192.0.2.1&port=80": "reserved",
        "https://t.me/Login/42": "reserved",
        "https://t.me/setlanguage/en": "reserved",
        "https://t.me/bg/111111": "reserved",
        "https://t.me/c/1000042": "reserved",
        "https://t.me/c/1000042/standin": "reserved",
        "https://t.me/c/standin/7": "reserved",
        "https://t.me/c//7": "reserved",
        "https://t.me/c/-1001000042/7": "reserved",
        "https://t.me/boost/standin": "reserved",
        "https://t.me/contact/token": "reserved",
        "tg://settings/devices": "reserved",
        "tg:resolve/more?domain=standin": "reserved",
        "tg:resolve?phone=": "reserved",
        "tg://resolve?domain=standin&bot_id=42&scope=x&public_key=y": "reserved",
        "tg:join?invite=Stand%20In": "reserved",
        "tg:privatepost?channel=standin&post=7": "reserved",
        "tg:login?code=12345": "reserved",
        "https://t.me/share/url?url=https%3A%2F%2Fexample.org": "redirector",
        "https://t.me/iv?url=https%3A%2F%2Fexample.org&rhash=x": "redirector",
        "https://t.me/msg?url=https%3A%2F%2Fexample.org": "redirector",
        "https://tttttt.me/standin": "mirror",
        "https://t.me/_standin": "grammar",
        "https://t.me/standin_": "grammar",
        "https://t.me/stand__in": "grammar",
        "https://t.me/0standin": "grammar",
        "https://t.me/stand-in": "grammar",
        "https://t.me/ståndin": "grammar",
        f"https://t.me/{LONG}6": "grammar",
        "https://t.me/$standin": "grammar",
        "https://t.me/+": "grammar",
        "https://t.me/+Stand%20In": "grammar",
        "https://t.me/+4242": "grammar",
        "https://t.me/+2025550142000000": "grammar",
        "https://t.me/standin/s/x": "grammar",
        "https://t.me/standin/99999999999999999999": "grammar",
        "tg:resolve?domain=&post=7": "grammar",
        "tg:resolve?domain=proxy": "grammar",
        "tg:resolve?domain=standin&post=x": "grammar",
        "tg:resolve?phone=++12025550142": "grammar",
        "https://joinchat.t.me/St4ndIn": "host",
        "https://web.t.me/standin": "host",
        "https://abc.t.me/42": "host",
        "https://standin.s.t.me/42": "host",
        "https://standin.t.me.evil.test/42": "host",
        "t.men/standin": "host",
        "https://t.me:200/standin": "port",
        "http:t.me/standin": "syntax",
        "tg:resolve:80?domain=standin": "syntax",
        "tg:https://resolve?domain=standin": "syntax",
        "tg://standin@resolve?domain=standin": "userinfo",
    }
    same = (
        (
            "t.me/STANDIN",
            "t.me/s/standin",
            "hxxps://standin[.]t[.]me",
            "tg:resolve?domain=Standin",
            "telegram.dog/standin/an_app",
        ),
        (
            "t.me/standin/42",
            "t.me/s/Standin/42",
            "t.me/standin/7/42",
            "tg:resolve?domain=standin&post=42",
            "standin.t.me/42?single",
        ),
        ("t.me/c/1000042/7", "t.me/c/1000042/3/7", "tg:privatepost?channel=1000042&post=7"),
        ("t.me/joinchat/St4ndIn", "t.me/+St4ndIn", "tg:join?invite=St4ndIn"),
        ("t.me/addstickers/StandIn", "t.me/addemoji/standin"),
    )
    accepted = (reply(201, {"ok": True, "id": "R-1"}), reply(200, {"ok": True, "id": "R-1", "status": "received"}))
    later = (
        *(failed(status, 429, 5) for status in (200, 400, 429)),
        failed(200, 420),
        failed(429, 429, -5),
        failed(429, 429, 10**400),
        failed(429, 429, "soon"),
        failed(429, 400, True),
        failed(503, 503, None, {"Retry-After": "7"}),
    )
    denied = (
        *(failed(status, code) for status in (200, 400, 401) for code in (401, 403, 404)),
        failed(404, 400),
        failed(403, 7),
    )
    refusal = (failed(400, 400), failed(200, 400), failed(422, 422), failed(400, None))
    unclear = (
        *(failed(status, 500) for status in (200, 500, 502)),
        *(failed(status, 429, 5) for status in (302, 409, 500)),
        *(failed(200, code, id="R-1") for code in (429, 400, 401, 500, None)),
        failed(200, 409),
        failed(200, "429"),
        failed(200, True),
        failed(201, 400),
        reply(200, {"ok": 1, "id": "R-1"}),
        reply(200, {"ok": True}),
    )


def identity(url: str) -> str:
    seen = recognise(url, {"telegram": Telegram()})
    assert isinstance(seen, Target), seen
    return seen.identity


def test_a_comment_is_not_the_post_that_it_stands_under() -> None:
    assert identity("t.me/standin/42?comment=7") != identity("t.me/standin/42")
    assert identity("t.me/standin/42?comment=7&t=1") == identity("tg:resolve?domain=standin&post=42&comment=7")


def test_case_of_an_invite_matters() -> None:
    assert identity("t.me/+St4ndIn") != identity("t.me/+sT4NDiN")


def test_a_folder_and_a_sticker_set_of_one_name_are_two_targets() -> None:
    assert identity("t.me/addlist/standin") != identity("t.me/addstickers/standin")


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (failed(429, 429, 34), timedelta(seconds=34)),
        (failed(429, 429, 34, {"Retry-After": "60"}), timedelta(minutes=1)),
        (failed(429, 429, 34, {"Retry-After": "7"}), timedelta(seconds=34)),
        (failed(429, 429, 86400), timedelta(hours=1)),
        (failed(429, 429, description="Too Many Requests: retry after 34"), timedelta(seconds=34)),
        (failed(200, 420, description="FLOOD_WAIT_34"), timedelta(seconds=34)),
        (failed(429, 429, "soon"), None),
    ],
)
def test_waits_as_long_as_it_is_told(answer, wait) -> None:
    reading = Telegram().read(answer)
    assert isinstance(reading, TryLater)
    assert reading.after == wait


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (failed(200, 500, results=[]), Unclear),
        (failed(200, 429, results=[]), TryLater),
        (failed(200, 401, results=[]), Denied),
        (reply(200, {"ok": True, "results": []}), type(None)),
    ],
)
def test_an_empty_list_beside_an_error_is_not_absence(answer, kind) -> None:
    assert isinstance(Telegram().read_search(answer, "TD-SAMPLE-1"), kind)


def test_portal_until_the_representative_has_given_an_address() -> None:
    assert Telegram.default_channel is Channel.PORTAL
    assert "dsa.telegram@edsr.eu" in (Telegram().barred(Channel.EMAIL) or "")
    assert Telegram(Telegram.Settings(to="orders@intake.example")).barred(Channel.EMAIL) is None
