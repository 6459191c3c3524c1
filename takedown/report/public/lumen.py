"""A notice in the shape that the Lumen database takes. A field, role or type that it does not know is an error here.

Lumen reads a `type` that it does not know as DMCA, and says nothing: `get_notice_type` in notices_controller.rb. Fields and types
are those of https://github.com/berkmancenter/lumendatabase, `notice_params` of that controller and `notice.rb` (both read in
November 2026), and of its wiki's page "Lumen API Documentation" (2016-11-28). Nothing is sent from here.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from takedown.notices.publication import LumenType

LONGEST, LONGEST_TEXT = 255, 20_000
"""Characters; the first is that of its columns, the second our own."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
Link = Annotated[str, StringConstraints(pattern=r"(?i)^([a-z]{3,5}:)?//.+")]
Role = Literal["recipient", "sender", "principal", "issuing_court", "plaintiff", "defendant", "submitter"]
Action = Literal["Yes", "No", "Partial", "Unspecified"]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entity(Shape):
    name: Short
    kind: Literal["organization", "individual"] = "organization"
    country_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None


class EntityRole(Shape):
    name: Role
    entity_attributes: Entity


class InfringingUrl(Shape):
    url: Link


class Work(Shape):
    description: Text
    kind: Short
    infringing_urls_attributes: tuple[InfringingUrl, ...] = ()


class LumenNotice(Shape):
    """`tag_list`, `jurisdiction_list` and `regulation_list` are parted by commas; dates are days in UTC."""

    title: Short
    type: LumenType
    subject: Short
    body: Text
    date_sent: Annotated[date, Field(gt=date(1998, 10, 28))]
    action_taken: Action
    tag_list: Short
    jurisdiction_list: Short | None = None
    regulation_list: Short | None = None
    entity_notice_roles_attributes: Annotated[tuple[EntityRole, ...], Field(min_length=2)]
    works_attributes: Annotated[tuple[Work, ...], Field(min_length=1)]


class Submission(Shape):
    """The body of one POST to their /notices; whoever sends it adds the authentication token."""

    notice: LumenNotice
