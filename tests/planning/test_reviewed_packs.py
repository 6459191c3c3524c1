"""Live uses a pack that is not verified, or is an operator's own, only under its reviewer's signature over that very pack."""

import json
from dataclasses import replace

import pytest
from desks import acting, add_cases, adopt_oversight, again, make_key, signed, write_policy
from sqlalchemy import select

from takedown.approval import NotAnApprover, StrangeKey, approvers
from takedown.desk import open_desk
from takedown.ledger.setup import create
from takedown.ledger.tables import cases, events, plans
from takedown.planning.making import make_plan
from takedown.planning.reviewed_packs import NotReviewed, check_reviewed, review_file, review_text, sign_pack, standing
from takedown.planning.selection import Selection
from takedown.settings import load

OWN_SHARED = "\nDesk\n{{ authority.name }} {{ authority.unit }} {{ authority.contact }} {{ authority.email }} {{ reference }}\n"
OVERRIDDEN = "en/shared/foot.txt"


def write_live(folder, environment="live", packs=""):
    write_policy(folder)
    (folder / "takedown.toml").write_text(
        f'environment = "{environment}"\n[authority]\nname = "Example Authority"\nunit = "Desk 1"\ncontact = "Duty officer"\n'
        f'email = "desk@authority.example"\ncountry = "PK"\n'
        f'[platforms.telegram]\nchannel = "portal"\n[platforms.facebook]\nchannel = "portal"\n[packs]\nfolder = "{packs}"\n'
    )


@pytest.fixture
def live(tmp_path):
    """A live desk with three approvers and one case, filed by hand."""
    for name in ("planner", "alice", "bilal", "mallory"):
        make_key(tmp_path, name)
    write_live(tmp_path)
    config = load(tmp_path / "takedown.toml")
    create(config.settings.ledger.url, config.folder, "live", None).close()
    desk = open_desk(config, "planner")
    adopt_oversight(desk)
    add_cases(desk, "facebook", [1])
    yield desk
    desk.ledger.close()


def review(desk, by="alice", key=None, pack="pk-peca-37"):
    chosen = desk.packs[pack]
    signature = signed(desk.config.folder / (key or by), review_text(chosen))
    at = acting(again(desk), by) if desk.live and by in {"planner", "alice", "bilal"} else replace(desk, who=by)
    return sign_pack(at, chosen, signature)


def verified(desk, **changes):
    desk.packs["pk-peca-37"] = desk.packs["pk-peca-37"].model_copy(
        update={"verified_on": "2026-01-02", "unverified": (), **changes}
    )
    return desk


def test_a_pack_that_nobody_vouched_for_is_refused_and_nothing_is_frozen(live):
    with pytest.raises(NotReviewed, match=r"pk-peca-37 may not be used in live: nobody has signed") as caught:
        make_plan(live, Selection())
    story = caught.value.as_dict()
    assert (story["code"], story["exit"]) == ("TD-0750", 7)
    assert "not verified" in story["why"]
    assert "takedown packs sign pk-peca-37 --as NAME" in story["do"]
    with live.ledger.read() as db:
        assert db.execute(select(plans.c.id)).all() == []
        assert db.execute(select(cases.c.delivered)).scalar() == "draft"


def test_the_same_pack_is_planned_once_it_is_signed_for(live):
    review(live)
    assert make_plan(live, Selection()).cases == 1
    with live.ledger.read() as db:
        kept = json.loads(db.execute(select(events.c.data).where(events.c.kind == "pack.reviewed")).scalar_one())
    assert kept["fingerprint"] == live.packs["pk-peca-37"].fingerprint
    assert "alice" not in json.dumps(kept)


def test_the_sandbox_asks_for_no_review(desk):
    assert make_plan(desk, Selection()).cases == 7


def test_a_verified_pack_of_ours_needs_no_review(live):
    assert make_plan(verified(live), Selection()).cases == 1


def test_a_verified_pack_of_the_operators_needs_one(live):
    with pytest.raises(NotReviewed) as caught:
        make_plan(verified(live, origin="packs"), Selection())
    assert "law is verified, its origin packs" in caught.value.as_dict()["why"]


def test_only_the_packs_of_the_selected_cases_are_asked_for(live):
    add_cases(live, "telegram", [2])
    review(live)
    check_reviewed(live, ["pk-peca-37"])
    with pytest.raises(NotReviewed, match="eu-dsa-16"):
        check_reviewed(live, ["eu-dsa-16", "pk-peca-37"])
    assert make_plan(live, Selection(platform="telegram")).cases == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("pack", "eu-dsa-16"), "changed since"),
        (("fingerprint", "0" * 64), "changed since"),
        (("by", "bilal"), "not among policy.approvers"),
        (("by", "nobody"), "not among policy.approvers"),
        (("signature", "0" * 128), "does not fit"),
        (("signature", "not hexadecimal"), "does not fit"),
        (("key", "AAAA"), "not among policy.approvers"),
    ],
)
def test_an_edited_review_is_none(live, change, why):
    file = review(live)
    name, value = change
    lines = [f"{name} = {json.dumps(value)}" if line.startswith(f"{name} =") else line for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines))
    with pytest.raises(NotReviewed, match=why):
        make_plan(live, Selection())


@pytest.mark.parametrize("text", ["", "not = [toml", "by = 3", "by = 'alice'", "\x00"])
def test_a_file_that_is_no_review_is_refused_with_its_name(live, text):
    file = review(live)
    file.write_text(text)
    found = standing(live.config, live.packs["pk-peca-37"], approvers(live.policy.approvers))
    assert not found.lawful
    assert f"{file} is not a review" in found.why_not


def test_another_packs_review_does_not_serve(live):
    other = review(live, pack="eu-dsa-16")
    other.rename(review_file(live.config, "pk-peca-37"))
    with pytest.raises(NotReviewed, match="changed since"):
        make_plan(live, Selection())


def test_a_plans_approval_does_not_serve_as_a_review(live):
    chosen = live.packs["pk-peca-37"]
    signature = signed(live.config.folder / "alice", chosen.fingerprint)
    file = review(live)
    text = file.read_text()
    file.write_text(text.replace(text.splitlines()[-1], f'signature = "{signature.signature}"'))
    assert "does not fit" in standing(live.config, chosen, approvers(live.policy.approvers)).why_not


def test_a_changed_text_ends_the_review(live, tmp_path):
    (tmp_path / "own" / "en" / "shared").mkdir(parents=True)
    write_live(tmp_path, packs="own")
    desk = again(live)
    file = review(desk)
    assert file == tmp_path / "own" / "reviews" / "pk-peca-37.review.toml"
    assert standing(desk.config, desk.packs["pk-peca-37"], approvers(desk.policy.approvers)).by == "alice"
    (tmp_path / "own" / OVERRIDDEN).write_text(OWN_SHARED)
    desk = again(live)
    with pytest.raises(NotReviewed, match="changed since"):
        make_plan(desk, Selection())


def test_a_reviewer_who_is_no_approver_any_more_vouches_for_nothing(live, tmp_path):
    review(live)
    (tmp_path / "alice.pub").unlink()
    write_live(tmp_path)
    with pytest.raises(NotReviewed, match=r"not among policy\.approvers"):
        make_plan(again(live), Selection())


@pytest.mark.parametrize(("by", "key", "error"), [("mallory", "mallory", NotAnApprover), ("alice", "mallory", StrangeKey)])
def test_only_an_approver_with_their_own_key_may_sign(live, by, key, error):
    with pytest.raises(error):
        review(live, by, key)
    assert not review_file(live.config, "pk-peca-37").exists()
