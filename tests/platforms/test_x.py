"""X: the whole grammar with invented names, consent, and `errors[]`."""

from datetime import timedelta

import pytest

from takedown.contract import Channel, Denied, Kind, Refusal, TryLater, Unclear
from takedown.testing import NOW, PlatformContract, reply
from takedown_platforms.x import X

POST, USER, ITEM = "1900000000000000042", "1000000042", "1900000000000000777"
NAME, ID, STATUS = (Kind.ACCOUNT, "standin_0042"), (Kind.ACCOUNT, f"id:{USER}"), (Kind.POST, POST)


def errors(status, *codes, headers=None, **more):
    return reply(status, {"errors": [{"message": f"Invented {code}", "code": code} for code in codes], **more}, headers)


def problem(status, word, **more):
    return reply(status, {"title": "Invented", "detail": "Invented.", "type": f"https://api.x.com/2/problems/{word}", **more})


def reset(seconds):
    return {"x-rate-limit-limit": "300", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(NOW.timestamp()) + seconds)}


class TestX(PlatformContract):
    platform = X
    settings = {"automation_consent": "LETTER/42"}
    targets = {
        "https://x.com/Standin_0042": NAME,
        "twitter.com/@standin_0042": NAME,
        "https://mobile.twitter.com/standin_0042?p=i": NAME,
        "https://www.x.com/standin_0042/with_replies#t": NAME,
        "https://twitter.com/standin_0042/header_photo": NAME,
        "https://x.com/standin_0042/followers": NAME,
        "https://x.com/standin_0042/lists": NAME,
        "https://twitter.com/intent/user?screen_name=Standin_0042": NAME,
        "https://x.com/intent/follow?screen_name=standin_0042": NAME,
        f"https://twitter.com/i/user/{USER}": ID,
        f"https://www.twitter.com/id:{USER}": ID,
        f"https://www.twitter.com/id:{USER}/following": ID,
        f"https://x.com/intent/user?user_id={USER}": ID,
        f"https://x.com/Standin_0042/status/{POST}?s=20&t=x": STATUS,
        f"https://twitter.com/standin_0042/status/{POST}/photo/1": STATUS,
        f"https://twitter.com/standin_0042/status/{POST}/mediaViewer?currentTweet=1": STATUS,
        f"https://x.com/standin_0042/status/{POST}/quotes": STATUS,
        f"https://twitter.com/standin_0042/statuses/{POST}": STATUS,
        f"https://twitter.com/statuses/{POST}": STATUS,
        f"https://twitter.com/web/status/{POST}": STATUS,
        f"https://m.twitter.com/i/status/{POST}": STATUS,
        f"https://x.com/i/web/status/{POST}/": STATUS,
        f"https://twitter.com/i/bookmarks?post_id={POST}": STATUS,
        f"https://twitter.com/i/videos/tweet/{POST}": STATUS,
        f"https://twitter.com/i/videos/{POST}": STATUS,
        f"https://twitter.com/i/cards/tfw/v1/{POST}?cardname=x": STATUS,
        f"https://x.com/standin_0042/article/{POST}": STATUS,
        "https://twitter.com/standin_0042/status/42": (Kind.POST, "42"),
        f"https://twitter.com/i/lists/{ITEM}/members": (Kind.OTHER, ITEM),
        f"https://x.com/i/communities/{ITEM}": (Kind.OTHER, ITEM),
        f"https://twitter.com/i/events/{ITEM}": (Kind.OTHER, ITEM),
        "https://x.com/i/broadcasts/1StandInXyz42": (Kind.OTHER, "1StandInXyz42"),
        "https://x.com/i/spaces/1StandInXyz42/peek": (Kind.OTHER, "1StandInXyz42"),
        "https://twitter.com/Standin_0042/lists/An-Old-List": (Kind.OTHER, "standin_0042/an-old-list"),
        "https://t.co/StandIn42": (Kind.OTHER, "short:StandIn42"),
        "pic.twitter.com/StandIn42": (Kind.OTHER, "short:StandIn42"),
    }
    refused = {
        "https://x.com/": "reserved",
        "https://x.com/#!/standin_0042": "reserved",
        "https://x.com/Home": "reserved",
        "https://x.com/i/flow/login": "reserved",
        "https://x.com/i/bookmarks": "reserved",
        "https://x.com/messages/42-43": "reserved",
        "https://x.com/settings/account": "reserved",
        "https://x.com/intent/tweet?text=standin": "reserved",
        "https://x.com/intent/user?screen_name=home": "reserved",
        "https://x.com/share?url=https%3A%2F%2Fexample.org": "reserved",
        "https://x.com/tos": "reserved",
        "https://x.com/i/lists/create": "listing",
        "https://x.com/i/communities": "listing",
        "https://x.com/search?q=standin": "listing",
        "https://twitter.com/hashtag/standin": "listing",
        "https://twitter.com/hashtag/status/42": "listing",
        "https://x.com/explore/tabs/trending": "listing",
        "https://x.com/i/redirect?url=https%3A%2F%2Fexample.org": "redirector",
        "https://fxtwitter.com/standin_0042": "mirror",
        f"https://vxtwitter.com/standin_0042/status/{POST}": "mirror",
        "https://nitter.net/standin_0042": "mirror",
        "https://x.com/standin_0042_too_long": "grammar",
        "https://x.com/stand-in": "grammar",
        "https://x.com/ståndin": "grammar",
        "https://x.com/standin/status/": "grammar",
        "https://x.com/standin/status/not-a-number": "grammar",
        "https://x.com/standin/status/٤٢": "grammar",
        "https://x.com/standin/unheard/of": "grammar",
        "https://t.co/": "grammar",
        "https://t.co/a/b": "grammar",
        "https://x.com.evil.test/standin": "host",
        "https://fakex.com/standin": "host",
        "https://pbs.twimg.com/media/StandIn42.jpg": "host",
        "twitter://user?screen_name=standin": "scheme",
    }
    same = (
        (
            f"https://x.com/standin_0042/status/{POST}",
            f"https://mobile.twitter.com/somebody_else/status/{POST}/video/1",
            f"hxxps://twitter[.]com/i/web/status/{POST}",
        ),
        ("https://x.com/STANDIN", "https://twitter.com/@standin/media"),
        (f"https://x.com/i/user/{USER}", f"https://twitter.com/id:{USER}/likes"),
    )
    accepted = (errors(201, id="R-1"),)
    later = (
        reply(429, {"errors": [{"message": "Rate limit exceeded", "code": 88}]}, reset(90)),
        reply(429, b"", reset(-90)),
        reply(429, b"", {"x-rate-limit-reset": "soon"}),
        reply(429, b"", {"x-rate-limit-reset": "9" * 40}),
        problem(429, "usage-capped"),
        *(errors(status, 88) for status in (200, 400, 403)),
        errors(200, 88, 88, results=[]),
    )
    denied = (
        *(errors(status, code) for status in (200, 400, 401, 403) for code in (32, 64, 89, 215, 326)),
        problem(401, "unauthorized"),
        problem(403, "client-forbidden"),
        problem(404, "resource-not-found"),
        errors(404, 34),
    )
    refusal = (problem(400, "invalid-request"), errors(400, 44), errors(422, 400), errors(400, 44, 88), errors(400, None))
    unclear = (
        *(errors(status, 187) for status in (200, 400, 403)),
        *(errors(status, 88) for status in (302, 409, 500, 503)),
        *(errors(status, code) for status in (200, 400, 500, 503) for code in (130, 131)),
        *(errors(200, *codes, id="R-1") for codes in ((88,), (32,), (44,), (None,))),
        errors(200, 88, 44),
        errors(200, 88, "x"),
        errors(200, True),
        reply(200, {"id": "R-1", "errors": "x"}),
        reply(200, {"id": "R-1", "errors": [None]}),
        problem(200, "client-forbidden"),
    )


