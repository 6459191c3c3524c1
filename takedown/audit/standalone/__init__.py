"""`verify.py`, which lies in every bundle: it needs Python 3.8 or newer and nothing else, this program least of all.

Its parts are modules here, and one file there: they import each other, their names are apart, and `script` lays them end to end.
"""

from __future__ import annotations

import re
from importlib import resources

PARTS = ("signatures", "excerpt", "case", "people", "__main__")
"""In the order in which they need each other."""
HEAD = '''#!/usr/bin/env python3
"""Checks a bundle about one case, on any machine with Python 3.8 or newer and nothing else: python3 -I verify.py [FOLDER]

It says what the bundle proves, line by line, and ends with 1 when anything does not hold. It cannot say whose the keys are: compare
the fingerprints that it prints with what the authority tells by another way, and the newest head with a copy kept elsewhere.
"""

'''
_OURS = re.compile(r"^from takedown\.[^\n]*\n", re.MULTILINE)


def script() -> str:
    """The text of `verify.py`."""
    texts = ((resources.files(__name__) / f"{name}.py").read_text(encoding="utf-8") for name in PARTS)
    return HEAD + "\n\n".join(_OURS.sub("", text) for text in texts)
