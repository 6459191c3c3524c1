"""Public pages of the stand-ins at /{platform}/look?url=<public url>: what a visitor without a login finds at an address.

The pages follow the decisions and carry the marks of the real ones (`method` says which page was asked for). What was removed
is missing, on X half of it as suspended; what was restricted is withheld on X and still up elsewhere, where no page tells.
A fate changes that: another name, another account under the old one, a return, a page that says nothing.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from urllib.parse import urlsplit

from takedown.sandbox.behaviour import Fate, Fated, draw, fingerprint
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


HTML = {"content-type": "text/html; charset=utf-8"}
SILENT: dict[Fate | None, Answer] = {
    Fate.LOGIN: Answer(200, b"<!doctype html><html><head><title>Log in</title></head><body>Log in to go on.</body></html>", HTML),
    Fate.CAPTCHA: Answer(200, b'<!doctype html><html><body><div id="tiktok-verify-page">Verify</div></body></html>', HTML),
    Fate.BUSY: Answer(429, b"", {"retry-after": "1"}),
    Fate.BROKEN: Answer(503, b""),
}
NEXT = "_n"
"""What an account adds to its name when it takes another one."""


class Pages:
    """One platform's public pages."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._looks: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()
        self._names: dict[str, str] = {}

    async def answer(self, request: HttpRequest) -> Answer:
        url = request.query.get("url", "")
        if request.method != "GET" or not url:
            return problem(400, "ask by GET with ?url=")
        method = request.query.get("method") or DEFAULT[self._book.behaviour.dialect]
        name = urlsplit(url).path.strip("/").removeprefix("@")
        if method == "x_api":
            return self._x_api(url, name)
        fate = self._fate(url)
        if fate in SILENT:
            return SILENT[fate]
        state, _ = self._state(url)
        if fate is Fate.RENAMED:
            state = "gone"
        match method:
            case "telegram_page" | "telegram_post":
                return _telegram(method, name, state)
            case "x_oembed" if fate is Fate.PRIVATE:
                return json_answer(403, {"error": "Sorry, you are not authorized to see this status."})
            case "x_oembed":
                return json_answer(404, {"error": "Not Found"}) if state in {"gone", "suspended"} else _embed(url)
            case "tiktok_oembed":
                return json_answer(400, {"code": 400, "message": "Something went wrong"}) if _absent(state) else _embed(url)
            case _:
                error = {"message": "The requested resource is not available", "type": "OAuthException", "code": 100}
                return json_answer(400, {"error": error}) if _absent(state) else _embed(url)

    def _fate(self, url: str, *, again: bool = False) -> Fate | None:
        """What has become of this address by now. `again`: asked by its id, as part of the look that asked by name."""
        one = fingerprint(url)
        self._looks[one] += not again
        fated = self._book.behaviour.fates.get(one, Fated(Fate.RETURNED, 10**9))
        seen = self._missed[one] if fated.fate is Fate.RETURNED else self._looks[one] - 1
        return fated.fate if seen >= fated.looks else None

    def _x_api(self, url: str, name: str) -> Answer:
        """Accounts by name, or `i/user/ID` by their lasting id: the id follows an account to its next name."""
        by_id = name.startswith("i/user/")
        asked = name.rpartition("/")[2]
        first = self._names.get(asked, asked) if by_id else asked.removesuffix(NEXT)
        ident = _lasting(first)
        self._names[ident] = first
        url = url if first == asked else f"https://x.com/{first}"
        fate = self._fate(url, again=by_id)
        if fate in SILENT:
            return SILENT[fate]
        state, territory = self._state(url, again=by_id)
        renamed = fate in {Fate.RENAMED, Fate.REUSED}
        if fate is Fate.PRIVATE:
            return _x(asked, first, ident, "private", territory)
        if by_id or asked.endswith(NEXT):
            now = first + NEXT if renamed else first
            return _x(asked, now, ident, state if by_id or renamed else "gone", territory)
        if fate is Fate.REUSED:
            return _x(asked, first, _lasting(first + "#2"), "available", ())
        return _x(asked, first, ident, "gone" if renamed else state, territory)

    def _state(self, url: str, *, again: bool = False) -> tuple[str, tuple[str, ...]]:
        status, territory = self._book.outcome(url)
        behaviour, one = self._book.behaviour, fingerprint(url)
        if status not in {"removed", "restricted"} or draw(behaviour.seed, "hollow", one) < behaviour.hollow:
            return "available", ()
        if status == "restricted":
            return "withheld", territory
        fated = behaviour.fates.get(one)
        if fated is not None and fated.fate is Fate.RETURNED and self._missed[one] - again >= fated.looks:
            return "available", ()
        self._missed[one] += not again
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


def _lasting(name: str) -> str:
    return str(int(draw(0, name) * 1e15) + 1)


def _x(asked: str, name: str, ident: str, state: str, territory: tuple[str, ...]) -> Answer:
    user: dict[str, object] = {"id": ident, "username": name, "name": name}
    about = {"resource_type": "user", "value": asked, "type": "https://api.twitter.com/2/problems/resource-not-found"}
    match state:
        case "private":
            detail = f"Sorry, you are not authorized to see the user with [{asked}]."
            return json_answer(200, {"errors": [about | {"title": "Authorization Error", "detail": detail}]})
        case "suspended":
            detail = f"User has been suspended: [{asked}]."
            return json_answer(200, {"errors": [about | {"title": "Forbidden", "detail": detail}]})
        case "gone":
            detail = f"Could not find user with usernames: [{asked}]."
            return json_answer(200, {"errors": [about | {"title": "Not Found Error", "detail": detail}]})
        case "withheld":
            return json_answer(
                200, {"data": [user | {"withheld": {"country_codes": list(territory) or ["XX"], "scope": "user"}}]}
            )
        case _:
            return json_answer(200, {"data": [user]})
