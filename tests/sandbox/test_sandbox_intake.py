"""The intake's promises: one answer a key, search, statuses that ripen, withdrawal, and the right refusal for each mistake."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import pytest
from stand_in import Open

from takedown.sandbox import Behaviour, Decisions, Fault, Sandbox, by_quota


async def test_a_repeated_key_gets_the_first_answer(stand: Open) -> None:
    at = await stand()
    first, again = await at.file("k1"), await at.file('"k1"')
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert [row["event"] for row in at.events()] == ["accepted", "replayed"]
    assert at.events()[0]["sha256"] == hashlib.sha256(first.request.content).hexdigest()


async def test_a_key_with_another_body_is_refused(stand: Open) -> None:
    at = await stand()
    await at.file("k1")
    assert (await at.file("k1", statement="Others.")).status_code == 422
    assert [row["event"] for row in at.events()] == ["accepted", "mismatch"]


async def test_without_keys_every_sending_counts(stand: Open) -> None:
    at = await stand(Behaviour(keyed=False))
    assert {(await at.file("k1")).json()["id"], (await at.file("k1")).json()["id"]} == {"CH-000001", "CH-000002"}
    assert len(at.events("accepted")) == 2


async def test_a_key_is_forgotten_after_its_life(stand: Open) -> None:
    at = await stand(Behaviour(key_life=60))
    await at.file("k1")
    at.clock.forward(seconds=59)
    assert (await at.file("k1")).status_code == 200
    at.clock.forward(seconds=1)
    assert (await at.file("k1")).status_code == 201


async def test_the_same_key_while_it_is_handled(stand: Open) -> None:
    at_work, go_on = asyncio.Event(), asyncio.Event()

    async def sleep(_: float) -> None:
        at_work.set()
        await go_on.wait()

    at = await stand(Behaviour(faults={Fault.SLOW: 1}), sleep=sleep)
    first = asyncio.create_task(at.file("k1"))
    await at_work.wait()
    assert (await at.file("k1")).status_code == 409
    go_on.set()
    assert (await first).status_code == 201
    assert len(at.events("accepted")) == 1


async def test_search_by_our_reference(stand: Open) -> None:
    at = await stand(Behaviour(search_lag=2))
    ident = (await at.file(reference="TD-7")).json()["id"]
    assert (await at.client.get(at.filing, params={"reference": "TD-7"})).json() == {"results": []}
    at.clock.forward(seconds=2)
    (found,) = (await at.client.get(at.filing, params={"reference": "TD-7"})).json()["results"]
    assert (found["id"], found["reference"]) == (ident, "TD-7")
    assert (await at.client.get(at.filing, params={"reference": "TD-8"})).json() == {"results": []}


async def test_an_endpoint_that_does_not_search_says_so(stand: Open) -> None:
    at = await stand(Behaviour(searchable=False))
    assert (await at.client.get(at.filing, params={"reference": "TD-7"})).status_code == 404


@pytest.mark.parametrize(
    ("status", "ground", "territory", "code"),
    [
        ("removed", "own_rules", [], "community_rules"),
        ("restricted", "local_law", ["PK"], "local_law"),
        ("declined", None, [], "cannot_reach"),
        ("not_found", None, [], "already_gone"),
        ("needs_information", None, [], "insufficient_information"),
    ],
)
async def test_decisions_ripen(stand: Open, status: str, ground: str | None, territory: list[str], code: str) -> None:
    decisions = Decisions({status: 1}, refusals={"cannot_reach": 1})
    at = await stand(Behaviour(decisions=decisions, ripening=(10, 10)), scale=3600.0)
    url = f"{at.filing}/{(await at.file()).json()['id']}"
    seen: list[str] = []
    for _ in range(3):
        seen.append((await at.client.get(url)).json()["status"])
        at.clock.forward(seconds=5)
    assert seen == ["received", "in_review", status]
    (item,) = (await at.client.get(url)).json()["items"]
    assert (item["case"], item["ground"], item["territory"], item["reason_code"]) == ("C-42", ground, territory, code)
    assert item["decided_at"] == "2026-11-01T12:00:10Z"
    assert [row["status"] for row in at.events("decided")] == [status]


async def test_some_are_never_decided(stand: Open) -> None:
    at = await stand(Behaviour(decisions=Decisions({"in_review": 1}), ripening=(0, 0)))
    url = f"{at.filing}/{(await at.file()).json()['id']}"
    at.clock.forward(days=400)
    assert (await at.client.get(url)).json()["status"] == "in_review"


async def test_withdrawal_stops_and_restores(stand: Open) -> None:
    at = await stand(Behaviour(ripening=(10, 10)))
    early, late = [(await at.file(reference=name)).json()["id"] for name in ("TD-1", "TD-2")]
    at.clock.forward(hours=6)
    first = await at.client.post(f"{at.filing}/{early}/withdrawal", json={"reason": "a mistake"})
    assert (first.status_code, first.json()["withdrawal"]) == (202, "acknowledged")
    at.clock.forward(hours=6)
    assert (await at.client.get(f"{at.filing}/{early}")).json()["status"] == "in_review"
    second = await at.client.post(f"{at.filing}/{late}/withdrawal", json={"reason": "a mistake"})
    assert second.json()["withdrawal"] == "restored"
    await at.client.post(f"{at.filing}/{late}/withdrawal", json={"reason": "again"})
    assert len(at.events("withdrawn")) == 2


@pytest.mark.parametrize(
    ("method", "path", "content", "headers", "status"),
    [
        ("POST", "", b"{", {}, 400),
        ("POST", "", b'{"a": 1, "a": 2}', {}, 400),
        ("POST", "", b"[]", {}, 422),
        ("POST", "", b"{}", {}, 422),
        ("POST", "", b"{}", {"Content-Type": "text/plain"}, 415),
        ("POST", "", b"{}", {"Authorization": "Bearer wrong"}, 401),
        ("POST", "", b"{}", {"Authorization": ""}, 401),
        ("POST", "", b"{}", {"Idempotency-Key": "k" * 256}, 400),
        ("POST", "", b" " * 4_000_001, {}, 413),
        ("GET", "", b"", {}, 400),
        ("DELETE", "", b"", {}, 405),
        ("GET", "/CH-000009", b"", {}, 404),
        ("POST", "/CH-000009", b"{}", {}, 405),
        ("POST", "/CH-000009/withdrawal", b'{"reason": "x"}', {}, 404),
        ("GET", "/CH-000009/withdrawal", b"", {}, 405),
        ("GET", "/a/b/c", b"", {}, 404),
    ],
)
async def test_mistakes(stand: Open, method: str, path: str, content: bytes, headers: dict[str, str], status: int) -> None:
    at = await stand()
    answer = await at.client.request(
        method, at.filing + path, content=content, headers={"Content-Type": "application/json", **headers}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert at.events() == []
    if status == 405:
        assert answer.headers["allow"]
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_what_is_not_http_gets_an_answer_and_the_end_of_the_line(stand: Open) -> None:
    at = await stand()
    for sent, status in [
        (b"hello\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", b"411"),
        (b"GET / HTTP/1.1\r\nx: " + b"x" * 70_000 + b"\r\n\r\n", b"431"),
    ]:
        reader, writer = await asyncio.open_connection(at.sandbox.host, at.sandbox.http_port)
        writer.write(sent)
        assert (await reader.read()).startswith(b"HTTP/1.1 " + status)
        writer.close()


async def test_a_connection_serves_many_requests(stand: Open) -> None:
    at = await stand()
    reader, writer = await asyncio.open_connection(at.sandbox.host, at.sandbox.http_port)
    for _ in range(3):
        writer.write(b"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
    writer.close()


async def test_a_restarted_sandbox_knows_what_it_took(tmp_path: Path, stand: Open) -> None:
    at = await stand(Behaviour(ripening=(0, 0)))
    first = await at.file("k1")
    gone = (await at.file("k2", reference="TD-2")).json()["id"]
    await at.client.post(f"{at.filing}/{gone}/withdrawal", json={"reason": "a mistake"})
    await at.client.get(f"{at.filing}/{first.json()['id']}")
    told = at.events()
    await at.sandbox.stop()
    later = await stand(Behaviour(ripening=(0, 0)), tokens=at.sandbox.tokens)
    again = await later.file("k1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert (await later.client.get(f"{later.filing}/{gone}")).json()["withdrawal"] == "restored"
    assert (await later.client.get(f"{later.filing}/{first.json()['id']}")).json()["status"] == "removed"
    assert later.events() == [*told, *later.events("replayed")]
    assert (await later.file("k3")).json()["id"] == "CH-000003"


def test_a_quota_is_exact_and_does_not_depend_on_order() -> None:
    urls = [f"https://chirp.example/standin_{n:04d}" for n in range(10)]
    given = by_quota({"removed": 7, "declined": 3}, urls, seed=3)
    assert sorted(given.values()) == ["declined"] * 3 + ["removed"] * 7
    assert given == by_quota({"removed": 7, "declined": 3}, urls[::-1], seed=3)
    assert given != by_quota({"removed": 7, "declined": 3}, urls, seed=4)
    decisions = Decisions({"declined": 1}, fixed=given)
    assert {decisions.of(url, 0).status for url in urls} == {"removed", "declined"}
    assert decisions.of("https://chirp.example/another", 0).status == "declined"
    with pytest.raises(ValueError, match="zip"):
        by_quota({"removed": 9}, urls, seed=3)


async def test_only_loopback(tmp_path: Path) -> None:
    from takedown.contract import RefusedByPolicy

    for host in ("0.0.0.0", "::", "192.0.2.1", "localhost", ""):
        with pytest.raises(RefusedByPolicy):
            Sandbox(tmp_path, {}, host=host)


async def test_the_folder_holds_secrets_that_only_the_owner_reads(stand: Open) -> None:
    at = await stand(smtp_port=0)
    folder = at.sandbox.folder
    told = json.loads((folder / "sandbox.json").read_text())
    assert told["platforms"]["chirp"]["token"] == (folder / "chirp.token").read_text().strip() == at.sandbox.tokens["chirp"]
    assert (told["http"]["port"], told["smtp"]["port"]) == (at.sandbox.http_port, at.sandbox.smtp_port)
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "sandbox.json": 0o600, "chirp.token": 0o600, "journal.jsonl": 0o600,
    }  # fmt: skip
