"""Errors a user can meet. The class docstring is the message; `why` and `do` finish the story.

Exit codes are those of the command line contract: 1 unexpected, 2 usage, 3 partial, 4 credentials, 5 temporary,
6 input, 7 policy, 8 a person is needed, 10 ledger missing or old, 11 locked, 12 integrity, 13 threshold.
"""

from __future__ import annotations

from typing import ClassVar


class _Facts(dict[str, object]):
    """A fact that nobody gave is empty: an error must never fail while it is told."""

    def __missing__(self, key: str) -> str:
        del key
        return ""


class TakedownError(Exception):
    """Something failed: {what}."""

    code: ClassVar[str] = "TD-0001"
    exit: ClassVar[int] = 1
    why: ClassVar[str] = ""
    do: ClassVar[str] = ""
    retryable: ClassVar[bool] = False

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message)

    def _fill(self, sentence: str) -> str:
        return sentence.format_map(_Facts(self.facts)) if self.facts else sentence

    @property
    def message(self) -> str:
        return self._fill((type(self).__doc__ or "").strip().rstrip("."))

    def as_dict(self) -> dict[str, object]:
        """The `error` object of the JSON contract: code, message, why, do, retryable, exit."""
        return {
            "code": self.code,
            "message": self.message,
            "why": self._fill(self.why),
            "do": self._fill(self.do),
            "retryable": self.retryable,
            "exit": self.exit,
        }


class UsageError(TakedownError):
    """{what}"""

    code, exit = "TD-0002", 2
    why, do = "{why}", "{do}"


class InputRejected(TakedownError):
    """{what}"""

    code, exit = "TD-0100", 6
    why, do = "{why}", "{do}"


class RefusedByPolicy(TakedownError):
    """{what}"""

    code, exit = "TD-0700", 7
    why, do = "{why}", "{do}"


class CredentialsMissing(TakedownError):
    """{what}"""

    code, exit = "TD-0400", 4
    why, do = "{why}", "{do}"


class Temporary(TakedownError):
    """{what}"""

    code, exit, retryable = "TD-0500", 5, True
    why, do = "{why}", "{do}"


class IntegrityFailed(TakedownError):
    """{what}"""

    code, exit = "TD-1200", 12
    why, do = "{why}", "{do}"


class MissingExtra(TakedownError):
    """{what} needs the extra "{extra}", which is not installed."""

    code, exit = "TD-0003", 2
    why, do = "it is optional, to keep the tool small", "pip install 'takedown-desk[{extra}]'"
