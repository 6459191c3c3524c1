"""A policy as a file that the oversight key signed: the only one that counts in live.

The signature lies beside it (`policy.toml.sig`) and is that of `ssh-keygen -Y sign -n takedown-policy -f KEY policy.toml`:
whoever holds the oversight key needs nothing of ours to give it.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from takedown.approval import Approver, Signature, approvers, dearmored, fingerprint, holds
from takedown.contract import InputRejected, RefusedByPolicy
from takedown.policy.schema import Policy

NAMESPACE = "takedown-policy"
LISTS = ("approvers", "planners", "officers")
"""The keys of a policy that say whose key is whose."""


class NotInForce(RefusedByPolicy):
    """The policy {file} is not in force: {what}."""

    code = "TD-0762"
    why, do = "in live a policy counts only as a file that the oversight key signed", "{do}"


class NoOversight(RefusedByPolicy):
    """No oversight key is known to this ledger."""

    code = "TD-0763"
    why = "in live everything rests on a policy that the oversight key signed, and it is not known whose key that is"
    do = "takedown policy adopt oversight.pub (its private half belongs to somebody outside the desk)"


class SaidElsewhere(RefusedByPolicy):
    """In live no policy is taken from [policy] of takedown.toml or from the environment."""

    code = "TD-0764"
    why, do = "it comes only from {file}, which the oversight key signed", "remove [policy] and TAKEDOWN_POLICY variables"


class BadPolicy(InputRejected):
    """{file} is not a policy: {what}."""

    code, why, do = "TD-0765", "its keys and values are those of docs/policy.md", "mend it; takedown policy check {file}"


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy that counts, its sha256 as hex, and where it was read from. In live the hash is that of the very file,
    whose `text` the oversight's `signature` is over."""

    policy: Policy
    hash: str
    origin: str
    text: str = ""
    signature: Signature | None = None


def signature_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.sig")


def read_policy(file: Path) -> tuple[Policy, str]:
    """A policy file, signed or not, and its text. Raises BadPolicy."""
    try:
        text = file.read_text(encoding="utf-8")
        return Policy(**tomllib.loads(text)), text
    except OSError as error:
        raise BadPolicy(file=file, what=error.strerror) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadPolicy(file=file, what=f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (ValueError, TypeError) as error:  # TOML and UTF-8 alike
        raise BadPolicy(file=file, what=error) from None


def read_signed(file: Path, oversight: str, now: float) -> InForce:
    """The policy of a live desk. `oversight` is the pinned key's blob in base64, `now` in seconds since the epoch.

    Raises NotInForce, NoOversight, BadPolicy.
    """
    if not oversight:
        raise NoOversight
    policy, text = read_policy(file)
    signature = _signature(file, text, oversight)
    if isinstance(signature, str):
        do = f"have the holder of the oversight key sign it: takedown policy sign {file} --key FILE"
        raise NotInForce(file=file, what=signature, do=do)
    for what in unfit(policy, now):
        raise NotInForce(file=file, what=what, do=f"mend it and have it signed anew: takedown policy sign {file} --key FILE")
    return InForce(policy, hashlib.sha256(text.encode()).hexdigest(), str(file), text, signature)


def flaw(file: Path, text: str, oversight: str) -> str:
    """Why the file's signature is none; empty when it is the oversight key's, over these very bytes."""
    found = _signature(file, text, oversight)
    return found if isinstance(found, str) else ""


def _signature(file: Path, text: str, oversight: str) -> Signature | str:
    beside = signature_file(file)
    try:
        signature = dearmored(beside.read_text(encoding="ascii"), NAMESPACE)
    except FileNotFoundError:
        return "nobody has signed it"
    except (OSError, ValueError) as error:
        return f"{beside} is not a signature of a policy ({getattr(error, 'strerror', None) or error})"
    if signature.key != oversight:
        return f"it is signed by {fingerprint(signature.key)}, which is not the oversight key"
    if not holds(signature, text, NAMESPACE):
        return "it was changed after it was signed"
    return signature


def unfit(policy: Policy, now: float) -> list[str]:
    """What keeps a policy from being a live one."""
    found: list[str] = []
    if policy.approvals < 1:
        found.append("live needs approvals of at least 1")
    if not policy.approvers:
        found.append("it names no approvers")
    if not policy.powers:
        found.append("it lists no powers: what may be asked for, by which law")
    found += (f"{' and '.join(names)} have one key: a key is one person" for names in _under_one_key(policy))
    if policy.valid_until and now >= datetime.combine(policy.valid_until, datetime.min.time(), UTC).timestamp() + 86400:
        found.append(f"its time was over on {policy.valid_until}")
    return found


def _under_one_key(policy: Policy) -> list[list[str]]:
    """Names that share a key, in the order of the lists."""
    held: dict[str, dict[str, None]] = {}
    for one in signers(policy):
        held.setdefault(one.key, {})[one.name] = None
    return [list(names) for names in held.values() if len(names) > 1]


def doubts(policy: Policy) -> list[str]:
    """What does not keep a policy from counting, but should be looked at before it is signed."""
    comments: dict[str, dict[str, None]] = {}
    for line in (*policy.approvers, *policy.planners, *policy.officers):
        name, _, _, *comment = line.split()
        if comment:
            comments.setdefault(" ".join(comment).lower(), {})[name] = None
    alike = [(comment, list(names)) for comment, names in comments.items() if len(names) > 1]
    found = [f"the keys of {' and '.join(names)} both say {comment!r}: are they two people?" for comment, names in alike]
    people = {one.name for one in approvers(policy.approvers)}
    if len(people) <= policy.approvals:
        found.append(f"{policy.approvals} must approve and {len(people)} may: none of them can plan, import or change cases")
    return found


def signers(policy: Policy) -> list[Approver]:
    """Everybody whose key means something, approvers first. Raises RefusedByPolicy for a line that names no key."""
    return approvers([line for name in LISTS for line in getattr(policy, name)])


def changes(old: Policy, new: Policy) -> list[tuple[str, str, str]]:
    """What differs, key by key: (key, before, after)."""
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    return [(key, _told(before[key]), _told(after[key])) for key in after if before[key] != after[key]]


def _told(value: Any) -> str:
    if not isinstance(value, list | dict):
        return str(value)
    held = cast("list[Any] | dict[str, Any]", value)
    return f"{len(held)}: {str(held)[:200]}" if held else "none"
