"""Telegram: its DSA web form, or mail to the address that its representative gives out, or a granted intake.

The grammar follows Telegram's own library (tdlib: LinkManager.cpp, misc.cpp, test/link.cpp), which says what its apps open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import unquote

from takedown.contract import (
    Denied,
    FormField,
    Kind,
    NotATarget,
    Observable,
    PortalForm,
    Probe,
    Reading,
    Reason,
    Refusal,
    Reply,
    Seen,
    Target,
    TryLater,
    Unclear,
    Url,
    beside_the_point,
    clamp,
)
from takedown_platforms._official import VERIFIED, OfficialPlatform, official_channels, words

T_ME = "https://t.me"
USERNAME = re.compile(r"[a-z](?!.*__)[a-z0-9_]{0,31}(?<!_)")
SUBDOMAIN = re.compile(r"([a-z](?!.*__)[a-z0-9_]{2,30}[a-z0-9])\.t\.me")
"""`<username>.t.me`, of four characters at least."""

HASH = re.compile(r"(?![0-9]+$)[A-Za-z0-9_-]{1,64}")
"""An invite. Digits alone are a phone number."""

SLUG = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Not by phonenumbers: anonymous numbers (+888...) are nobody's numbering plan, and tdlib takes any digits.
PHONE = re.compile(r"[1-9][0-9]{4,14}")
LEADING = re.compile(r"0*([1-9][0-9]{0,17})(?![0-9])")
TOO_LONG = re.compile(r"[0-9]{18,}")

RESERVED = words("""
    addemoji addlist addstickers addstyle addtheme auction auth bg boost c call confirmphone contact giftcode i invoice iv
    joinchat login m msg nft proxy s setlanguage share socks web
