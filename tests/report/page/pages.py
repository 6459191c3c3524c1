"""Pages to look at: one of a lived ledger, one with a hostile text in every field that a page shows."""

from busy import busy
from hostile import PAYLOADS
from ledger_scenes import DAY, Scene

from takedown.report.contradictions import LISTED
from takedown.report.outcomes import Asked, Report, report


def lived(at_desk: Scene, by: str = "platform") -> Report:
    busy(at_desk, 3, 250)
    return report(at_desk.desk, Asked(by, listed=LISTED))


def hostile(at_desk: Scene, by: str) -> Report:
    """Every payload is an organisation, a kind, a basis, a reference, a link, a ground; the first also the authority's name."""
    at_desk.desk.settings.authority.__dict__["name"] = PAYLOADS[0] + PAYLOADS[7]
    for place, text in enumerate(PAYLOADS):
        plain = text.replace("\x00", "")  # a text column of PostgreSQL takes none either
        more = dict.fromkeys(("organisation", "kind", "basis", "reference", "url"), f"{plain}{place}")
        case = at_desk.case(**more)
        at_desk.sent(case)
        at_desk.clock.at += DAY
        at_desk.claim(case, "removed", ground=plain)
        at_desk.see(case, "available")
    return report(at_desk.desk, Asked(by, listed=LISTED))
