"""A frozen packet read back, and what an officer needs to see of it after the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from takedown.contract import PortalField


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to upload. `name` is as it came, from outside."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Packet:
    """What was approved: the form's boxes in the portal's order, the files by sha256, and (case, url) of what it asks for."""

    form: str
    url: str
    reference: str
    fields: tuple[PortalField, ...]
    attachments: tuple[str, ...]
    cases: tuple[tuple[str, str], ...]
    letter: Attachment | None = None
    """The request's own letter, which is the first of `attachments`."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "url": self.url,
            "reference": self.reference,
            "fields": [{"label": one.label, "value": one.value} for one in self.fields],
            "cases": [{"case": case, "url": url} for case, url in self.cases],
        }


def read_packet(body: bytes) -> Packet:
    """The packet behind a request's bytes, as `portal_packet` wrote them."""
    told: Mapping[str, Any] = json.loads(body)
    return Packet(
        form=told["form"],
        url=told["url"],
        reference=told["reference"],
        fields=tuple(PortalField(one["label"], one["value"]) for one in told["fields"]),
        attachments=tuple(told["attachments"]),
        cases=tuple((one["case"], one["url"]) for one in told["cases"]),
        letter=Attachment(told["letter"]["sha256"], told["letter"]["name"]) if "letter" in told else None,
    )


def changed(packet: Packet, last: Packet | None) -> tuple[int, ...]:
    """Positions of the boxes that do not hold what they held in `last`; all of them when the form is another one."""
    if last is None or _shape(packet) != _shape(last):
        return tuple(range(len(packet.fields)))
    pairs = enumerate(zip(packet.fields, last.fields, strict=True))
    return tuple(at for at, (now, before) in pairs if now.value != before.value)


def _shape(packet: Packet) -> tuple[str, str, Sequence[str]]:
    return packet.form, packet.url, [one.label for one in packet.fields]


def to_copy(packet: Packet, shown: Sequence[int]) -> tuple[int, ...]:
    """Those of the shown boxes that have something to be pasted."""
    return tuple(at for at in shown if packet.fields[at].value)
