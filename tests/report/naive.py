"""Everything that a report says, worked out again from the ledger's raw rows, case by case and in the plainest way.

It shares no line with the program: events tell what our side did, claims and sightings what was said and seen. Slow on purpose.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, select

from takedown.ledger.tables import cases, claims, events, request_cases, sightings

ACTED, NO = ("removed", "restricted"), ("declined",)
OUT_OF_SIGHT = ("gone", "suspended", "withheld", "restricted")
NEVER_MEANT = ("duplicate", "out_of_scope", "mistake")
Life = dict[str, Any]


def lives(db: Connection, at: float) -> list[Life]:
    """Each case that existed at `at`, as it stood then."""
    chain = db.execute(select(events).order_by(events.c.seq)).mappings()
    told = [(when, e) for e in chain if (when := datetime.fromisoformat(e["at"]).timestamp()) <= at]
    said = [row for row in db.execute(select(claims).order_by(claims.c.id)).mappings() if row["recorded_at"] <= at]
    saw = [row for row in db.execute(select(sightings).order_by(sightings.c.id)).mappings() if row["recorded_at"] <= at]
    carried = db.execute(select(request_cases).order_by(request_cases.c.request, request_cases.c.position)).mappings().all()
    found = []
    for row in db.execute(select(cases).order_by(cases.c.id)).mappings():
        if row["created_at"] > at:
            continue
        mine = [one["request"] for one in carried if one["case"] == row["id"]]
        life = {name: row[name] for name in ("platform", "kind", "basis", "organisation", "identity")}
        life |= {"case": row["id"], "sent_at": None, "closed": "", "closed_at": None, "request": None}
        for when, event in told:
            data = json.loads(event["data"])
            theirs = [one for one in data.get("requests", []) if one in mine]
            if event["kind"] == "request.sent" and theirs:
                life["sent_at"], life["request"] = life["sent_at"] or when, theirs[0]
            elif event["kind"] == "request.returned" and theirs:
                life["sent_at"] = life["request"] = None
            elif event["kind"] == "case.closed" and event["subject"] == f"C-{row['id']}":
                life["closed"], life["closed_at"] = data["as"], when
            elif event["kind"] == "case.reopened" and event["subject"] == f"C-{row['id']}":
                life["closed"], life["closed_at"] = "", None
        heard = [one for one in said if one["case"] == row["id"]]
        seen = [one for one in saw if one["case"] == row["id"]]
        acting = [one for one in heard if one["value"] in ACTED]
        life["claimed"] = heard[-1]["value"] if heard else "none"
        life["ground"] = acting[-1]["ground"] if acting else ""
        life["observed"] = seen[-1]["observed"] if seen else ""
        life["acted_at"] = min((one["recorded_at"] for one in acting), default=None)
        life["declined_at"] = min((one["recorded_at"] for one in heard if one["value"] in NO), default=None)
        life["gone_at"] = min((one["recorded_at"] for one in seen if one["observed"] in OUT_OF_SIGHT), default=None)
        found.append(life)
    return found


def asked(found: Iterable[Life]) -> list[Life]:
    return [one for one in found if one["sent_at"] is not None and one["closed"] not in NEVER_MEANT]


def acted(one: Life) -> dict[str, bool]:
    said, seen = one["claimed"] in ACTED, one["observed"] in OUT_OF_SIGHT
    return {"claim": said, "observation": seen, "agreed": said and seen}


def pending(one: Life) -> bool:
    final = one["claimed"] in ACTED or one["claimed"] in NO
    return one["closed"] == "" and one.get("withdrawn_at") is None and not final and one["observed"] not in OUT_OF_SIGHT


def rates(found: Iterable[Life]) -> dict[str, tuple[int, int, int]]:
    """By what says so: numerator, denominator, pending."""
    mine = asked(found)
    waits = sum(pending(one) for one in mine)
    return {name: (sum(acted(one)[name] for one in mine), len(mine), waits) for name in ("claim", "observation", "agreed")}


def grounds(found: Iterable[Life]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for one in asked(found):
        for name, is_so in acted(one).items():
            if is_so:
                counts[name, one["ground"] or "not_said"] += 1
    return counts


def units(found: Iterable[Life], unit: str) -> dict[str, int]:
    """How many requests or accounts, and how many of them count in each rate."""
    members: dict[Any, list[Life]] = {}
    for one in asked(found):
        key = one["request"] if unit == "request" else (one["platform"], one["identity"])
        members.setdefault(key, []).append(one)
    every = all if unit == "request" else any
    counts = {name: sum(every(acted(one)[name] for one in group) for group in members.values()) for name in acted_names()}
    waits = 0
    for group in members.values():
        done = unit == "account" and any(acted(one)["claim"] or acted(one)["observation"] for one in group)
        waits += any(pending(one) for one in group) and not done
    looked = any if unit == "account" else all
    unseen = sum(not looked(one["observed"] != "" for one in group) for group in members.values())
    return {**counts, "asked": len(members), "pending": waits, "not_looked": unseen}


def acted_names() -> tuple[str, ...]:
    return ("claim", "observation", "agreed")


def contradictory(found: Iterable[Life]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in found:
        if one["closed"] == "" and one["observed"] == "available" and one["gone_at"] is not None:
            counts["gone_back"] += 1
        elif one["closed"] == "" and one["claimed"] in ACTED and one["observed"] == "available":
            counts["says_acted_still_up"] += 1
        if one["closed"] == "" and one["claimed"] in NO and one["observed"] in OUT_OF_SIGHT:
            counts["declined_yet_gone"] += 1
    return counts


def weeks(found: Iterable[Life]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for one in asked(found):
        year, week, _ = datetime.fromtimestamp(one["sent_at"], tz=__import__("datetime").UTC).isocalendar()
        mine = counts.setdefault(f"{year}-W{week:02}", Counter(delivered=0, claim=0, observation=0, agreed=0, pending=0))
        mine["delivered"] += 1
        mine["pending"] += pending(one)
        for name, is_so in acted(one).items():
            mine[name] += is_so
    return counts


def ends(found: Iterable[Life], way: str, at: float) -> list[tuple[float, str]]:
    """How each delivered case ended and after how many seconds; what was decided before it was delivered is left out."""
    told = []
    for one in asked(found):
        ways = {"claim": [one["acted_at"]], "observation": [one["gone_at"]], "first": [one["acted_at"], one["gone_at"]]}[way]
        # Of things at the same moment action comes first, and the end of the watch last.
        things = [(when, 0, "acted") for when in ways if when is not None]
        things += [(one["declined_at"], 1, "declined")] if one["declined_at"] is not None else []
        stops = [when for when in (one["closed_at"], one.get("withdrawn_at")) if when is not None]
        things += [(min(stops, default=at), 2, "unended")]
        when, _, how = min(things)
        milliseconds = round((when - one["sent_at"]) * 1000)
        if milliseconds >= 0:
            told.append((milliseconds / 1000, how))
    return told


def incidence(told: list[tuple[float, str]]) -> list[tuple[float, Fraction]]:
    """The cumulative incidence of action after Aalen and Johansen, in exact fractions, at each time at which it rises."""
    curve, share, undecided = [], Fraction(0), Fraction(1)
    for time in sorted({when for when, _ in told}):
        at_risk = sum(1 for when, _ in told if when >= time)
        yes = sum(1 for when, how in told if when == time and how == "acted")
        no = sum(1 for when, how in told if when == time and how == "declined")
        share += undecided * Fraction(yes, at_risk)
        undecided *= 1 - Fraction(yes + no, at_risk)
        if yes:
            curve.append((time, share))
    return curve


def kaplan_meier(told: list[tuple[float, str]]) -> list[tuple[float, Fraction]]:
    """One minus Kaplan-Meier, a refusal being the end of the watch."""
    return incidence([(when, "acted" if how == "acted" else "unended") for when, how in told])


def reached(curve: list[tuple[float, Fraction]]) -> float | None:
    return next((time for time, share in curve if share >= Fraction(1, 2)), None)


def within(told: list[tuple[float, str]], seconds: float) -> Fraction | None:
    """None when the last case was lost from sight before that."""
    last = max((when for when, _ in told), default=0.0)
    lost = any(how == "unended" for when, how in told if when == last) or not told
    if seconds > last and lost:
        return None
    return next((share for time, share in reversed(incidence(told)) if time <= seconds), Fraction(0))
