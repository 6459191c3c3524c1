"""X: its legal request site, by hand; api and e-mail only with X's written consent. Own rules first, else withheld by country."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from pydantic import Field

from takedown.contract import (
    Channel,
    Denied,
    FormField,
    Instrument,
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
    Traceable,
    TryLater,
    Unclear,
    Url,
    beside_the_point,
)
from takedown_platforms._official import VERIFIED, OfficialPlatform, official_channels, words
from takedown_platforms._x_answers import MAYBE_TAKEN, NOT_ALLOWED, TOO_MANY, codes, read_lookup, read_oembed, wait, why

WWW = "https://x.com"
SHORT = words("t.co pic.twitter.com pic.x.com")
HANDLE = re.compile(r"[a-z0-9_]{1,15}")
NUMBER = re.compile(r"[1-9][0-9]{0,19}")
CODE = re.compile(r"[A-Za-z0-9]{1,20}")
FEATURE = re.compile(r"(?=.*[0-9])[A-Za-z0-9]{5,25}")
SLUG = re.compile(r"[A-Za-z0-9_-]{1,80}")

TABS = words("""
    about affiliates articles communities creator-subscriptions favorites followers followers_you_follow following header_photo
    highlights info likes lists media moments photo replies subscriptions superfollows timeline timelines tweets
    verified_followers with_replies
""")
FEATURES = words("article broadcasts communities events lists moments spaces")
"""`/i/<word>/<id>` for what is neither an account nor a post."""

LISTINGS = words("explore hashtag search trends who_to_follow")
RESERVED = words("""
    about account bookmarks compose connect_people directory download followers following help home i intent invitations
    jobs likes lists login logout mentions messages notifications oauth personalization privacy rules sessions settings share
    signin signup similar_to statuses tos welcome widgets
