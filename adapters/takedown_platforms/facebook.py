"""Facebook: Meta's portals for authorities, or a granted intake. Reviews under its own rules first, then blocks by country."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from takedown.contract import Kind, NotATarget, Probe, Reason, Target, Url, parse_url
from takedown_platforms._meta import GRAPH, MetaPlatform, SeenByOembed, authority_form, meta_channels
from takedown_platforms._official import words

WWW = "https://www.facebook.com"
SITES = words("""
    facebook.com www.facebook.com m.facebook.com web.facebook.com mbasic.facebook.com touch.facebook.com mobile.facebook.com
    d.facebook.com free.facebook.com 0.facebook.com z-m.facebook.com fb.com www.fb.com m.fb.com
""")
LOCALE = re.compile(r"[a-z]{2}(-[a-z]{2})?\.facebook\.com")
SHORT = words("fb.watch www.fb.watch fb.me www.fb.me")
REDIRECTORS = words("l.facebook.com lm.facebook.com")

NUMBER = re.compile(r"[1-9][0-9]{0,19}")
ITEM = re.compile(r"[1-9][0-9]{0,19}|pfbid[A-Za-z0-9]{20,120}")
# Users choose letters, digits and dots; `Some-Page-100...` is a title with the stable id behind it.
VANITY = re.compile(r"(?=.*[a-z])[a-z0-9_](?:[a-z0-9._-]{0,98}[a-z0-9_-])?")
TITLE_AND_ID = re.compile(r"[^/]+-([0-9]{9,20})")
EVENT = re.compile(r"[1-9][0-9]{4,19}")
ALBUM = re.compile(r"[a-z]{1,4}\.[A-Za-z0-9._-]{3,200}")
CODE = re.compile(r"[A-Za-z0-9_-]{5,40}")
STORY = re.compile(r"[A-Za-z0-9_=-]{3,200}")

TABS = words("""
    about avatar check-ins community events followers following friends groups info likes live live_videos map mentions music
    notes photos photos_albums photos_all photos_by photos_of photos_stream posts reels reels_tab reviews services shop sports
    videos videos_by
""")
GROUP_TABS = words("about announcements buy_sell_discussion discussion events files learning_content media members photos")
GROUP_PAGES = words("create discover feed joins search")
LISTINGS = words("directory explore hashtag places public search topic watch")
RESERVED = words("""
    about account ads api apps bookmarks business careers checkpoint community communitystandards composer dating developers
    device dialog events feed feeds friends fundraisers games gaming group groups help home instantgames jobs legal live login
    logout lite marketplace me media memories messages messenger mobile notes notifications oauth p pages pay people permalink pg
    photo photos plugins policies policy posts privacy profile recover reel reels reg saved security settings share sharer signup
    stories story terms tr v video videos watchparty
