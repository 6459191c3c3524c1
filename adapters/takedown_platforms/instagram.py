"""Instagram: Meta's portals for authorities, or a granted intake. Reviews under its own rules first, then blocks by country."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping

from takedown.contract import Kind, NotATarget, Probe, Reason, Target, Url
from takedown_platforms._meta import GRAPH, HANDLE, SHORTCODE, MetaPlatform, SeenByOembed, authority_form, meta_channels
from takedown_platforms._official import words

WWW = "https://www.instagram.com"
NUMBER = re.compile(r"[1-9][0-9]{0,24}")
CODE = re.compile(r"[A-Za-z0-9_-]{5,60}")
TOKEN = 28
"""The code of a private post carries this many characters of access token behind the id (gallery-dl, instaloader)."""

TABS = words("about avatar channel embed feed followers following guides highlights igtv info live posts reels reposts tagged")
RESERVED = words("""
    a about accounts api archive ar audio call challenge channel developer direct directory emails explore graphql help j legal
    lite login logout nametag notifications oauth p popular press privacy qr query reel reels s session settings share static
    stories support terms topics tv web your_activity
""")
LISTINGS = words("explore directory popular topics")
PUBLIC_FORM = "Anyone who is not an authority uses https://help.instagram.com/contact/406206379945942 instead."


class Instagram(MetaPlatform, SeenByOembed):
    name, title = "instagram", "Instagram"
    hosts = words("instagram.com www.instagram.com m.instagram.com instagr.am www.instagr.am l.instagram.com")
    mirrors = words("""
        ddinstagram.com www.ddinstagram.com d.ddinstagram.com g.ddinstagram.com kkinstagram.com www.kkinstagram.com
        vxinstagram.com www.vxinstagram.com instagramez.com imginn.com www.picuki.com
    """)
    channels = meta_channels(authority_form("instagram-authority", PUBLIC_FORM))

    def recognise(self, url: Url) -> Target | NotATarget:
        if url.host == "l.instagram.com":
            return self.refuse(Reason.REDIRECTOR, "This is Instagram's exit page; give the link that it leads from.")
        return self._item(url.path_parts, url.query) or self._account(url.path_parts)

    def _item(self, parts: tuple[str, ...], query: Mapping[str, str]) -> Target | NotATarget | None:
        match parts:
            case ["p" | "reel" | "reels" | "tv", code, *_] if SHORTCODE.fullmatch(code) and code != "audio":
                return self._post(code)
            case [user, "p" | "reel" | "tv", code, *_] if _is_user(user) and SHORTCODE.fullmatch(code):
                return self._post(code)
            case ["stories", "highlights", number, *_] if NUMBER.fullmatch(number):
                return self._highlight(number)
            case ["s", encoded]:
                return self._encoded(encoded)
            case ["stories", user, *rest]:
                return self._story(user.lower(), rest)
            case ["share", code] | ["share", "p" | "reel", code] if CODE.fullmatch(code):
                return self.target(Kind.OTHER, f"short:{code}", f"{WWW}/{'/'.join(parts)}")
            case ["reels", "audio", number, *_] if NUMBER.fullmatch(number):
                return self._other("audio", number, f"reels/audio/{number}")
            case ["a", "r"] if NUMBER.fullmatch(query.get("effect_id", "")):
                return self._other("effect", query["effect_id"], f"a/r/?effect_id={query['effect_id']}")
            case [user, "guide", _, number] if _is_user(user) and NUMBER.fullmatch(number):
                return self._other("guide", number, f"{user.lower()}/guide/_/{number}/")
            case ["channel", code] if CODE.fullmatch(code):
                return self.target(Kind.CHANNEL, code, f"{WWW}/channel/{code}/")
            case ["j", code] if CODE.fullmatch(code):
                return self.target(Kind.INVITE, code, f"{WWW}/j/{code}/")
            case _:
                return None

    def _account(self, parts: tuple[str, ...]) -> Target | NotATarget:
        """`/<user>` and its tabs, which are all the account; `/_u/<user>` is how an app links to it."""
        match parts[1:] if parts[:1] == ("_u",) else parts:
            case []:
                return self.refuse(Reason.RESERVED, "This is Instagram's own front page.")
            case [user, *_] if user.lower() in LISTINGS:
                return self.refuse(Reason.LISTING, f"/{user} lists many people's content; give the link of one item.")
            case [user, *_] if user.lower() in RESERVED:
                return self.refuse(Reason.RESERVED, f"/{user} is a word of Instagram's own, and no target is named under it.")
            case [_, "saved", *_]:
                return self.refuse(Reason.RESERVED, "Saved posts are shown to the account's owner alone.")
            case [user] if user.startswith("id:") and NUMBER.fullmatch(user[3:]):
                return self.target(Kind.ACCOUNT, user, f"{WWW}/{user}/")
            case [user, *rest] if _is_user(user) and (not rest or rest[0] in TABS):
                return self.target(Kind.ACCOUNT, user.lower(), f"{WWW}/{user.lower()}/")
            case _:
                return self.refuse(Reason.GRAMMAR, "This is neither an account nor an item of Instagram.")

    def probes(self, target: Target) -> tuple[Probe, ...]:
        public = target.kind is Kind.POST and len(target.key) <= TOKEN
        return self.oembed("instagram_oembed", f"{GRAPH}/instagram_oembed", target.url) if public else ()

    def _post(self, code: str) -> Target:
        """Posts, reels and videos share one space of ids, and Instagram opens each of them under /p/."""
        public = code[:-TOKEN] if len(code) > TOKEN else code
        return self.target(Kind.POST, code, f"{WWW}/p/{code}/", f"post:{public}")

    def _other(self, what: str, key: str, path: str) -> Target:
        return self.target(Kind.OTHER, key, f"{WWW}/{path}", f"{what}:{key}")

    def _highlight(self, number: str) -> Target:
        return self.target(Kind.STORY, number, f"{WWW}/stories/highlights/{number}/", f"highlight:{number}")

    def _encoded(self, encoded: str) -> Target | None:
        """`/s/<base64 of highlight:ID>`, how the app shares a highlight."""
        try:
            plain = urlsafe_b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4)).decode("ascii")
        except ValueError:
            return None
        word, _, number = plain.partition(":")
        return self._highlight(number) if word == "highlight" and NUMBER.fullmatch(number) else None

    def _story(self, user: str, rest: list[str]) -> Target | NotATarget | None:
        if user == "me":
            return self.refuse(Reason.RESERVED, "This is the story page of whoever is logged in.")
        if user == "highlights" or not HANDLE.fullmatch(user):
            return None
        match rest:
            case []:
                return self.target(Kind.STORY, user, f"{WWW}/stories/{user}/")
            case [number, *_] if NUMBER.fullmatch(number):
                return self.target(Kind.STORY, number, f"{WWW}/stories/{user}/{number}/")
            case _:
                return None


def _is_user(text: str) -> bool:
    return HANDLE.fullmatch(text.lower()) is not None and text.lower() not in RESERVED