""")
NO_SUBDOMAINS = RESERVED | words("a k z")
REDIRECTORS = words("iv share msg")

FORM = PortalForm(
    name="telegram-dsa-report",
    url="https://telegram.org/dsa-report",
    fields=(
        FormField("Name", "authority"),
        FormField("Unit", "unit", required=False),
        FormField("Contact", "contact"),
        FormField("E-mail", "email"),
        FormField("Your reference", "reference", required=False),
        FormField("Links", "urls"),
        FormField("Law", "law", required=False),
        FormField("Provision", "provision", required=False),
        FormField("Reasons", "statement"),
        FormField("Territory", "territory", required=False),
        FormField("Evidence", "evidence", required=False),
    ),
    source="Telegram, Community guidelines and EU DSA page (Open Terms Archive copy of 2026-08-18)",
    verified_on=VERIFIED.isoformat(),
    note="Name, contact and clear reasons are documented; the other fields and all lengths are not established. Only public"
    " content is acted on. EU authorities first write once to Telegram's representative (EDSR, dsa.telegram@edsr.eu, English or"
    " French), who gives out the address for orders: set it as `to` and the channel to email, which is then the better way.",
)
NO_ADDRESS = (
    "Telegram's address for orders is given out by its representative, EDSR (dsa.telegram@edsr.eu), to competent authorities who"
    " ask in English or French; mail that nobody asked for gets no answer."
)


class Telegram(OfficialPlatform, Observable):
    name, title = "telegram", "Telegram"
    hosts = words("t.me www.t.me telegram.me www.telegram.me telegram.dog www.telegram.dog")
    schemes = frozenset({"http", "https", "tg"})
    mirrors = words("tttttt.me www.tttttt.me tx.me www.tx.me telegram.im www.telegram.im")
    channels = official_channels(title, FORM, NO_ADDRESS, FORM.source)

    def owns(self, url: Url) -> bool:
        return url.scheme == "tg" or super().owns(url) or bool(_subdomain(url.host))

    def recognise(self, url: Url) -> Target | NotATarget:
        if url.scheme == "tg":
            return self._app_link(url)
        if name := _subdomain(url.host):
            return self._link((name, *_parts(url)), url.query)
        parts, preview = _parts(url), False
        while parts[:1] == ("s",) and len(parts) > 1:
            parts, preview = parts[1:], True
        found = self._link(parts, url.query)
        if preview and isinstance(found, Target) and found.kind is Kind.ACCOUNT:
            # Only channels have a preview, so t.me/s/ is the one link that tells what a name is.
            return self.target(Kind.CHANNEL, found.key, f"{T_ME}/s/{found.key}", found.identity)
        return found

    def _link(self, parts: tuple[str, ...], query: Mapping[str, str]) -> Target | NotATarget:
        match parts:
            case []:
                return self.refuse(Reason.RESERVED, "This is Telegram's own front page.")
            case ["joinchat", code, *_] if HASH.fullmatch(code):
                return self._invite(code)
            case ["addlist", slug, *_] if SLUG.fullmatch(slug):
                return self._other("addlist", slug)
            case ["addstickers" | "addemoji" as what, slug, *_] if SLUG.fullmatch(slug):
                return self._other(what, slug)
            case ["c", chat, *items] if (channel := _number(chat)) and (post := _post(items)):
                return self._message(f"c/{channel}", post, query)
            case [first, *_] if first[0] in "+ ":
                return self._plus(first[1:])
            case [name, *_] if name.lower() in REDIRECTORS:
                return self.refuse(Reason.REDIRECTOR, f"/{name} passes on another page; give that page's own link.")
            case [name, *_] if name.lower() in RESERVED:
                return self.refuse(Reason.RESERVED, f"/{name} is a word of Telegram's own, and names no target here.")
            case [name, *items] if USERNAME.fullmatch(name.lower()):
                return self._under(name.lower(), items, query)
            case _:
                return self.refuse(Reason.GRAMMAR, "This is neither a name nor an item of Telegram.")

    def _under(self, name: str, items: list[str], query: Mapping[str, str]) -> Target | NotATarget:
        """`/<name>/...`: a story, a post, or (bot apps, parameters, anything else) the name itself, as tdlib has it."""
        match items:
            case ["s", story, *_]:
                number = _number(story)
                return self._story(name, number) if number else self.refuse(Reason.GRAMMAR, "This story has no number.")
            case [item, *_] if TOO_LONG.fullmatch(item):
                return self.refuse(Reason.GRAMMAR, "This post has a longer number than Telegram gives.")
            case _:
                post = _post(items)
                return self._message(name, post, query) if post else self._named(name)

    def _app_link(self, url: Url) -> Target | NotATarget:
        """`tg:` links; `host` is the action."""
        query = url.query
        match url.host, url.path_parts:
            case "resolve", () if "domain" in query and not {"bot_id", "scope"} <= query.keys():
                return self._resolved(query["domain"].lower(), query)
            case "resolve", () if phone := query.get("phone"):
                return self._phone(phone[1:] if phone[0] in "+ " else phone)
            case "join", () if HASH.fullmatch(query.get("invite", "")):
                return self._invite(query["invite"])
            case "addlist", () if SLUG.fullmatch(query.get("slug", "")):
                return self._other("addlist", query["slug"])
            case ("addstickers" | "addemoji") as what, () if SLUG.fullmatch(query.get("set", "")):
                return self._other(what, query["set"])
            case "privatepost", () if (chat := _number(query.get("channel", ""))) and (post := _number(query.get("post", ""))):
                return self._message(f"c/{chat}", post, query)
            case "user", () if PHONE.fullmatch(query.get("id", "")):
                return self.target(Kind.ACCOUNT, f"id:{query['id']}", f"tg://user?id={query['id']}")
            case _:
                return self.refuse(Reason.RESERVED, f"tg:{url.host} names no target.")

    def _resolved(self, name: str, query: Mapping[str, str]) -> Target | NotATarget:
        if not USERNAME.fullmatch(name) or name in RESERVED:
            return self.refuse(Reason.GRAMMAR, "This is not how Telegram writes a name.")
        if item := query.get("post"):
            post = _number(item)
            return self._message(name, post, query) if post else self.refuse(Reason.GRAMMAR, "This post has no number.")
        story = query.get("story", "")
        return self._story(name, _number(story)) if _number(story) else self._named(name)

    def _named(self, name: str) -> Target:
        """Account, bot, group or channel: the link does not tell."""
        return self.target(Kind.ACCOUNT, name, f"{T_ME}/{name}", f"name:{name}")

    def _message(self, chat: str, post: int, query: Mapping[str, str]) -> Target:
        """A comment is a message of its own in the chat behind the channel: it must never be taken for the post above it."""
        comment = _number(query.get("comment", ""))
        tail = f"?comment={comment}" if comment else ""
        return self.target(Kind.POST, f"{chat}/{post}", f"{T_ME}/{chat}/{post}{tail}", f"post:{chat}/{post}{tail}")

    def _story(self, name: str, story: int) -> Target:
        return self.target(Kind.STORY, f"{name}/s/{story}", f"{T_ME}/{name}/s/{story}")

    def _plus(self, code: str) -> Target | NotATarget:
        """`/+<hash>` is an invite, `/+<digits>` a phone number."""
        if HASH.fullmatch(code):
            return self._invite(code)
        return self._phone(code)

    def _invite(self, code: str) -> Target:
        return self.target(Kind.INVITE, code, f"{T_ME}/+{code}")

    def _phone(self, digits: str) -> Target | NotATarget:
        if not PHONE.fullmatch(digits):
            return self.refuse(Reason.GRAMMAR, "This is neither an invite nor a phone number.")
        return self.target(Kind.PHONE, f"+{digits}", f"{T_ME}/+{digits}")

    def _other(self, what: str, slug: str) -> Target:
        """Stickers and custom emoji share one space of names, whose case does not matter."""
        identity = f"addlist:{slug}" if what == "addlist" else f"stickers:{slug.lower()}"
        return self.target(Kind.OTHER, slug, f"{T_ME}/{what}/{slug}", identity)

    def probes(self, target: Target) -> tuple[Probe, ...]:
        """Names and public posts. An invite that has expired is no group that is gone, and phone numbers are not asked."""
        match target.kind:
            case Kind.ACCOUNT | Kind.CHANNEL if USERNAME.fullmatch(target.key):
                return (Probe("telegram_page", f"{T_ME}/{target.key}", "medium"),)
            case Kind.POST if not target.key.startswith("c/") and "?" not in target.url:
                return (Probe("telegram_post", f"{T_ME}/{target.key}?embed=1", "medium"),)
            case _:
                return ()

    def read_probe(self, probe: Probe, reply: Reply) -> Seen:
        return beside_the_point(reply) or _read_page(probe, reply)

    def own_error(self, reply: Reply) -> Reading | None:
        """`{"ok": false, "error_code", "description", "parameters": {"retry_after"}}`; source: Bot API, Making requests."""
        if reply.status == 429:
            return TryLater(_wait(reply), _why(reply))
        if reply.at("ok") is None or reply.at("ok") is True:
            return None
        match reply.at("error_code"):
            case 420 | 429:
                return TryLater(_wait(reply), _why(reply))
            case 401 | 403:
                return Denied("credentials", _why(reply))
            case 404:
                return Denied("endpoint", _why(reply))
            case 400 if reply.status in {200, 400}:
                return Refusal("400", _why(reply))
            case _:
                return Unclear(_why(reply)) if reply.status < 300 else None


NO_POST = re.compile(r'<div class="tgme_widget_message_error[^"]*">\s*Post not found')
"""In the page's own marks: what people write into posts and names is escaped, and can only quote the words."""
CONTACT = re.compile(r"If you have\s+(?:<strong>)?Telegram(?:</strong>)?,\s+you can contact")


