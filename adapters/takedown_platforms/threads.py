"""Threads: recognised as a platform of its own; removal goes through Meta's portals, by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from takedown.contract import (
    Channel,
    ChannelTerms,
    Kind,
    NotATarget,
    Probe,
    Reason,
    Target,
    Url,
)
from takedown_platforms._meta import HANDLE, SHORTCODE, MetaPlatform, SeenByOembed, authority_form
from takedown_platforms._official import VERIFIED, words

WWW = "https://www.threads.com"
REDIRECTORS = words("l.threads.net l.threads.com")
TABS = words("embed followers following media replies reposts")
LISTINGS = words("explore search tag topic")
FORM = authority_form("threads-authority")


class Threads(MetaPlatform, SeenByOembed):
    name, title = "threads", "Threads"
    hosts = words("threads.net www.threads.net threads.com www.threads.com") | REDIRECTORS
    mirrors = words("fixthreads.net www.fixthreads.net vxthreads.net www.vxthreads.net")
    channels: ClassVar[Mapping[Channel, ChannelTerms]] = {
        Channel.PORTAL: ChannelTerms(FORM.source, VERIFIED, form=FORM, note=FORM.note)
    }

    def recognise(self, url: Url) -> Target | NotATarget:
        if url.host in REDIRECTORS:
            return self.refuse(Reason.REDIRECTOR, "This is the exit page of Threads; give the link that it leads from.")
        match url.path_parts:
            case []:
                return self.refuse(Reason.RESERVED, "This is the front page of Threads.")
            case [user, "post", code, *_] if HANDLE.fullmatch(_name(user)) and SHORTCODE.fullmatch(code):
                return self.target(Kind.POST, code, f"{WWW}/@{_name(user)}/post/{code}")
            case ["t", code, *_] if SHORTCODE.fullmatch(code):
                return self.target(Kind.POST, code, f"{WWW}/t/{code}")
            case [user, *rest] if HANDLE.fullmatch(_name(user)) and (not rest or rest[0] in TABS):
                return self.target(Kind.ACCOUNT, _name(user), f"{WWW}/@{_name(user)}")
            case [word, *_] if word.lower() in LISTINGS:
                return self.refuse(Reason.LISTING, f"/{word} lists many people's content; give the link of one item.")
            case [word, *_] if not word.startswith("@"):
                return self.refuse(Reason.RESERVED, f"An account of Threads has an @ before its name; /{word} is another page.")
            case _:
                return self.refuse(Reason.GRAMMAR, "This is neither an account nor a post of Threads.")

    def probes(self, target: Target) -> tuple[Probe, ...]:
        """developers.facebook.com/documentation/threads/reference/oembed"""
        endpoint = "https://graph.threads.net/v1.0/oembed"
        return self.oembed("threads_oembed", endpoint, target.url) if target.kind is Kind.POST else ()


def _name(part: str) -> str:
    """`@Standin` as `standin`; empty without the @."""
    return part[1:].lower() if part.startswith("@") else ""
