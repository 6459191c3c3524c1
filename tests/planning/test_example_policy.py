"""The example is a policy that live would take, once it has approvers; it says every key."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from takedown.policy.schema import Policy
from takedown.policy.signed import read_policy, unfit

EXAMPLE = Path(__file__).parents[2] / "examples" / "policy.toml"


def test_only_its_approvers_are_missing():
    read, _ = read_policy(EXAMPLE)
    assert unfit(read, 1_800_000_000.0) == ["it names no approvers"]


@pytest.mark.parametrize("page", [EXAMPLE, EXAMPLE.parents[1] / "docs" / "policy.md"])
def test_every_key_is_told(page):
    text = page.read_text(encoding="utf-8")
    assert [name for name in Policy.model_fields if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize(
    "told",
    [
        {"powers": [{"law": "Act", "basis": "b", "territories": []}]},
        {"powers": [{"law": "", "basis": "b", "territories": ["PK"]}]},
        {"powers": [{"law": "Act", "basis": "b", "territories": ["PK"], "max_age": "soon"}]},
        {"powers": [{"law": "Act", "basis": "b", "territories": ["PK"], "measures": ["silence"]}]},
        {"protected": [{"kind": "press", "source": "", "date": "2026-01-01", "entries": ["x:a"]}]},
        {"protected": [{"kind": "press", "source": "s", "date": "2026-01-01", "entries": ["no colon"]}]},
        {"protected": [{"kind": "friends", "source": "s", "date": "2026-01-01", "entries": ["x:a"]}]},
        {"conflicts": [{"kind": "head", "source": "s", "entries": ["x:a"]}]},
        {"plugins": {"takedown-chirp": "not a hash"}},
        {"two_for": ["everything"]},
        {"approvals": -1},
    ],
)
@pytest.mark.safeguard("S1")
def test_what_no_policy_says(told):
    with pytest.raises(ValidationError):
        Policy(**told)
