"""Whatever is pasted, recognising never fails, and what it finds is found again in its own canonical link."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from takedown.contract import NotATarget, Target
from takedown.registry import load, recognise
from takedown.testing import lookalikes


def _split(text: str) -> list[str]:
    return text.split()


PLATFORMS = {name: platform() for name, platform in load().platforms.items()}
HOSTS = sorted(host for platform in PLATFORMS.values() for host in platform.hosts | platform.mirrors)
WORDS = _split("""
    p reel reels tv stories highlights share groups posts permalink videos photos events watch live v profile.php people
    permalink.php story.php photo.php photo media set ads library plugins video.php s c i web status user video embed t music
    joinchat addlist boost channel send message qr invite post @standin_0042 @Stand.in standin_0042 Stand.in.0042 me id:42
    +12025550142 +StandIn42 100000000000042 0029VaStandIn42StandIn42St St4nd-In_42 pfbid0Standin42Standin42Standin42 a.42
    resolve join privatepost audio a r saved all-posts guide j n _u activity notes multi_permalinks
""")
KEYS = _split("id v fbid story_fbid set href u url text phone domain post thread comment single invite channel lang effect_id")

part = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=12).map(lambda text: quote(text, safe="")),
    st.from_regex(r"[\w.-]{1,40}", fullmatch=True),
)
query = st.lists(st.tuples(st.sampled_from(KEYS), part), max_size=3).map(
    lambda pairs: "&".join(f"{key}={value}" for key, value in pairs)
)
path = st.lists(part, max_size=5).map("/".join)
link = st.builds("{}{}/{}?{}".format, st.sampled_from(["https://", "http://", ""]), st.sampled_from(HOSTS), path, query)
app_link = st.builds("{}{}?{}".format, st.sampled_from(["tg:", "tg://", "whatsapp://"]), part, query)
fast = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def found_again(text: str) -> None:
    seen = recognise(text, PLATFORMS)
    if isinstance(seen, NotATarget):
        assert seen.message
        return
    assert isinstance(seen, Target)
    assert seen.key
    assert recognise(seen.url, PLATFORMS) == seen, text


@fast
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    found_again(text)


@fast
@given(st.one_of(link, app_link))
def test_any_link(text: str) -> None:
    found_again(text)


@fast
@given(link)
def test_no_disguise_of_any_link(text: str) -> None:
    if isinstance(recognise(text, PLATFORMS), Target):
        assert not [spoof for spoof in lookalikes(text) if isinstance(recognise(spoof, PLATFORMS), Target)]


@pytest.mark.parametrize(
    "shape", ["https://{host}/{word}", "https://{host}/standin_0042/{word}", "https://{host}/{word}/100000000000042"]
)
@pytest.mark.parametrize("host", HOSTS)
def test_every_word_on_every_host(host: str, shape: str) -> None:
    for word in WORDS:
        found_again(shape.format(host=host, word=word))
