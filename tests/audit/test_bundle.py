"""A case as a folder that is checked by its own script: another Python process, isolated, without this program."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from desks import QuickClock, add_cases, again, make_desk, make_key, signed
from sqlalchemy import select, update

sys.path += [str(Path(__file__).parents[1] / name) for name in ("delivery", "outcomes")]

from asking import Platform
from sendings import send

from takedown.audit import verify
from takedown.audit.bundle import BundleThere, bundle
from takedown.audit.held import ErasedCase
from takedown.audit.standalone import signatures
from takedown.heads import write_head
from takedown.ledger.cases import NoSuchCase
from takedown.ledger.tables import cases, events
from takedown.ledger.truths import Claim, Sighting, add_claims, add_sightings
from takedown.planning.approving import approve
from takedown.planning.making import make_plan
from takedown.planning.selection import Selection

OTHERS = ("standin.0001", "standin.0003", "standin.0004")


@pytest.fixture
def desk(tmp_path):
    """Four requests, approved by alice, sent, answered and looked at; C-2 has evidence."""
    for name in ("planner", "alice", "head"):
        make_key(tmp_path, name)
    (tmp_path / "page.png").write_bytes(b"picture")
    audit = '[audit]\nhead_key = "head"\ncopies = ["file:heads"]\n'
    with Platform().open() as platform:
        desk = make_desk(tmp_path, platform.settings(), approvals=1, clock=QuickClock(), extra=audit)
        add_cases(desk, "facebook", range(1, 5), evidence="page.png")
        made = make_plan(desk, Selection())
        approve(again(desk, "alice"), made.plan, made.cases, signed(tmp_path / "alice", made.digest))
        assert send(desk, made.plan).exit == 0
    said = [Claim(one, "declined", "by_hand", one, reason=f"reason {one}", by="planner") for one in (1, 2)]
    seen = [Sighting(one, "available", "page", "high", "PK") for one in (2, 3)]
    desk.ledger.write(lambda book: (add_claims(book, said), add_sightings(book, seen)))
    write_head(desk)
    yield desk
    desk.ledger.close()


def checked(folder):
    """What the script says, run as a stranger would: nothing of ours on its path."""
    words = [sys.executable, "-I", "-S", str(folder / "verify.py")]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def made(desk, tmp_path):
    bundle(desk, 2, tmp_path / "bundle")
    return tmp_path / "bundle"


def test_a_stranger_checks_it_without_the_program(made):
    code, said = checked(made)
    assert said.endswith("All of it holds.\n")
    assert code == 0
    for words in ("it is one of the 4 cases", "standin.0002", "request 2 of P-1", "approved by alice, not its planner planner",
                  "declined, by_hand", "available, PK", "evidence of the case", "signed by SHA256:"):  # fmt: skip
        assert words in said
    assert verify_ledger(made) == []


def verify_ledger(made):
    from takedown.desk import open_desk
    from takedown.settings import load

    return verify(open_desk(load(made.parent / "takedown.toml"), "planner").ledger).problems


def test_it_says_nothing_of_other_targets(made):
    held = b"".join(path.read_bytes() for path in made.rglob("*") if path.is_file())
    assert b"standin.0002" in held
    assert not any(name.encode() in held for name in OTHERS)
    assert b"reason 1" not in held


def test_only_its_owner_may_read_it(made):
    assert {path.stat().st_mode & 0o077 for path in (made, *made.rglob("*"))} == {0}


def change(path, old, new):
    packed = path.suffix == ".gz"
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    assert old in data
    data = data.replace(old, new, 1)
    path.write_bytes(gzip.compress(data) if packed else data)


FORGERIES = {
    "the bytes of a request": ("requests/R-2", b"standin.0002", b"standin.0009"),
    "the target": ("record.json", b"facebook.com/standin.0002", b"facebook.com/standin.0009"),
    "a claim": ("record.json", b'"declined"', b'"removed"'),
    "a sighting": ("record.json", b'"available"', b'"gone"'),
    "an approver's name": ("record.json", b'"name": "alice"', b'"name": "bilal"'),
    "an attempt": ("record.json", b'"sent"', b'"late"'),
    "a receipt": ("record.json", b'"receipt": "', b'"receipt": "X'),
    "an event": ("chain.jsonl.gz", b'request.sent"', b'request.lost"'),
    "a head": ("heads.jsonl", b'"hash":"', b'"hash":"0'),
    "evidence": ("evidence/", b"picture", b"picturf"),
    "the seals of the batch": ("batch.seals", b"", b"0" * 32),
    "the requests of a plan": ("plans/P-1.leaves", b"", b"0" * 32),
    "a planner's signature": ("record.json", b'"planner_signature": ""', b'"planner_signature": "00"'),
    "where it ends": ("chain.jsonl.gz", b'"last": [', b'"last": [1'),
}


@pytest.mark.figure("forged bundles", unit="bundles", how="each is refused by the script inside, which needs nothing of ours")
@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_bundle_does_not_hold(made, what):
    name, old, new = FORGERIES[what]
    path = made / name if not name.endswith("/") else next((made / name).iterdir())
    change(path, old, new)
    code, said = checked(made)
    assert code == 1
    assert "DOES NOT HOLD" in said


@pytest.mark.parametrize("left_out", ["claims", "sightings", "attempts"])
def test_a_row_that_is_left_out_is_missed(made, left_out):
    record = json.loads((made / "record.json").read_text())
    record[left_out] = []
    (made / "record.json").write_text(json.dumps(record))
    assert checked(made)[1].splitlines()[-1] == f"DOES NOT HOLD: {left_out}: 1 that were recorded are not in the bundle"


def test_a_forged_signature_is_refused(made):
    record = json.loads((made / "record.json").read_text())
    (approval,) = record["plans"][0]["approvals"]
    last = approval["signature"][-2:]
    approval["signature"] = approval["signature"][:-2] + ("11" if last == "00" else "00")
    (made / "record.json").write_text(json.dumps(record))
    assert "an approval of P-1 is forged" in checked(made)[1]


def test_words_of_ones_own_are_not_what_an_approver_signed(made, desk):
    """A signature of alice's over something else stands for no approval of this plan."""
    record = json.loads((made / "record.json").read_text())
    (approval,) = record["plans"][0]["approvals"]
    approval |= {"statement": "hello", "signature": signed(made.parent / "alice", "hello").signature}
    (made / "record.json").write_text(json.dumps(record))
    assert "an approval of P-1 is forged" in checked(made)[1]


