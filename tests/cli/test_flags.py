import pytest
from hypothesis import given
from hypothesis import strategies as st

from takedown.cli.flags import SWITCHES, Flags, hoist


@pytest.mark.parametrize(
    ("words", "flags", "rest"),
    [
        ("import cases.csv --json", Flags(json=True), "import cases.csv"),
        ("--json import cases.csv", Flags(json=True), "import cases.csv"),
        ("case list --all --json --quiet", Flags(json=True, quiet=True), "case list --all"),
        ("--config a.toml status", Flags(config="a.toml"), "status"),
        ("status --config=a.toml --no-color", Flags(config="a.toml", no_color=True), "status"),
        ("--config a.toml status --config b.toml", Flags(config="b.toml"), "status"),
        ("recognise -- --json --config", Flags(), "recognise -- --json --config"),
        ("status --config", Flags(), "status --config"),
        ("reject P-1 --reason=--json", Flags(), "reject P-1 --reason=--json"),
        ("plan --yes --no-input --verbose", Flags(yes=True, no_input=True, verbose=True), "plan"),
        ("", Flags(), ""),
    ],
)
def test_flags_may_stand_anywhere(words: str, flags: Flags, rest: str) -> None:
    assert hoist(words.split()) == (flags, rest.split())


@given(st.lists(st.text(max_size=8).filter(lambda word: word not in SWITCHES and not word.startswith("--config"))))
def test_every_other_word_stays_in_its_place(words: list[str]) -> None:
    assert hoist(words) == (Flags(), words)


@given(st.lists(st.sampled_from([*SWITCHES, "--config=a", "word", "--"])))
def test_what_follows_two_dashes_is_left_alone(words: list[str]) -> None:
    assert hoist(["--", *words]) == (Flags(), ["--", *words])
