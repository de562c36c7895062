"""Runs the fuzzer, in the environment that ``make fuzz`` sets up.

``python -m tests.fuzzing --seconds 1800`` tries every target in turn, each for its share of the time; what breaks one
is written to ``build/fuzz/``. ``python -m tests.fuzzing TARGET FILE`` tries a file again. ``--merge`` takes what was
found of interest into the corpus, if the corpus, the templates and the bad specs do not do it already.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fuzzing.targets import Target

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "fuzz"
LIMITS = ("-rss_limit_mb=1024", "-timeout=10", "-max_len=4096", "-len_control=0")
WATCHED = ("conv_anim", "yaml")
"""Whose branches lead the fuzzer."""
HOSTS = ("conv_anim.__main__", "conv_anim.embed.sphinx", "conv_anim.embed.jupyter", "conv_anim.embed.fence")
"""What runs on import, or needs what is not here."""
LARGEST_SEED = 3000
"""Bytes of an input that is kept in the corpus."""


def target(name: str) -> Target:
    """A target, all its branches watched."""
    import atheris

    with atheris.instrument_imports(include=list(WATCHED)):
        for module in walk_packages(import_module("conv_anim").__path__, "conv_anim."):
            if module.name not in HOSTS:
                import_module(module.name)
        return import_module("tests.fuzzing.targets").TARGETS[name]


def fuzz(name: str, flags: Sequence[str]) -> None:
    """libFuzzer with its own flags, folders and files. Does not return."""
    import atheris

    tried = target(name)
    mutator = {"custom_mutator": _mutated} if tried.damaged else {}
    again = f"{shlex.quote(sys.executable)} -m tests.fuzzing {name}"  # what libFuzzer runs to merge
    atheris.Setup([again, *flags], tried.attempt, **mutator)
    atheris.Fuzz()


def _mutated(data: bytes, longest: int, seed: int) -> bytes:
    """Half of the time as libFuzzer does it, else as a spec is damaged."""
    import atheris

    from tests.fuzzing.damage import damaged

    r = Random(seed)
    return atheris.Mutate(data, longest) if r.random() < 0.5 else damaged(data, r)[:longest]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(name: str, *flags: str | Path) -> int:
    """The same in a process of its own: its exit status."""
    command = [sys.executable, "-m", "tests.fuzzing", name, *LIMITS, *map(str, flags)]
    say(" ".join(command))
    return subprocess.run(command, check=False).returncode


def everything(seconds: int, chosen: Sequence[str]) -> int:
    """Every target for its share of the time. 1 if something broke."""
    from tests.fuzzing.targets import TARGETS, unpacked
    from tests.fuzzing.words import dictionary

    BUILD.mkdir(parents=True, exist_ok=True)
    unpacked()
    words = BUILD / "words.dict"
    words.write_text(dictionary(), encoding="utf-8")
    tried = [TARGETS[name] for name in chosen or TARGETS]
    whole = sum(target.share for target in tried)
    broken = [t.name for t in tried if not _holds(t, seconds=round(seconds * t.share / whole), words=words)]
    for name in broken:
        files = sorted(str(path) for kind in ("crash", "timeout", "oom") for path in BUILD.glob(f"{name}-{kind}-*"))
        say(f"{name} broke; try again: {sys.executable} -m tests.fuzzing {name} {' '.join(files)}")
    return 1 if broken else 0


def _holds(tried: Target, *, seconds: int, words: Path) -> bool:
    grown = BUILD / tried.name
    grown.mkdir(exist_ok=True)
    flags = (f"-max_total_time={max(1, seconds)}", f"-dict={words}", f"-artifact_prefix={BUILD / tried.name}-")
    known = [folder for folder in (tried.corpus, tried.found, *tried.seeds) if folder.is_dir()]
    return run(tried.name, *flags, "-print_final_stats=1", grown, *known) == 0


def merge(chosen: Sequence[str]) -> int:
    """Take what was found of interest into the corpus, as far as it does what is not done already."""
    from tests.fuzzing.targets import TARGETS, files, unpacked

    unpacked()
    for tried in (TARGETS[name] for name in chosen or TARGETS):
        with TemporaryDirectory() as folder:
            kept, small = Path(folder) / "kept", Path(folder) / "small"
            kept.mkdir()
            small.mkdir()
            for path in files(*(known for known in (tried.corpus, tried.found, *tried.seeds) if known.is_dir())):
                shutil.copy(path, kept / f"{path.parent.name}-{path.name}")
            for path in files(BUILD / tried.name):
                if path.stat().st_size <= LARGEST_SEED:
                    shutil.copy(path, small)
            known = {path.name for path in kept.iterdir()}
            if run(tried.name, "-set_cover_merge=1", "-use_counters=0", kept, small):
                return 1
            tried.corpus.mkdir(parents=True, exist_ok=True)
            for path in kept.iterdir():
                if path.name not in known:
                    shutil.copy(path, tried.corpus)
    return 0


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    if arguments and not arguments[0].startswith("-"):
        fuzz(arguments[0], arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--seconds", type=int, default=1800, help="for all targets together")
    parser.add_argument("--only", action="append", default=[], help="this target")
    parser.add_argument("--merge", action="store_true", help="keep what was found of interest")
    asked = parser.parse_args(arguments)
    return merge(asked.only) if asked.merge else everything(asked.seconds, asked.only)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
