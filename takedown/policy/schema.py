"""What a policy may say. In the sandbox it is `[policy]` of takedown.toml, in live a file that the oversight key signed."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from takedown.contract import Channel, Kind, Measure, span

Reason = Literal["emergency", "worldwide", "jump", "large", "flagged"]
"""What may ask for a second approver."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _entry(value: str) -> str:
    platform, colon, key = value.partition(":")
    if not (platform and colon and key.strip("@ ")):
        raise ValueError(f"{value[:60]!r} is not PLATFORM:KEY; * stands for every platform")
    return value


Entry = Annotated[str, AfterValidator(_entry)]
"""Whom a list names: `x:standin_0042`, `telegram:id:1000000042`, or `*:standin_0042` for that name anywhere."""


def _span(value: str) -> str:
    span(value)
    return value


class Names(Section):
    """A list of names with where and when it was taken from; a list without a source is none."""

    source: str = Field(min_length=1)
    date: datetime.date
    entries: tuple[Entry, ...] = Field(min_length=1)


class Speakers(Names):
    """Those whose words are protected: flagged, never refused and never judged."""

    kind: Literal["press", "journalist", "parliament", "court", "ngo", "minor", "religious", "academic"]


class Concerned(Names):
    """Those who concern the authority itself; `kind` says how (`staff`, `head`): refused, for somebody else to decide."""

    kind: str = Field(min_length=1)


Span = Annotated[str, AfterValidator(_span)]
Address = Annotated[str, Field(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=254)]


class Power(Section):
    """What an organisation may ask for, and by which law. An empty list is any; territories and organisations are always said.

    `organisations`: as in the column, "" is the authority itself; `delegation`: who gave the power to whom, in words.
    """

    law: str = Field(min_length=1)
    basis: str = Field(min_length=1)
    organisations: tuple[str, ...] = ("",)
    territories: tuple[str, ...] = Field(min_length=1)
    platforms: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    measures: tuple[Measure, ...] = ()
    channels: tuple[Channel, ...] = ()
    max_age: Span | None = None
    per_day: int = Field(default=0, ge=0)
    valid_until: datetime.date | None = None
    delegation: str = ""


class Policy(Section):
    """Every limit counts cases, 0 means none. `approvals`: people other than the planner; 0 only in the sandbox."""

    valid_until: datetime.date | None = None
    approvals: int = Field(default=1, ge=0, le=5)
    approvers: tuple[str, ...] = Field(
        default=(), description="Who may sign plans: a name and an SSH public key, as one text each"
    )
    planners: tuple[str, ...] = Field(default=(), description="Who may plan in live besides the approvers, with their keys")
    addresses: dict[str, Address] = Field(
        default_factory=dict, description="name -> mail address of an approver, who is called there to an emergency"
    )
    second_within: Span = Field(default="1h", description="In what time others are to sign an emergency")
    officers: tuple[str, ...] = Field(
        default=(), description="Who may do the desk's other work in live, and neither plan nor approve, with their keys"
    )
    two_for: tuple[Reason, ...] = ("emergency", "worldwide", "jump")
    large: int = Field(default=0, ge=0, description="What `large` in two_for means")
    max_cases_per_plan: int = Field(default=2000, ge=1)
    max_cases_per_platform_and_day: int = Field(default=0, ge=0)
    max_cases_per_organisation_and_day: int = Field(default=0, ge=0)
    jump: float = Field(default=3, ge=0, description="So many times the usual day is a jump")
    jump_from: int = Field(default=100, ge=0, description="Smaller days are never a jump")
    sample_above: int = Field(default=500, ge=0, description="Above so many cases a sample is walked, a verdict for each")
    sample_size: int = Field(default=10, ge=1, le=200)
    precision_floor: float = Field(default=0, ge=0, le=1, description="A lower share of decisions for us stops an organisation")
    precision_from: int = Field(default=20, ge=1, description="Fewer decisions say nothing yet")
    same_reason: float = Field(default=0.5, ge=0, le=1, description="A share of the cases that gives one reason is warned of")
    powers: tuple[Power, ...] = ()
    destinations: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="platform -> hosts and mail addresses that live may send to"
    )
    plugins: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(
        default_factory=dict, description="distribution -> sha256 of its files; live loads no other plugin"
    )
    protected: tuple[Speakers, ...] = ()
    signals: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="kind -> words that, standing in a name, make a case flagged"
    )
    conflicts: tuple[Concerned, ...] = ()
