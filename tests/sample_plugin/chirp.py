"""A third party's adapter, as short as one can be: an invented platform with a granted intake and a rights portal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import ClassVar

from takedown.contract import (
    Channel,
    ChannelTerms,
    Draft,
    FormField,
    Kind,
    NotATarget,
    Platform,
    PortalForm,
    Reading,
    Reason,
    Reply,
    Request,
    SpeaksIntake,
    Target,
    TryLater,
    Url,
    intake_post,
    portal_packet,
    read_intake,
)

HANDLE = re.compile(r"\w{1,30}", re.ASCII)
RESERVED = frozenset({"home", "search"})
RIGHTS = PortalForm(
    name="chirp-rights",
    url="https://chirp.example/rights",
    fields=(FormField("Links", "urls", max_length=4000), FormField("Why", "statement"), FormField("Your reference", "reference")),
    source="Chirp rights policy",
    verified_on="2026-11-01",
)


class Chirp(SpeaksIntake, Platform):
    name, title = "chirp", "Chirp"
    hosts = frozenset({"chirp.example", "www.chirp.example", "m.chirp.example"})
    mirrors = frozenset({"cheep.example"})
    channels: ClassVar[Mapping[Channel, ChannelTerms]] = {
        Channel.PORTAL: ChannelTerms(RIGHTS.source, date(2026, 11, 1), cases_per_request=20, form=RIGHTS),
        Channel.API: ChannelTerms("granted per partner"),
    }

    def recognise(self, url: Url) -> Target | NotATarget:
        match url.path_parts:
            case ["p", post] if post.isascii() and post.isdigit():
                return self.target(Kind.POST, post, f"https://chirp.example/p/{post}")
            case [handle] if handle.lower() in RESERVED:
                return self.refuse(Reason.RESERVED, f"/{handle} is a page of Chirp itself.")
            case [handle] if HANDLE.fullmatch(handle):
                return self.target(Kind.ACCOUNT, handle.lower(), f"https://chirp.example/{handle.lower()}")
            case _:
                return self.refuse(Reason.GRAMMAR, "This is neither a Chirp account nor a post.")

    def prepare(self, request: Request) -> Draft:
        return intake_post(request) if request.channel is Channel.API else portal_packet(request, request.form or RIGHTS)

    def read(self, reply: Reply) -> Reading:
        # Chirp answers 200 with an error inside when its queue is full (developer guide, "Errors").
        if reply.at("error", "code") == "queue_full":
            return TryLater(timedelta(seconds=30), "the queue is full")
        return read_intake(reply)
