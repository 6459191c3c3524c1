#!/usr/bin/env python3
"""Checks a bundle about one case, on any machine with Python 3.8 or newer and nothing else: python3 -I verify.py [FOLDER]

It says what the bundle proves, line by line, and ends with 1 when anything does not hold. It cannot say whose the keys are: compare
the fingerprints that it prints with what the authority tells by another way, and the newest head with a copy kept elsewhere.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

Row = Dict[str, Any]


class Wrong(Exception):
    """Something does not hold."""


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def seal(salt: str, values: object) -> str:
    return sha256(bytes.fromhex(salt) + canonical(values).encode())


def need(holds: object, what: str) -> None:
    if not holds:
        raise Wrong(what)


# Ed25519 as in RFC 8032, 5.1.7: slow and plain, which is what a reader wants of it.
P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
ORDER = 2**252 + 27742317777372353535851937790883648493
Point = Tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    h, i, j, k = f - e, d - c, d + c, f + e
    return h * i % P, j * k % P, i * j % P, h * k % P


def times(s: int, a: Point) -> Point:
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = add(q, a)
        a, s = add(a, a), s >> 1
    return q


def x_of(y: int, sign: int) -> Optional[int]:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def point(data: bytes) -> Optional[Point]:
    y = int.from_bytes(data, "little")
    x = x_of(y & ((1 << 255) - 1), y >> 255)
    y &= (1 << 255) - 1
    return None if x is None else (x, y, 1, x * y % P)


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    a, r = point(public), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    base_y = 4 * pow(5, P - 2, P) % P
    base_x = x_of(base_y, 0) or 0
    left, right = times(s, (base_x, base_y, 1, base_x * base_y % P)), add(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def text(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def signed(key: str, signature: str, message: str, namespace: str) -> bool:
    """Whether `ssh-keygen -Y sign -n NAMESPACE` with this key made the signature (PROTOCOL.sshsig)."""
    blob = base64.b64decode(key)
    digest = hashlib.sha512(message.encode()).digest()
    data = b"SSHSIG" + text(namespace.encode()) + text(b"") + text(b"sha512") + text(digest)
    return blob[:19] == text(b"ssh-ed25519") + b"\0\0\0\x20" and ed25519(blob[19:], data, bytes.fromhex(signature))


def fingerprint(key: str) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(key)).digest()).decode().rstrip("=")


def statement(plan: Row, approval: Row) -> str:
    """The words that an approver signed."""
    return str(approval.get("statement") or plan["digest"])


class Bundle:
    """The folder, and its chain: events by number, and what each event of the excerpt says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record: Row = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        lines = (folder / "chain.jsonl").read_text(encoding="utf-8").splitlines()
        self.events: List[Row] = [json.loads(line) for line in lines]
        for one in self.events:
            one["told"] = json.loads(one["data"])

    def of(self, *kinds: str) -> Iterator[Row]:
        return (one for one in self.events if one["kind"] in kinds)

    def chain(self) -> Iterator[str]:
        before: Row = {}
        for one in self.events:
            body = canonical(
                {
                    "schema": 1,
                    "seq": one["seq"],
                    "at": one["at"],
                    "kind": one["kind"],
                    "subject": one["subject"],
                    "data": one["data"],
                }
            )
            need(sha256((one["prev"] + body).encode()) == one["hash"], f"event {one['seq']}: its hash does not fit")
            if before:
                need(one["seq"] == before["seq"] + 1 and one["prev"] == before["hash"], f"event {one['seq']} does not follow")
            before = one
        first, last = self.events[0], self.events[-1]
        yield f"{len(self.events)} events, {first['seq']} to {last['seq']}, are an unbroken chain; the last one's hash is {last['hash']}"

    def heads(self) -> Iterator[str]:
        by_number = {one["seq"]: one["hash"] for one in self.events}
        seen, newest = 0, ""
        for line in (self.folder / "heads.jsonl").read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            head, key = told["head"], told["key"]
            if head["seq"] not in by_number:
                continue
            need(head["ledger"] == self.record["ledger"], f"the head of event {head['seq']} is of another ledger")
            need(by_number[head["seq"]] == head["hash"], f"the head of event {head['seq']} is of another chain")
            if key:
                need(
                    signed(key, told["signature"], canonical(head), "takedown-head"), f"the head of event {head['seq']} is forged"
                )
            seen += 1
            newest = f"the newest is of event {head['seq']}, {head['at']}, " + (
                f"signed by {fingerprint(key)}" if key else "unsigned"
            )
        yield f"{seen} heads are of this chain; {newest}" if seen else "no head is of this excerpt"

    def timestamps(self) -> Iterator[str]:
        known = {sha256(line) for line in (self.folder / "heads.jsonl").read_bytes().splitlines()}
        for line in (self.folder / "timestamps.jsonl").read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            need(told["sha256"] in known, f"{told['file']} is of a head that is not here")
            holds = bytes.fromhex(told["sha256"]) in (self.folder / told["file"]).read_bytes()
            need(holds, f"{told['file']} is not of the head of event {told['seq']}")
            yield f"  a time-stamp of {told['authority']} is of the head of event {told['seq']}; whether it is theirs and of when:"
            yield f"    openssl ts -verify -digest {told['sha256']} -in {told['file']} -CAfile THEIR-CERTIFICATES.pem"

    def case(self) -> Iterator[str]:
        case = self.record["case"]
        made = seal(case["salt"], case["values"])
        told = [one for one in self.of("case.made", "case.sealed") if one["subject"] == case["id"]]
        if told:
            need(told[-1]["told"]["seal"] == made, f"{case['id']} is not what was recorded")
            yield f"{case['id']} is what event {told[-1]['seq']} sealed, {told[-1]['at']}"
            return
        raw = (self.folder / "batch.seals").read_bytes()
        seals = [raw[at : at + 32].hex() for at in range(0, len(raw), 32)]
        batch = next((one for one in self.of("batch.imported") if one["told"].get("seals_sha256") == sha256(raw)), None)
        need(batch is not None and made in seals, f"{case['id']} is not what was imported")
        yield f"{case['id']} is one of the {len(seals)} cases that event {(batch or {})['seq']} sealed, {(batch or {})['at']}"
        yield f"  it is about {case['values'][5]}, under {case['values'][6]}"

    def plans(self) -> Iterator[str]:
        for plan in self.record["plans"]:
            made = next((one for one in self.of("plan.made") if one["subject"] == plan["id"]), None)
            need(made is not None and made["told"]["digest"] == plan["digest"], f"{plan['id']} is not the plan that was recorded")
            document = {
                "schema": 1, "ledger": self.record["ledger"], "plan": plan["id"], "environment": self.record["environment"],
                "policy": plan["policy"], "requests": plan["leaves"],
            }  # fmt: skip
            if plan["demands"]:
                document["demands"] = plan["demands"]
            need(
                sha256(canonical(document).encode()) == plan["digest"], f"{plan['id']} has another digest than its requests make"
            )
            yield f"{plan['id']} has {len(plan['leaves'])} requests and the digest {plan['digest']}"
            yield from self.approvals(plan)

    def approvals(self, plan: Row) -> Iterator[str]:
        opened = {(one["event"], one["name"]): one["value"] for one in self.record["openings"]}
        for one in plan["approvals"]:
            need(one["digest"] == plan["digest"], f"an approval of {plan['id']} is for another digest")
            need(one["name"] != plan["planner"], f"{plan['id']} is approved by the person who planned it")
            need(
                signed(one["key"], one["signature"], statement(plan, one), "takedown-approval"),
                f"an approval of {plan['id']} is forged",
            )
            told = [
                event for event in self.of("plan.signed")
                if (event["subject"], event["told"]["key"], event["told"]["digest"]) == (plan["id"], one["key"], plan["digest"])
            ]  # fmt: skip
            names = {opened.get((event["seq"], "by")) for event in told}
            need(one["name"] in names, f"no event tells of the approval of {plan['id']} by {one['name']}")
            yield f"  approved by {one['name']}, not its planner {plan['planner']}, with the key {fingerprint(one['key'])}, {told[0]['at']}"
        if not plan["approvals"]:
            yield "  approved by nobody: it was sent where the policy asks for no approvals"

    def requests(self) -> Iterator[str]:
        plans = {plan["id"]: plan for plan in self.record["plans"]}
        for one in self.record["requests"]:
            name, facts = one["facts"]["request"], one["facts"]
            body = (self.folder / one["file"]).read_bytes()
            need(sha256(body) == facts["sha256"], f"{name}: {one['file']} has other bytes than were planned")
            leaf = seal(one["salt"], facts)
            leaves = plans[one["plan"]]["leaves"]
            need(0 < one["position"] <= len(leaves) and leaves[one["position"] - 1] == leaf, f"{name} is not in {one['plan']}")
            where = f"{facts['platform']} by {facts['channel']}, to {facts['destination']}"
            yield f"{name} ({facts['reference']}) is request {one['position']} of {one['plan']}: {len(body)} bytes for {where}"
            yield from self.states(name, one)

    def states(self, name: str, one: Row) -> Iterator[str]:
        state, number, receipt = "planned", int(name[2:]), None
        for event in self.events:
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
            need(
                sha256(bytes.fromhex(one["salt"]) + one["receipt"].encode()) == receipt,
                f"{name} has another receipt than was recorded",
            )
            yield f"  the receipt that was recorded: {one['receipt']}"

    def sealed(self, name: str, kind: str) -> Iterator[str]:
        """Attempts, claims, sightings: each as it was recorded, and none left out."""
        expected: Dict[str, Row] = {}
        for event in self.of(kind):
            for told in event["told"][kind.split(".", maxsplit=1)[0]]:
                mine = told[0] in self.record["numbers"] if name == "attempts" else told[0] == self.record["case"]["id"]
                if mine and (name == "attempts" or len(told) > 4):
                    expected[told[-1]] = event
        for row in self.record[name]:
            mark = seal(row["salt"], row["values"])
            need(mark in expected, f"{name}: a row is not what was recorded: {row['told']}")
            event = expected.pop(mark)
            yield f"  {row['told']}: event {event['seq']}, {event['at']}"
        need(not expected, f"{name}: {len(expected)} that were recorded are not in the bundle")

    def files(self) -> Iterator[str]:
        mails = {sha: event for event in self.of("mail.stored") for _, sha in event["told"]["messages"]}
        for one in self.record["files"]:
            path = self.folder / one["file"]
            if one.get("missing"):
                yield f"  {one['sha256']} is not in the bundle: {one['missing']}"
                continue
            need(sha256(path.read_bytes()) == one["sha256"], f"{one['file']} is not the file that was recorded")
            known = mails.get(one["sha256"])
            yield f"  {one['file']}: {one['what']}" + (f", stored by event {known['seq']}, {known['at']}" if known else "")

    def openings(self) -> Iterator[str]:
        by_number = {one["seq"]: one for one in self.events}
        for one in self.record["openings"]:
            said = by_number[one["event"]]["told"][one["name"]]["committed"]
            need(
                sha256(bytes.fromhex(one["salt"]) + one["value"].encode()) == said, f"event {one['event']}: another {one['name']}"
            )
        yield f"{len(self.record['openings'])} names and texts behind commitments are those that were recorded"


def check(folder: Path) -> Iterator[str]:
    bundle = Bundle(folder)
    yield from bundle.chain()
    yield from bundle.heads()
    yield from bundle.timestamps()
    yield from bundle.openings()
    yield from bundle.case()
    yield from bundle.plans()
    yield from bundle.requests()
    for title, name, kind in (
        ("attempts", "attempts", "attempts.recorded"),
        ("what the platform said", "claims", "claims.recorded"),
        ("what was seen", "sightings", "sightings.recorded"),
    ):
        yield f"{title}: {len(bundle.record[name])}"
        yield from bundle.sealed(name, kind)
    yield f"files: {len(bundle.record['files'])}"
    yield from bundle.files()


def main(words: List[str]) -> int:
    folder = Path(words[0]) if words else Path(__file__).resolve().parent
    try:
        for line in check(folder):
            print("".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line))
    except Wrong as wrong:
        print(f"DOES NOT HOLD: {wrong}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
        print(f"DOES NOT HOLD: the bundle cannot be read: {type(error).__name__}: {error}")
        return 1
    print("All of it holds.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
