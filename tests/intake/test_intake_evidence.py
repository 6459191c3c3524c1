"""Evidence is kept by its sha256; no name leads out of the imported file's folder."""

from __future__ import annotations

import hashlib
import os

import pytest
from intake_desk import Desk, row

from takedown.intake import evidence

PICTURE = b"\x89PNG an invented picture"
SHA = hashlib.sha256(PICTURE).hexdigest()


def test_evidence_is_copied_under_its_digest_and_named_in_the_case(desk: Desk) -> None:
    (desk.folder / "shots").mkdir()
    for name in ("shots/page 1.png", "shots/same.png", "note.txt"):
        (desk.folder / name).write_bytes(PICTURE if name.endswith("png") else b"seen")
    done = desk.run([row(1, evidence="shots/page 1.png; note.txt ;shots/same.png"), row(2, evidence="note.txt"), row(3)])
    assert done.problems == ()
    note = hashlib.sha256(b"seen").hexdigest()
    pictured = {"sha256": SHA, "media_type": "image/png", "name": "page 1.png"}
    assert desk.cases[0]["evidence"] == [pictured, {"sha256": note, "media_type": "text/plain", "name": "note.txt"}]
    assert desk.cases[2]["evidence"] == []
    kept = desk.folder / "evidence"
    assert sorted(path.name for path in kept.iterdir()) == sorted([SHA, note])
    assert (kept / SHA).read_bytes() == PICTURE
    assert (kept / SHA).stat().st_mode & 0o077 == 0
    assert kept.stat().st_mode & 0o077 == 0


NAMES = {
    "absent.png": "no such file",
    "../outside.png": "outside the folder",
    "shots/../../outside.png": "outside the folder",
    "/etc/hostname": "outside the folder",
    "link.png": "symbolic link",
    "linked/page.png": "symbolic link",
    "shots": "not a file",
    "pipe": "not a file",
    "empty.png": "0 bytes",
    "large.png": "files of 1 to",
    "shots\\page.png": "backslash",
    "a\nb.png": "invisible",
    "x" * 1001: "too long",
    "y" * 300: "too long",
}


@pytest.mark.parametrize("name", NAMES, ids=[name[:20].encode("unicode_escape").decode() for name in NAMES])
def test_a_name_that_leads_astray_is_refused(desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "LIMIT", 1000)
    shots = desk.folder / "shots"
    shots.mkdir()
    (shots / "page.png").write_bytes(PICTURE)
    (desk.folder / "link.png").symlink_to(shots / "page.png")
    (desk.folder / "linked").symlink_to(shots)
    (desk.folder / "empty.png").write_bytes(b"")
    (desk.folder / "large.png").write_bytes(b"x" * 1001)
    os.mkfifo(desk.folder / "pipe")
    (desk.folder.parent / "outside.png").write_bytes(PICTURE)
    done = desk.run([row(1, evidence=f"shots/page.png;{name}")])
    told = [problem.what for problem in done.problems if problem.column == "evidence"]
    assert any(NAMES[name] in what for what in told)
    assert desk.untouched


@pytest.mark.parametrize("name", ["CON", "con.png", "aux.txt", "Page.PNG", "page.png", "=cmd.png", "%2e%2e", "..."])
def test_no_name_reaches_the_disk(desk: Desk, name: str) -> None:
    (desk.folder / name).write_bytes(PICTURE)
    assert desk.run([row(1, evidence=name)]).imported == 1
    assert [path.name for path in (desk.folder / "evidence").iterdir()] == [SHA]
    assert desk.cases[0]["evidence"][0]["name"] == name


def test_the_same_evidence_again_is_kept_once(desk: Desk) -> None:
    (desk.folder / "page.png").write_bytes(PICTURE)
    desk.run([row(1, evidence="page.png")])
    (desk.folder / "page.png").rename(desk.folder / "again.png")
    desk.run([row(2, evidence="again.png")])
    assert [path.name for path in (desk.folder / "evidence").iterdir()] == [SHA]