""")


class Facebook(MetaPlatform, SeenByOembed):
    name, title = "facebook", "Facebook"
    hosts = SITES | SHORT | REDIRECTORS
    mirrors = words("facebed.com www.facebed.com facebookez.com www.facebookez.com")
    channels = meta_channels(authority_form("facebook-authority"))

    def owns(self, url: Url) -> bool:
        return super().owns(url) or (url.scheme in self.schemes and LOCALE.fullmatch(url.host) is not None)

    def recognise(self, url: Url) -> Target | NotATarget:
        first = url.path_parts[0].lower() if url.path_parts else ""
        if url.host in REDIRECTORS or first in {"l.php", "flx"}:
            return self.refuse(Reason.REDIRECTOR, "This is Facebook's exit page; give the link that it leads from.")
        if url.host in SHORT:
            return self._short(url.host, url.path_parts)
        found = self._feature(url.path_parts, url.query) or self._owned(url.path_parts)
        if found:
            return found
        if first in LISTINGS:
            return self.refuse(Reason.LISTING, f"/{first} lists many people's content; give the link of one item.")
        if not first:
            return self.refuse(Reason.RESERVED, "This is Facebook's own front page.")
        if first in RESERVED or first.endswith(".php"):
            return self.refuse(Reason.RESERVED, f"/{first} is a word of Facebook's own, and no target is named under it.")
        return self.refuse(Reason.GRAMMAR, "This is neither an account nor an item of Facebook.")

    def probes(self, target: Target) -> tuple[Probe, ...]:
        match target.kind:
            case Kind.POST:
                return self.oembed("facebook_oembed_post", f"{GRAPH}/oembed_post", target.url)
            case Kind.VIDEO:
                return self.oembed("facebook_oembed_video", f"{GRAPH}/oembed_video", target.url)
            case _:
                return ()

    def _feature(self, parts: tuple[str, ...], query: Mapping[str, str]) -> Target | NotATarget | None:
        """Links whose first word is Facebook's own; None when they name no target."""
        match parts:
            case ["profile.php"]:
                number = query.get("id", "").partition("/")[0]
                return self._account(number) if ITEM.fullmatch(number) else None
            case ["people", _, number, *_] | ["pages", *_, number] if ITEM.fullmatch(number):
                return self._account(number)
            case ["p", title] | ["pages", *_, title] if TITLE_AND_ID.fullmatch(title):
                return self._account(title)
            case ["pg", vanity, *_]:
                return self._account(vanity)
            case ["permalink.php" | "story.php"]:
                return self._story(query)
            case ["photo.php" | "photo", *_] if ITEM.fullmatch(query.get("fbid", "")):
                return self._item(Kind.POST, query["fbid"], f"/photo/?fbid={query['fbid']}")
            case ["media", "set"] if ALBUM.fullmatch(query.get("set", "")):
                return self._other("album", query["set"], f"/media/set/?set={query['set']}")
            case ["video.php" | "photo.php" | "watch"] | ["video", "video.php" | "embed"] | ["watch", "live"]:
                return self._video(query.get("v") or query.get("video_id", ""))
            case ["reel" | "reels" | "watchparty", number, *_]:
                return self._video(number, parts[0])
            case ["stories", owner, *rest] if NUMBER.fullmatch(owner):
                return self._story_tray(owner, rest)
            case ["groups", group, *rest]:
                return self._group(group.lower(), rest, query)
            case ["events", *rest]:
                return self._event(rest)
            case ["ads", "library"] if NUMBER.fullmatch(query.get("id", "")):
                return self._other("ad", query["id"], f"/ads/library/?id={query['id']}")
            case ["marketplace", "item", number, *_] if NUMBER.fullmatch(number):
                return self._other("item", number, f"/marketplace/item/{number}")
            case ["share", code] | ["share", "p" | "r" | "v" | "g" | "s" | "reel", code] if CODE.fullmatch(code):
                return self.target(Kind.OTHER, f"short:{code}", f"{WWW}/{'/'.join(parts)}")
            case ["plugins", _] | [_, "plugins", _]:
                return self._embedded(query.get("href", ""))
            case _:
                return None

    def _owned(self, parts: tuple[str, ...]) -> Target | None:
        """An account, or something under an account's name."""
        if not parts or not (owner := self._account(parts[0])):
            return None
        folder, rest = f"/{owner.key.removeprefix('id:')}", list(parts[2:])
        item = next((part for part in reversed(rest) if ITEM.fullmatch(part)), "")
        match parts[1:]:
            case []:
                return owner
            case ["posts" | "activity" | "notes", _, *_] if item:
                return self._item(Kind.POST, item, f"{folder}/posts/{item}")
            case ["videos" | "reel" | "reels", _, *_] if item:
                return self._item(Kind.VIDEO, item, f"{folder}/videos/{item}")
            case ["photos", _, *_] if item:
                return self._item(Kind.POST, item, f"{folder}/photos/{item}")
            case ["photos", album] if ALBUM.fullmatch(album):
                return self._other("album", album, f"/media/set/?set={album}")
            case ["events", _, *_]:
                return self._event(rest)
            case ["posts" | "activity" | "notes" | "videos" | "reel" | "reels", _, *_]:
                return None
            case [tab, *_] if tab.lower() in TABS or tab.lower().startswith("about_"):
                return owner
            case _:
                return None

    def _account(self, text: str) -> Target | None:
        if found := NUMBER.fullmatch(text) or TITLE_AND_ID.fullmatch(text):
            number = found[found.lastindex or 0]
            return self.target(Kind.ACCOUNT, f"id:{number}", f"{WWW}/profile.php?id={number}")
        if text.startswith("pfbid") and ITEM.fullmatch(text):
            return self.target(Kind.ACCOUNT, text, f"{WWW}/people/_/{text}")
        name = text.lower()
        if not VANITY.fullmatch(name) or name in RESERVED or name in LISTINGS or name.endswith(".php"):
            return None
        # Facebook ignores the dots of a name, so two spellings are one account.
        return self.target(Kind.ACCOUNT, name, f"{WWW}/{name}", f"account:{name.replace('.', '')}")

    def _item(self, kind: Kind, item: str, path: str) -> Target:
        """Posts, photos and videos share one space of ids, whoever's name stands in front."""
        return self.target(kind, item, f"{WWW}{path}", f"fbid:{item}")

    def _other(self, what: str, key: str, path: str) -> Target:
        return self.target(Kind.OTHER, key, f"{WWW}{path}", f"{what}:{key}")

    def _video(self, number: str, word: str = "") -> Target | None:
        if not ITEM.fullmatch(number):
            return None
        return self._item(Kind.VIDEO, number, f"/reel/{number}" if word.startswith("reel") else f"/watch/?v={number}")

    def _story(self, query: Mapping[str, str]) -> Target | None:
        item, owner = query.get("story_fbid", ""), query.get("id", "")
        if not ITEM.fullmatch(item):
            return None
        asked = {"story_fbid": item} | ({"id": owner} if ITEM.fullmatch(owner) else {})
        return self._item(Kind.POST, item, f"/permalink.php?{urlencode(asked)}")

    def _story_tray(self, owner: str, rest: list[str]) -> Target | None:
        match rest:
            case []:
                return self.target(Kind.STORY, owner, f"{WWW}/stories/{owner}")
            case [story, *_] if STORY.fullmatch(story):
                return self.target(Kind.STORY, story, f"{WWW}/stories/{owner}/{story}")
            case _:
                return None

    def _group(self, group: str, rest: list[str], query: Mapping[str, str]) -> Target | None:
        if not (NUMBER.fullmatch(group) or VANITY.fullmatch(group)) or group in GROUP_PAGES:
            return None
        match rest:
            case ["posts" | "permalink", *_, item] if ITEM.fullmatch(item):
                return self._item(Kind.POST, item, f"/groups/{group}/posts/{item}")
            case ["user", number, *_] if NUMBER.fullmatch(number):
                return self._account(number)
            case [] if ITEM.fullmatch(query.get("multi_permalinks", "")):
                return self._item(Kind.POST, query["multi_permalinks"], f"/groups/{group}/posts/{query['multi_permalinks']}")
            case []:
                return self.target(Kind.GROUP, group, f"{WWW}/groups/{group}")
            case [tab, *_] if tab in GROUP_TABS:
                return self.target(Kind.GROUP, group, f"{WWW}/groups/{group}")
            case _:
                return None

    def _event(self, rest: list[str]) -> Target | None:
        number = next((part for part in rest if EVENT.fullmatch(part)), None)
        return self._other("event", number, f"/events/{number}") if number else None

    def _short(self, host: str, parts: tuple[str, ...]) -> Target | NotATarget:
        """A link that only Facebook can resolve; kept as it is, never guessed."""
        site = host.removeprefix("www.")
        match parts:
            case [code] | ["e" | "g" | "p" | "v", code] if CODE.fullmatch(code):
                return self.target(Kind.OTHER, f"short:{code}", f"https://{site}/{'/'.join(parts)}")
            case _:
                return self.refuse(Reason.GRAMMAR, f"This {site} link has no code.")

    def _embedded(self, href: str) -> Target | NotATarget:
        """A plugin shows the very item that its `href` names, if that is Facebook's own."""
        shown = parse_url(href)
        if isinstance(shown, Url) and self.owns(shown):
            return self.recognise(shown)
        return self.refuse(Reason.REDIRECTOR, "The embedded link is not one of Facebook's.")