""")

FORM = PortalForm(
    name="x-legal-requests",
    url="https://legalrequests.x.com/",
    fields=(
        FormField("Authority", "authority"),
        FormField("Unit", "unit", required=False),
        FormField("Country", "country"),
        FormField("Contact", "contact"),
        FormField("Official e-mail", "email"),
        FormField("Your reference", "reference"),
        FormField("Posts and accounts", "urls"),
        FormField("Numeric ids of accounts, where known", "platform_ids", required=False),
        FormField("Measure", "measures", required=False),
        FormField("Law violated", "law"),
        FormField("Provision", "provision"),
        FormField("Territory", "territory"),
        FormField("Reasons", "statement"),
        FormField("Redress", "redress", required=False),
        FormField("Order or legal documents, with a translation into English", "evidence"),
    ),
    source="X, Guidelines for law enforcement (Open Terms Archive copy of 2026-08-13)",
    verified_on=VERIFIED.isoformat(),
    takes_files=True,
    note="Two steps: report the post under X's own rules first, and file here only when X has answered that it breaks none."
    " A second request for the same content slows both. X gives the user a copy of the request unless the law forbids it, so keep"
    " confidential annexes apart and say why notice is prohibited. In English. The documents say what a request must hold; the"
    " site itself is behind a login, so its fields and their lengths are not established.",
)
NO_ADDRESS = "X publishes no address for removal requests: use this only with an address that X gave you, as `to`."
CONSENT = (
    "X counts automated use of its reporting forms as platform manipulation unless it has consented before, to an authority or"
    " organisation that names itself (X, Platform manipulation policy in the Community Guidelines, Open Terms Archive copy of"
    " 2026-08). Set automation_consent in [platforms.x] to the reference of X's written consent, or use the portal."
)


class X(OfficialPlatform, Observable, Traceable):
    name, title = "x", "X"
    hosts = SHORT | words("x.com www.x.com m.x.com mobile.x.com twitter.com www.twitter.com m.twitter.com mobile.twitter.com")
    mirrors = words("""
        fxtwitter.com www.fxtwitter.com d.fxtwitter.com i.fxtwitter.com api.fxtwitter.com vxtwitter.com www.vxtwitter.com
        d.vxtwitter.com c.vxtwitter.com api.vxtwitter.com fixupx.com www.fixupx.com d.fixupx.com i.fixupx.com fixvx.com
        www.fixvx.com d.fixvx.com twittpr.com www.twittpr.com nitter.net www.nitter.net nitter.it nitter.poast.org
        nitter.privacydev.net nitter.privacyredirect.com nitter.tiekoetter.com xcancel.com www.xcancel.com twiiit.com
    """)
    channels = official_channels(title, FORM, NO_ADDRESS)

    class Settings(OfficialPlatform.Settings):
        automation_consent: str | None = Field(
            default=None, description="Reference of X's written consent to automated requests; without it only the portal works"
        )
        first_step_waived: str | None = Field(
            default=None, description="Reference of X's word that orders need no report under its own rules first"
        )

    def barred(self, channel: Channel) -> str | None:
        if channel in {Channel.API, Channel.EMAIL} and not (getattr(self.settings, "automation_consent", None) or "").strip():
            return CONSENT
        return super().barred(channel)

    def first_step(self, channel: Channel, instrument: Instrument) -> str | None:
        """X's guidelines: report under its own rules, and only when X finds no violation file the legal request."""
        waived = (getattr(self.settings, "first_step_waived", None) or "").strip()
        return "terms-referral" if channel is Channel.PORTAL and instrument is Instrument.ORDER and not waived else None

    def recognise(self, url: Url) -> Target | NotATarget:
        if url.host in SHORT:
            return self._short(url.host, url.path_parts)
        return self._post(url.path_parts, url.query) or self._feature(url.path_parts, url.query) or self._account(url.path_parts)

    def _post(self, parts: tuple[str, ...], query: Mapping[str, str]) -> Target | None:
        """A post is its number: X does not check the name in front, so it is left out."""
        number = _status(parts, query)
        return self.target(Kind.POST, number, f"{WWW}/i/web/status/{number}") if NUMBER.fullmatch(number) else None

    def _feature(self, parts: tuple[str, ...], query: Mapping[str, str]) -> Target | NotATarget | None:
        match parts:
            case ["i", "user", number, *_] if NUMBER.fullmatch(number):
                return self._numbered(number)
            case ["intent", "user" | "follow"] if NUMBER.fullmatch(query.get("user_id", "")):
                return self._numbered(query["user_id"])
            case ["intent", "user" | "follow"] if "screen_name" in query:
                return self._account((query["screen_name"],))
            case ["i", "redirect", *_]:
                return self.refuse(Reason.REDIRECTOR, "This is a redirect of X's; give the link that it leads to.")
            case ["i", word, code, *_] if word in FEATURES and FEATURE.fullmatch(code):
                return self.target(Kind.OTHER, code, f"{WWW}/i/{word}/{code}", f"{word}:{code}")
            case ["i", "communities" | "topics" | "trending" | "trends" | "lists" | "events" as word, *_]:
                return self.refuse(Reason.LISTING, f"/i/{word} lists many people's content; give the link of one item.")
            case [owner, "lists", slug, *_] if (account := self._named(owner)) and SLUG.fullmatch(slug):
                key = f"{account.key}/{slug.lower()}"
                return self.target(Kind.OTHER, key, f"{WWW}/{account.key}/lists/{slug.lower()}", f"lists:{key}")
            case _:
                return None

    def _account(self, parts: tuple[str, ...]) -> Target | NotATarget:
        match parts:
            case []:
                return self.refuse(Reason.RESERVED, "This is X's own front page.")
            case [owner] if owner.startswith("id:") and NUMBER.fullmatch(owner[3:]):
                return self._numbered(owner[3:])
            case [owner, tab, *_] if owner.startswith("id:") and NUMBER.fullmatch(owner[3:]) and tab in TABS:
                return self._numbered(owner[3:])
            case [word, *_] if word.lower() in LISTINGS:
                return self.refuse(Reason.LISTING, f"/{word} lists many people's content; give the link of one item.")
            case [word, *_] if word.lower() in RESERVED:
                return self.refuse(Reason.RESERVED, f"/{word} is a word of X's own, and no target is named under it.")
            case [owner, *rest] if (account := self._named(owner)) and (not rest or rest[0] in TABS):
                return account
            case _:
                return self.refuse(Reason.GRAMMAR, "This is neither an account nor an item of X.")

    def _named(self, text: str) -> Target | None:
        key = text.removeprefix("@").lower()
        if not HANDLE.fullmatch(key) or key in LISTINGS or key in RESERVED:
            return None
        return self.target(Kind.ACCOUNT, key, f"{WWW}/{key}")

    def _numbered(self, number: str) -> Target:
        return self.target(Kind.ACCOUNT, f"id:{number}", f"{WWW}/i/user/{number}")

    def _short(self, host: str, parts: tuple[str, ...]) -> Target | NotATarget:
        code = parts[0] if len(parts) == 1 else ""
        if not CODE.fullmatch(code):
            return self.refuse(Reason.GRAMMAR, f"This {host} link has no code.")
        site = "pic" if host.startswith("pic.") else host
        return self.target(Kind.OTHER, f"short:{code}", f"https://{host}/{code}", f"short:{site}/{code}")

    def probes(self, target: Target) -> tuple[Probe, ...]:
        """The read API (paid, with a token) tells of accounts and posts; oEmbed (free) of posts only, and of no cause."""
        match target.kind:
            case Kind.ACCOUNT if target.key.startswith("id:"):
                asked = f"{API}/users?ids={target.key[3:]}&user.fields=withheld"
            case Kind.ACCOUNT:
                asked = f"{API}/users/by?usernames={target.key}&user.fields=withheld"
            case Kind.POST:
                asked = f"{API}/tweets?ids={target.key}&tweet.fields=withheld"
            case _:
                return ()
        lookup = Probe("x_api", asked, "high", needs_token=True)
        embed = Probe("x_oembed", f"https://publish.x.com/oembed?url={quote(target.url, safe='')}", "medium")
        return (lookup, embed) if target.kind is Kind.POST else (lookup,)

    def read_probe(self, probe: Probe, reply: Reply) -> Seen:
        if said := beside_the_point(reply):
            return said
        return read_oembed(reply) if probe.method == "x_oembed" else read_lookup(reply, ASKED.findall(probe.url)[0])

    def lasting(self, target: Target, stable_id: str) -> Target | None:
        return self._numbered(stable_id) if target.kind is Kind.ACCOUNT and NUMBER.fullmatch(stable_id) else None

    def named(self, reply: Reply) -> Target | None:
        return self._named(str(reply.at("data", 0, "username") or ""))

    def own_error(self, reply: Reply) -> Reading | None:
        """`errors[]` with codes, or a problem document (both documented); in a 200 they may stand beside a partial success."""
        if reply.status == 429:
            return TryLater(wait(reply), why(reply))
        if not reply.at("errors"):
            return None
        told = codes(reply)
        if told and told <= TOO_MANY:
            return TryLater(wait(reply), why(reply))
        if told and told <= NOT_ALLOWED:
            return Denied("credentials", why(reply))
        if reply.status < 300 or told & MAYBE_TAKEN:
            return Unclear(why(reply))
        return Refusal(str(min(told, default=reply.status)), why(reply)) if reply.status in {400, 422} else None


API = "https://api.x.com/2"
ASKED = re.compile(r"(?:usernames|ids)=([^&]+)")


def _status(parts: tuple[str, ...], query: Mapping[str, str]) -> str:
    """The number of the post in every way to write its link; empty where there is none."""
    match parts:
        case ["i", "bookmarks"]:
            return query.get("post_id", "")
        case ["i", "web", "status", number, *_] | ["statuses", number, *_]:
            return number
        case ["i", "videos", "tweet", number, *_] | ["i", "videos", number] | ["i", "cards", "tfw", "v1", number, *_]:
            return number
        case [name, "status" | "statuses", number, *_] if name.lower() not in LISTINGS:
            return number
        case [name, "article", number, *_] if name != "i" and name.lower() not in LISTINGS:
            return number
        case _:
            return ""
