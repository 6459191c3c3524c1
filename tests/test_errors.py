"""Every error says what, why and what to do, under a code of its own that scripts can rely on."""

import importlib
import pkgutil
import re
from collections import defaultdict

import pytest

import takedown
from takedown.contract import TakedownError

EXITS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13}
GENERAL = {"UsageError", "InputRejected", "RefusedByPolicy", "CredentialsMissing", "Temporary", "IntegrityFailed"}


def every_module():
    for module in pkgutil.walk_packages(takedown.__path__, "takedown."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def classes(base=TakedownError):
    for made in base.__subclasses__():
        yield made
        yield from classes(made)


every_module()
OURS = sorted({c for c in classes() if c.__module__.startswith("takedown.")}, key=lambda c: f"{c.__module__}.{c.__name__}")


@pytest.mark.parametrize("error", OURS, ids=lambda c: c.__name__)
def test_an_error_tells_the_whole_story(error):
    assert re.fullmatch(r"TD-\d{4}", error.code)
    assert error.exit in EXITS
    assert error.__doc__
    assert error.why
    assert error.do


def test_no_two_errors_share_a_code():
    found = defaultdict(list)
    for error in OURS:
        if "code" in vars(error):
            found[error.code].append(f"{error.__module__}.{error.__name__}")
    assert {code: names for code, names in found.items() if len(names) > 1} == {}


def test_an_error_has_a_code_of_its_own():
    assert [c.__name__ for c in OURS if "code" not in vars(c) and c.__name__ not in GENERAL] == []
