"""Figures that tests tell: how often a thing was tried, and what came of it. `script/faults` prints them.

`@pytest.mark.figure("forged mails", unit="mails", how="none is believed")` counts the cases of a test that pass. A test that
counts for itself asks for the fixture `figure`. What several tests tell under one name is summed.
`@pytest.mark.safeguard("S8")` stands at a test that shows a safeguard's refusal.
`--figures FILE` writes all of it when the run is over; with `--collect-only` no test is run, and the safeguards name theirs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SAFEGUARDS = {
    "S1": "legal basis", "S2": "competence", "S3": "complete order", "S4": "statement of reasons", "S5": "four eyes",
    "S6": "proportionality", "S7": "territory", "S8": "protected speakers", "S9": "no mass user reporting", "S10": "identity",
    "S11": "volume and rate", "S12": "notification", "S13": "redress and appeal", "S14": "withdrawal", "S15": "sunset",
    "S16": "outcome honesty", "S17": "public export", "S18": "quality", "S19": "data minimisation and retention",
    "S20": "no target discovery", "S21": "emergency path", "S22": "conflict of interest", "S23": "kill switch",
}  # fmt: skip
SEED = int(os.environ.get("TAKEDOWN_SEED", "1"))
FULL = os.environ.get("TAKEDOWN_FAULTS") == "full"
"""Ordinary runs are quick; `script/faults` without --quick is thorough."""
TOLD, COUNTED, REFUSED = "figure", "figure-case", "safeguard"
"""Names of the properties that reports carry from a worker to the process that collects them."""
Tell = Callable[..., None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Tell:
    """Tell a figure: `figure("name", value, bound="<=", target=0, unit="requests", how="...")`; it must hold."""

    def tell(name: str, value: float, *, bound: str = ">=", target: float = 1, unit: str, how: str) -> None:
        record_property(TOLD, {"name": name, "value": value, "bound": bound, "target": target, "unit": unit, "how": how})
        assert value >= target if bound == ">=" else value <= target, f"{name}: {value} {unit}"

    return tell


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", type=Path, metavar="FILE", help="write the figures that tests told, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "figure(name, unit, how): script/faults counts its cases that pass")
    config.addinivalue_line("markers", "safeguard(id): a test that shows the refusal of a safeguard, S1 to S23")
    if config.getoption("--figures") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Collected(config.getoption("--figures")))


@dataclass(eq=False)
class Collected:
    """Collects reports, of workers too, and writes the file at the end."""

    file: Path
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    cases: dict[str, tuple[int, int, dict[str, Any]]] = field(default_factory=dict)
    refusals: dict[str, tuple[int, int]] = field(default_factory=dict)
    shown: dict[str, set[str]] = field(default_factory=dict)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.config.option.collectonly:
            for item in session.items:
                for marker in item.iter_markers("safeguard"):
                    self._refused(marker.args[0], item.nodeid, True)

    def _refused(self, ident: str, test: str, passed: bool) -> None:
        held, tests = self.refusals.get(ident, (0, 0))
        self.refusals[ident] = (held + passed, tests + 1)
        self.shown.setdefault(ident, set()).add(test.partition("[")[0])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and not report.failed:
            return
        for name, told in report.user_properties:
            if name == TOLD:
                self._add(dict(told))
            elif name == COUNTED:
                passed, tests, _ = self.cases.get(told["name"], (0, 0, {}))
                self.cases[told["name"]] = (passed + report.passed, tests + 1, told)
            elif name == REFUSED:
                self._refused(told, report.nodeid, report.passed)

    def _add(self, told: dict[str, Any]) -> None:
        held = self.figures.setdefault(told["name"], {**told, "value": 0})
        held["value"] += told["value"]
        if held["bound"] == "<=":
            held["target"] = max(held["target"], told["target"])

    def pytest_sessionfinish(self) -> None:
        made = list(self.figures.values())
        for passed, tests, told in self.cases.values():
            made.append({**told, "value": passed, "bound": ">=", "target": tests})
        made.sort(key=lambda one: one["name"])
        for ident, title in SAFEGUARDS.items():
            passed, tests = self.refusals.get(ident, (0, 0))
            told = {"value": passed if passed == tests else 0, "bound": ">=", "target": 1, "unit": "tests"}
            how = f"{passed} of {tests} tests that show its refusal pass"
            named = {"safeguard": ident, "tests": sorted(self.shown.get(ident, ()))}
            made.append({"name": f"safeguard {ident}, {title}", **told, "how": how, **named})
        for one in made:
            one["holds"] = one["value"] >= one["target"] if one["bound"] == ">=" else one["value"] <= one["target"]
        self.file.write_text(json.dumps(made, indent=2) + "\n")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("safeguard"):
        item.user_properties.append((REFUSED, marker.args[0]))
    for marker in item.iter_markers("figure"):
        told = {"name": marker.args[0], "unit": "cases", "how": "as it must be", **marker.kwargs}
        item.user_properties.append((COUNTED, told))
