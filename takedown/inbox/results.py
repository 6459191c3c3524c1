"""Authentication-Results, read as RFC 8601 writes them: comments, folding, quoted strings, any case. Doubt reads as nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One `method=result`; property names such as `header.d` in lower case, the last of a name counts only if all agree."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def property(self, name: str) -> str:
        """Its value; empty when it is missing or given twice with different values."""
        values = {value for key, value in self.properties if key == name}
        return values.pop() if len(values) == 1 else ""


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """The header of one server. `server` is its authserv-id in lower case."""

    server: str
    results: tuple[Result, ...]


class _Token(NamedTuple):
    text: str
    quoted: bool = False

    @property
    def mark(self) -> str:
        return "" if self.quoted else self.text


class _Unreadable(ValueError):
    pass


def read_results(value: str) -> AuthenticationResults | None:
    """None when the header does not follow the grammar: half a header is not believed."""
    try:
        tokens = list(_tokens(value))
        groups = list(_groups(tokens))
        server, *version = groups[0]
        if len(version) > 1 or any(not one.text.isdigit() for one in version) or server.mark == "=":
            return None
        rest = [group for group in groups[1:] if group]
        if [[one.mark.lower() for one in group] for group in rest] == [["none"]]:
            rest = []
        return AuthenticationResults(server.text.lower().rstrip("."), tuple(_result(group) for group in rest))
    except (_Unreadable, IndexError, ValueError):
        return None


def _tokens(value: str) -> Iterator[_Token]:
    at, word = 0, ""
    while at < len(value):
        char = value[at]
        if char == "(":
            at = _after_comment(value, at)
        elif char == '"':
            text, at = _quoted(value, at)
            if word:
                raise _Unreadable
            yield _Token(text, quoted=True)
            continue
        elif char in "=;" or char.isspace():
            pass
        elif char in ")\\" or not char.isprintable():
            raise _Unreadable
        else:
            word += char
            at += 1
            continue
        if word:
            yield _Token(word)
            word = ""
        if char in "=;":
            yield _Token(char)
        at += char != "("
    if word:
        yield _Token(word)


def _after_comment(value: str, at: int) -> int:
    depth = 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] == "(":
            depth += 1
            if depth > MAX_DEPTH:
                raise _Unreadable
        elif value[at] == ")":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    raise _Unreadable


def _quoted(value: str, at: int) -> tuple[str, int]:
    text, at = "", at + 1
    while at < len(value):
        if value[at] == "\\":
            text, at = text + value[at + 1 : at + 2], at + 2
        elif value[at] == '"':
            return text, at + 1
        else:
            text, at = text + value[at], at + 1
    raise _Unreadable


def _groups(tokens: list[_Token]) -> Iterator[list[_Token]]:
    group: list[_Token] = []
    for token in tokens:
        if token.mark == ";":
            yield group
            group = []
        else:
            group.append(token)
    yield group


def _result(group: list[_Token]) -> Result:
    pairs = [(name, value) for name, value in _pairs(group) if name.lower() != "reason"]
    (method, result), *properties = pairs
    return Result(method.partition("/")[0].lower(), result.lower(), tuple((name.lower(), value) for name, value in properties))


def _pairs(group: list[_Token]) -> Iterator[tuple[str, str]]:
    if len(group) > 3 and len(group) % 3 == 2 and group[-1].mark == "=":  # `smtp.mailfrom=` of a bounce
        group = [*group, _Token("", quoted=True)]
    if len(group) % 3:
        raise _Unreadable
    for name, equals, value in zip(group[::3], group[1::3], group[2::3], strict=True):
        if equals.mark != "=" or name.quoted or value.mark == "=":
            raise _Unreadable
        yield name.text, value.text
