"""Invented cases and an operator's folder for the tests of notices."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from takedown.contract import Authority, Case, Channel, Evidence, Kind, Measure, Notice, Request, Target
from takedown.notices import Pack, load_packs, render

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AUTHORITY = Authority("Example Authority", "Online Safety Desk", "Duty officer, +44 7700 900123", "desk@authority.example", "PK")
PACKS = load_packs()
PACK_IDS = list(PACKS)

OWN_VALUES = {
    "section_37_ground": "incitement to an offence under the Act",
    "infringed_law": "Section 1 of the Invented Act",
    "trusted_flagger": "",
    "platform_rule": "Violent speech policy, section 2",
    "why_no_order": "The account is outside the reach of an order of ours.",
    "issuing_state": "DE",
    "addressee": "Chirp Limited, represented by Example Agency",
    "contact_point": "orders@chirp.example",
    "establishment_state": "IE",
    "further_identification": "The second comment under the item",
    "tco_ground": "a, d",
    "non_disclosure": "",
    "copy_to": "Example Authority of that State, copies@authority.example",
    "authority_type": "police",
    "certified_by": "A. Clerk, Head of Desk",
    "issuing_address": "1 Example Street, Example City, +44 7700 900123",
    "redress_body": "Example Administrative Court",
    "redress_deadline": "one month from the day on which this order was received",
    "redress_provisions": "https://law.example/redress",
    "prior_information": "Orders were sent to this provider before.",
    "national_basis": "Section 2 of the Invented Media Act",
    "territory_reason": "The content is addressed to the public of that country.",
    "redress_available": "Both may go to the Example Court within a month.",
    "effect_report_to": "Example Coordinator, effect@authority.example",
    "designation": "QDe.999",
    "list_version": "2026-01-01",
    "national_law": "Section 3 of the Invented Sanctions Act",
    "account_link": "The account is named as its own on the entity's site, see the annex.",
    "court": "Example Court, Example City",
    "case_number": "12 X 345/26",
    "decision_date": "2026-01-01",
    "certified_copy": "decision.pdf",
    "decision_force": "provisionally enforceable",
    "remedies": "Appeal within two weeks.",
}


def case(number: int = 1, **changes: Any) -> Case:
    """A case that is complete under every shipped pack."""
    handle = f"standin_{number:04}"
    facts: dict[str, Any] = {
        "id": f"C-{number}",
        "target": Target("chirp", Kind.ACCOUNT, handle, f"https://chirp.example/{handle}", f"account:{handle}"),
        "basis": "",
        "reason": "The account publishes calls to violence for an invented organisation.",
        "reference": f"FILE-{number:04}",
        "measure": Measure.REMOVE_ACCOUNT,
        "proportionality": "Every item seen on the account is of the same kind.",
        "territory": ("PK",),
        "evidence": (Evidence("ab" * 32, "image/png", "page.png"), Evidence("cd" * 32, "application/pdf", "decision.pdf")),
        "language": "en",
        "fields": OWN_VALUES,
    }
    return Case(**(facts | changes))


def write(pack: Pack, *cases: Case, **changes: Any) -> Notice:
    facts: dict[str, Any] = {"reference": "TD-ABC123", "territory": ["PK"], "issued_at": WHEN}
    return render(pack, cases or [case()], changes.pop("authority", AUTHORITY), **(facts | changes))


def request(pack: Pack, *cases: Case) -> Request:
    carried = cases or (case(),)
    message_id = "<td-1@authority.example>"
    notice = write(pack, *carried)
    return Request("TD-ABC123", "chirp", Channel.EMAIL, carried, notice, AUTHORITY, ("PK",), WHEN, message_id=message_id)


def operators_folder(root: Path, pack: str = "pk-peca-37", name: str = "") -> Path:
    """A folder with a copy of a shipped pack, under its own name or another; its texts stay the shipped ones."""
    (root / "packs").mkdir(parents=True)
    text = (files("takedown_notices") / "packs" / f"{pack}.toml").read_text(encoding="utf-8")
    if name:
        text = text.replace(f'id = "{pack}"', f'id = "{name}"\ntexts_of = "{pack}"', 1)
    (root / "packs" / f"{name or pack}.toml").write_text(text, encoding="utf-8")
    return root


def copied_texts(root: Path, pack: str, language: str = "en") -> Path:
    """The shipped texts of a pack in a language, copied into an operator's folder to be changed."""
    with_texts = root / language / pack
    shutil.copytree(str(files("takedown_notices") / language / pack), with_texts)
    return with_texts
