"""A decision on some of the targets that a request names."""

import pytest
from inbox_desk import office

LINK = "https://t.me/standin_000{}"


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """One request that carries three cases; nothing here is stored, so they share it."""
    return office(tmp_path_factory.mktemp("three"), per_request=3)


def decided(three, text):
    """`1 removed`: by the number in the case's handle."""
    from takedown.inbox.store import check

    (found,) = check(three.desk, [three.reply(text)], None)
    known = {case: str(at) for at, case in enumerate(three.carried(three.requests()[0]["id"]), 1)}
    return sorted(f"{known[one.case]} {one.value}" for one in found.claims)


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("We have removed all three accounts.", ["1 removed", "2 removed", "3 removed"]),
        (f"We have removed {LINK.format(1)}.", ["1 removed"]),
        ("We have removed the account @standin_0002.", ["2 removed"]),
        ("We have removed the account standin_0002.", ["2 removed"]),
        ('We have removed the account "standin_0002".', ["2 removed"]),
        ("We have removed the following accounts:\n\n- @standin_0001\n- @standin_0003", ["1 removed", "3 removed"]),
        ("@standin_0001: removed\n@standin_0002: no violation", ["1 removed", "2 declined"]),
        (f"{LINK.format(1)} removed\n{LINK.format(2)} not found", ["1 removed", "2 not_found"]),
        ("We have removed @standin_0001 and @standin_0002.", ["1 removed", "2 removed"]),
        # another's, or nobody knows whose
        ("We have removed the account @wren_0007.", []),
        ("We have removed the account wren_0007.", []),
        ("Outcome of our review: the account wren_0007 violated our Community Guidelines and has been banned.", []),
        ("Outcome of our review: the account standin_0002 violated our Community Guidelines and has been banned.", ["2 removed"]),
        (f"We have removed {LINK.format(9)}.", []),
        ("We have removed the following accounts:\n\n- wren", []),
        ("We have removed two of the three accounts.", []),
        ("We have removed one account.", []),
        ("We have removed the first account.", []),
        ("We have removed the account @standin_0001, but @standin_0002 remains online.", []),
    ],
)  # fmt: skip
def test_a_decision_is_of_the_targets_that_it_names(three, text, claims):
    assert decided(three, text) == claims


def test_why_nothing_was_decided_is_told(three):
    from takedown.inbox.store import check

    texts = ("We have removed the account @wren_0007.", "We have removed the following accounts:\n\n- wren")
    first, second = check(three.desk, [three.reply(text) for text in texts], None)
    assert first.why[0].startswith("it names wren_0007, and not what was asked about: We have removed")
    assert second.why[0].startswith("what it lists is none of ours, or cannot be read: We have removed")
    assert first.person
    assert second.person
