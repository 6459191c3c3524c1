"""Names that pass for others are told as code points; ordinary names of any script are not."""

import pytest

from takedown.planning.names import code_points

FORGED = [
    "bbc\u043dews",
    "\u0430\u0440\u0440\u04cf\u0435",
    "standin\u200b_0042",
    "standin\u202e2400",
    "\uff53tandin_0042",
    "standin\u00ad0042",
    "standin_0042\ufe0f",
    "\ue000standin",
    "st\u0251ndin",
    "standi\u03bf",
    "pa\u0443pal",
    "\u0578\u057d\u057d",
    "standin%E2%80%8B_0042",
    "standin_%D0%B042",
    "\U0001d42c\U0001d42d\U0001d41a\U0001d427",
    "standin\u2060",
    "\u13e2\u13d4 standin",
    "ﬁle_0042",
    "standin\u0378",
    "\u0455\u0441\u043e\u0440\u0435",
    "standin\U000e0041",
]
PLAIN = [
    "standin_0042",
    "\u0622\u0632\u0627\u062f\u06cc",
    "\u043d\u043e\u0432\u043e\u0441\u0442\u0438",
    "caf\u00e9",
    "\u6771\u4eac\u30cb\u30e5\u30fc\u30b9",
    "tokyo\u65b0\u805e",
    "m\u00fcnchen",
    "https://www.facebook.com/groups/\u0622\u0632\u0627\u062f\u06cc",
    "FILE-0042/2026",
    "\u0939\u093f\u0928\u094d\u0926\u0940",
]


@pytest.mark.figure("forged names", unit="names", how="shown to the approver as code points")
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_name_is_told(name):
    assert "U+" in code_points(name)


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_name_is_left_in_peace(name):
    assert code_points(name) == ""


def test_the_very_letters_are_named():
    assert code_points("bbc\u043dews") == "U+043D CYRILLIC SMALL LETTER EN"
    assert code_points("a\u200bb") == "U+200B ZERO WIDTH SPACE"


def test_one_of_each_is_enough():
    assert code_points("\u200b" * 50) == "U+200B ZERO WIDTH SPACE"