@pytest.mark.parametrize("consent", [{}, {"automation_consent": None}, {"automation_consent": "  "}])
def test_without_consent_only_the_portal_works(consent) -> None:
    platform = X(X.Settings(to="orders@intake.example", **consent))
    assert platform.barred(Channel.PORTAL) is None
    for channel in (Channel.API, Channel.EMAIL):
        assert "Platform manipulation policy" in (platform.barred(channel) or "")


def test_consent_opens_the_intake_and_an_address_opens_mail() -> None:
    consented = X(X.Settings(automation_consent="LETTER/42"))
    assert consented.barred(Channel.API) is None
    assert "no address" in (consented.barred(Channel.EMAIL) or "")


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (reply(429, b"", reset(90)), timedelta(seconds=90)),
        (reply(429, b"", reset(90) | {"Retry-After": "120"}), timedelta(minutes=2)),
        (reply(429, b"", reset(90) | {"Retry-After": "7"}), timedelta(seconds=90)),
        (reply(429, b"", reset(90_000)), timedelta(hours=1)),
        (reply(429), None),
        (problem(429, "usage-capped"), timedelta(hours=1)),
    ],
)
def test_reset_is_a_time_of_day(answer, wait) -> None:
    reading = X().read(answer)
    assert isinstance(reading, TryLater)
    assert reading.after == wait


def test_refusal_keeps_the_code_and_every_message() -> None:
    assert X().read(errors(400, 44, 50, detail="One or more.")) == Refusal("44", "Invented 44; Invented 50; One or more.")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (errors(200, 131, results=[]), Unclear),
        (errors(200, 88, results=[]), TryLater),
        (errors(200, 89, results=[]), Denied),
        (errors(200, results=[]), type(None)),
    ],
)
def test_an_empty_list_beside_an_error_is_not_absence(answer, kind) -> None:
    assert isinstance(X().read_search(answer, "TD-SAMPLE-1"), kind)
