"""Each fault does at the socket what its name says, and the journal knows whether the request was taken."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from stand_in import Open

from takedown.sandbox import NOT_TAKEN, Behaviour, Fault, wire

TAKEN = [fault for fault in Fault if fault not in NOT_TAKEN]
HTTP_ONLY_REFUSALS = sorted(NOT_TAKEN - {Fault.DEFER, Fault.REFUSE})


def always(fault: Fault, dialect: str = "plain") -> Behaviour:
    return Behaviour(dialect=dialect, faults={fault: 1}, wait=7, pause=0 if fault is Fault.DRIP else 0.25)


@pytest.mark.parametrize("fault", TAKEN)
async def test_taken_once_whatever_the_sender_sees(stand: Open, fault: Fault) -> None:
    at = await stand(always(fault))
    try:
        await at.raw()
    except ConnectionResetError:
        assert fault is Fault.LOST
    (row,) = at.events("accepted")
    assert row["cases"] == ["C-42"]
    assert row["fault"] == fault.value


@pytest.mark.parametrize("fault", HTTP_ONLY_REFUSALS)
async def test_not_taken(stand: Open, fault: Fault) -> None:
    at = await stand(always(fault))
    if fault is Fault.RESET:
        with pytest.raises(ConnectionResetError):
            await at.raw()
    else:
        assert (await at.file()).status_code in {307, 429, 503}
    assert at.events() == []


async def test_a_lost_answer_is_a_reset_without_a_byte(stand: Open) -> None:
    at = await stand(always(Fault.LOST))
    with pytest.raises(ConnectionResetError):
        await at.raw()


async def test_a_cut_body_breaks_its_promise_of_length(stand: Open) -> None:
    head, _, body = (await (await stand(always(Fault.CUT))).raw()).partition(b"\r\n\r\n")
    promised = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert head.startswith(b"HTTP/1.1 201 ")
    assert 0 < len(body) < promised


async def test_a_silent_cut_looks_whole(stand: Open) -> None:
    at = await stand(always(Fault.CUT_SILENT))
    answer = await at.file()
    assert answer.status_code == 201
    assert "content-length" not in answer.headers
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_a_dripping_answer_comes_whole_in_the_end(stand: Open) -> None:
    at = await stand(Behaviour(faults={Fault.DRIP: 1}, pause=0))
    assert (await at.file()).json()["id"] == "CH-000001"


async def test_a_slow_one_pauses_before_it_takes(stand: Open) -> None:
    at = await stand(always(Fault.SLOW))
    assert (await at.file()).status_code == 201
    assert at.pauses == [0.25]


async def test_retry_after_in_seconds_and_as_a_date(stand: Open) -> None:
    at = await stand(always(Fault.BUSY_DATE))
    date = parsedate_to_datetime((await at.file()).headers["retry-after"])
    assert timedelta(seconds=7) <= date - at.clock() <= timedelta(seconds=8)


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"), [(Fault.BUSY, 429, "7"), (Fault.DOWN, 503, "7"), (Fault.DOWN_BARE, 503, None)]
)
async def test_busy_and_down(stand: Open, fault: Fault, status: int, retry_after: str | None) -> None:
    answer = await (await stand(always(fault))).file()
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry_after)


async def test_an_error_comes_after_the_request_was_taken(stand: Open) -> None:
    at = await stand(always(Fault.ERROR))
    assert (await at.file(key="k")).status_code == 500
    assert len(at.events("accepted")) == 1


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.LOST, Fault.ERROR, Fault.CUT, Fault.CUT_SILENT])
async def test_the_journal_line_is_there_before_the_answer_leaves(
    stand: Open, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await stand(always(fault))
    seen: list[int] = []
    write = wire._write  # pyright: ignore[reportPrivateUsage] - the last step before the socket

    async def watched(*args: Any, **kwargs: Any) -> None:
        seen.append(len(at.events("accepted")))
        await write(*args, **kwargs)

    monkeypatch.setattr(wire, "_write", watched)
    try:
        await at.raw()
    except ConnectionResetError:
        assert fault is Fault.LOST
    assert seen == [1]


async def test_own_rate_limits(stand: Open) -> None:
    graph = await (await stand(always(Fault.BUSY_OWN, "graph"))).file()
    assert (graph.status_code, graph.json()["error"]["code"]) == (400, 4)
    assert json.loads(graph.headers["x-app-usage"])["call_count"] == 100


@pytest.mark.parametrize(
    ("dialect", "status", "path", "value"),
    [
        ("tiktok", 200, ("error", "code"), "rate_limit_exceeded"),
        ("x", 429, ("errors", 0, "code"), 88),
        ("telegram", 429, ("parameters", "retry_after"), 7),
        ("plain", 429, ("status",), 429),
    ],
)
async def test_own_rate_limit_of(stand: Open, dialect: str, status: int, path: tuple[Any, ...], value: object) -> None:
    at = await stand(always(Fault.BUSY_OWN, dialect))
    answer = await at.file()
    found = answer.json()
    for step in path:
        found = found[step]
    assert (answer.status_code, found) == (status, value)
    if dialect == "x":
        reset = datetime.fromtimestamp(int(answer.headers["x-rate-limit-reset"]), UTC)
        assert reset - at.clock() >= timedelta(seconds=7)


@pytest.mark.parametrize(
    ("dialect", "member"), [("graph", "error"), ("tiktok", "error"), ("x", "errors"), ("telegram", "error_code")]
)
async def test_errors_carry_the_platforms_envelope_beside_the_problem(stand: Open, dialect: str, member: str) -> None:
    at = await stand(Behaviour(dialect=dialect))
    answer = await at.file(items=[])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 422
    assert member in answer.json()


async def test_looking_has_faults_of_its_own(stand: Open) -> None:
    at = await stand(Behaviour(read_faults={Fault.BUSY: 1}))
    ident = (await at.file()).json()["id"]
    assert (await at.client.get(f"{at.filing}/{ident}")).status_code == 429
    assert (await at.client.get(at.filing, params={"reference": "TD-42"})).status_code == 429


def test_faults_depend_on_the_attempt_and_not_on_the_order() -> None:
    rough = Behaviour(faults={Fault.NONE: 1, Fault.LOST: 1, Fault.BUSY: 1}, seed=5)

    def story(names: list[str]) -> dict[tuple[str, int], Fault]:
        return {(name, n): rough.fault(rough.faults, name, n) for name in names for n in (1, 2, 3)}

    names = [f"standin{n}" for n in range(200)]
    assert story(names) == story(names[::-1])
    assert set(story(names).values()) == {Fault.NONE, Fault.LOST, Fault.BUSY}
