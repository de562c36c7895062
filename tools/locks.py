"""The locks: made anew, and checked to be closed, so that they can be installed as they are, without resolving.

    python tools/locks.py lock              makes all of them anew (with uv, from what pyproject.toml asks for)
    python tools/locks.py closed NAME       is what the packages of a lock require in it? Asks those that are installed
    python tools/locks.py resolved NAME     do the oldest pip, the newest and uv find it complete? Asks the index

A lock is closed if each requirement of each package in it, its extras included, is met by the lock itself: by version,
and by an entry that names the same extras. (An old pip takes ``coverage`` and ``coverage[toml]`` for two things, looks
for the second one elsewhere, and finds one without a hash.)
"""

from __future__ import annotations

import argparse
import importlib.metadata
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import deque
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

sys.path.insert(0, str(Path(__file__).parent))
from environments import ENVIRONMENTS, GPU, ROOT, requirements, trust_as_here

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
OPTIONS = ("--quiet", "--universal", "--generate-hashes", "--no-strip-extras", "--no-annotate", "--no-header")
WHOLE = ("--all-extras", "--group", "dev", "pyproject.toml")
CPU_BUILDS = {
    "torch==2.13.0": "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
}
"""Builds for the CPU alone, as their makers publish them (Linux, x86-64, Python 3.11); no index tells of them."""
BESIDE = {"frameworks": "frameworks", "libraries": "libraries", "fuzz": "fuzz", "mutation": "mutation"}
"""Environments that hold a group of pyproject.toml besides what the main lock holds."""


def asked(name: str) -> list[Requirement]:
    """What pyproject.toml asks for in an environment."""
    if name in {"pip-oldest", "pip-newest"}:
        return [Requirement(text) for text in GROUPS[name]]
    extras = PROJECT["project"]["optional-dependencies"].values()
    texts = [*PROJECT["project"]["dependencies"], *(text for extra in extras for text in extra), *GROUPS["dev"]]
    texts += GROUPS[BESIDE[name]] if name in BESIDE else []
    return [Requirement(text) for text in texts]


def locked(name: str) -> dict[str, Requirement]:
    """What the locks of an environment hold for this machine and this Python, by name."""
    found = {}
    for lock in ENVIRONMENTS[name].locks:
        for text in requirements(ROOT / lock):
            each = Requirement(text.partition("\\")[0].strip())
            if each.marker is None or each.marker.evaluate():
                found[canonicalize_name(each.name)] = each
    return found


def closed(name: str) -> list[str]:
    """What the locks of an environment lack, or hold without need; asks the packages that are installed."""
    held, said = locked(name), []
    todo = deque((each, "pyproject.toml") for each in asked(name) if wanted(each, ()))
    seen: set[tuple[str, str]] = set()
    reached: set[str] = set()
    while todo:
        needed, by = todo.popleft()
        key = canonicalize_name(needed.name)
        entry = held.get(key)
        if entry is None:
            said.append(f"{by} requires {needed}, which is not in the lock")
            continue
        said += unmet(needed, entry, by)
        reached.add(key)
        for extra in {"", *needed.extras}:
            if (key, extra) not in seen:
                seen.add((key, extra))
                inside = importlib.metadata.requires(key) or []
                todo += [
                    (each, key)
                    for each in map(Requirement, inside)
                    if wanted(each, (extra,)) and not (not extra and "extra" in str(each.marker))
                ]
    said += [
        f"{key} is in the lock, and nothing requires it"
        for key in sorted(held.keys() - reached)
        if not key.startswith(GPU)
    ]
    return list(dict.fromkeys(said))


def wanted(requirement: Requirement, extras: tuple[str, ...]) -> bool:
    """Whether a requirement holds here, for one of some extras."""
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in extras or ("",))


