"""A stand-in platform in a process of its own, so that it does not share an interpreter lock with what is measured."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from takedown.sandbox import Behaviour, Sandbox


@contextmanager
def stand_in(folder: Path, seed: int, **keyed: bool) -> Generator[dict[str, Any]]:
    """Serve the named platforms, which honour keys or do not, while the block runs; gives what `sandbox.json` says."""
    words = [sys.executable, "-m", "bench.stand_in", str(folder), json.dumps(keyed), str(seed)]
    process = subprocess.Popen(words)
    try:
        description = folder / "sandbox.json"
        while not description.exists():
            if process.poll() is not None:
                raise RuntimeError(f"the stand-in ended with {process.returncode}")
            time.sleep(0.01)
        yield json.loads(description.read_text())
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    platforms = json.loads(sys.argv[2])
    behaviours = {name: Behaviour(keyed=keyed, seed=int(sys.argv[3])) for name, keyed in platforms.items()}
    gc.disable()  # it would stand still for a tenth of a second, and what came meanwhile look like requests above the pace
    Sandbox(Path(sys.argv[1]), behaviours, smtp_port=None).run()