def test_that_it_was_made_is_recorded(desk, made):
    with desk.ledger.read() as db:
        assert db.execute(select(events.c.subject).where(events.c.kind == "case.disclosed")).scalar() == "C-2"


def test_a_folder_that_holds_something_is_left_alone(desk, made):
    before = sorted(path.name for path in made.iterdir())
    with pytest.raises(BundleThere):
        bundle(desk, 1, made)
    assert sorted(path.name for path in made.iterdir()) == before


def test_evidence_that_is_gone_is_said_to_be(desk, tmp_path):
    for path in (tmp_path / "evidence").iterdir():
        path.unlink()
    assert len(bundle(desk, 2, tmp_path / "bundle").missing) == 1
    code, said = checked(tmp_path / "bundle")
    assert (code, "is not in the bundle" in said) == (0, True)


def test_what_cannot_be_bundled(desk, tmp_path):
    with pytest.raises(NoSuchCase):
        bundle(desk, 99, tmp_path / "bundle")
    desk.ledger.write(lambda book: book.db.execute(update(cases).where(cases.c.id == 1).values(salt=None)))
    with pytest.raises(ErasedCase):
        bundle(desk, 1, tmp_path / "bundle")


def test_its_ed25519_is_that_of_the_library():
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    for at in range(4):
        key, message = Ed25519PrivateKey.generate(), bytes([at]) * at
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert signatures.ed25519(public, message, signature)
        assert not signatures.ed25519(public, message + b"x", signature)
        assert not signatures.ed25519(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))
        assert not signatures.ed25519(public, message, signature[:32] + (2**252 + at).to_bytes(32, "little"))
        assert not signatures.ed25519(b"\xff" * 32, message, signature)
