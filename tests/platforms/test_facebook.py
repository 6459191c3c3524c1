"""Facebook: the whole grammar with invented names, and the Graph API's errors."""

from datetime import timedelta

import pytest
from meta_replies import DENIED, LATER, REFUSAL, UNCLEAR, graph, usage

from takedown.contract import Channel, Denied, Kind, Refusal, Target, TryLater, Unclear
from takedown.registry import recognise
from takedown.testing import PlatformContract, reply
from takedown_platforms.facebook import Facebook

PFBID = "pfbid0Standin42Standin42Standin42Standin42Standin42Standin42Standinl"
USER, POST, VIDEO, PHOTO = "100000000000042", "100000000000777", "100000000000888", "100000000000999"
NAME, ID = (Kind.ACCOUNT, "standin.0042"), (Kind.ACCOUNT, f"id:{USER}")


class TestFacebook(PlatformContract):
    platform = Facebook
    targets = {
        "https://www.facebook.com/Standin.0042": NAME,
        "facebook.com/standin.0042/": NAME,
        "http://fb.com/stand_in-0042": (Kind.ACCOUNT, "stand_in-0042"),
        "https://m.facebook.com/standin.0042?ref=share": NAME,
        "https://ur-pk.facebook.com/standin.0042/about_contact_and_basic_info": NAME,
        "https://fr.facebook.com/standin.0042/photos_by": NAME,
        "https://www.facebook.com/standin.0042/photos_albums/Mobile%20uploads": NAME,
        "https://www.facebook.com/standin.0042/videos/?ref=page_internal": NAME,
        "https://www.facebook.com/pg/standin.0042/posts/": NAME,
        f"https://www.facebook.com/profile.php?id={USER}": ID,
        f"https://www.facebook.com/profile.php?id={USER}/photos": ID,
        f"https://www.facebook.com/people/Stand-In/{USER}/?sk=photos": ID,
        f"https://www.facebook.com/people/Stand-In/{PFBID}": (Kind.ACCOUNT, PFBID),
        f"https://www.facebook.com/{USER}/photos": ID,
        f"https://www.facebook.com/pages/Stand-In/{USER}": ID,
        f"https://www.facebook.com/pages/category/Community/Stand-In-{USER}/": ID,
        f"https://www.facebook.com/p/Stand-In-{USER}/": ID,
        f"https://www.facebook.com/کتاب-خانہ-{USER}/": ID,
        f"https://www.facebook.com/groups/standin/user/{USER}/": ID,
        f"https://www.facebook.com/standin.0042/posts/{POST}": (Kind.POST, POST),
        f"https://www.facebook.com/standin.0042/posts/a-slug-42/{PFBID}?__cft__=x": (Kind.POST, PFBID),
        f"https://www.facebook.com/standin.0042/posts/{POST}/UzpfSTEwMDAw": (Kind.POST, POST),
        f"https://www.facebook.com/{USER}/posts/{PFBID}": (Kind.POST, PFBID),
        f"https://www.facebook.com/permalink.php?story_fbid={PFBID}&id={USER}&rdid=x": (Kind.POST, PFBID),
        f"https://m.facebook.com/story.php?story_fbid={POST}&id={USER}": (Kind.POST, POST),
        f"https://m.facebook.com/story.php?story_fbid={POST}": (Kind.POST, POST),
        f"https://www.facebook.com/groups/standin.circle/posts/{POST}/": (Kind.POST, POST),
        f"https://www.facebook.com/groups/{USER}/permalink/{POST}/": (Kind.POST, POST),
        f"https://www.facebook.com/groups/{USER}/posts/d41d8cd9/{POST}/?app=fbl": (Kind.POST, POST),
        f"https://www.facebook.com/groups/standin.circle/?multi_permalinks={POST}": (Kind.POST, POST),
        f"https://www.facebook.com/photo/?fbid={PHOTO}&set=a.{POST}&setextract": (Kind.POST, PHOTO),
        f"https://www.facebook.com/photo.php/?fbs=home&fbid={PHOTO}": (Kind.POST, PHOTO),
        f"https://www.facebook.com/Standin/photos/a.{POST}/{PHOTO}": (Kind.POST, PHOTO),
        f"https://www.facebook.com/standin/photos/a.1.2.3/{PHOTO}/?type=3": (Kind.POST, PHOTO),
        f"https://www.facebook.com/standin/videos/{VIDEO}/?fref=nf": (Kind.VIDEO, VIDEO),
        f"https://www.facebook.com/standin/videos/vb.{USER}/{VIDEO}/?type=2&theater": (Kind.VIDEO, VIDEO),
        f"https://web.facebook.com/standin/videos/𝐬𝐭𝐚𝐧𝐝-𝐢𝐧/{VIDEO}": (Kind.VIDEO, VIDEO),
        f"https://www.facebook.com/watch/?v={VIDEO}&ref=sharing": (Kind.VIDEO, VIDEO),
        f"https://www.facebook.com/watch/live/?ref=x&v={VIDEO}": (Kind.VIDEO, VIDEO),
        f"https://www.facebook.com/watchparty/{VIDEO}": (Kind.VIDEO, VIDEO),
        f"https://www.facebook.com/video.php?v={VIDEO}": (Kind.VIDEO, VIDEO),
        f"https://www.facebook.com/photo.php?v={VIDEO}": (Kind.VIDEO, VIDEO),
        f"https://www.facebook.com/video/embed?video_id={VIDEO}": (Kind.VIDEO, VIDEO),
        f"https://www.facebook.com/reel/{VIDEO}": (Kind.VIDEO, VIDEO),
        f"https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fstandin%2Fvideos%2F{VIDEO}%2F": (
            Kind.VIDEO,
            VIDEO,
        ),
        f"https://www.facebook.com/stories/{USER}/UzpfSVNDOjE=/?view_single=1": (Kind.STORY, "UzpfSVNDOjE="),
        f"https://www.facebook.com/stories/{USER}/": (Kind.STORY, USER),
        "https://www.facebook.com/groups/Standin.Circle": (Kind.GROUP, "standin.circle"),
        f"https://www.facebook.com/groups/{USER}/members": (Kind.GROUP, USER),
        f"https://www.facebook.com/events/{POST}/": (Kind.OTHER, POST),
        f"https://www.facebook.com/events/a-slug/another/{POST}/": (Kind.OTHER, POST),
        f"https://www.facebook.com/standin/events/{POST}": (Kind.OTHER, POST),
        f"https://es-la.facebook.com/ads/library/?id={POST}": (Kind.OTHER, POST),
        f"https://www.facebook.com/media/set/?set=a.{POST}&type=3": (Kind.OTHER, f"a.{POST}"),
        f"https://www.facebook.com/standin/photos/a.{POST}": (Kind.OTHER, f"a.{POST}"),
        f"https://www.facebook.com/marketplace/item/{POST}/": (Kind.OTHER, POST),
        "https://fb.watch/StandIn42x/": (Kind.OTHER, "short:StandIn42x"),
        "https://fb.me/e/StandIn42": (Kind.OTHER, "short:StandIn42"),
        "https://www.facebook.com/share/v/StandIn42StandIn/": (Kind.OTHER, "short:StandIn42StandIn"),
        "https://web.facebook.com/share/p/StandIn42/?mibextid=x": (Kind.OTHER, "short:StandIn42"),
        "https://www.facebook.com/share/StandIn42/": (Kind.OTHER, "short:StandIn42"),
    }
    refused = {
        "https://www.facebook.com/": "reserved",
        "https://www.facebook.com/home.php": "reserved",
        "https://www.facebook.com/me": "reserved",
        "https://www.facebook.com/me/photos": "reserved",
        "https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Fstandin": "reserved",
        "https://www.facebook.com/profile.php": "reserved",
        "https://www.facebook.com/profile.php?id=standin": "reserved",
        "https://www.facebook.com/groups/feed/": "reserved",
        "https://www.facebook.com/groups/standin/search?q=x": "reserved",
        "https://www.facebook.com/events/": "reserved",
        "https://www.facebook.com/Marketplace": "reserved",
        "https://www.facebook.com/messages/t/100000000000042": "reserved",
        "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fexample.org": "reserved",
        "https://www.facebook.com/ads/library/?q=standin": "reserved",
        "https://www.facebook.com/stories/me": "reserved",
        "https://www.facebook.com/share/p/": "reserved",
        "https://www.facebook.com/search": "listing",
        "https://www.facebook.com/search/posts/1234567?q=x": "listing",
        "https://www.facebook.com/hashtag/standin": "listing",
        "https://www.facebook.com/watch/": "listing",
        "https://www.facebook.com/public/Stand-In": "listing",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org": "redirector",
        "https://lm.facebook.com/standin": "redirector",
        "https://www.facebook.com/l.php?u=https%3A%2F%2Fexample.org": "redirector",
        "https://www.facebook.com/flx/warn/?u=https%3A%2F%2Fexample.org": "redirector",
        "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fexample.org%2Fstandin": "redirector",
        "https://www.facebook.com/plugins/video.php": "redirector",
        "https://facebed.com/standin": "mirror",
        "https://www.facebook.com.evil.test/standin": "host",
        "https://notfacebook.com/standin": "host",
        "https://ur-pk.facebook.com.evil.test/standin": "host",
        "https://static-ur.facebook.com/standin": "host",
        "https://fb.watch/": "grammar",
        "https://www.facebook.com/standin/unheard/of": "grammar",
        "https://www.facebook.com/standin/posts/not-an-id": "grammar",
        "https://www.facebook.com/stand%20in": "grammar",
        "https://www.facebook.com/standin.": "grammar",
        "https://www.facebook.com/ståndin": "grammar",
        "facebook:100000000000888": "scheme",
        "https://www.facebook.com@evil.test/standin": "userinfo",
        "https://www.facebook.com:8443/standin": "port",
        "https://www.facebook.com\\@evil.test/standin": "backslash",
        "https://www.facebook.com/stand\u200bin": "control",
        "https://fаcebook.com/standin": "host",
    }
    same = (
        ("https://www.facebook.com/stand.in.0042", "https://FB.com/StandIn.0042", "hxxps://m.facebook[.]com/standin0042/about"),
        (f"https://www.facebook.com/{USER}", f"https://facebook.com/people/_/{USER}", f"https://facebook.com/p/A-{USER}"),
        (
            f"https://www.facebook.com/watch/?v={VIDEO}",
            f"https://www.facebook.com/a/videos/{VIDEO}",
            f"https://fb.com/reel/{VIDEO}",
            f"https://www.facebook.com/b/posts/{VIDEO}",
        ),
    )
    later, denied, refusal, unclear = LATER, DENIED, REFUSAL, UNCLEAR


