"""TikTok: the whole grammar with invented names, and error codes inside a 200."""

from datetime import timedelta

import pytest

from takedown.contract import Channel, Denied, Kind, TryLater, Unclear
from takedown.registry import recognise
from takedown.testing import PlatformContract, reply
from takedown_platforms.tiktok import TikTok

NUMBER, OTHER = "7000000000000000042", "7000000000000000777"
SECRET = "MS4wLjABAAAA" + "StandIn_42-" * 5 + "standin42"
NAME, ID = (Kind.ACCOUNT, "stand.in_0042"), (Kind.ACCOUNT, f"id:{NUMBER}")
VIDEO, PHOTO, SHORT = (Kind.VIDEO, NUMBER), (Kind.POST, NUMBER), (Kind.OTHER, "short:StandIn42")


def error(status, code, headers=None, /, **more):
    told = {"code": code, "message": "An invented message.", "log_id": "20260101STANDIN"}
    return reply(status, {"error": told, **more}, headers)


class TestTikTok(PlatformContract):
    platform = TikTok
    targets = {
        "https://www.tiktok.com/@Stand.in_0042": NAME,
        "tiktok.com/@stand.in_0042/?lang=en": NAME,
        "https://m.tiktok.com/@stand.in_0042#x": NAME,
        "https://www.tiktok.com/@stand.in_0042/live": NAME,
        "https://www.tiktok.com/@stand.in_0042/reposts": NAME,
        "https://www.tiktok.com/embed/@stand.in_0042": NAME,
        "https://www.tiktok.com/@.standin": (Kind.ACCOUNT, ".standin"),
        f"https://www.tiktok.com/@{NUMBER}": (Kind.ACCOUNT, NUMBER),
        f"https://www.tiktok.com/@{SECRET}": (Kind.ACCOUNT, SECRET),
        f"https://www.tiktok.com/share/user/{SECRET}": (Kind.ACCOUNT, SECRET),
        f"https://www.tiktok.com/share/user/{NUMBER}?source=x": ID,
        f"https://m.tiktok.com/h5/share/usr/{NUMBER}.html": ID,
        f"https://www.tiktok.com/@Stand.in_0042/video/{NUMBER}?is_copy_url=1&is_from_webapp=v1": VIDEO,
        f"https://www.tiktok.com/@{SECRET}/video/{NUMBER}": VIDEO,
        f"https://www.tiktok.com/@/video/{NUMBER}": VIDEO,
        f"https://www.tiktok.com/share/video/{NUMBER}": VIDEO,
        f"https://www.tiktokv.com/share/video/{NUMBER}/": VIDEO,
        f"https://t.tiktok.com/i18n/share/video/{NUMBER}/?_d=0": VIDEO,
        f"https://m.tiktok.com/v/{NUMBER}.html": VIDEO,
        f"https://www.tiktok.com/embed/{NUMBER}": VIDEO,
        f"https://www.tiktok.com/embed/v2/{NUMBER}": VIDEO,
        f"https://www.tiktok.com/player/v1/{NUMBER}?music_info=1": VIDEO,
        "https://www.tiktok.com/@standin/video/1": (Kind.VIDEO, "1"),
        f"https://www.tiktok.com/@standin/photo/{NUMBER}": PHOTO,
        "https://vm.tiktok.com/StandIn42/": SHORT,
        "https://vt.tiktok.com/StandIn42": SHORT,
        "https://www.tiktok.com/t/StandIn42//": SHORT,
        f"https://www.tiktok.com/music/an-invented-sound-{OTHER}?lang=en": (Kind.OTHER, OTHER),
        f"https://www.tiktok.com/music/%D8%A2%D9%88%D8%A7%D8%B2-{OTHER}": (Kind.OTHER, OTHER),
        "https://www.tiktok.com/sticker/AN-EFFECT-1000042": (Kind.OTHER, "1000042"),
        f"https://www.tiktok.com/@standin/collection/%F0%9F%98%82-{OTHER}": (Kind.OTHER, OTHER),
        f"https://www.tiktok.com/@standin/playlist/a-list-{OTHER}": (Kind.OTHER, OTHER),
        f"https://m.tiktok.com/share/live/{OTHER}/?language=en": (Kind.OTHER, OTHER),
    }
    refused = {
        "https://www.tiktok.com/": "reserved",
        "https://www.tiktok.com/login": "reserved",
        "https://www.tiktok.com/messages?lang=en": "reserved",
        "https://www.tiktok.com/legal/page/global/reporting-illegal-content/en": "reserved",
        "https://www.tiktok.com/oembed?url=https%3A%2F%2Fwww.tiktok.com%2F%40standin": "reserved",
        "https://www.tiktok.com/standin": "reserved",
        "https://www.tiktok.com/@standin/saved": "reserved",
        "https://www.tiktok.com/t/": "reserved",
        "https://www.tiktok.com/music/no-number": "reserved",
        "https://www.tiktok.com/embed": "reserved",
        "https://www.tiktok.com/explore": "listing",
        "https://www.tiktok.com/ForYou": "listing",
        "https://www.tiktok.com/following": "listing",
        "https://www.tiktok.com/live": "listing",
        "https://www.tiktok.com/tag/standin": "listing",
        "https://www.tiktok.com/search?q=standin": "listing",
        f"https://www.tiktok.com/trending?shareId={NUMBER}": "listing",
        "https://vm.tiktok.com/": "grammar",
        "https://vm.tiktok.com/Stand/In42": "grammar",
        "https://www.tiktok.com/@": "grammar",
        "https://www.tiktok.com/@s": "grammar",
        f"https://www.tiktok.com/@{'s' * 25}": "grammar",
        "https://www.tiktok.com/@stand-in": "grammar",
        "https://www.tiktok.com/@ståndin": "grammar",
        "https://www.tiktok.com/@standin/video/": "grammar",
        "https://www.tiktok.com/@standin/video/not-a-number": "grammar",
        "https://www.tiktok.com/@standin/video/٤٢": "grammar",
        "https://www.tiktok.com/@standin/unheard-of": "grammar",
        f"https://www.tiktxk.com/@standin/video/{NUMBER}": "mirror",
        "https://vm.vxtiktok.com/StandIn42": "mirror",
        "https://tiktok.com.evil.test/@standin": "host",
        "https://nottiktok.com/@standin": "host",
        "snssdk1233://user/profile/7000000000000000042": "scheme",
    }
    same = (
        (
            f"https://www.tiktok.com/@standin/video/{NUMBER}",
            f"https://www.tiktok.com/@somebody.else/photo/{NUMBER}",
            f"https://m.tiktok.com/v/{NUMBER}.html",
            f"hxxps://www.tiktokv[.]com/share/video/{NUMBER}",
        ),
        ("https://vm.tiktok.com/StandIn42/", "https://vt.tiktok.com/StandIn42", "https://m.tiktok.com/t/StandIn42"),
        ("https://www.tiktok.com/@STANDIN", "https://tiktok.com/@standin/live"),
    )
    accepted = (error(201, "ok", id="R-1"), error(200, "ok", id="R-1", status="received"))
    later = (
        *(error(status, "rate_limit_exceeded") for status in (200, 400, 429)),
        error(200, "rate_limit_exceeded", {"Retry-After": "99999"}),
        error(503, "internal_error", {"Retry-After": "7"}),
    )
    denied = (
        *(error(status, "access_token_invalid") for status in (200, 400, 401)),
        error(401, "scope_not_authorized"),
        error(200, "scope_permission_missed"),
        error(404, "invalid_params"),
        error(403, "unheard_of"),
    )
    refusal = (error(400, "invalid_params"), error(200, "invalid_params"), error(422, "unheard_of"), error(400, "ok"))
    unclear = (
        *(error(status, "internal_error") for status in (200, 400, 500, 503)),
        *(error(status, "rate_limit_exceeded") for status in (302, 409, 500)),
        *(error(200, code, id="R-1") for code in ("rate_limit_exceeded", "invalid_params", "unheard_of", None)),
        error(200, "unheard_of"),
        error(200, "ok"),
        error(201, "invalid_params"),
        reply(200, {"id": "R-1", "error": "x"}),
    )


