"""Jinja2 reduced to printing, choosing and repeating values: what is not on the lists below does not compile.

The library's sandbox alone renders `{{ "a" * 10**9 }}`, a block set that doubles itself thirty times, and padding filters of
any width. Without arithmetic, calls, macros, lists and assignment a template's only growth is its loops over the values, and
the text is cut off as it is produced.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import DictLoader, StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LIMIT = 100_000
"""Bytes of UTF-8 that one text may have."""
LOOPS = 2
"""How deep loops may be nested, includes counted apart."""
NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Filter, nodes.Test,
    nodes.If, nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Include, nodes.With,
)  # fmt: skip
FILTERS = frozenset({"length", "lower", "upper", "first", "last"})
TESTS = frozenset({"defined", "none", "eq", "equalto", "ne", "in"})


class TooLong(Exception):
    """The text passed LIMIT."""


class Texts:
    """The templates of one pack in one language, compiled. Raises TemplateError when one holds what is not allowed."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(sources),
            undefined=StrictUndefined,
            autoescape=False,  # plain mail and form text, never HTML
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            cache_size=-1,
        )
        self._environment.globals.clear()
        for name, source in sources.items():
            self._check(name, source)

    def _check(self, name: str, source: str) -> None:
        tree = self._environment.parse(source, name)
        for node in tree.find_all(nodes.Node):
            if why := _refused(node):
                raise TemplateError(f"{name}, line {node.lineno}: {why}")
        if _depth(tree) > LOOPS:
            raise TemplateError(f"{name}: loops are nested more than {LOOPS} deep")

    def fill(self, name: str, values: Mapping[str, object]) -> str:
        """The text, at most LIMIT bytes. Raises TooLong, TemplateError (also for a value that is not there)."""
        pieces: list[str] = []
        size = 0
        try:
            for piece in self._environment.get_template(name).generate(values):
                size += len(piece.encode())
                if size > LIMIT:
                    raise TooLong(name)
                pieces.append(piece)
        except RecursionError:
            raise TemplateError(f"{name}: it includes itself") from None
        except UnicodeEncodeError:
            raise TemplateError(f"{name}: it holds half a character") from None
        return "".join(pieces)


@lru_cache(maxsize=64)
def compiled(texts: tuple[tuple[str, str], ...], language: str) -> Texts:
    """A pack's templates in a language, compiled once. Raises TemplateError."""
    prefix = f"{language}/"
    return Texts({path.removeprefix(prefix): text for path, text in texts if path.startswith(prefix) and path.endswith(".txt")})


def _refused(node: nodes.Node) -> str:
    if not isinstance(node, NODES):
        return f"{type(node).__name__.lower()} is not for templates"
    match node:
        case nodes.For(recursive=True):
            return "recursive loops are not for templates"
        case nodes.Filter(name=name) if name not in FILTERS:
            return f"there is no filter {name}"
        case nodes.Test(name=name) if name not in TESTS:
            return f"there is no test {name}"
        case nodes.Include(template=target) if not isinstance(target, nodes.Const):
            return "an include names its template outright"
        case nodes.Const(value=value) if not isinstance(value, str | int | bool | None):
            return "only text and whole numbers may be written in a template"
        case _:
            return ""


def _depth(node: nodes.Node) -> int:
    return isinstance(node, nodes.For) + max((_depth(child) for child in node.iter_child_nodes()), default=0)
