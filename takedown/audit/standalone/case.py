"""The case: what it is about, its plans and who approved them, its requests, and what came of each."""

from typing import Dict, Iterator

from takedown.audit.standalone.excerpt import Bundle, Row, canonical, hashes, need, seal, sha256
from takedown.audit.standalone.signatures import fingerprint, signed


def target(bundle: Bundle) -> Iterator[str]:
    case = bundle.record["case"]
    yield f"{case['id']} is about {case['values'][5]}, under {case['values'][6]}"
    made = seal(case["salt"], case["values"])
    told = [one for one in bundle.of("case.made", "case.sealed") if one["subject"] == case["id"]]
    if told:
        need(told[-1]["told"]["seal"] == made, f"{case['id']} is not what was recorded")
        yield f"  it is what event {told[-1]['seq']} sealed, {told[-1]['at']}"
        return
    raw = (bundle.folder / "batch.seals").read_bytes()
    seals = hashes(raw)
    batch = next((one for one in bundle.of("batch.imported") if one["told"].get("seals_sha256") == sha256(raw)), None)
    need(batch is not None and made in seals, f"{case['id']} is not what was imported")
    yield f"  it is one of the {len(seals)} cases that event {(batch or {})['seq']} sealed, {(batch or {})['at']}"


def plans(bundle: Bundle) -> Iterator[str]:
    for plan in bundle.record["plans"]:
        made = next((one for one in bundle.of("plan.made") if one["subject"] == plan["id"]), None)
        need(made is not None and made["told"]["digest"] == plan["digest"], f"{plan['id']} is not the plan that was recorded")
        leaves = bundle.plan_leaves(plan)
        document = {
            "schema": 1, "ledger": bundle.record["ledger"], "plan": plan["id"], "environment": bundle.record["environment"],
            "policy": plan["policy"], "requests": leaves,
        }  # fmt: skip
        if plan["demands"]:
            document["demands"] = plan["demands"]
        made_anew = sha256(canonical(document).encode())
        need(made_anew == plan["digest"], f"{plan['id']} has another digest than its requests make")
        yield f"{plan['id']} has {len(leaves)} requests and the digest {plan['digest']}"
        yield from planner(bundle, plan)
        yield from approvals(bundle, plan)


def planner(bundle: Bundle, plan: Row) -> Iterator[str]:
    key, signature, name = plan["planner_key"], plan["planner_signature"], plan["planner"]
    if not signature:
        need(bundle.record["environment"] != "live", f"{plan['id']} is not signed by {name}, who planned it")
        return
    holds = signed(key, signature, f"takedown-plan-v1\n{plan['digest']}", "takedown-approval")
    need(holds, f"the signature of {name}, who planned {plan['id']}, is forged")
    told = (
        one for one in bundle.of("plan.planner_signed")
        if (one["subject"], one["told"]["planner_key"]) == (plan["id"], key) and bundle.opened.get((one["seq"], "by")) == name
    )  # fmt: skip
    event = next(told, None)
    need(event, f"no event tells that {name} signed {plan['id']}")
    yield f"  planned by {name}, with the key {fingerprint(key)}, {(event or {})['at']}"


def approvals(bundle: Bundle, plan: Row) -> Iterator[str]:
    for one in plan["approvals"]:
        need(one["digest"] == plan["digest"], f"an approval of {plan['id']} is for another digest")
        need(one["name"] != plan["planner"], f"{plan['id']} is approved by the person who planned it")
        need(one["key"] != plan["planner_key"], f"{plan['id']} is approved with the key that planned it")
        holds = signed(one["key"], one["signature"], plan["digest"], "takedown-approval")
        need(holds, f"an approval of {plan['id']} is forged")
        told = [
            event for event in bundle.of("plan.signed")
            if (event["subject"], event["told"]["key"], event["told"]["digest"]) == (plan["id"], one["key"], plan["digest"])
        ]  # fmt: skip
        names = {bundle.opened.get((event["seq"], "by")) for event in told}
        need(one["name"] in names, f"no event tells of the approval of {plan['id']} by {one['name']}")
        yield f"  approved by {one['name']}, not its planner {plan['planner']}, with the key {fingerprint(one['key'])}, {told[0]['at']}"
    if not plan["approvals"]:
        yield "  approved by nobody: it was sent where the policy asks for no approvals"


def requests(bundle: Bundle) -> Iterator[str]:
    leaves_of = {plan["id"]: bundle.plan_leaves(plan) for plan in bundle.record["plans"]}
    for one in bundle.record["requests"]:
        name, facts = one["facts"]["request"], one["facts"]
        body = (bundle.folder / one["file"]).read_bytes()
        need(sha256(body) == facts["sha256"], f"{name}: {one['file']} has other bytes than were planned")
        at = int(one["position"]) - 1
        need(leaves_of[one["plan"]][max(at, 0) :][:1] == [seal(one["salt"], facts)], f"{name} is not in {one['plan']}")
        where = f"{facts['platform']} by {facts['channel']}, to {facts['destination']}"
        yield f"{name} ({facts['reference']}) is request {one['position']} of {one['plan']}: {len(body)} bytes for {where}"
        yield from states(bundle, name, one)


def states(bundle: Bundle, name: str, one: Row) -> Iterator[str]:
    state, number, receipt = "planned", int(name[2:]), None
    for event in bundle.events:
        told = event["told"]
        moved = event["kind"].startswith("request.") and number in told["requests"]
        if moved:
            need(told["from"] == state, f"{name} was {state}, not {told['from']}, at event {event['seq']}")
            state = told["to"]
            if state in ("sending", "sent", "refused", "unknown", "returned", "withdrawn", "operator"):
                yield f"  {state}: event {event['seq']}, {event['at']}"
        if "receipt" in told and (moved or event["subject"] == name):
            receipt = told["receipt"]
    need(state == one["state"], f"{name} is called {one['state']}, but the events say {state}")
    if receipt:
        made = sha256(bytes.fromhex(one["salt"]) + one["receipt"].encode())
        need(made == receipt, f"{name} has another receipt than was recorded")
        yield f"  the receipt that was recorded: {one['receipt']}"


def sealed(bundle: Bundle, name: str, kind: str) -> Iterator[str]:
    """Attempts, claims, sightings: each as it was recorded, and none left out."""
    expected: Dict[str, Row] = {}
    for event in bundle.of(kind):
        for told in event["told"][kind.split(".", maxsplit=1)[0]]:
            mine = told[0] in bundle.record["numbers"] if name == "attempts" else told[0] == bundle.record["case"]["id"]
            if mine and (name == "attempts" or len(told) > 4):
                expected[told[-1]] = event
    for row in bundle.record[name]:
        mark = seal(row["salt"], row["values"])
        need(mark in expected, f"{name}: a row is not what was recorded: {row['told']}")
        event = expected.pop(mark)
        yield f"  {row['told']}: event {event['seq']}, {event['at']}"
    need(not expected, f"{name}: {len(expected)} that were recorded are not in the bundle")


def files(bundle: Bundle) -> Iterator[str]:
    mails = {sha: event for event in bundle.of("mail.stored") for _, sha in event["told"]["messages"]}
    for one in bundle.record["files"]:
        path = bundle.folder / one["file"]
        if one.get("missing"):
            yield f"  {one['sha256']} is not in the bundle: {one['missing']}"
            continue
        need(sha256(path.read_bytes()) == one["sha256"], f"{one['file']} is not the file that was recorded")
        known = mails.get(one["sha256"])
        yield f"  {one['file']}: {one['what']}" + (f", stored by event {known['seq']}, {known['at']}" if known else "")
