"""What public pages mean: golden answers of each platform, made by hand after their documented marks, and hostile ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from takedown.contract import Observable, Platform, Probe, Reply, Seen, Target, Url, parse_url
from takedown_platforms.facebook import Facebook
from takedown_platforms.instagram import Instagram
from takedown_platforms.telegram import Telegram
from takedown_platforms.threads import Threads
from takedown_platforms.tiktok import TikTok
from takedown_platforms.whatsapp import WhatsApp
from takedown_platforms.x import X

TIKTOK_VIDEO = "https://www.tiktok.com/@standin_0042/video/7123456789012345678"
TIKTOK, X_USER, X_POST = "https://www.tiktok.com/@standin_0042", "https://x.com/standin_0042", "https://x.com/i/web/status/1042"
TELEGRAM, T_POST = "https://t.me/standin_0042", "https://t.me/standin_0042/7"
INSTAGRAM, THREADS = "https://www.instagram.com/p/Standin42/", "https://www.threads.com/@standin_0042/post/Standin42"
FACEBOOK, FB_VIDEO = "https://www.facebook.com/standin.0042/posts/1042", "https://www.facebook.com/watch/?v=1042"
ADAPTERS: dict[str, Platform] = {p.name: p() for p in (TikTok, X, Telegram, Instagram, Threads, Facebook)}


def known(url: str) -> tuple[Any, Target]:
    parsed = parse_url(url)
    assert isinstance(parsed, Url)
    adapter = next(one for one in ADAPTERS.values() if one.owns(parsed))
    target = adapter.recognise(parsed)
    assert isinstance(target, Target)
    return adapter, target


def ask(url: str, reply: Reply, which: int = 0) -> Seen:
    adapter, target = known(url)
    return adapter.read_probe(adapter.probes(target)[which], reply)


def json_reply(status: int, document: object) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(document).encode())


def page(html: str, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "text/html"}, html.encode())


def x_error(title: str, detail: str) -> Reply:
    same = {"resource_type": "user", "parameter": "usernames", "type": "https://api.twitter.com/2/problems/resource-not-found"}
    return json_reply(200, {"errors": [same | {"title": title, "detail": detail}]})


def t_me(inner: str, head: str = "") -> Reply:
    return page(f'<!DOCTYPE html><html><head><title>Telegram</title>{head}</head><body class="tgme_page">{inner}</body></html>')


THERE = t_me('<div class="tgme_page_title">Stand-in</div><div class="tgme_page_extra">@Standin_0042</div>')
ROBOTS = '<meta name="robots" content="noindex, nofollow">'
NOBODY = t_me("If you have <strong>Telegram</strong>, you can contact <a>@standin_0042</a> right away.", ROBOTS)
EMBED = {"version": "1.0", "html": "<blockquote>A post</blockquote>"}
USER = {"id": "42", "username": "standin_0042", "name": "Stand-in"}

GOLDEN = [
    (TIKTOK, 0, json_reply(200, EMBED | {"author_url": TIKTOK}), "available"),
    (TIKTOK_VIDEO, 0, json_reply(200, EMBED | {"author_url": TIKTOK, "embed_product_id": "7123456789012345678"}), "available"),
    (TIKTOK, 0, json_reply(400, {"code": 400, "message": "Something went wrong"}), "gone"),
    (X_USER, 0, json_reply(200, {"data": [USER]}), "available"),
    (X_USER, 0, x_error("Forbidden", "User has been suspended: [standin_0042]."), "suspended"),
    (X_USER, 0, x_error("Not Found Error", "Could not find user with usernames: [standin_0042]."), "gone"),
    (X_USER, 0, x_error("Authorization Error", "Sorry, you are not authorized to see the user with usernames: [standin_0042]."),
     "restricted"),
    (X_USER, 0, json_reply(200, {"data": [USER | {"withheld": {"country_codes": ["PK"], "scope": "user"}}]}), "withheld"),
    (X_POST, 0, json_reply(200, {"data": [{"id": "1042", "text": "A post"}]}), "available"),
    (X_POST, 0, x_error("Not Found Error", "Could not find tweet with ids: [1042]."), "gone"),
    (X_POST, 1, json_reply(200, EMBED), "available"),
    (X_POST, 1, json_reply(404, {"error": "Not Found"}), "gone"),
    (X_POST, 1, json_reply(403, {"error": "Sorry, you are not authorized to see this status."}), "restricted"),
    (TELEGRAM, 0, THERE, "available"),
    (TELEGRAM, 0, NOBODY, "gone"),
    (T_POST, 0, t_me('<div class="tgme_widget_message" data-post="standin_0042/7">A post</div>'), "available"),
    (T_POST, 0, t_me('<div class="tgme_widget_message_error">Post not found</div>'), "gone"),
    (INSTAGRAM, 0, json_reply(200, EMBED), "available"),
    (THREADS, 0, json_reply(200, EMBED), "available"),
    (FACEBOOK, 0, json_reply(200, EMBED), "available"),
    (FB_VIDEO, 0, json_reply(200, EMBED), "available"),
]  # fmt: skip


@pytest.mark.figure("golden pages", unit="pages", how="each is what its markers say")
@pytest.mark.parametrize(("url", "which", "reply", "value"), GOLDEN)
def test_golden_pages(url: str, which: int, reply: Reply, value: str) -> None:
    assert ask(url, reply, which).value == value


LOGIN = "<html><head><title>Login - Example</title></head><body>Please log in to continue</body></html>"
HOSTILE = {
    "login wall": page(LOGIN),
    "please log in": page("<html><body>200 please log in</body></html>"),
    "captcha": page('<html><body><div id="tiktok-verify-page"></div>Verify you are human</body></html>'),
    "challenge": page("<html><body>Just a moment... checking your browser</body></html>", 403),
    "consent": page("<html><body>Before you continue: accept cookies</body></html>"),
    "soft 404": page("<html><body>Sorry, this page isn't available. The link may be broken or removed.</body></html>"),
    "says it all": page(
        "<html><body>Account suspended. User has been suspended: [standin_0042]. Not found. Post not found.</body></html>"
    ),
    "hard 404": page("<html><body>Not found</body></html>", 404),
    "410": page("<html><body>Gone</body></html>", 410),
    "451": page("<html><body>Unavailable for legal reasons</body></html>", 451),
    "401": json_reply(401, {"title": "Unauthorized", "detail": "Unauthorized"}),
    "403": json_reply(403, {"title": "Forbidden", "detail": "Client Forbidden"}),
    "429": json_reply(429, {"title": "Too Many Requests"}),
    "429 as gone": json_reply(429, {"code": 400, "errors": [{"title": "Not Found Error", "detail": "Could not find"}]}),
    "500": json_reply(500, {"code": 400}),
    "503": page("<html><body>Down</body></html>", 503),
    "302": page("", 302),
    "empty": page(""),
    "no bytes of text": Reply(200, {}, bytes(range(256))),
    "cut json": Reply(200, {"content-type": "application/json"}, b'{"errors": [{"title": "Not Found Err'),
    "deep json": Reply(200, {}, b"[" * 100_000),
    "twice the key": Reply(200, {}, b'{"code": 1, "code": 400}'),
    "null": json_reply(200, None),
    "list": json_reply(400, [{"code": 400}]),
    "no data": json_reply(200, {"data": [], "errors": []}),
    "strange errors": json_reply(200, {"errors": ["Not Found Error", None, 4]}),
    "two errors": json_reply(200, {"errors": [{"title": "Not Found Error", "detail": "Could not find [standin_0042]"}] * 2}),
    "about another": x_error("Not Found Error", "Could not find user with usernames: [standin_0043]."),
    "suspended another": x_error("Forbidden", "User has been suspended: [somebody_else]."),
    "data beside error": json_reply(
        200, {"data": [USER], "errors": [{"title": "Forbidden", "detail": "User has been suspended: [standin_0042]."}]}
    ),
    "graph 100": json_reply(400, {"error": {"message": "Object does not exist", "code": 100, "error_subcode": 33}}),
    "graph 190": json_reply(400, {"error": {"message": "Invalid token", "code": 190}}),
    "graph 4": json_reply(403, {"error": {"message": "Application request limit reached", "code": 4}}),
    "tiktok other": json_reply(400, {"code": 10_000, "message": "verify"}),
    "cut nobody": page(NOBODY.body.decode()[:-20]),
    "nobody and somebody": t_me('<div class="tgme_page_title">x</div>you can contact', ROBOTS),
    "t.me of another": page(NOBODY.body.decode().replace("standin_0042", "somebody_else")),
    "preview off": t_me('<div class="tgme_channel_info"></div>'),
    "embed under a new name, which quotes": t_me(
        '<div class="tgme_widget_message" data-post="standin_43/7">tgme_widget_message_error: Post not found</div>'
    ),
    "quoted marks": t_me("&lt;div class=&quot;tgme_widget_message_error&quot;&gt;Post not found&lt;/div&gt;"),
    "embed of another": t_me('<div class="tgme_widget_message" data-post="standin_0042/8">A post</div>'),
}


@pytest.mark.safeguard("S16")
@pytest.mark.figure("hostile pages", unit="pages", how="none is called removed")
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(("url", "which"), sorted({(url, which) for url, which, *_ in GOLDEN}))
def test_hostile_pages_prove_nothing(url: str, which: int, name: str) -> None:
    assert ask(url, HOSTILE[name], which).value == "unknown"


@pytest.mark.parametrize(("url", "which"), [(u, 0) for u in (INSTAGRAM, THREADS, FACEBOOK, FB_VIDEO)])
def test_metas_pages_need_a_decision_and_are_never_html(url: str, which: int) -> None:
    adapter, target = known(url)
    [probe] = adapter.probes(target)
    assert probe.needs_decision
    assert probe.url.startswith("https://graph.")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/standin.0042", "https://www.instagram.com/standin_0042/", "https://www.threads.com/@standin_0042",
        "https://t.me/+StandinInvite42", "https://t.me/c/1042/7", "https://t.me/+12025550142", "https://vm.tiktok.com/Standin42/",
        "https://t.co/Standin42", "https://www.tiktok.com/share/user/1042", "https://www.facebook.com/groups/standin42",
    ],
)  # fmt: skip
def test_what_no_trusted_probe_can_see_is_left_to_people(url: str) -> None:
    adapter, target = known(url)
    assert adapter.probes(target) == ()


def test_whatsapp_cannot_be_observed() -> None:
    assert not isinstance(WhatsApp(), Observable)


@pytest.mark.parametrize("url", [u for u, *_ in GOLDEN])
def test_probes_go_to_official_hosts_over_https(url: str) -> None:
    adapter, target = known(url)
    for probe in adapter.probes(target):
        parsed = parse_url(probe.url)
        assert isinstance(parsed, Url)
        assert parsed.scheme == "https"
        assert parsed.host in {
            "www.tiktok.com", "api.x.com", "publish.x.com", "t.me", "graph.facebook.com", "graph.threads.net",
        }  # fmt: skip


def test_only_the_paid_lookup_takes_a_token() -> None:
    probes: list[Probe] = [p for url, *_ in GOLDEN for a, t in [known(url)] for p in a.probes(t)]
    assert {p.method for p in probes if p.needs_token} == {"x_api"}


def test_withheld_tells_the_countries_and_the_lasting_id() -> None:
    seen = ask(X_USER, json_reply(200, {"data": [USER | {"withheld": {"country_codes": ["PK", "DE"]}}]}))
    assert (seen.countries, seen.stable_id) == (("PK", "DE"), "42")


@pytest.mark.parametrize("url", [TIKTOK, TIKTOK_VIDEO])
def test_tiktoks_answer_about_another_proves_nothing(url: str) -> None:
    other = EMBED | {"author_url": "https://www.tiktok.com/@somebody_else", "embed_product_id": "77"}
    assert ask(url, json_reply(200, other)).value == "unknown"
