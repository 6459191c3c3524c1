"""The page in a real Chromium: it renders, says nothing, asks nobody, runs nothing."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ledger_scenes import Scene
from pages import hostile, lived

from takedown.report.page import write_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("REQUIRE_BROWSER") != "1", reason="no Chromium on this machine (REQUIRE_BROWSER=1 fails)"
)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "REQUIRE_BROWSER=1 and no Chromium"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page that was opened, and everything that it did besides being shown."""

    page: Any
    did: list[str] = field(default_factory=list[str])


def visit(chromium: Any, path: Path, viewport: dict[str, int] = DESK, **context: Any) -> Visit:
    page = chromium.new_context(viewport=viewport, **context).new_page()
    found = Visit(page)
    page.on("console", lambda told: found.did.append(f"console: {told.text}"))
    page.on("pageerror", lambda error: found.did.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (found.did.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda asked: None if asked.url == path.as_uri() else found.did.append(f"request: {asked.url}"))
    page.on("framenavigated", lambda frame: None if frame.url == path.as_uri() else found.did.append(f"went: {frame.url}"))
    page.goto(path.as_uri())
    return found


@pytest.fixture
def file(at_desk: Scene, tmp_path: Path) -> Path:
    write_page(lived(at_desk), tmp_path / "r.html")
    return tmp_path / "r.html"


def test_it_renders_and_is_quiet(chromium: Any, file: Path) -> None:
    found = visit(chromium, file)
    assert found.page.title().startswith("Removal requests of Example Authority")
    assert found.page.locator("svg:visible").count() == 4
    for chart in found.page.locator("svg:visible").all():
        box = chart.bounding_box()
        assert box
        assert box["width"] > 500
        assert box["height"] > 60
    assert found.did == []


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_is_wider_than_the_screen(chromium: Any, file: Path, viewport: dict[str, int]) -> None:
    page = visit(chromium, file, viewport).page
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert page.locator("svg:visible").count() == 4
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every(s => s.getBoundingClientRect().right <= innerWidth)")


TORN = r"""() => {
  const torn = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = texts.nextNode()); )
    for (const found of node.data.matchAll(/\d\s(%|s|min|h|d)(?!\w)/g)) {
      const range = document.createRange();
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) torn.push(node.data);
    }
  return torn;
}"""


@pytest.mark.parametrize("width", [320, 400, 1200])
def test_no_line_ends_between_a_figure_and_its_unit(chromium: Any, file: Path, width: int) -> None:
    page = visit(chromium, file, {"width": width, "height": 900}).page
    assert "at least" in page.locator(".tiles").inner_text()
    assert page.evaluate(TORN) == []


@pytest.mark.parametrize("by", ["organisation", "basis"])
def test_hostile_texts_stay_inert(chromium: Any, at_desk: Scene, tmp_path: Path, by: str) -> None:
    write_page(hostile(at_desk, by), tmp_path / "r.html", targets=True)
    found = visit(chromium, tmp_path / "r.html")
    for cell in found.page.locator("td, tbody th").all()[:60]:
        cell.hover(force=True)
    found.page.keyboard.press("Tab")
    found.page.wait_for_load_state("networkidle")
    stray = "e => [...e.attributes].some(a => a.name.startsWith('on') || ['href', 'src', 'action'].includes(a.name))"
    assert found.page.evaluate(f"[...document.querySelectorAll('*')].filter({stray}).length") == 0
    assert found.page.locator("script, iframe, img, a, form, link, object, embed").count() == 0
    assert found.did == []


def brightness(page: Any, selector: str, style: str) -> float:
    text = page.evaluate(f"getComputedStyle(document.querySelector({selector!r})).getPropertyValue({style!r})")
    return sum(int(part) for part in text.removeprefix("rgb(").rstrip(")").split(",")[:3]) / 3


def test_night_and_paper_have_colours_of_their_own(chromium: Any, file: Path) -> None:
    page = visit(chromium, file, color_scheme="dark").page
    bar = "svg path[fill], svg rect[fill]"
    assert brightness(page, "html", "background-color") < 60 < 180 < brightness(page, "html", "color")
    assert brightness(page, "svg text", "fill") > 150, "letters of a chart follow"
    night = brightness(page, bar, "fill")
    page.emulate_media(media="print", color_scheme="dark")
    assert brightness(page, "html", "background-color") == 255
    assert brightness(page, "svg text", "fill") < 100
    assert brightness(page, bar, "fill") != night


def test_it_prints_on_a4(chromium: Any, file: Path, tmp_path: Path) -> None:
    found = visit(chromium, file)
    printed = found.page.pdf(prefer_css_page_size=True, path=str(tmp_path / "r.pdf"))
    assert printed.startswith(b"%PDF")
    boxes = {tuple(float(n) for n in box.split()) for box in _boxes(printed)}
    assert {(round(box[2] / 72 * 25.4), round(box[3] / 72 * 25.4)) for box in boxes} == {(210, 297)}
    found.page.emulate_media(media="print")
    found.page.set_viewport_size({"width": 680, "height": 900})
    assert found.page.evaluate("document.documentElement.scrollWidth") <= 680
    assert found.did == []


def _boxes(printed: bytes) -> list[str]:
    import re

    return [box.decode() for box in re.findall(rb"/MediaBox \[([^\]]+)\]", printed)]


def test_a_screen_reader_finds_headings_tables_and_named_images(chromium: Any, file: Path) -> None:
    page = visit(chromium, file).page
    snapshot = page.locator("body").aria_snapshot()
    for told in (
        'heading "Removal requests: what became of them" [level=1]',
        'heading "How fast" [level=2]',
        'img "From imported',
    ):
        assert told in snapshot
    assert snapshot.count('table "') == page.locator("table").count(), "each has its caption for a name"
    assert "columnheader" in snapshot
    assert "rowheader" in snapshot


def test_the_keyboard_reaches_every_table_that_scrolls(chromium: Any, file: Path) -> None:
    page = visit(chromium, file, PHONE).page
    regions = page.locator(".scroll").count()
    reached = set()
    for _ in range(regions):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('aria-labelledby')"))
    assert len(reached) == regions
