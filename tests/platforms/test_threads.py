"""Threads: accounts and posts with invented names; portal only."""

from meta_replies import DENIED, LATER, REFUSAL, UNCLEAR

from takedown.contract import Channel, Kind
from takedown.testing import PlatformContract
from takedown_platforms.threads import Threads

USER, POST = (Kind.ACCOUNT, "stand.in_0042"), (Kind.POST, "St4nd-In_42")


class TestThreads(PlatformContract):
    platform = Threads
    targets = {
        "https://www.threads.net/@Stand.in_0042": USER,
        "threads.com/@stand.in_0042?hl=en": USER,
        "https://www.threads.com/@stand.in_0042/replies": USER,
        "https://www.threads.net/@Stand.in_0042/post/St4nd-In_42": POST,
        "https://threads.com/@stand.in_0042/post/St4nd-In_42/media?xmt=x": POST,
        "https://www.threads.net/t/St4nd-In_42/": POST,
    }
    refused = {
        "https://www.threads.com/": "reserved",
        "https://www.threads.com/login": "reserved",
        "https://www.threads.com/standin": "reserved",
        "https://www.threads.com/search?q=standin": "listing",
        "https://www.threads.com/tag/standin": "listing",
        "https://l.threads.com/?u=https%3A%2F%2Fexample.org": "redirector",
        "https://fixthreads.net/@standin": "mirror",
        "https://threads.net.evil.test/@standin": "host",
        "https://www.threads.net/@stand..in": "grammar",
        "https://www.threads.net/@": "grammar",
        "https://www.threads.net/@standin/post/": "grammar",
        "https://www.threads.net/@standin/unheard-of": "grammar",
    }
    same = (
        ("https://www.threads.net/@standin/post/St4nd-In_42", "https://threads.com/t/St4nd-In_42"),
        ("https://www.threads.net/@STANDIN", "https://www.threads.com/@standin/media"),
    )
    later, denied, refusal, unclear = LATER, DENIED, REFUSAL, UNCLEAR


def test_portal_is_the_only_way() -> None:
    assert set(Threads.channels) == {Channel.PORTAL}
    assert Threads().barred(Channel.API)
