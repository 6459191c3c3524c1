"""The page as browsers parse it: nothing in it runs, calls or asks, and what is there is marked up for all readers."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
from hostile import PAYLOADS
from ledger_scenes import Scene
from pages import hostile, lived

from takedown.contract import UsageError
from takedown.report.outcomes import Asked, report
from takedown.report.page import charts, page, write_page

SILENT = {
    "script",
    "iframe",
    "object",
    "embed",
    "link",
    "base",
    "form",
    "img",
    "a",
    "audio",
    "video",
    "foreignobject",
    "use",
    "animate",
}
ADDRESSES = {"href", "src", "srcset", "action", "formaction", "data", "xlink:href", "poster", "background"}


@pytest.fixture(params=["charts", "bars"])
def drawing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """With the extra that draws charts, and without."""
    if request.param == "bars":
        monkeypatch.setitem(sys.modules, "vl_convert", None)
        charts._converter.cache_clear()
    yield request.param
    charts._converter.cache_clear()


def elements(text: str) -> list[Any]:
    return list(html5lib.parse(text, namespaceHTMLElements=False).iter())


def name_of(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower() if isinstance(element.tag, str) else "#comment"


@pytest.mark.parametrize("by", ["organisation", "kind", "basis"])
def test_hostile_texts_are_only_texts(at_desk: Scene, drawing: str, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("takedown.report.page.view.MOST_CHARTED", 50)  # every one of them is drawn
    text = page(hostile(at_desk, by), targets=True)
    found = elements(text)
    names = [name_of(one) for one in found]
    assert not SILENT & set(names)
    assert names.count("style") == names.count("title") - (names.count("svg")) == 1
    for one in found:
        attributes = {str(name).rpartition("}")[2].lower(): value for name, value in one.attrib.items()}
        assert not [name for name in attributes if name.startswith("on") or name in ADDRESSES]
        assert "url(" not in attributes.get("style", "")
    assert [one.attrib["http-equiv"] for one in found if "http-equiv" in one.attrib] == ["Content-Security-Policy"]
    assert not {"\u202e", "\u2066", "\u200b", "\ufeff", "\x1b", "\x9b", "\x00"} & set(text)
    shown = "".join(html5lib.parse(text, namespaceHTMLElements=False).itertext())
    assert all(payload in shown for payload in PAYLOADS if payload.isprintable()), "they are shown, as they are"
    assert "49" not in re.findall(r"FILE|\b49\b", shown), "nothing was computed"


def test_targets_are_named_only_where_it_was_asked_for(at_desk: Scene) -> None:
    case = at_desk.case()
    at_desk.sent(case)
    at_desk.claim(case, "removed")
    at_desk.see(case, "available")
    found = report(at_desk.desk, Asked(listed=5))
    assert "standin_0001" not in page(found)
    assert "FILE-1" in page(found)
    assert "https://chirp.example/standin_0001" in page(found, targets=True)


def test_it_may_fetch_nothing_and_run_nothing(at_desk: Scene, drawing: str) -> None:
    text = page(lived(at_desk))
    (policy,) = [one.attrib["content"] for one in elements(text) if one.attrib.get("http-equiv")]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert not re.search(r"https?://", text.replace("http://www.w3.org/2000/svg", ""))
    assert ("<svg" in text) is (drawing == "charts")


def test_it_can_be_read_without_seeing_it(at_desk: Scene, drawing: str) -> None:
    """By hand what checkers of accessibility look for: language, title, order of headings, names of tables, cells and images."""
    found = elements(page(lived(at_desk)))
    names = [name_of(one) for one in found]
    (root,) = [one for one in found if name_of(one) == "html"]
    assert root.attrib["lang"] == "en"
    assert names.count("main") == names.count("h1") == 1
    assert [name for name in names if re.fullmatch(r"h\d", name)] == ["h1", *["h2"] * names.count("h2")]
    idents = [one.attrib["id"] for one in found if "id" in one.attrib]
    assert len(idents) == len(set(idents))
    for one in found:
        for ident in one.attrib.get("aria-labelledby", "").split():
            assert ident in idents
        if name_of(one) == "table":
            assert name_of(next(iter(one))) == "caption"
            assert "".join(next(iter(one)).itertext()).strip()
        if name_of(one) == "th":
            assert one.attrib.get("scope") in {"col", "row"}
        if name_of(one) == "svg":
            assert one.attrib["role"] == "img"
            assert [name_of(child) for child in one][:2] == ["title", "desc"]
        if "tabindex" in one.attrib:
            assert (one.attrib["role"], one.attrib["tabindex"]) == ("region", "0")
    for table in (one for one in found if name_of(one) == "table"):
        widths = {sum(1 for cell in row if name_of(cell) in {"th", "td"}) for row in table.iter() if name_of(row) == "tr"}
        assert len(widths) == 1, "a row of another length than its head"


def table(text: str, ident: str) -> list[list[str]]:
    """The cells of a table, by the id of its caption."""
    for one in elements(text):
        if name_of(one) == "table" and next(iter(one)).attrib.get("id") == ident:
            rows = [row for row in one.iter() if name_of(row) == "tr"]
            return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows]
    raise AssertionError(ident)


def test_its_tables_hold_the_report_and_nothing_else(at_desk: Scene) -> None:
    found = lived(at_desk)
    text = page(found)
    _, *rows = table(text, "t-rates")
    assert [row[0] for row in rows] == [*found.groups, "all"]
    for name, *cells in rows:
        figures = found.whole if name == "all" else found.groups[name]
        counts = (figures.asked, figures.pending, figures.could_not_check, figures.contradictions.total())
        assert cells[:4] == [f"{count:,}" for count in counts]
        for cell, rate in zip(cells[4:], figures.rates.values(), strict=True):
            unseen = f"; {rate.not_looked} not looked at" if rate.not_looked else ""
            assert f"{rate.numerator} of {rate.denominator}{unseen}; {rate.interval}" in cell
    assert [int(row[1]) for row in table(text, "t-funnel")[1:]] == [*found.whole.funnel.values()]
    assert sum(int(row[2]) for row in table(text, "t-trend")[1:]) == found.whole.asked
    assert [row[0] for row in table(text, "t-odds")[1:]] == [one.case for one in found.listed]
    first = found.whole_times["first"]
    (at_start,) = [row[1] for row in table(text, "t-risk") if row[0] == "all"]
    assert int(at_start) == first.cases


def luminance(colour: str) -> float:
    """Relative luminance: WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    lin = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_enough_by_day_at_night_and_on_paper() -> None:
    """AA: 4.5 for letters, 3 for what a chart says by colour."""
    style = (Path(charts.__file__).parent / "style.css").read_text()
    schemes = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)]
    assert len(schemes) == 3
    for scheme in schemes:
        for ink, ground in (("ink", "paper"), ("muted", "paper"), ("ink", "wash"), ("muted", "wash"), ("warn", "warn-wash")):
            assert contrast(scheme[ink], scheme[ground]) >= 4.5, (ink, ground)
        for mark in ("claim", "seen", "both", "rest"):
            assert contrast(scheme[mark], scheme["paper"]) >= 3, mark


def test_an_empty_window_is_a_page_too(at_desk: Scene, drawing: str) -> None:
    assert "No cases in this window." in page(report(at_desk.desk))
    at_desk.case()
    text = page(report(at_desk.desk))
    assert "What became of them" in text
    assert "How fast" not in text


def test_the_page_says_what_it_is_of(at_desk: Scene) -> None:
    found = lived(at_desk)
    text = page(found)
    assert found.id in text
    assert "as of 2026-" in text
    assert "A simulation" in text, "a sandbox must not be taken for the world"


def test_a_file_that_cannot_be_written_is_told(at_desk: Scene, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_page(report(at_desk.desk), tmp_path / "nowhere" / "r.html")
