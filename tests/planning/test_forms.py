"""Portal layouts as data: written and read back, an operator's in place of the adapter's, and cases too long for them."""

import json

import pytest
from desks import add_cases, again, make_desk, write_config
from hypothesis import given
from hypothesis import strategies as st
from planning_facts import requests_of
from sqlalchemy import select

from takedown.cli import run
from takedown.contract import Channel, FormField, PortalForm
from takedown.ledger.tables import cases
from takedown.planning.forms import BadForm, form_for, read_form, write_form
from takedown.planning.making import NothingToPlan, make_plan
from takedown.planning.selection import Selection
from takedown.registry import load

FORMS = {name: p.channels[Channel.PORTAL].form for name, p in load().platforms.items() if p.channels.get(Channel.PORTAL)}
BOXES = (FormField("Links", "urls"), FormField("Why", "statement"))
OWN = PortalForm("own layout", "https://portal.example/own", BOXES, "seen", "2026-01-02")
WRITTEN = write_form(OWN)
HEAD = WRITTEN.partition("[[fields]]")[0]
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
ANY_BOX = st.builds(FormField, WORDS, WORDS, st.integers(0, 9999), st.booleans())
ANY_FORM = st.builds(PortalForm, WORDS, WORDS, st.lists(ANY_BOX, min_size=1, max_size=3).map(tuple), WORDS, WORDS, WORDS)


@pytest.fixture
def portal(tmp_path, monkeypatch):
    """A desk whose cases are filed on portals, with a folder for layouts of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "forms").mkdir()
    desk = make_desk(tmp_path, {"facebook": {"channel": "portal", "cases_per_request": 2}}, extra='[packs]\nforms = "forms"\n')
    yield desk
    desk.ledger.close()


def own_form(desk, **changes):
    form = PortalForm(**({name: getattr(OWN, name) for name in OWN.__slots__} | changes))
    file = desk.config.folder / "forms" / "facebook.toml"
    file.write_text(write_form(form))
    return file


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form])
def test_a_shipped_layout_is_read_back_as_it_was_written(tmp_path, name):
    (tmp_path / "form.toml").write_text(write_form(FORMS[name]))
    assert read_form(tmp_path / "form.toml") == FORMS[name]


@given(form=ANY_FORM)
def test_any_text_survives_the_round_trip(tmp_path_factory, form):
    file = tmp_path_factory.mktemp("form") / "form.toml"
    file.write_bytes(write_form(form).encode())
    assert read_form(file) == form


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not = [toml",
        "\x00",
        'name = "a"',
        WRITTEN.replace("label", "lable"),
        WRITTEN.replace("name", "nom"),
        WRITTEN.replace("max_length = 0", 'max_length = "long"'),
        HEAD + "fields = []",
        HEAD + "fields = 3",
        HEAD + 'fields = ["urls"]',
    ],
)
def test_a_bad_file_is_named_with_what_a_layout_has(portal, text):
    file = portal.config.folder / "forms" / "facebook.toml"
    file.write_text(text)
    with pytest.raises(BadForm) as caught:
        read_form(file)
    assert str(file) in caught.value.message
    assert "label" in caught.value.as_dict()["why"]


def test_a_layout_that_asks_for_a_value_nobody_has_stops_the_plan(portal):
    add_cases(portal, "facebook", [1])
    own_form(portal, fields=(FormField("Links", "urls"), FormField("Mood", "mood")))
    with pytest.raises(BadForm, match="there is no value mood; known are urls"):
        make_plan(portal, Selection())
    with portal.ledger.read() as db:
        assert db.execute(select(cases.c.delivered)).scalar() == "draft"


def test_an_operators_layout_replaces_the_adapters(portal):
    add_cases(portal, "facebook", [1])
    own_form(portal, fields=(FormField("Links", "urls"), FormField("Desk", "=by hand")))
    body = json.loads(requests_of(portal, make_plan(portal, Selection()).plan)[0]["body"])
    assert (body["form"], body["url"]) == ("own layout", "https://portal.example/own")
    assert body["fields"] == [
        {"label": "Links", "value": "https://www.facebook.com/standin.0001"},
        {"label": "Desk", "value": "by hand"},
    ]


def test_without_one_the_adapters_is_in_force(portal, tmp_path):
    platform = portal.platform("facebook")
    assert form_for(platform, None) == FORMS["facebook"]
    assert form_for(platform, tmp_path / "forms") == FORMS["facebook"]


def test_a_group_that_is_too_long_together_is_split(portal):
    add_cases(portal, "facebook", [1, 2])
    own_form(portal, fields=(FormField("Links", "urls", 40),))
    made = make_plan(portal, Selection())
    assert (made.requests, made.cases, made.left_out) == (2, 2, ())


def test_a_case_that_does_not_fit_alone_is_left_out_with_a_warning(portal, capsys):
    add_cases(portal, "facebook", [1, 2])
    own_form(portal, fields=(FormField("File numbers", "file_numbers", 6),))
    long = cases.update().where(cases.c.id == 2).values(reference="FILE-0000002")
    portal.ledger.write(lambda book: book.db.execute(long))
    assert run(["plan", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["summary"]["cases"] == 1
    assert any("C-2" in one and "File numbers: 12 characters, the form takes 6" in one for one in told["warnings"])
    with portal.ledger.read() as db:
        found = dict(db.execute(select(cases.c.id, cases.c.delivered)).all())
    assert found == {1: "planned", 2: "draft"}


def test_a_plan_of_which_nothing_fits_is_none(portal):
    add_cases(portal, "facebook", [1, 2])
    own_form(portal, fields=(FormField("Links", "urls", 3),))
    with pytest.raises(NothingToPlan, match="the form takes 3"):
        make_plan(portal, Selection())


def test_platforms_prints_the_layout_in_force(portal, capfdbinary, tmp_path):
    assert run(["platforms", "facebook", "--form"]) == 0
    out, err = capfdbinary.readouterr()
    (tmp_path / "printed.toml").write_bytes(out)
    assert read_form(tmp_path / "printed.toml") == FORMS["facebook"]
    assert str(tmp_path / "forms" / "facebook.toml").encode() in err
    own_form(portal)
    assert run(["platforms", "facebook", "--form", "--json"]) == 0
    (item,) = json.loads(capfdbinary.readouterr().out)["items"]
    assert (item["platform"], item["name"]) == ("facebook", "own layout")


@pytest.mark.parametrize("words", [["--form"], ["chirp", "--form"]])
def test_a_layout_of_no_platform_is_exit_2(words, capsys):
    assert run(["platforms", *words]) == 2
    assert "takedown platforms" in capsys.readouterr().err


def test_another_folder_is_another_layout(portal, tmp_path):
    write_config(tmp_path, {"facebook": {"channel": "portal"}}, extra='[packs]\nforms = "elsewhere"\n')
    own_form(portal)
    add_cases(portal, "facebook", [1])
    body = json.loads(requests_of(portal, make_plan(again(portal), Selection()).plan)[0]["body"])
    assert body["form"] == FORMS["facebook"].name
