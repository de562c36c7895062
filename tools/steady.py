"""The whole suite again and again, in random order, every second time beside a busy core.

    python tools/steady.py [--runs N] [--seconds S] [-- PYTEST OPTIONS]

Goes on until N runs are done or S seconds have passed, whichever comes first. A run that fails is told with the seed
that repeats its order, and what it printed is kept in build/steady/.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "steady"


@contextmanager
def busy(*, wanted: bool) -> Iterator[None]:
    """A process that keeps one core busy meanwhile."""
    spinning = subprocess.Popen([sys.executable, "-ISc", "while True: pass"]) if wanted else None
    try:
        yield
    finally:
        if spinning is not None:
            spinning.kill()
            spinning.wait()


def once(seed: int, options: list[str]) -> tuple[bool, str, str]:
    """Whether all tests passed, the last line that was printed, and all of it."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", f"--randomly-seed={seed}", *options]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    said = done.stdout.strip()
    return done.returncode == 0, said.rpartition("\n")[2], said


def main() -> None:
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    asked, options = parser.parse_args(sys.argv[1:end]), sys.argv[end + 1 :]
    LOGS.mkdir(parents=True, exist_ok=True)
    began, bad = time.monotonic(), 0
    for k in range(asked.runs):
        if time.monotonic() - began > asked.seconds:
            break
        seed = int.from_bytes(os.urandom(4), "big")
        with busy(wanted=k % 2 == 1):
            good, last, said = once(seed, options)
        beside = " beside a busy core" * (k % 2)
        sys.stdout.write(f"{k + 1}{beside}, seed {seed}: {last}\n")
        sys.stdout.flush()
        if not good:
            bad += 1
            (LOGS / f"{seed}.txt").write_text(said, encoding="utf-8")
    sys.stdout.write(f"{bad} failed\n" if bad else "every run passed\n")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
