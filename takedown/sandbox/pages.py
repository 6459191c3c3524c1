"""Public pages of the stand-ins at /{platform}/look?url=<public url>: what a visitor without a login finds at an address.

The pages follow the decisions and carry the marks of the real ones (`method` says which page was asked for). What was removed
is missing, on X half of it as suspended; what was restricted is withheld on X and still up elsewhere, where no page tells.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from takedown.sandbox.behaviour import draw, fingerprint
from takedown.sandbox.book import Book
from takedown.sandbox.wire import Answer, HttpRequest, json_answer, problem

DEFAULT = {"tiktok": "tiktok_oembed", "x": "x_api", "telegram": "telegram_page", "graph": "oembed", "plain": "oembed"}
USER = """<!doctype html><html><head><title>Telegram: Contact @{name}</title></head><body class="tgme_page">
<div class="tgme_page_title"><span dir="auto">{name}</span></div><div class="tgme_page_extra">@{name}</div></body></html>"""
NOBODY = """<!doctype html><html><head><title>Telegram: Contact @{name}</title><meta name="robots" content="noindex, nofollow">
</head><body class="tgme_page"><div>If you have <strong>Telegram</strong>, you can contact <a>@{name}</a> right away.</div>
</body></html>"""
POST = '<!doctype html><html><body><div class="tgme_widget_message" data-post="{name}">A post.</div></body></html>'
NO_POST = '<!doctype html><html><body><div class="tgme_widget_message_error">Post not found</div></body></html>'


class Pages:
    """One platform's public pages."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def answer(self, request: HttpRequest) -> Answer:
        url = request.query.get("url", "")
        if request.method != "GET" or not url:
            return problem(400, "ask by GET with ?url=")
        method = request.query.get("method") or DEFAULT[self._book.behaviour.dialect]
        state, territory = self._state(url)
        name = urlsplit(url).path.strip("/").removeprefix("@")
        match method:
            case "telegram_page" | "telegram_post":
                return _telegram(method, name, state)
            case "x_api":
                return _x(name.rpartition("/")[2], state, territory)
            case "x_oembed":
                return json_answer(404, {"error": "Not Found"}) if state in {"gone", "suspended"} else _embed(url)
            case "tiktok_oembed":
                return json_answer(400, {"code": 400, "message": "Something went wrong"}) if _absent(state) else _embed(url)
            case _:
                error = {"message": "The requested resource is not available", "type": "OAuthException", "code": 100}
                return json_answer(400, {"error": error}) if _absent(state) else _embed(url)

    def _state(self, url: str) -> tuple[str, tuple[str, ...]]:
        status, territory = self._book.outcome(url)
        behaviour, one = self._book.behaviour, fingerprint(url)
        if status not in {"removed", "restricted"} or draw(behaviour.seed, "hollow", one) < behaviour.hollow:
            return "available", ()
        if status == "restricted":
            return "withheld", territory
        return ("suspended" if draw(behaviour.seed, "manner", one) < 0.5 else "gone"), ()


def _absent(state: str) -> bool:
    return state in {"gone", "suspended"}


def _embed(url: str) -> Answer:
    return json_answer(
        200, {"version": "1.0", "type": "rich", "author_url": url, "html": f"<blockquote>{escape(url)}</blockquote>"}
    )


def _telegram(method: str, name: str, state: str) -> Answer:
    there, missing = (USER, NOBODY) if method == "telegram_page" else (POST, NO_POST)
    html = (missing if _absent(state) else there).format(name=escape(name))
    return Answer(200, html.encode(), {"content-type": "text/html; charset=utf-8"})


def _x(name: str, state: str, territory: tuple[str, ...]) -> Answer:
    user: dict[str, object] = {"id": str(int(draw(0, name) * 1e15)), "username": name, "name": name}
    about = {"resource_type": "user", "value": name, "type": "https://api.twitter.com/2/problems/resource-not-found"}
    match state:
        case "suspended":
            detail = f"User has been suspended: [{name}]."
            return json_answer(200, {"errors": [about | {"title": "Forbidden", "detail": detail}]})
        case "gone":
            detail = f"Could not find user with usernames: [{name}]."
            return json_answer(200, {"errors": [about | {"title": "Not Found Error", "detail": detail}]})
        case "withheld":
            return json_answer(
                200, {"data": [user | {"withheld": {"country_codes": list(territory) or ["XX"], "scope": "user"}}]}
            )
        case _:
            return json_answer(200, {"data": [user]})
