"""All checks in order, and what they say."""

import sys
from pathlib import Path
from typing import Iterator, List

from takedown.audit.standalone.case import files, plans, requests, sealed, target
from takedown.audit.standalone.excerpt import Bundle, Wrong
from takedown.audit.standalone.people import acts


def check(folder: Path) -> Iterator[str]:
    bundle = Bundle(folder)
    yield from bundle.chain()
    yield from bundle.heads()
    yield from bundle.timestamps()
    yield from bundle.openings()
    yield from target(bundle)
    yield from plans(bundle)
    yield from requests(bundle)
    for title, name, kind in (
        ("attempts", "attempts", "attempts.recorded"),
        ("what the platform said", "claims", "claims.recorded"),
        ("what was seen", "sightings", "sightings.recorded"),
    ):
        yield f"{title}: {len(bundle.record[name])}"
        yield from sealed(bundle, name, kind)
    yield f"files: {len(bundle.record['files'])}"
    yield from files(bundle)
    yield from acts(bundle)


def main(words: List[str]) -> int:
    folder = Path(words[0]) if words else Path(__file__).resolve().parent
    try:
        for line in check(folder):
            print("".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line))
    except Wrong as what:
        print(f"DOES NOT HOLD: {what}")
        return 1
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, StopIteration, ArithmeticError) as error:
        print(f"DOES NOT HOLD: the bundle cannot be read: {type(error).__name__}: {error}")
        return 1
    print("All of it holds.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
