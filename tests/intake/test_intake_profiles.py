"""Profiles map another system's headers, words and layout; what they do not say is not guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_desk import Desk, row, url

from takedown.intake import BadHeader, BadProfile, Profile, find_profile, load_profile
from takedown.intake.batch import known_columns

OTHER = """
[columns]
"Account link" = "url"
"File No." = "reference"
Grounds = "reason"
[ignore]
columns = ["Desk officer"]
[set]
legal_basis = "pk-peca-37"
proportionality = "Every item seen is of the same kind."
[values.measure]
"Delete account" = "remove_account"
[file]
delimiter = ";"
encoding = "cp1252"
header_row = 2
"""
EXPORT = (
    "Register of cases\nAccount link;File No.;Grounds;Desk officer;measure;legal_basis\n"
    f"{url(1)};R-1;Calls to violence;Somebody;Delete account;\n"
    f"{url(2)};R-2;Calls to violence;Somebody;restrict;eu-dsa-16\n"
)


def load(desk: Desk, text: str) -> Profile:
    path = desk.folder / "profiles" / "other.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return load_profile(find_profile("other", desk.folder), known_columns(desk.setting))


def test_a_foreign_export_is_read_by_its_profile(desk: Desk) -> None:
    assert desk.run(EXPORT, profile=load(desk, OTHER)).problems == ()
    one, two = desk.cases
    assert (one["url"], one["reference"], one["basis"], one["measure"]) == (url(1), "R-1", "pk-peca-37", "remove_account")
    assert (two["basis"], two["measure"], two["proportionality"]) == (
        "eu-dsa-16",
        "restrict",
        "Every item seen is of the same kind.",
    )


def test_a_column_that_is_set_need_not_be_there_and_is_not_overwritten(desk: Desk) -> None:
    bare = [
        {key: value for key, value in row(1).items() if key != "legal_basis"},
        row(2, legal_basis="eu-dsa-16", territory="DE"),
    ]
    desk.run(bare[:1], profile=Profile(fixed={"legal_basis": "pk-peca-37"}))
    desk.run(bare[1:], profile=Profile(fixed={"legal_basis": "pk-peca-37"}))
    assert [case["basis"] for case in desk.cases] == ["pk-peca-37", "eu-dsa-16"]


def test_a_column_that_the_profile_does_not_know_is_an_error(desk: Desk) -> None:
    with pytest.raises(BadHeader, match="unknown column 'Colour'"):
        desk.run(EXPORT.replace("Desk officer", "Colour"), profile=load(desk, OTHER))


WRONG = {
    "not TOML": ("[columns", "TOML"),
    "unknown table": ("[colums]\n", "unknown table colums"),
    "unknown column": ('[columns]\nA = "adress"\n', "no column 'adress'"),
    "unknown column in set": ('[set]\nadress = "x"\n', "no column 'adress'"),
    "unknown column in values": ('[values.adress]\nA = "x"\n', "no column 'adress'"),
    "a number": ("[set]\nlegal_basis = 7\n", "is not text"),
    "a table that is none": ('columns = "x"\n', "is not a table"),
    "ignore": ('[ignore]\ncolumns = "x"\n', "not a list"),
    "unknown key": ("[file]\nrow = 3\n", "file.row"),
    "header row as text": ('[file]\nheader_row = "3"\n', "file.header_row"),
    "header row 0": ("[file]\nheader_row = 0\n", "less than 1"),
    "delimiter": ('[file]\ndelimiter = "::"\n', "file.delimiter"),
    "encoding": ('[file]\nencoding = "klingon"\n', "file.encoding"),
    "an encoding of two bytes": ('[file]\nencoding = "utf-16"\n', "file.encoding"),
    "hidden": ('[file]\nhidden = "perhaps"\n', "file.hidden"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_profile_is_refused_with_what_is_wrong(desk: Desk, name: str) -> None:
    text, told = WRONG[name]
    with pytest.raises(BadProfile) as caught:
        load(desk, text)
    assert told in f"{caught.value.message} {caught.value.as_dict()['why']}"


def test_a_profile_is_found_by_path_or_name(tmp_path: Path) -> None:
    with pytest.raises(BadProfile, match="no such file"):
        find_profile("other", tmp_path)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "other.toml").write_text("")
    assert find_profile("other", tmp_path) == tmp_path / "profiles" / "other.toml"
    assert find_profile(str(tmp_path / "profiles" / "other.toml"), tmp_path).name == "other.toml"
