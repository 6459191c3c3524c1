"""Pictures of pages as they were received: framed, offline, without scripts; hostile pages reach nobody."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import Quiet, TurnedClock, add_cases, make_desk
from sqlalchemy import select

from takedown.ledger.tables import sightings
from takedown.outcomes.verify import verify
from takedown.sandbox import Behaviour, Sandbox
from takedown.transport.picture import NAMES, Camera, NoBrowser, framed

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("REQUIRE_BROWSER") != "1", reason="no Chromium on this machine (REQUIRE_BROWSER=1 fails)"
)
FACTS = {"target": "https://t.me/standin_0042", "at": "2027-01-14T10:00:00.000Z"}


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port of this machine at which nobody must knock."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        found.setblocking(False)
        yield found


def knocked(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


async def taken(body: bytes, media_type: str = "text/html") -> bytes | str:
    camera = Camera()
    await camera.open()
    try:
        return await camera.take(body, media_type, FACTS)
    finally:
        await camera.aclose()


@needs_browser
@pytest.mark.figure("hostile pages drawn", unit="pages", how="in Chromium: nothing was asked for, nothing ran")
@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="{at}/a.png">',
        '<link rel="stylesheet" href="{at}/a.css"><style>@import url({at}/b.css);</style>',
        '<iframe src="{at}/frame"></iframe><object data="{at}/o"></object><embed src="{at}/e">',
        '<meta http-equiv="refresh" content="0;url={at}/moved">',
        '<script>fetch("{at}/x"); document.title = "ran"; top.location = "{at}/top"</script>',
        '<base href="{at}/"><video src="v.mp4" autoplay></video><form action="f"><input autofocus onfocus="submit()"></form>',
        '"></iframe><img src="{at}/broken-out.png"><script>location="{at}"</script>',
        '<svg onload="fetch(\'{at}\')"><image href="{at}/i.png"/></svg>',
        '<link rel="dns-prefetch" href="{at}"><link rel="preconnect" href="{at}"><link rel="prefetch" href="{at}/p">',
        '<img src="file:///etc/hostname"><iframe src="file:///etc/passwd"></iframe>',
    ],
)
async def test_a_hostile_page_reaches_nobody(listener: socket.socket, hostile: str) -> None:
    at = f"http://127.0.0.1:{listener.getsockname()[1]}"
    picture = await taken(hostile.replace("{at}", at).encode())
    assert isinstance(picture, bytes)
    assert picture.startswith(b"\x89PNG")
    assert not knocked(listener)


@needs_browser
async def test_a_picture_shows_what_was_received() -> None:
    red = await taken(b"<body style='background:#f00'>")
    blue = await taken(b"<body style='background:#00f'>")
    assert isinstance(red, bytes)
    assert isinstance(blue, bytes)
    assert red != blue
    assert await taken(b"<body style='background:#f00'>") == red


@pytest.mark.parametrize(("body", "media_type", "shown"), [
    ("<p>\u0633\u0644\u0627\u0645</p>".encode(), "text/html; charset=utf-8", "\u0633\u0644\u0627\u0645"),
    ("<p>Gr\u00fc\u00dfe</p>".encode("latin-1"), 'text/html; charset="iso-8859-1"', "Gr\u00fc\u00dfe"),
    (b"<p>x</p>", "text/html; charset=nonsense", "x"),
    (b'{"error": "<script>alert(1)</script>"}', "application/json", "&amp;lt;script&amp;gt;"),
])  # fmt: skip
def test_every_answer_can_be_framed(body: bytes, media_type: str, shown: str) -> None:
    html = framed(body, media_type, {"target": '"><script>alert(1)</script>'})
    assert shown in html
    assert "<script" not in html
    assert len(re.findall("<iframe", html)) == 1


async def test_without_a_browser_it_says_what_is_missing(tmp_path: Path) -> None:
    camera = Camera(str(tmp_path / "no-such-browser"))
    with pytest.raises(NoBrowser):
        await camera.open()


def test_a_run_that_wants_pictures_and_has_no_browser_looks_at_nothing(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "sandbox", {"tiktok": Behaviour(dialect="tiktok")}, smtp_port=None).in_background() as at:
        table = {"probe": True, "probe_base": at.url("tiktok"), "probe_control": "https://www.tiktok.com/@standin_9999"}
        extra = f'[observe]\npictures = "all"\nbrowser = "{tmp_path}/none"\n'
        desk = make_desk(tmp_path, {"tiktok": table}, clock=TurnedClock(), extra=extra)
        add_cases(desk, "tiktok", [1])
        with pytest.raises(NoBrowser):
            verify(desk, None, Quiet(), due=False)
    with desk.ledger.read() as db:
        assert db.execute(select(sightings)).all() == []


@needs_browser
def test_a_look_that_finds_nothing_keeps_its_picture(tmp_path: Path) -> None:
    address = "https://www.tiktok.com/@standin_{:04d}"
    with Sandbox(
        tmp_path / "sandbox", {"tiktok": Behaviour(dialect="tiktok", ripening=(0, 0))}, smtp_port=None
    ).in_background() as at:
        table = {
            "probe": True, "probe_base": at.url("tiktok"), "probe_control": address.format(9999), "probe_rate": "1000/s",
        }  # fmt: skip
        desk = make_desk(tmp_path, {"tiktok": table}, clock=TurnedClock(), extra='[observe]\npictures = "missing"\n')
        add_cases(desk, "tiktok", [1, 2])
        verify(desk, None, Quiet(), due=False)
        at.books["tiktok"].take("portal", "TD-1", [("", address.format(1))])
        verify(desk, None, Quiet(), due=False)
    folder = desk.ledger.folder / "evidence"
    with desk.ledger.read() as db:
        rows = db.execute(select(sightings.c.value, sightings.c.evidence)).all()
    documents = [(value, json.loads((folder / sha).read_bytes())) for value, sha in rows]
    assert [value for value, told in documents if "picture" in told] == ["gone"]
    told = next(told for value, told in documents if value == "gone")
    picture = (folder / told["picture"]).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert hashlib.sha256(picture).hexdigest() == told["picture"]
    assert re.fullmatch("[0-9a-f]{16}", told["picture_mark"])
