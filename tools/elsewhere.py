"""The tests in another environment: the wheel of this package, installed away from its source.

    python tools/elsewhere.py NAME [--python PYTHON] [--requirements FILE] [-- PYTEST OPTIONS]
    python tools/elsewhere.py pythons [-- PYTEST OPTIONS]    with every other Python that is on this machine

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
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "build" / "dist"
BROUGHT = ("conv_anim", "templates")
"""What the wheel brings."""
UV = (sys.executable, "-m", "uv")
OLDEST = 11
"""The first Python 3 that is supported."""
WHERE = "import conv_anim, sys; print(conv_anim.__file__); sys.exit(not conv_anim.__file__.startswith(sys.prefix))"


def run(*command: str | Path, folder: Path = ROOT, **environment: str) -> None:
    """Raises CalledProcessError."""
    subprocess.run([*map(str, command)], cwd=folder, env=os.environ | environment, check=True)


def build() -> tuple[Path, Path]:
    """The sdist, and the wheel that is made of it."""
    shutil.rmtree(DIST, ignore_errors=True)
    run(*UV, "build", "--quiet", "--no-build-isolation", "--python", sys.executable, "-o", DIST)
    return next(DIST.glob("*.tar.gz")), next(DIST.glob("*.whl"))


def environment(name: str, python: str, requirements: Path, wheel: Path) -> Path:
    """The Python of an environment with some requirements and the wheel."""
    folder = ROOT / f".venv-{name}"
    stamp, asked = folder / ".installed", sha256(requirements.read_bytes() + python.encode()).hexdigest()
    found = folder / "bin" / "python"
    if not stamp.is_file() or stamp.read_text() != asked:
        run(*UV, "venv", "--quiet", "--clear", "--python", python, folder)
        run(*UV, "pip", "install", "--quiet", "--python", found, "--require-hashes", "-r", requirements)
        stamp.write_text(asked)
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


def tested(name: str, python: str, requirements: Path, options: Sequence[str]) -> None:
    """Raises CalledProcessError if a test fails."""
    sdist, wheel = build()
    found = environment(name, python, requirements, wheel)
    folder = unpacked(sdist, name)
    run(found, "-c", WHERE, folder=folder)
    run(found, "-m", "pytest", "-q", "-n", "auto", "-m", "not repository", *options, folder=folder)
    pictures = ("-m", "pytest", "-q", "-n", "auto", "tests/test_pixels.py")
    run(found, *pictures, folder=folder, CONV_ANIM_OUTPUT=str(ROOT / "output"))


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
    parser.add_argument("--requirements", type=Path, default=ROOT / "requirements.lock")
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    asked, options = parser.parse_args(sys.argv[1:end]), sys.argv[end + 1 :]
    if asked.name != "pythons":
        tested(asked.name, asked.python, asked.requirements, options)
        return
    for version, python in pythons():
        sys.stdout.write(f"Python {version}\n")
        sys.stdout.flush()
        tested(version, python, asked.requirements, options)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
