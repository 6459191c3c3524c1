"""The short way through the URL parser gives what the careful one gives, or gives nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from takedown.contract import NotATarget, Url, parse_url, plain_link, refang

LABEL = st.from_regex(re.compile(r"[a-z0-9-]{1,8}"), fullmatch=True)
LAST = st.sampled_from(["example", "test", "com", "xn--a", "0x7f", "c0", "a", "7"])
PATH = st.text("abzAZ019._~@/-%\\? #\u00e9\n", max_size=20)
LINKS = st.builds(
    lambda scheme, labels, last, path: f"{scheme}://{'.'.join([*labels, last])}{path}",
    st.sampled_from(["http", "https", "hxxp", "HTTPS"]), st.lists(LABEL, max_size=3), LAST, st.just("") | PATH.map("/{}".format),
)  # fmt: skip


@given(LINKS)
def test_both_ways_agree(text: str) -> None:
    plain = plain_link(text)
    careful = parse_url(f" {text}")  # the blank before it, which is taken away, rules the short way out
    if plain is not None:
        assert isinstance(careful, Url)
        assert plain == careful
        assert refang(text) == text


@pytest.mark.parametrize("text", ["https://nest.example/@standin_0042", "http://www.nest.example", "https://nest.example/p/7/"])
def test_links_as_they_are_mostly_written_take_the_short_way(text: str) -> None:
    assert plain_link(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "https://nest.example@evil.example/a", "https://nest.example\\@evil.example/", "https://xn--nst-bma.example/a",
        "https://127.0.0.1/a", "https://nest.example:81/a", "https://nest.example/../a", "https://nest.example/./a",
        "https://nest.example/a%2fb", "https://nest.example/a\n", "https://nest.example/" + "a" * 2048, "nest.example/a",
        "https://nest[.]example/a", "https://localhost/a", "https://nest.example/\u200ba",
    ],
)  # fmt: skip
def test_everything_else_is_looked_at_with_care(text: str) -> None:
    assert plain_link(text) is None


def test_a_refusal_stays_a_refusal() -> None:
    assert isinstance(parse_url("https://nest.example/a%00b"), NotATarget)
