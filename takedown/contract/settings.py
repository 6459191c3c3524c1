"""`[platforms.NAME]` in the configuration, checked before an adapter exists."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from takedown.contract.times import breaker, per_second, span
from takedown.contract.values import Channel


class PlatformSettings(BaseModel):
    """`[platforms.NAME]` in the configuration; an adapter may add keys of its own in a subclass."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Channel | None = Field(default=None, description="api, email or portal; default: the platform's real one")
    base_url: str | None = Field(default=None, description="Where the granted intake endpoint is")
    token_file: str | None = Field(default=None, description="File (mode 0600) that holds the endpoint's token")
    token_command: str | None = Field(default=None, description="Command that prints the token")
    to: str | None = Field(default=None, description="The one address that removal requests go to")
    reply_domains: tuple[str, ...] = Field(default=(), description="Only authenticated mail from these domains can make a claim")
    letter: Literal["text", "pdf"] | None = Field(
        default=None,
        description="pdf: the letter goes along as a file; default: where a portal takes files, or the legal pack asks",
    )
    cases_per_request: int | None = Field(default=None, ge=1, le=10_000, description="Cases in one request")
    rate: str | None = Field(default=None, description="Pace: N/s, N/min, N/h or N/d; never a burst")
    idempotency: bool = Field(default=False, description="The endpoint honours Idempotency-Key")
    search: bool = Field(default=False, description="The endpoint answers ?reference=")
    settle: str | None = Field(default=None, description="How long after an unclear sending a search is believed")
    key_life: str = Field(default="24h", description="How long the endpoint remembers a key")
    resubmit_per_day: int | None = Field(default=None, ge=0, description="Cases brought back a day: reminders and plans anew")
    deadline: str = Field(default="30s", description="Total time for one attempt")
    breaker: str = Field(default="10 failures, 10s", description="After so many failures in a row, pause for so long")

    probe: bool = Field(default=False, description="Look at public pages for ourselves (`takedown verify`)")
    probe_decision: str | None = Field(default=None, description="Who decided that this platform's terms allow it; a reference")
    probe_control: str | None = Field(default=None, description="URL of something surely public, looked at in every run")
    probe_rate: str = Field(default="1/s", description="Pace of looking, apart from that of sending")
    probe_token_file: str | None = Field(default=None, description="File (mode 0600) with a token for the platform's read API")
    probe_base: str | None = Field(default=None, description="Sandbox only: where the stand-in pages are")

    @field_validator("settle", "key_life", "deadline")
    @classmethod
    def _span(cls, value: str | None) -> str | None:
        if value is not None:
            span(value)
        return value

    @field_validator("rate", "probe_rate")
    @classmethod
    def _rate(cls, value: str | None) -> str | None:
        if value is not None:
            per_second(value)
        return value

    @field_validator("breaker")
    @classmethod
    def _breaker(cls, value: str) -> str:
        breaker(value)
        return value
