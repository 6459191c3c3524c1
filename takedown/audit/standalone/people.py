"""Who acted: in live, each event that names a person is covered by the signature of that person's key.

A key signs once for a command: the mandate, which names a key of that one process. That key signs each transaction, over the hash
of its last event, so that a signature fits no other place of the chain. Policies say whose a key is; the oversight's key signs them.
"""

import re
from typing import Dict, Iterator, List, Set, Tuple

from takedown.audit.standalone.excerpt import Bundle, Row, need, sha256
from takedown.audit.standalone.signatures import fingerprint, signed

APART = {
    *("plan.planner_signed", "plan.signed", "plan.made", "oversight.adopted", "oversight.rotated"),
    *("plan.handed", "reminders.woken", "designations.checked", "case.disclosed", "report.quoted", "public.written"),
    *("ledger.moved", "ledger.left"),
}
"""Events that name a person and need no act: signed in another way, or no decision about a case."""
BRAKES = {"halted", "unhalted", "unhalt.begun"}


def names_a_person(one: Row) -> bool:
    """Whether somebody's key must stand behind the event."""
    kind, told = one["kind"], one["told"]
    if "by" not in told or kind in APART or kind == "acted":
        return False
    return not (kind in BRAKES and "oversight" in told) and not (kind == "halted" and "unsigned" in told)


def concerns(bundle: Bundle, one: Row) -> bool:
    """Whether the event is about the case, or about what the bundle holds of it: its import, plans, requests, mails."""
    record = bundle.record
    names = {record["case"]["id"], record["batch"]}
    names.update(plan["id"] for plan in record["plans"])
    names.update(held["facts"]["request"] for held in record["requests"])
    names.update(held["file"][len("mails/") : -len(".eml")] for held in record["files"] if held["file"].startswith("mails/"))
    return one["subject"] in names or f'"{record["case"]["id"]}"' in one["data"]


def quoted(policy: str) -> Iterator[List[str]]:
    """The words of each text in quotes, comments left out."""
    for found in re.finditer(r'"((?:[^"\\\n]|\\.)*)"|\'([^\'\n]*)\'|#[^\n]*', policy):
        yield (found.group(1) or found.group(2) or "").split()


def listed(bundle: Bundle) -> List[Tuple[int, Set[Tuple[str, str]]]]:
    """Since which event a policy lies in the record, and its pairs of name and key."""
    found: List[Tuple[int, Set[Tuple[str, str]]]] = []
    for one in (*bundle.early, *bundle.events):
        told, text = one["told"], bundle.opened.get((one["seq"], "text"))
        if one["kind"] == "policy.seen" and one["subject"] == "policy" and text is not None:
            name = f"the policy of event {one['seq']}"
            need(sha256(text.encode()) == told["policy"], f"{name} is another text")
            need(signed(told["key"], told["signature"], text, "takedown-policy"), f"{name} is not signed by its key")
            pairs = {(words[0], words[2]) for words in quoted(text) if len(words) > 2 and words[1] == "ssh-ed25519"}
            found.append((one["seq"], pairs))
    return found


def oversight(bundle: Bundle) -> Set[str]:
    """The fingerprints of the keys that signed the policies in the bundle."""
    every = (*bundle.early, *bundle.events)
    return {
        fingerprint(one["told"]["key"]) for one in every if one["kind"] == "policy.seen" and (one["seq"], "text") in bundle.opened
    }


def wrong(bundle: Bundle, act: Row, mandates: Dict[str, bool]) -> str:
    """Why an act's signatures do not hold; empty when they do."""
    told, ledger = act["told"], bundle.record["ledger"]
    after, mandate = told["after"], ("takedown-act-v1", ledger, told["what"], told["began"])
    text = "\n".join((*mandate, f"{after[0]} {after[1]}", told["once"]))
    if text not in mandates:
        mandates[text] = signed(told["key"], told["signature"], text, "takedown-approval")
    if not mandates[text]:
        return "has a signature that does not hold"
    covered = f"takedown-acted-v1\n{ledger}\n{told['first']}-{act['seq'] - 1}\n{act['prev']}"
    if not signed(told["once"], told["seal"], covered, "takedown-approval"):
        return "is for other events than those before it"
    return ""


def acts(bundle: Bundle) -> Iterator[str]:
    """Every event that names a person is covered; for those about the case, by a signature that holds and a key that is theirs."""
    made = next((one for one in (*bundle.early, *bundle.events) if one["seq"] == 1 and one["kind"] == "ledger.made"), None)
    need(made is not None, "event 1, which says how people act in this ledger, is not here")
    keyed = (made or {})["told"].get("acts") == "keys"
    every, start = list(bundle.of("acted")), bundle.events[0]["seq"]
    if not every and not keyed:
        yield "who acted is a name that was typed: in this ledger no key stands behind it"
        return
    mandates: Dict[str, bool] = {}
    covered: Dict[int, Row] = {}
    until = start - 1
    for act in every:
        first, seq = int(act["told"]["first"]), act["seq"]
        fits = until < first < seq or (until < start and first < start)  # the first may have begun before the excerpt
        need(
            fits and int(act["told"]["after"][0]) < first,
            f"the act in event {seq} reaches over what was recorded before it began",
        )
        covered.update((number, act) for number in range(max(first, start), seq))
        until = seq
    since = start if keyed else int(every[0]["told"]["first"])
    named = [one for one in bundle.events if names_a_person(one)]
    for one in named:
        behind = one["seq"] < since or one["seq"] in covered
        need(behind, f"event {one['seq']} ({one['kind']}) names a person, and nobody's key stands behind it")
    mine = {one["seq"]: one for one in named if one["seq"] in covered and concerns(bundle, one)}
    people, told = listed(bundle), [act for act in every if any(covered[seq] is act for seq in mine)]
    for act in told:
        seq, who = act["seq"], bundle.opened.get((act["seq"], "by"))
        what = wrong(bundle, act, mandates)
        need(not what, f"the act in event {seq} {what}")
        given = any(since < seq and (who, act["told"]["key"]) in pairs for since, pairs in people)
        need(given, f"the act in event {seq} is by a key that no policy gave to {who}")
    for seq, one in mine.items():
        act = covered[seq]
        who = bundle.opened.get((seq, "by"))
        need(who and bundle.opened[act["seq"], "by"] == who, f"event {seq} names another person than the one whose key acted")
        key = fingerprint(act["told"]["key"])
        yield f"{one['kind']}, event {seq}, {one['at']}, by {who}, with the key {key} ({act['told']['what']})"
    yield f"{len(mine)} decisions about the case are signed by keys that a policy gave to those who decided"
    for key in sorted(oversight(bundle)):
        yield f"  the policy that says so is signed by {key}: is that the oversight's key?"
    yield f"  of {len(named) - len(mine)} decisions about other cases it was seen that an act stands behind each, not whose"
