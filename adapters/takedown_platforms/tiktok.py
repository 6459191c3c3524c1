"""TikTok: a web form for illegal content, or a granted intake. Own guidelines first (everywhere), else restricted by country."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

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
)
from takedown_platforms._official import VERIFIED, OfficialPlatform, official_channels, words

WWW = "https://www.tiktok.com"
SHORT = words("vm.tiktok.com vt.tiktok.com")
HANDLE = re.compile(r"[a-z0-9._]{2,24}")
SECRET_UID = re.compile(r"MS4wLjAB[A-Za-z0-9_-]{20,100}")
"""`secUid`, a stable name of an account: base64 of `1.0.` and more, so its case matters."""

NUMBER = re.compile(r"[1-9][0-9]{0,24}")
PAGE = re.compile(r"([1-9][0-9]{0,24})(?:\.html)?")
SLUG_AND_ID = re.compile(r"(?:.*-)?([1-9][0-9]{0,24})")
CODE = re.compile(r"[A-Za-z0-9]{4,20}")
TABS = words("avatar favorites followers following liked likes live posts reposts stories videos")
LISTINGS = words("channel discover explore following foryou friends hashtag live place search tag topics trending")

FORM = PortalForm(
    name="tiktok-illegal-content",
    url="https://www.tiktok.com/legal/report/feedback",
    fields=(
        FormField("Country", "country"),
        FormField("Name of the authority", "authority"),
        FormField("Unit", "unit", required=False),
        FormField("Contact", "contact"),
        FormField("Official e-mail", "email"),
        FormField("Your reference", "reference"),
        FormField("Links", "urls"),
        FormField("Law", "law", required=False),
        FormField("Provision", "provision", required=False),
        FormField("Reasons", "statement"),
        FormField("Territory", "territory", required=False),
        FormField("Redress", "redress", required=False),
        FormField("Evidence", "evidence", required=False),
    ),
    source="TikTok, Reporting illegal content and Terms of Service (Open Terms Archive copy of 2026-08)",
    verified_on=VERIFIED.isoformat(),
    note="Country and reasons are documented as required, the law as optional; the other fields and all lengths are not"
    " established. Partners and trusted flaggers are invited to TSET, EU authorities find their contact point at"
    " https://www.tiktok.com/safety/en/transparency/dsa-contact-points: put yours into a form file of your own.",
)
NO_ADDRESS = "TikTok publishes no address for removal requests: use this only with an address that TikTok gave you, as `to`."


class TikTok(OfficialPlatform, Observable):
    name, title = "tiktok", "TikTok"
    hosts = SHORT | words("""
        tiktok.com www.tiktok.com m.tiktok.com t.tiktok.com lite.tiktok.com tiktokv.com www.tiktokv.com m.tiktokv.com
    """)
    mirrors = words("""
        tiktxk.com www.tiktxk.com vm.tiktxk.com vt.tiktxk.com vxtiktok.com www.vxtiktok.com vm.vxtiktok.com vt.vxtiktok.com
        tnktok.com www.tnktok.com vm.tnktok.com vt.tnktok.com tfxktok.com www.tfxktok.com vm.tfxktok.com vt.tfxktok.com
        tiktokez.com www.tiktokez.com fixtiktok.com www.fixtiktok.com proxitok.pabloferreiro.es
    """)
    channels = official_channels(title, FORM, NO_ADDRESS)

    def recognise(self, url: Url) -> Target | NotATarget:
        if url.host in SHORT:
            found = self._short(f"https://{url.host}", url.path_parts)
            return found or self.refuse(Reason.GRAMMAR, "This short link has no code.")
        return self._item(url.path_parts) or self._account(url.path_parts)

    def _item(self, parts: tuple[str, ...]) -> Target | None:
        """Everything that is named by a number or a code, whoever's name stands in front."""
        match parts:
            case ["t", *rest]:
                return self._short(f"{WWW}/t", tuple(rest))
            case ["i18n" | "h5", *rest]:
                return self._item(tuple(rest))
            case [owner, "video" | "photo" as what, number, *_] if owner.startswith("@") and NUMBER.fullmatch(number):
                return self._post(what, number)
            case ["share", "item" | "video" | "photo" as what, page, *_] if found := PAGE.fullmatch(page):
                return self._post(what, found[1])
            case ["v" | "video" | "embed", page] if found := PAGE.fullmatch(page):
                return self._post("video", found[1])
            case ["embed", "v2" | "v3", number] | ["player", "v1", number] if NUMBER.fullmatch(number):
                return self._post("video", number)
            case ["share", "user" | "usr", page, *_] if found := PAGE.fullmatch(page):
                return self.target(Kind.ACCOUNT, f"id:{found[1]}", f"{WWW}/share/user/{found[1]}")
            case ["share", "user", name] if SECRET_UID.fullmatch(name):
                return self._named(name)
            case ["share", "live", number, *_] if NUMBER.fullmatch(number):
                return self._other("live", number, f"/share/live/{number}")
            case ["music" | "sticker" | "effect" | "question" as what, slug, *_] if found := SLUG_AND_ID.fullmatch(slug):
                return self._other(what, found[1], f"/{what}/_-{found[1]}")
            case [owner, "collection" | "playlist" as what, slug, *_] if owner.startswith("@"):
                found, account = SLUG_AND_ID.fullmatch(slug), self._named(owner[1:])
                return self._other(what, found[1], f"/@{account.key}/{what}/_-{found[1]}") if found and account else None
            case _:
                return None

    def _account(self, parts: tuple[str, ...]) -> Target | NotATarget:
        match parts[1:] if parts[:1] == ("embed",) else parts:
            case []:
                return self.refuse(Reason.RESERVED, "This is a front page of TikTok's own.")
            case [owner, "saved" | "bookmarks", *_] if owner.startswith("@"):
                return self.refuse(Reason.RESERVED, "Saved posts are shown to the account's owner alone.")
            case [owner, *rest] if owner.startswith("@") and (not rest or (rest[0] in TABS and len(rest) == 1)):
                wrong = self.refuse(Reason.GRAMMAR, "This is not how TikTok writes an account's name.")
                return self._named(owner[1:]) or wrong
            case [word, *_] if word.lower() in LISTINGS:
                return self.refuse(Reason.LISTING, f"/{word} lists many people's content; give the link of one item.")
            case [word, *_] if not word.startswith("@"):
                return self.refuse(Reason.RESERVED, f"An account of TikTok has an @ before its name; /{word} is another page.")
            case _:
                return self.refuse(Reason.GRAMMAR, "This is neither an account nor an item of TikTok.")

    def _named(self, name: str) -> Target | None:
        key = name if SECRET_UID.fullmatch(name) else name.lower()
        if key != name.lower() or HANDLE.fullmatch(key):
            return self.target(Kind.ACCOUNT, key, f"{WWW}/@{key}")
        return None

    def _post(self, what: str, number: str) -> Target:
        """Videos and photos share one space of ids. TikTok does not check the name in front, so it is left out."""
        if what == "photo":
            return self.target(Kind.POST, number, f"{WWW}/@/photo/{number}", f"item:{number}")
        return self.target(Kind.VIDEO, number, f"{WWW}/@/video/{number}", f"item:{number}")

    def _other(self, what: str, number: str, path: str) -> Target:
        return self.target(Kind.OTHER, number, f"{WWW}{path}", f"{what}:{number}")

    def _short(self, prefix: str, parts: tuple[str, ...]) -> Target | None:
        """The three short forms share their codes (gallery-dl's tests); only TikTok knows where one leads."""
        code = parts[0] if len(parts) == 1 else ""
        return self.target(Kind.OTHER, f"short:{code}", f"{prefix}/{code}") if CODE.fullmatch(code) else None

    def probes(self, target: Target) -> tuple[Probe, ...]:
        """oEmbed knows accounts by name, videos and photos; TikTok calls it soon to be deprecated (page of October 2026)."""
        named = target.kind is Kind.ACCOUNT and not target.key.startswith("id:")
        if not named and target.kind not in {Kind.VIDEO, Kind.POST}:
            return ()
        return (Probe("tiktok_oembed", f"{WWW}/oembed?url={quote(target.url, safe='')}", "medium"),)

    def read_probe(self, probe: Probe, reply: Reply) -> Seen:
        """200 with `author_url`; HTTP 400 with `"code": 400` for gone, private, under age or malformed (WhatsMyName's data).

        An answer about another account or item says nothing of this one: a name is given anew, a link is sent on.
        """
        if said := beside_the_point(reply):
            return said
        author = reply.at("author_url")
        if reply.status == 200 and isinstance(author, str) and reply.at("html"):
            return (
                Seen("unknown", f"it answers for {author}"[:300]) if _about_another(probe, author, reply) else Seen("available")
            )
        if reply.status == 400 and reply.at("code") == 400:
            return Seen("gone", "oEmbed knows it no more: gone or private")
        return Seen("unknown", f"HTTP {reply.status} without a documented answer")

    def own_error(self, reply: Reply) -> Reading | None:
        """`{"error": {"code", "message", "log_id"}}`, in a 200 as well; source: TikTok API v2, Error handling."""
        error, code = reply.at("error"), reply.at("error", "code")
        if error is None or code == "ok":
            return None
        why = f"{reply.at('error', 'message') or code} (log {reply.at('error', 'log_id')})"[:500]
        match code:
            case "rate_limit_exceeded":
                return TryLater(reply.retry_after, why)
            case "access_token_invalid" | "scope_not_authorized" | "scope_permission_missed":
                return Denied("credentials", why)
            case "invalid_params" | "invalid_file_upload" if reply.status in {200, 400, 422}:
                return Refusal(code, why)
            case "internal_error":
                return Unclear(why)
            case _:
                return Unclear(why) if reply.status < 300 else None


def _about_another(probe: Probe, author: str, reply: Reply) -> bool:
    """Whether the answer names another handle, or another item, than the question. A `secUid` is no handle."""
    asked = unquote(probe.url.partition("?url=")[2]).removeprefix(f"{WWW}/@")
    item, told = asked.rpartition("/")[2], reply.at("embed_product_id")
    if "/" in asked:
        return isinstance(told, str) and told.isdigit() and told != item
    handle = author.rpartition("/@")[2].partition("?")[0].lower()
    return SECRET_UID.fullmatch(asked) is None and "/@" in author and handle != asked
