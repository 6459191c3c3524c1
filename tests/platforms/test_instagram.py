"""Instagram: the whole grammar with invented names."""

from base64 import urlsafe_b64encode

from meta_replies import DENIED, LATER, REFUSAL, UNCLEAR

from takedown.contract import Kind
from takedown.testing import PlatformContract
from takedown_platforms.instagram import Instagram

USER = (Kind.ACCOUNT, "stand.in_0042")
CODE, NUMBER = "St4nd-In_42", "18000000000000042"
PRIVATE = CODE + "t" * 28
ENCODED = urlsafe_b64encode(f"highlight:{NUMBER}".encode()).decode().rstrip("=")


class TestInstagram(PlatformContract):
    platform = Instagram
    targets = {
        "https://www.instagram.com/Stand.in_0042/?hl=en": USER,
        "instagram.com/stand.in_0042": USER,
        "https://www.instagr.am/stand.in_0042": USER,
        "https://instagram.com/_u/stand.in_0042": USER,
        "https://www.instagram.com/stand.in_0042/reels/": USER,
        "https://www.instagram.com/stand.in_0042/tagged/": USER,
        "https://www.instagram.com/stand.in_0042/followers": USER,
        "https://www.instagram.com/__standin__0042": (Kind.ACCOUNT, "__standin__0042"),
        f"https://www.instagram.com/id:{NUMBER}/": (Kind.ACCOUNT, f"id:{NUMBER}"),
        f"https://www.instagram.com/p/{CODE}/?img_index=2#x": (Kind.POST, CODE),
        f"http://instagram.com/p/{CODE}/embed/captioned/": (Kind.POST, CODE),
        f"https://www.instagram.com/p/{PRIVATE}": (Kind.POST, PRIVATE),
        f"https://www.instagram.com/reel/{CODE}/?igshid=abc==": (Kind.POST, CODE),
        f"https://www.instagram.com/reels/{CODE}/": (Kind.POST, CODE),
        f"https://www.instagram.com/tv/{CODE}/": (Kind.POST, CODE),
        f"https://www.instagram.com/stand.in_0042/p/{CODE}/": (Kind.POST, CODE),
        f"https://www.instagram.com/Stand.in_0042/reel/{CODE}/": (Kind.POST, CODE),
        "https://instagram.com/p/-St4ndIn42/": (Kind.POST, "-St4ndIn42"),
        f"https://www.instagram.com/stories/Stand.in_0042/{NUMBER}/?igsh=x": (Kind.STORY, NUMBER),
        "https://www.instagram.com/stories/Stand.in_0042/": (Kind.STORY, "stand.in_0042"),
        f"https://www.instagram.com/stories/highlights/{NUMBER}/": (Kind.STORY, NUMBER),
        f"https://www.instagram.com/s/{ENCODED}?story_media_id=1": (Kind.STORY, NUMBER),
        "https://www.instagram.com/share/StandIn42x": (Kind.OTHER, "short:StandIn42x"),
        "https://www.instagram.com/share/p/StandIn42x": (Kind.OTHER, "short:StandIn42x"),
        "https://www.instagram.com/share/reel/StandIn42x": (Kind.OTHER, "short:StandIn42x"),
        f"https://www.instagram.com/reels/audio/{NUMBER}/": (Kind.OTHER, NUMBER),
        f"https://www.instagram.com/a/r/?effect_id={NUMBER}": (Kind.OTHER, NUMBER),
        f"https://www.instagram.com/standin/guide/a-slug/{NUMBER}/": (Kind.OTHER, NUMBER),
        "https://www.instagram.com/channel/StandIn42_x-/": (Kind.CHANNEL, "StandIn42_x-"),
        "https://www.instagram.com/j/StandIn42_x-/": (Kind.INVITE, "StandIn42_x-"),
    }
    refused = {
        "https://www.instagram.com/": "reserved",
        "https://www.instagram.com/accounts/login/?next=/standin/": "reserved",
        "https://www.instagram.com/Direct/inbox/": "reserved",
        "https://www.instagram.com/reels/": "reserved",
        "https://www.instagram.com/p/": "reserved",
        "https://www.instagram.com/legal/terms": "reserved",
        "https://www.instagram.com/stories/me/": "reserved",
        "https://www.instagram.com/stories/highlights/": "reserved",
        "https://www.instagram.com/s/bm90LWEtaGlnaGxpZ2h0": "reserved",
        "https://www.instagram.com/s/!!!": "reserved",
        "https://www.instagram.com/standin/saved/all-posts/": "reserved",
        "https://www.instagram.com/share/p/": "reserved",
        "https://www.instagram.com/explore/": "listing",
        "https://www.instagram.com/explore/tags/standin/": "listing",
        "https://www.instagram.com/explore/p/StandIn42xy/": "listing",
        "https://www.instagram.com/explore/locations/42/a-slug/": "listing",
        "https://l.instagram.com/?u=https%3A%2F%2Fexample.org": "redirector",
        "https://ddinstagram.com/p/StandIn42xy/": "mirror",
        "https://g.ddinstagram.com/p/StandIn42xy/": "mirror",
        "https://instagram.com.evil.test/standin": "host",
        "https://www.instagram.com/stand..in": "grammar",
        "https://www.instagram.com/standin.": "grammar",
        "https://www.instagram.com/.standin": "grammar",
        f"https://www.instagram.com/{'s' * 31}": "grammar",
        "https://www.instagram.com/standin/unheard/of": "grammar",
        "https://www.instagram.com/ståndin": "grammar",
        f"https://www.instagram.com/id:{'٤٢'}": "grammar",
        "instagram://media?id=18000000000000042": "scheme",
    }
    same = (
        (
            f"https://www.instagram.com/p/{CODE}",
            f"https://instagr.am/reel/{CODE}/",
            f"https://m.instagram.com/standin/tv/{CODE}",
            f"https://www.instagram.com/p/{PRIVATE}/",
        ),
        ("https://www.instagram.com/STANDIN", "hxxp://instagram[.]com/standin/tagged"),
        (f"https://www.instagram.com/s/{ENCODED}", f"https://www.instagram.com/stories/highlights/{NUMBER}"),
    )
    later, denied, refusal, unclear = LATER, DENIED, REFUSAL, UNCLEAR
