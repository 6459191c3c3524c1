"""Files whose cells were moved: what the import does not say, only a reviewer can see (faults.md, W6)."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from figures import FULL, SEED, Tell
from intake_desk import Desk, as_csv, row, url
from mutants import FILES, Grid, mutants, text

from takedown.contract import TakedownError
from takedown.intake import Setting
from takedown.intake.checks import NEW_CASE, Checker, NewCase
from takedown.intake.ends import Ends
from takedown.intake.evidence import EvidenceRoom
from takedown.intake.naming import names_another
from takedown.intake.rows import Layout, open_rows
from takedown.notices import load_packs
from takedown.planning.flags import flags_of
from takedown.registry import load

PLATFORMS = {name: made() for name, made in load().platforms.items()}
SETTING = Setting(PLATFORMS, load_packs(), "Example Authority", "PK", "Clerk")
IDENTITY = NEW_CASE.index("identity")
LOOKS = 3 if FULL else 1
"""Files of each sort, with other places spoiled in each."""
MOVED = {"round, down", "round, up", "sorted", "sorted back", "shuffled", "two cells swapped", "up a row", "down a row"}
EQUALS = {
    "reference", "proportionality", "organisation", "territory", "platform_id", "followers", "language", "first_seen",
    "section_37_ground",
}  # fmt: skip
"""Columns whose values are as good in one row as in another."""
ALIKE = {
    "reason, proportionality", "reason, section_37_ground", "proportionality, organisation", "proportionality, section_37_ground",
    "reference, organisation", "reference, section_37_ground", "organisation, section_37_ground",
}  # fmt: skip
"""Pairs of columns that take the same sort of text."""


def seen(content: str, folder: Path) -> tuple[dict[str, NewCase], bool]:
    """The cases by target, and whether the import said anything: refused, a problem, or a note."""
    said: list[object] = []
    cases: dict[str, NewCase] = {}
    try:
        source = open_rows(io.BytesIO(content.encode()), Path("a.csv"), Layout(SETTING.columns))
        checker, ends = Checker(SETTING, EvidenceRoom(folder, folder), said.append), Ends()
        for one in source.rows:
            ends.see(one)
            said += [] if source.watched.ended else ["cut off"]
            found = checker.check(one)
            if not isinstance(found, tuple):
                return {}, True
            said += ["twice"] if found[IDENTITY] in cases else []
            cases[found[IDENTITY]] = found[1:]
    except TakedownError:
        return {}, True
    return cases, bool([*said, *ends.alone()])


def explained(what: str) -> bool:
    """Whether nothing in the file can tell, so that it is for the reviewer's sample."""
    where, _, how = what.partition(": ")
    if how in MOVED:
        return where in EQUALS
    if how in {"names swapped", "swapped in one row"}:
        return where in ALIKE
    # The last column takes any text, and may be empty.
    return where in {"first_seen", "section_37_ground"} and how.startswith(
        ("an empty cell before it, the last", "a cell lost, one")
    )


@pytest.mark.parametrize("name", FILES)
def test_a_spoiled_file_is_not_taken_in_silence(name: str, tmp_path: Path, figure: Tell) -> None:
    counts: Counter[str] = Counter()
    unexplained: list[str] = []
    for look in range(LOOKS):
        grid: Grid = FILES[name](8 + look)
        truth, said = seen(text(grid), tmp_path)
        assert not said
        for what, content in mutants(grid, Random(f"{SEED}/{name}/{look}")):
            cases, said = seen(content, tmp_path)
            wrong = any(truth.get(target) != values for target, values in cases.items())
            if wrong and not said and not explained(what):
                unexplained.append(what)
            counts["told" if said else "for the reviewer" if wrong else "harmless"] += 1
    how = "refused, a problem or a note; what nothing in a file can tell is left to the reviewer's sample"
    figure("spoiled files told", counts["told"], unit="files", how=how)
    figure("spoiled files that load wrong unexplained", len(unexplained), bound="<=", target=0, unit="files", how=how)
    assert not unexplained
    assert counts["told"] > 5 * counts["for the reviewer"]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("The account @standin_0042 publishes it.", ""),
        ("The account @standin_0043 publishes it.", "@standin_0043"),
        ("See https://nest.example/@standin_0043, annex 1.", "https://nest.example/@standin_0043"),
        ("See https://www.nest.example/@standin_0043 and standin_0042.", ""),
        ("Law: https://law.example/act-37, desk@authority.example, 5@6.", ""),
        ("Calls to violence.", ""),
        ("STANDIN_0042 and @standin_0043 are one person.", ""),
        ("http://[, ftp://nest.example/@a", ""),
    ],
)
def test_which_other_target_a_text_names(said: str, named: str) -> None:
    assert names_another(said, "standin_0042", url(42)) == named


def test_a_reason_of_a_neighbour_is_noted_and_flagged(desk: Desk) -> None:
    reasons = [f"The account @standin_{n:04} publishes calls to violence." for n in (2, 3, 4, 1)]
    done = desk.run([row(n, reason=reason) for n, reason in enumerate(reasons, 1)])
    assert [str(note).partition(",")[0] for note in done.notes] == [
        f"row {n + 1}: the reason names @standin_{m:04}" for n, m in ((1, 2), (2, 3), (3, 4), (4, 1))
    ]
    assert [next(flags_of(case)) for case in desk.cases] == [
        f"its reason names @standin_{n:04}, not this target" for n in (2, 3, 4, 1)
    ]


def test_a_reason_that_many_share_is_looked_at_in_each_row(desk: Desk) -> None:
    reason = "The account @standin_0001 publishes calls to violence."
    done = desk.run([row(n, reason=reason) for n in range(1, 5)])
    assert len(done.notes) == 3


def test_a_column_that_lost_its_first_cell_is_noted(desk: Desk) -> None:
    rows = [row(n, organisation="" if n == 1 else f"Wing {n}") for n in range(1, 6)]
    assert "this one alone has no organisation" in str(desk.run(rows).notes[0])
    assert not desk.run([row(n, organisation="" if n % 2 else "Wing") for n in range(11, 16)]).notes


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"handle": "standin_0002"}, "handle", "TD-0243"),
        ({"handle": "Calls to violence, see annex."}, "handle", "TD-0243"),
        ({"platform_id": "Wing 3"}, "platform_id", "TD-0244"),
        ({"platform_id": "1,00E+15"}, "platform_id", "TD-0244"),
        ({"reason": "FIA/CTW/2026/107"}, "reason", "TD-0245"),
        ({"proportionality": "remove_account"}, "proportionality", "TD-0245"),
        ({"reference": "Every item seen on it is of the same kind and would be posted anew at once."}, "reference", "TD-0245"),
    ],
)
def test_what_stands_under_the_wrong_name_is_told_with_its_row(
    desk: Desk, changed: dict[str, str], column: str, code: str
) -> None:
    done = desk.run(as_csv([row(1), row(2) | changed if column != "handle" else row(1) | changed]))
    (problem,) = [one for one in done.problems if one.column == column]
    assert (problem.row, problem.code) == (3, code)
    assert problem.what
    assert problem.why
    assert problem.fix
    assert desk.untouched