def identity(url: str) -> str:
    seen = recognise(url, {"facebook": Facebook()})
    assert isinstance(seen, Target), seen
    return seen.identity


def test_an_event_an_ad_and_a_post_of_one_number_are_three_targets() -> None:
    urls = (f"facebook.com/events/{POST}", f"facebook.com/ads/library/?id={POST}", f"facebook.com/a/posts/{POST}")
    assert len({identity(url) for url in urls}) == 3


def test_case_of_an_opaque_id_matters() -> None:
    assert identity(f"facebook.com/a/posts/{PFBID}") != identity(
        f"facebook.com/a/posts/{PFBID.swapcase().replace('PFBID', 'pfbid')}"
    )


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (graph(403, 4, usage(19)), timedelta(minutes=19)),
        (graph(400, 80001, usage(600)), timedelta(hours=1)),
        (graph(400, 4, usage(1) | {"Retry-After": "300"}), timedelta(minutes=5)),
        (graph(400, 4, usage(5) | {"Retry-After": "7"}), timedelta(minutes=5)),
        (graph(400, 4, usage("soon")), None),
        (graph(400, 4, {"X-Business-Use-Case-Usage": "[[7]]", "X-App-Usage": '{"call_count": 100}'}), None),
    ],
)
def test_usage_headers_count_in_minutes(answer, wait) -> None:
    reading = Facebook().read(answer)
    assert isinstance(reading, TryLater)
    assert reading.after == wait


def test_refusal_names_code_subcode_and_trace() -> None:
    reading = Facebook().read(graph(400, 100, error_subcode=33))
    assert reading == Refusal("100/33", "An invented message (code 100/33, trace Astandin0042)")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(200, {"results": [], "error": {"code": 2}}), Unclear),
        (reply(200, {"results": [], "error": {"code": 4}}), TryLater),
        (reply(200, {"results": [], "error": {"code": 190}}), Denied),
        (reply(200, {"results": []}), type(None)),
    ],
)
def test_an_empty_list_beside_an_error_is_not_absence(answer, kind) -> None:
    assert isinstance(Facebook().read_search(answer, "TD-SAMPLE-1"), kind)


def test_email_needs_an_address_that_meta_gave() -> None:
    assert "no address" in (Facebook().barred(Channel.EMAIL) or "")
    assert Facebook(Facebook.Settings(to="orders@intake.example")).barred(Channel.EMAIL) is None
