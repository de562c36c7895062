"""The tests in another environment: the wheel of this package, installed away from its source.

    python tools/elsewhere.py NAME [--python PYTHON] [-- PYTEST OPTIONS]
    python tools/elsewhere.py pythons [-- PYTEST OPTIONS]    with every other Python that is on this machine
    python tools/elsewhere.py wheel                          builds the wheel, and says where it is
    python tools/elsewhere.py environments                   sets up all environments of this file, and tests nothing

The environment is ``.venv-NAME``. Tests run beside no source: in what the sdist unpacks to, less what the wheel brings.
Those that are about the repository itself are left out, but for the committed pictures.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from environments import ENVIRONMENTS, ROOT, Environment, SetUpError, give_up, made, trust_as_here

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DIST = ROOT / "build" / "dist"
BROUGHT = ("conv_anim", "templates")
"""What the wheel brings."""
UV = (sys.executable, "-m", "uv")
QUIETLY = ("-q", "-n", "auto", "--dist", "worksteal", "--durations", "5", "--durations-min", "1")
PYTEST = ("-m", "pytest", *QUIETLY, "-m", "not repository")
PICTURES = "tests/test_pixels.py"
ABOUT = {"CONV_ANIM_OUTPUT": str(ROOT / "output"), "HYPOTHESIS_PROFILE": os.environ.get("HYPOTHESIS_PROFILE", "few")}
"""What the tests are told: where the committed pictures are, and to try fewer examples than beside the source."""
EVERY_PICTURE = {"lowest": {"CONV_ANIM_EVERY": "1"}}
"""Where other libraries draw, all pictures are compared; elsewhere some."""
OLDEST = 11
"""The first Python 3 that is supported."""
WHERE = "import conv_anim, sys; print(conv_anim.__file__); sys.exit(not conv_anim.__file__.startswith(sys.prefix))"


def run(*command: str | Path, folder: Path = ROOT, **environment: str) -> None:
    """Raises CalledProcessError."""
    subprocess.run([*map(str, command)], cwd=folder, env=os.environ | environment, check=True)


def built() -> tuple[Path, Path]:
    """The sdist, and the wheel that is made of it: built once for as long as what goes into them stays the same."""
    stamp, wanted = DIST / "made-of", digest()
    if not (stamp.is_file() and stamp.read_text() == wanted):
        shutil.rmtree(DIST, ignore_errors=True)
        run(*UV, "build", "--quiet", "--no-build-isolation", "--python", sys.executable, "-o", DIST)
        stamp.write_text(wanted)
    return next(DIST.glob("*.tar.gz")), next(DIST.glob("*.whl"))


def digest() -> str:
    """What the sdist is made of: the files that git would commit, or all of them where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = listed.stdout.split(b"\0") if listed.returncode == 0 else []
    files = [ROOT / os.fsdecode(name) for name in names if name] or sorted(ROOT.rglob("*"))
    whole = sha256()
    for file in files:
        if file.is_file():
            whole.update(b"%s\0%s" % (os.fsencode(file), sha256(file.read_bytes()).digest()))
    return whole.hexdigest()


def kind(name: str) -> Environment:
    """The environment of a name, or that of another Python."""
    return ENVIRONMENTS.get(name, replace(ENVIRONMENTS["package"], folder=f".venv-{name}"))


def environment(name: str, python: str, wheel: Path) -> Path:
    """The Python of an environment with what its lock says and the wheel."""
    found = made(kind(name), python)
    run(*UV, "pip", "install", "--quiet", "--python", found, "--no-deps", "--reinstall", wheel)
    return found


def unpacked(sdist: Path, name: str) -> Path:
    """What the sdist unpacks to, less what the wheel brings."""
    folder = ROOT / "build" / "elsewhere" / name
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (inside,) = folder.iterdir()
    for brought in BROUGHT:
        shutil.rmtree(inside / brought)
    return inside


def tested(name: str, python: str, options: Sequence[str]) -> None:
    """Raises CalledProcessError if a test fails, SetUpError without an environment."""
    sdist, wheel = built()
    found = environment(name, python, wheel)
    folder = unpacked(sdist, name)
    run(found, "-c", WHERE, folder=folder)
    chosen = [PICTURES] if any(each.startswith("tests/") for each in options) else []
    run(found, *PYTEST, *options, *chosen, folder=folder, **ABOUT, **EVERY_PICTURE.get(name, {}))


def pythons() -> Iterator[tuple[str, str]]:
    """Other Pythons on this machine, as (3.12, where), on the path or in pyenv's folder."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}"}
    for python in candidates():
        asked = subprocess.run([python, "-V"], capture_output=True, text=True, check=False)
        version = ".".join(asked.stdout.removeprefix("Python ").split(".")[:2])
        if asked.returncode == 0 and version not in found:
            found.add(version)
            yield version, str(python)


def candidates() -> Iterator[str | Path]:
    names = [f"3.{minor}" for minor in range(OLDEST, OLDEST + 20)]
    yield from filter(None, (shutil.which(f"python{name}") for name in names))
    if shutil.which("pyenv"):
        root = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=True).stdout.strip()
        yield from (path for name in names for path in sorted(Path(root, "versions").glob(f"{name}.*/bin/python")))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--python", default=sys.executable)
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    asked, options = parser.parse_args(sys.argv[1:end]), sys.argv[end + 1 :]
    trust_as_here()
    match asked.name:
        case "wheel":
            sys.stdout.write(f"{built()[1].relative_to(ROOT)}\n")
        case "environments":
            for name in ("package", "lowest", "pip-oldest", "pip-newest"):
                made(ENVIRONMENTS[name])
            for version, python in pythons():
                made(kind(version), python)
        case "pythons":
            for version, python in pythons():
                sys.stdout.write(f"Python {version}\n")
                sys.stdout.flush()
                tested(version, python, options)
        case _:
            tested(asked.name, asked.python, options)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
    except SetUpError as error:
        give_up(error)
