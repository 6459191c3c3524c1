"""What a stand-in says, its platform's adapter understands: taken is never read as not taken, nor the other way round."""

from __future__ import annotations

import csv
from importlib.metadata import entry_points
from pathlib import Path

import httpx
import pytest
from stand_in import Open

from takedown.contract import (
    Denied,
    NotATarget,
    Platform,
    Receipt,
    Refusal,
    Reply,
    SpeaksIntake,
    StatusReport,
    TryLater,
    Unclear,
    parse_url,
    refang,
)  # fmt: skip
from takedown.sandbox import NOT_TAKEN, Behaviour, Fault
from takedown.sandbox.behaviour import fingerprint
from takedown.sandbox.scenario import LANES, addresses, write_batch

DIALECTS = {lane.platform: lane.dialect for lane in LANES}
NAMES = sorted(DIALECTS)
SURELY_NOT = {Fault.BUSY, Fault.BUSY_DATE, Fault.BUSY_OWN, Fault.DOWN}
ANSWERED = {*SURELY_NOT, Fault.DOWN_BARE, Fault.REDIRECT, Fault.ERROR, Fault.CUT_SILENT}


def adapter(name: str) -> Platform:
    (found,) = entry_points(group="takedown.platforms", name=name)
    made = found.load()()
    assert isinstance(made, Platform)
    return made


def reply(answer: httpx.Response) -> Reply:
    return Reply(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.content)


@pytest.mark.parametrize("fault", sorted(ANSWERED))
@pytest.mark.parametrize("name", NAMES)
async def test_what_a_fault_is_read_as(stand: Open, name: str, fault: Fault) -> None:
    at = await stand(Behaviour(dialect=DIALECTS[name], faults={fault: 1}))
    reading = adapter(name).read(reply(await at.file("k")))
    assert isinstance(reading, TryLater if fault in SURELY_NOT else Unclear), reading
    assert fault in NOT_TAKEN or at.events("accepted")


@pytest.mark.parametrize("name", NAMES)
async def test_plain_answers(stand: Open, name: str) -> None:
    at = await stand(Behaviour(dialect=DIALECTS[name], ripening=(0, 0)))
    platform = adapter(name)
    assert isinstance(platform, SpeaksIntake)
    receipt = platform.read(reply(await at.file("k")))
    assert isinstance(receipt, Receipt)
    assert platform.read(reply(await at.file("k"))) == receipt
    assert isinstance(platform.read(reply(await at.file(items=[]))), Refusal)
    base = at.sandbox.url("chirp")
    status = platform.read_status(reply(await at.client.get(base + platform.status_call(receipt.reference).path)))
    assert isinstance(status, StatusReport)
    assert [(item.case, item.status, item.ground) for item in status.items] == [("C-42", "removed", "own_rules")]
    found = platform.read_search(reply(await at.client.get(base + platform.search_call("TD-42").path)), "TD-42")
    assert found is not None
    assert getattr(found, "reference", None) == receipt.reference
    assert platform.read_search(reply(await at.client.get(base + platform.search_call("TD-43").path)), "TD-43") is None
    call = platform.withdraw_call(receipt.reference, "a mistake")
    undone = await at.client.request(call.method, base + call.path, content=call.body, headers=dict(call.headers))
    assert isinstance(platform.read_withdrawal(reply(undone)), Receipt)
    refused = Reply(200, {}, b'{"id": "R1", "status": "refused", "reason": "It was removed under local law."}')
    assert platform.read_withdrawal(refused) == Refusal("refused", "It was removed under local law.")
    at.client.headers["authorization"] = "Bearer wrong"
    assert isinstance(platform.read(reply(await at.file("k"))), Denied)


@pytest.mark.parametrize("name", NAMES)
def test_the_demos_addresses_are_recognised_and_keep_their_fingerprint(name: str) -> None:
    platform = adapter(name)
    for url in addresses()[name]:
        parsed = parse_url(url)
        assert not isinstance(parsed, NotATarget)
        assert platform.owns(parsed)
        target = platform.recognise(parsed)
        assert not isinstance(target, NotATarget), target
        assert fingerprint(target.url) == fingerprint(url)


def test_every_row_of_the_batch_belongs_to_one_platform_and_keeps_its_fingerprint(tmp_path: Path) -> None:
    write_batch(tmp_path / "batch.csv", seed=3)
    platforms = [adapter(name) for name in NAMES]
    expected = {name: {fingerprint(url) for url in urls} for name, urls in addresses().items()}
    found: dict[str, set[str]] = {name: set() for name in NAMES}
    for row in csv.DictReader((tmp_path / "batch.csv").open(encoding="utf-8")):
        parsed = parse_url(refang(row["url"]))
        assert not isinstance(parsed, NotATarget), row["url"]
        (owner,) = [platform for platform in platforms if platform.owns(parsed)]
        target = owner.recognise(parsed)
        assert not isinstance(target, NotATarget), row["url"]
        found[owner.name].add(fingerprint(target.url))
    assert found == expected
