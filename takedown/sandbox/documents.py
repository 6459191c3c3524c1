"""The takedown intake, version 1, as a receiver checks it. The same rules are published in docs/intake.openapi.yaml."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

_Model = TypeVar("_Model", bound=BaseModel)

# RFC 3339 section 5.6, narrower than ISO 8601 and than what datetime.fromisoformat reads.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _moment(text: str) -> str:
    if not _RFC3339.fullmatch(text):
        raise ValueError("is not a date-time as in RFC 3339")
    datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper()))
    return text


Moment = Annotated[str, AfterValidator(_moment)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
Line = Annotated[str, StringConstraints(max_length=1000)]
Text = Annotated[str, StringConstraints(max_length=100_000)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class _Closed(BaseModel):
    # An unknown member is refused: to ignore a word of an order is worse than to refuse it.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class LegalBasis(_Closed):
    pack: Word
    law: Line
    provision: Line
    jurisdiction: Line


class Authority(_Closed):
    name: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    unit: Line
    contact: Line
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+$")]
    country: Country


class EvidenceRef(_Closed):
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    media_type: Annotated[str, StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$")]


class RequestItem(_Closed):
    case: Word
    url: Annotated[str, StringConstraints(max_length=2048, pattern=r"^[a-z]+:[!-~]+$")]
    kind: Literal["account", "post", "video", "story", "channel", "group", "invite", "phone", "other"]
    key: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    measure: Literal["remove_account", "remove_item", "restrict"]
    reason: Annotated[str, StringConstraints(max_length=10_000)]
    evidence: Annotated[list[EvidenceRef], Field(max_length=100)]


class RemovalRequest(_Closed):
    """The body of POST /v1/removal-requests."""

    schema_: Annotated[Literal["takedown-intake/1"], Field(alias="schema")]
    reference: Word
    instrument: Literal["order", "notice", "referral"]
    legal_basis: LegalBasis
    territory: Annotated[list[Country], Field(max_length=300)]
    authority: Authority
    issued_at: Moment
    respond_by: Moment | None
    statement: Annotated[Text, StringConstraints(min_length=1)]
    redress: Text
    items: Annotated[list[RequestItem], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def _one_item_a_case(self) -> RemovalRequest:
        if len({item.case for item in self.items}) < len(self.items):
            raise ValueError("a case occurs twice in items")
        return self


class WithdrawnItem(_Closed):
    case: Word


class Withdrawal(_Closed):
    """The body of POST /v1/removal-requests/{id}/withdrawal. With `items`, only these cases are withdrawn; else all of them."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    items: Annotated[list[WithdrawnItem], Field(min_length=1, max_length=10_000)] | None = None


def check(model: type[_Model], document: Any) -> _Model | list[dict[str, str]]:
    """The document as a value, or what is wrong with it: at most 20 of `{"pointer", "detail"}`."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)[:20]
        return [{"pointer": "#/" + "/".join(map(str, one["loc"])), "detail": one["msg"]} for one in found]