def test_case_of_a_short_code_and_of_a_secret_uid_matters() -> None:
    for one, other in (
        (f"tiktok.com/@{SECRET}", f"tiktok.com/@{SECRET.replace('StandIn', 'sTANDiN')}"),
        ("vm.tiktok.com/AbCd", "vm.tiktok.com/aBcD"),
    ):
        seen = [recognise(url, {"tiktok": TikTok()}) for url in (one, other)]
        assert seen[0] != seen[1]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(200, "rate_limit_exceeded", results=[]), TryLater),
        (error(200, "access_token_invalid", results=[]), Denied),
        (error(200, "internal_error", results=[]), Unclear),
        (error(200, "invalid_params", results=[]), Unclear),
        (error(200, "ok", results=[]), type(None)),
    ],
)
def test_an_empty_list_beside_an_error_is_not_absence(answer, kind) -> None:
    assert isinstance(TikTok().read_search(answer, "TD-SAMPLE-1"), kind)


def test_waits_as_long_as_it_is_told_and_quotes_the_log() -> None:
    assert TikTok().read(error(200, "rate_limit_exceeded", {"Retry-After": "9"})) == TryLater(
        timedelta(seconds=9), "An invented message. (log 20260101STANDIN)"
    )


def test_portal_unless_told_otherwise() -> None:
    assert TikTok.default_channel is Channel.PORTAL
    assert "no address" in (TikTok().barred(Channel.EMAIL) or "")
    assert TikTok(TikTok.Settings(to="orders@intake.example")).barred(Channel.EMAIL) is None
