"""In live, a pack that is not verified or is the operator's own is used only under its reviewer's signature.

A review is a small file beside the packs. It is signed over the pack's fingerprint, so that any change of the pack, of one of
its texts or of a shared part ends it. The signature is an SSH signature, as approvals are, over words of its own kind.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from takedown.approval import Approver, Signature, approvers, check_approval, holds
from takedown.contract import RefusedByPolicy
from takedown.desk import Desk
from takedown.notices import Pack
from takedown.settings import Config


class NotReviewed(RefusedByPolicy):
    """The legal pack {pack} may not be used in live: {what}."""

    code = "TD-0750"
    why = "its law is {standing}, its origin {origin}; somebody of policy.approvers must have read it and signed for it"
    do = "takedown packs show {pack}; have it read against the law; then: takedown packs sign {pack} --as NAME --key FILE"


@dataclass(frozen=True, slots=True)
class Review:
    """A signed review. `fingerprint` is the pack's, `key` an OpenSSH public key blob in base64, `signature` hexadecimal."""

    pack: str
    fingerprint: str
    by: str
    key: str
    signature: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether live may use a pack. `needed`: it takes a review; `by`: who gave a valid one; `why_not`: why there is none."""

    needed: bool
    by: str = ""
    why_not: str = ""

    @property
    def lawful(self) -> bool:
        return not self.needed or bool(self.by)


def review_text(pack: Pack) -> str:
    """What a reviewer signs."""
    return f"takedown-pack-review-v1\n{pack.id}\n{pack.fingerprint}"


def review_file(config: Config, pack: str) -> Path:
    """`reviews/PACK.review.toml` in the operator's folder of packs, or beside the configuration where there is none."""
    folder = config.settings.packs.folder
    return (config.path(folder) if folder else config.folder) / "reviews" / f"{pack}.review.toml"


def standing(config: Config, pack: Pack, allowed: Sequence[Approver]) -> Standing:
    """Whether live may use a pack; `allowed` are the policy's approvers."""
    if pack.verified and pack.shipped:
        return Standing(needed=False)
    file = review_file(config, pack.id)
    try:
        review = _read(file)
    except FileNotFoundError:
        return Standing(True, why_not="nobody has signed a review of it")
    except (OSError, ValueError) as error:
        return Standing(True, why_not=f"{file} is not a review: {getattr(error, 'strerror', None) or error}")
    why_not = _flaw(pack, review, allowed)
    return Standing(True, why_not=why_not) if why_not else Standing(True, by=review.by)


def check_reviewed(desk: Desk, packs: Iterable[str]) -> None:
    """Raise NotReviewed for the first pack that live may not use."""
    allowed = approvers(desk.policy.approvers)
    for name in packs:
        pack = desk.packs[name]
        found = standing(desk.config, pack, allowed)
        if not found.lawful:
            law = "verified" if pack.verified else "not verified"
            raise NotReviewed(pack=name, what=found.why_not, standing=law, origin=pack.origin)


def sign_pack(desk: Desk, pack: Pack, signature: Signature) -> Path:
    """Keep `desk.who`'s review and record it. Raises NotAnApprover, StrangeKey, BadSignature."""
    allowed = approvers(desk.policy.approvers)
    check_approval(desk.who, signature, review_text(pack), pack.id, planner="", allowed=allowed)
    review = Review(pack.id, pack.fingerprint, desk.who, signature.key, signature.signature)
    file = review_file(desk.config, pack.id)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in asdict(review).items()), encoding="utf-8")
    told = {"fingerprint": pack.fingerprint, "key": signature.key, "signature": signature.signature}
    desk.ledger.write(lambda book: book.record("pack.reviewed", pack.id, told, {"by": desk.who}))
    return file


def _read(file: Path) -> Review:
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    names = {field.name for field in fields(Review)}
    if set(table) != names or not all(isinstance(value, str) for value in table.values()):
        raise ValueError(f"it has {', '.join(sorted(names))}, each a text")
    return Review(**table)


def _flaw(pack: Pack, review: Review, allowed: Sequence[Approver]) -> str:
    if (review.pack, review.fingerprint) != (pack.id, pack.fingerprint):
        return f"what {review.by} reviewed is not this pack; it was changed since"
    if not any((one.name, one.key) == (review.by, review.key) for one in allowed):
        return f"{review.by} with that key is not among policy.approvers"
    if not holds(Signature(review.key, review.signature), review_text(pack)):
        return f"the signature of {review.by} does not fit it"
    return ""
