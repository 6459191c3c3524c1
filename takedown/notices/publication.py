"""What of a request may be published: its pack says so."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

LumenType = Literal[
    "CourtOrder", "DataProtection", "Defamation", "GovernmentRequest", "LawEnforcementRequest", "Other", "PrivateInformation"
]
"""Types of notice that the Lumen database knows, without those of copyright and trade marks. See `report.public.lumen`."""


class PublicationRule(BaseModel):
    """public: may be published; redacted: without the target and personal data; never: counted only.

    lumen: its type there; else GovernmentRequest for an order, and Other for a notice or a referral, which orders nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Literal["public", "redacted", "never"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    lumen: LumenType | None = None