def _read_page(probe: Probe, reply: Reply) -> Seen:
    """t.me answers 200 for everything. Marks from sherlock, maigret, WhatsMyName; a name that was changed looks missing."""
    page = reply.body.decode("utf-8", "replace")
    if reply.status != 200 or "</html>" not in page[-200:].lower():
        return Seen("unknown", f"HTTP {reply.status} without a whole page")
    key = probe.url.removeprefix(f"{T_ME}/").removesuffix("?embed=1")
    if probe.method == "telegram_post":
        there, missing = f'data-post="{key}"' in page.lower(), bool(NO_POST.search(page)) and "data-post=" not in page
    else:
        titled, named = "tgme_page_title" in page, f"@{key}" in page.lower()
        there, missing = titled and named, not titled and named and "noindex, nofollow" in page and bool(CONTACT.search(page))
    match there, missing:
        case True, False:
            return Seen("available")
        case False, True:
            return Seen("gone", "t.me shows nothing under this address")
        case _:
            return Seen("unknown", "a page without the marks of t.me")


def _subdomain(host: str) -> str:
    """The name in `<username>.t.me`; empty for any other host."""
    found = SUBDOMAIN.fullmatch(host)
    return found[1] if found and found[1] not in NO_SUBDOMAINS else ""


def _parts(url: Url) -> tuple[str, ...]:
    """The path up to its first empty part, where Telegram stops reading: t.me//name is nobody."""
    after_host = re.sub(r"^(?:[a-z]+:)?//", "", url.text, flags=re.IGNORECASE)
    path = re.split(r"[?#]", after_host, maxsplit=1)[0].partition("/")[2]
    parts = [unquote(part) for part in path.split("/")]
    return tuple(parts[: parts.index("")]) if "" in parts else tuple(parts)


def _number(text: str) -> int:
    """The positive number that a part begins with, as tdlib reads it; 0 when there is none."""
    found = LEADING.match(text)
    return int(found[1]) if found else 0


def _post(items: list[str]) -> int:
    """`<post>` or `<thread>/<post>`: the last of two numbers is the post."""
    first, second = [*map(_number, items[:2]), 0, 0][:2]
    return (second or first) if first else 0


def _wait(reply: Reply) -> timedelta | None:
    """The longer of Retry-After and `retry_after`, which older answers only spell out in words."""
    told = reply.at("parameters", "retry_after")
    if not isinstance(told, int | float) or isinstance(told, bool):
        spelled = re.search(r"(?:FLOOD_WAIT_|retry after )([0-9]{1,9})", _why(reply))
        told = int(spelled[1]) if spelled else None
    asked = [reply.retry_after, None if told is None else clamp(min(told, 1e9))]
    return max((delay for delay in asked if delay is not None), default=None)


def _why(reply: Reply) -> str:
    told = reply.at("description")
    return told[:500] if isinstance(told, str) and told else f"HTTP {reply.status}"
