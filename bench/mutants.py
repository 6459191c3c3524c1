"""Small faults put into the code that sends, one at a time: do its tests notice? Part of `script/faults`, when thorough.

A mutant is the code with one comparison turned, one `and` made `or`, one condition negated, one constant changed, or one call
left out. It is written to a copy of the package; the tests of sending run against that copy and should fail.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
MODULES = (
    "delivery/claims.py", "delivery/decide.py", "delivery/hold.py", "delivery/owning.py", "delivery/pace.py",
    "delivery/records.py", "delivery/run.py", "delivery/settling.py", "ledger/moves.py", "ledger/backup.py",
    "planning/digest.py", "planning/approving.py", "approval.py", "transport/http.py", "transport/smtp.py",
)  # fmt: skip
TESTS = ("tests/delivery", "tests/planning", "tests/ledger")
LONGEST = 400.0
Change = Callable[[], ast.AST | None]
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """`what` as a reader would say it; `source` the whole module with the fault in it."""

    module: str
    line: int
    what: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.what}"


@dataclass(frozen=True)
class Outcome:
    mutant: Mutant
    killed: bool


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    source = (ROOT / "takedown" / module).read_text(encoding="utf-8")
    count = sum(1 for _ in _places(ast.parse(source)))
    for number in range(count):
        tree = ast.parse(source)
        node, change = next(place for at, place in enumerate(_places(tree)) if at == number)
        before = ast.unparse(node)
        made = change()
        after = ast.unparse(made) if made is not None else "left out"
        yield Mutant(
            module, getattr(node, "lineno", 0), f"{before[:60]} -> {after[:60]}", ast.unparse(ast.fix_missing_locations(tree))
        )


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, Change]]:
    """(a node, the function that changes it and returns what it became, None when it was left out)."""
    for parent in ast.walk(tree):
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(parent):
                yield from _changes(node)


def _changes(node: ast.AST) -> Iterator[tuple[ast.AST, Change]]:
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in TURNED:

            def turn(node: ast.Compare = node, op: ast.cmpop = op) -> ast.AST:
                node.ops[0] = TURNED[type(op)]()
                return node

            yield node, turn
        case ast.BoolOp(op=op):

            def swap(node: ast.BoolOp = node, op: ast.boolop = op) -> ast.AST:
                node.op = ast.Or() if isinstance(op, ast.And) else ast.And()
                return node

            yield node, swap
        case ast.If() | ast.While() | ast.IfExp():

            def negate(node: ast.If | ast.While | ast.IfExp = node) -> ast.AST:
                node.test = ast.UnaryOp(ast.Not(), node.test)
                return node.test

            yield node.test, negate
        case ast.Constant(value=bool(value)):

            def flip(node: ast.Constant = node, value: bool = value) -> ast.AST:
                node.value = not value
                return node

            yield node, flip
        case ast.Constant(value=int(value)):

            def add(node: ast.Constant = node, value: int = value) -> ast.AST:
                node.value = value + 1
                return node

            yield node, add
        case ast.Expr(value=ast.Call() | ast.Await()):

            def leave_out(node: ast.Expr = node) -> None:
                node.value = ast.Constant(None)

            yield node, leave_out
        case _:
            pass


def chosen(seed: int, count: int) -> list[Mutant]:
    """A sample over all modules."""
    every = [one for module in MODULES for one in mutants(module)]
    return random.Random(seed).sample(every, min(count, len(every)))  # noqa: S311 -- a sample, not a secret


def tried(sample: list[Mutant], at_once: int) -> Iterator[Outcome]:
    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(_try, sample)


def _try(mutant: Mutant) -> Outcome:
    with TemporaryDirectory(prefix="takedown-mutant-") as name:
        copy = Path(name) / "takedown"
        shutil.copytree(ROOT / "takedown", copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / mutant.module).write_text(mutant.source, encoding="utf-8")
        return Outcome(mutant, killed=_fails(Path(name)))


def _fails(path: Path) -> bool:
    """Whether a test fails, or hangs, with the package found at `path`. -P: the folder it is started in does not come first."""
    words = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TESTS]
    env = {**os.environ, "PYTHONPATH": str(path)}
    try:
        done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main(argv: list[str]) -> int:
    """`python -m bench.mutants [COUNT] [SEED]`: prints each survivor."""
    count, seed = (int(word) for word in (argv + ["16", "1"][len(argv) :])[:2])
    killed = total = 0
    for one in tried(chosen(seed, count), max((os.cpu_count() or 2) // 2, 1)):
        total, killed = total + 1, killed + one.killed
        print(f"{'killed  ' if one.killed else 'SURVIVED'} {one.mutant}", flush=True)
    print(f"{killed} of {total} killed")
    return 0 if killed == total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
