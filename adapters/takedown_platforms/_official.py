"""What the platforms share: three official ways in, and the order in which an answer is read."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from takedown.contract import (
    Channel,
    ChannelTerms,
    Draft,
    Platform,
    PortalForm,
    Reading,
    Reply,
    Request,
    SpeaksIntake,
    Unclear,
    intake_post,
    mail,
    portal_packet,
    read_intake,
)

VERIFIED = date(2026, 11, 1)
"""When the pages that the channels' terms name were read, in stored copies."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def official_channels(
    title: str, form: PortalForm, email: str, email_source: str = "no published address"
) -> Mapping[Channel, ChannelTerms]:
    """The portal, a granted intake, and mail to an address that the operator was given; `email` says how one is.

    None of them publishes batch sizes or rates, so each request carries one case.
    """
    granted = (
        f"{title} offers no public API for legal removal. This channel is for a takedown intake that {title}, a partner or a"
        " national gateway has granted to you: set base_url and a token."
    )
    return {
        Channel.PORTAL: ChannelTerms(form.source, VERIFIED, form=form, note=form.note),
        Channel.API: ChannelTerms("granted to a partner, never published", VERIFIED, note=granted),
        Channel.EMAIL: ChannelTerms(email_source, VERIFIED, pace="20/min", note=email),
    }


class OfficialPlatform(SpeaksIntake, Platform):
    """Prepares for its `official_channels`; reads its own words for an error first, then the takedown intake."""

    channels: ClassVar[Mapping[Channel, ChannelTerms]]

    @abstractmethod
    def own_error(self, reply: Reply) -> Reading | None:
        """What the platform's own error in a body means; None where there is none, or where the status says it all.

        Asked only when the status leaves it open (2xx and 4xx but 409): after any other, the request may have been taken.
        """

    def barred(self, channel: Channel) -> str | None:
        if channel is Channel.EMAIL and channel in self.channels and not self.settings.to:
            return f"{self.channels[channel].note} None is set as `to` in [platforms.{self.name}]."
        return super().barred(channel)

    def prepare(self, request: Request) -> Draft:
        match request.channel:
            case Channel.API:
                return intake_post(request)
            case Channel.EMAIL:
                return mail(request, self.settings.to or "")
            case Channel.PORTAL:
                form = request.form or self.channels[Channel.PORTAL].form
                assert form is not None, "official_channels always has one"  # noqa: S101 - for the type checker
                return portal_packet(request, form)

    def read(self, reply: Reply) -> Reading:
        return self._own_words(reply) or read_intake(reply)

    def error_beside(self, reply: Reply) -> bool:
        return self._own_words(reply) is not None

    def _own_words(self, reply: Reply) -> Reading | None:
        if reply.status == 409 or reply.status // 100 not in {2, 4}:
            return None
        told = self.own_error(reply)
        if told and reply.status < 300 and reply.at("id") is not None:
            return Unclear(f"HTTP {reply.status} with a receipt and an error")
        return told
