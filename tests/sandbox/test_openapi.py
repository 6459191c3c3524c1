"""The published document, the stand-in platform and what the tool sends agree with each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings

from takedown.contract import (
    Authority,
    Case,
    Channel,
    Evidence,
    Instrument,
    Kind,
    LegalBasis,
    Measure,
    Notice,
    Request,
    Target,
    intake_post,
)
from takedown.sandbox import Behaviour, Sandbox

DOCUMENT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "docs" / "intake.openapi.yaml").read_text())
TOKEN = "token-of-the-test"
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    behaviours = {"meta": Behaviour(dialect="graph", ripening=(0, 0))}
    with Sandbox(
        tmp_path_factory.mktemp("sandbox"), behaviours, smtp_port=None, tokens={"meta": TOKEN}
    ).in_background() as running:  # fmt: skip
        yield running


def load() -> Any:
    config = schemathesis.Config.from_dict({"generation": {"deterministic": True}, "headers": AUTHORISED})
    return schemathesis.openapi.from_dict(DOCUMENT, config=config)


published = load()


@published.parametrize()
@settings(
    max_examples=40, derandomize=True, deadline=None, database=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
def test_every_answer_is_a_documented_one(case: schemathesis.Case, sandbox: Sandbox) -> None:
    if case.meta is not None and case.meta.generation.mode.is_positive:
        _keep_what_a_schema_cannot_say(case)
    case.call_and_validate(base_url=sandbox.url("meta"))


def _keep_what_a_schema_cannot_say(case: schemathesis.Case) -> None:
    """No case twice in one request; no key for two bodies. Drawn values repeat."""
    if isinstance(case.body, dict):
        for number, item in enumerate(case.body.get("items", [])):
            item["case"] = f"C-{number}"
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = hashlib.sha256(repr(case.body).encode()).hexdigest()


def component(name: str) -> jsonschema_rs.Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def test_what_the_tool_sends_is_as_published() -> None:
    target = Target("chirp", Kind.ACCOUNT, "standin_0042", "https://chirp.example/standin_0042", "account:standin_0042")
    evidence = (Evidence("0" * 64, "image/png", "seen.png"),)
    case = Case("C-42", target, "pk-peca-37", "Calls for attacks.", "EX-1", Measure.REMOVE_ACCOUNT, evidence=evidence)
    basis = LegalBasis("pk-peca-37", "A law", "section 37", "PK")
    notice = Notice(Instrument.ORDER, basis, "Subject", "Reasons.", "Letter.", "Redress.")
    authority = Authority("Example Authority", "Desk 1", "Duty officer", "desk@authority.example", "PK")
    now = datetime(2026, 1, 2, tzinfo=UTC)
    request = Request("TD-7F3KQ2M9", "chirp", Channel.API, (case,), notice, authority, ("PK",), now, respond_by=now)
    sent = json.loads(intake_post(request).body)
    component("RemovalRequest").validate(sent)
    assert not component("RemovalRequest").is_valid({**sent, "items": []})
    assert not component("RemovalRequest").is_valid({**sent, "confidential": True})


def test_the_published_example_goes_through(sandbox: Sandbox) -> None:
    base = sandbox.url("meta")
    order = DOCUMENT["paths"]["/v1/removal-requests"]["post"]["requestBody"]["content"]["application/json"]["examples"]["order"][
        "value"
    ]
    filed = (
        published["/v1/removal-requests"]["POST"].Case(body=order, media_type="application/json").call(base, headers=AUTHORISED)
    )
    assert filed.status_code == 201
    component("Receipt").validate(filed.json())
    ident = filed.json()["id"]
    status = (
        published["/v1/removal-requests/{id}"]["GET"]
        .Case(path_parameters={"id": ident})
        .call_and_validate(base, headers=AUTHORISED)
    )
    assert status.status_code == 200
    assert status.json()["status"] == "removed"
    withdrawn = published["/v1/removal-requests/{id}/withdrawal"]["POST"].Case(
        path_parameters={"id": ident}, body={"reason": "a mistake"}, media_type="application/json"
    )
    assert withdrawn.call_and_validate(base, headers=AUTHORISED).json()["withdrawal"] == "restored"


def test_every_published_example_fits_its_schema() -> None:
    checked = 0
    for content, example in _examples(DOCUMENT):
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(example)
        checked += 1
    assert checked >= 6


def _examples(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    if isinstance(node, list):
        for child in node:
            yield from _examples(child)
    if isinstance(node, dict):
        if "schema" in node and "examples" in node:
            for example in node["examples"].values():
                yield node, example["value"]
        for child in node.values():
            yield from _examples(child)
