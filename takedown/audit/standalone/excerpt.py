"""The record of the case and the excerpt of the chain: read, hashed anew, and held against the heads that were kept outside."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from takedown.audit.standalone.signatures import fingerprint, signed

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


def event(seq: int, prev: str, told: List[str]) -> Row:
    """An event of the chain. `told`: when, its kind, what it is about, and what it says, as JSON; its hash is over all of it."""
    at, kind, subject, data = told
    body = canonical({"schema": 1, "seq": seq, "at": at, "kind": kind, "subject": subject, "data": data})
    digest = sha256((prev + body).encode())
    return {
        "seq": seq, "at": at, "kind": kind, "subject": subject, "data": data, "told": json.loads(data), "prev": prev, "hash": digest,
    }  # fmt: skip


class Bundle:
    """The folder. `events`: the excerpt, each event with what it says; `early`: single ones from before it, linked to nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record: Row = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        self.events: List[Row] = []
        self.early = [event(one["seq"], one["prev"], one["told"]) for one in self.record["early"]]
        self.opened: Dict[Tuple[int, str], str] = {(one["event"], one["name"]): one["value"] for one in self.record["openings"]}

    def of(self, *kinds: str) -> Iterator[Row]:
        return (one for one in self.events if one["kind"] in kinds)

    def plan_leaves(self, plan: Row) -> List[str]:
        """The salted hash of each of the plan's requests."""
        return hashes((self.folder / plan["leaves"]).read_bytes())

    def chain(self) -> Iterator[str]:
        """Each event's hash is made anew, over that of the one before it."""
        with gzip.open(str(self.folder / "chain.jsonl.gz"), "rt", encoding="utf-8") as lines:
            ends = json.loads(next(lines))
            seq, prev = ends["after"]
            for line in lines:
                seq += 1
                self.events.append(event(seq, prev, json.loads(line)))
                prev = self.events[-1]["hash"]
        need([seq, prev] == ends["last"], f"the events do not lead to the hash of event {ends['last'][0]}")
        first = self.events[0]["seq"]
        yield f"{len(self.events)} events, {first} to {seq}, are an unbroken chain; the last one's hash is {prev}"

    def heads(self) -> Iterator[str]:
        by_number = {one["seq"]: one["hash"] for one in self.events}
        seen, newest = 0, ""
        for line in (self.folder / "heads.jsonl").read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            head, key = told["head"], told["key"]
            if head["seq"] not in by_number:
                continue
            name = f"the head of event {head['seq']}"
            need(head["ledger"] == self.record["ledger"], f"{name} is of another ledger")
            need(by_number[head["seq"]] == head["hash"], f"{name} is of another chain")
            need(not key or signed(key, told["signature"], canonical(head), "takedown-head"), f"{name} is forged")
            seen += 1
            by = f"signed by {fingerprint(key)}" if key else "unsigned"
            newest = f"the newest is of event {head['seq']}, {head['at']}, {by}"
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

    def openings(self) -> Iterator[str]:
        by_number = {one["seq"]: one for one in (*self.early, *self.events)}
        for one in self.record["openings"]:
            said = by_number[one["event"]]["told"][one["name"]]["committed"]
            made = sha256(bytes.fromhex(one["salt"]) + one["value"].encode())
            need(made == said, f"event {one['event']}: another {one['name']}")
        yield f"{len(self.record['openings'])} names and texts behind commitments are those that were recorded"


def hashes(data: bytes) -> List[str]:
    """Hashes of 32 bytes, one after the other, as hex."""
    return [data[at : at + 32].hex() for at in range(0, len(data), 32)]