def unmet(needed: Requirement, entry: Requirement, by: str) -> list[str]:
    """What an entry of a lock lacks of what is required."""
    version = next(iter(entry.specifier)).version
    missing = needed.extras - entry.extras
    said = [
        f"{by} requires {needed}; the lock has {entry.name}{entry.specifier} without [{','.join(sorted(missing))}]"
    ] * bool(missing)
    if not needed.specifier.contains(version, prereleases=True):
        said.append(f"{by} requires {needed}; the lock has {version}")
    have = importlib.metadata.version(entry.name)
    if have.split("+")[0] != version:
        said.append(f"{entry.name} {have} is installed; the lock has {version}")
    return said


# resolving: what others make of it


def resolved(name: str) -> list[str]:
    """What the oldest pip, the newest and uv say when they resolve an environment's locks without installing."""
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder, "requirements.txt")
        part.write_text("\n".join(_held(name)) + "\n", encoding="utf-8")
        said = []
        for who in ("pip-oldest", "pip-newest"):
            python = ROOT / ENVIRONMENTS[who].folder / "bin" / "python"
            options = ("--quiet", "--dry-run", "--ignore-installed", "--require-hashes", "--only-binary", ":all:")
            said += _tried(who, [python, "-m", "pip", "install", *options, "-r", part])
        uv = ("--quiet", "--dry-run", "--reinstall", "--require-hashes", "--python", sys.executable)
        if name != "frameworks":  # uv does not look where pip's user keeps builds of their own
            said += _tried("uv", [sys.executable, "-m", "uv", "pip", "install", *uv, "-r", part])
    return said


def _held(name: str) -> list[str]:
    """Entries of the locks of an environment, or of several; without those for GPUs, which not every build needs."""
    locks = dict.fromkeys(lock for each in name.split("+") for lock in ENVIRONMENTS[each].locks)
    every = [each for lock in locks for each in requirements(ROOT / lock)]
    return [each for each in every if not each.startswith(GPU)] if name == "frameworks" else every


def _tried(who: str, command: list[str | Path]) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    return [f"{who}: {line}" for line in (done.stdout + done.stderr).strip().splitlines() if "WARNING" not in line][-6:]


# making


def lock(*, upgrade: bool) -> None:
    """All locks, from what pyproject.toml asks for. Raises CalledProcessError."""
    more = ("--upgrade",) * upgrade
    _compiled("requirements.lock", *WHOLE, *more)
    _compiled("requirements-lowest.txt", *WHOLE, "--resolution", "lowest-direct", *more)
    base = set(requirements(ROOT / "requirements.lock"))
    for name, group in BESIDE.items():
        target = ROOT / ENVIRONMENTS[name].locks[-1]
        _compiled(target.name, *WHOLE, "--group", group, "-c", "requirements.lock", *more)
        beside = [each for each in requirements(target) if each not in base]
        target.write_text("\n".join(map(_with_cpu, beside)) + "\n", encoding="utf-8")
    for name in ("pip-oldest", "pip-newest"):
        _compiled(ENVIRONMENTS[name].locks[0], "--group", f"pyproject.toml:{name}", *more)


def _with_cpu(requirement: str) -> str:
    digest = CPU_BUILDS.get(requirement.partition("\\")[0].strip())
    return requirement if digest is None or digest in requirement else f"{requirement} \\\n    --hash=sha256:{digest}"


def _compiled(target: str, *options: str) -> None:
    uv = shutil.which("uv") or sys.executable
    command = [uv, *(["-m", "uv"] if uv == sys.executable else []), "pip", "compile", *OPTIONS, *options, "-o", target]
    subprocess.run(command, cwd=ROOT, check=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=("lock", "closed", "resolved"))
    parser.add_argument("names", nargs="*", help="environments, as tools/environments.py has them; with +, together")
    parser.add_argument("--upgrade", action="store_true", help="with lock: take the newest versions")
    given = parser.parse_args()
    trust_as_here()
    if given.command == "lock":
        lock(upgrade=given.upgrade)
        return
    check = closed if given.command == "closed" else resolved
    said = [f"{name}: {line}" for name in given.names for line in check(name)]
    sys.stdout.write("".join(f"{line}\n" for line in said) or f"{given.command}: {', '.join(given.names)}\n")
    sys.exit(bool(said))


if __name__ == "__main__":
    main()
