"""Python environments from complete, hashed locks: nothing is resolved, so that a set-up works on any day.

    python3 tools/environments.py NAME [--python PYTHON]

Needs nothing but Python. uv installs if it is on PATH, else the pip that Python brings. An environment that could not
be made whole is removed, and one line says what to do.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  # nothing has said before which Python this is
    sys.exit(f"conv-anim needs Python 3.11 or newer, and {sys.executable} is older: try make PYTHON=python3.12")

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
STAMP = ".installed"
"""In an environment that is whole: what it was made of."""
LOG = ROOT / "build" / "set-up.log"


@dataclass(frozen=True)
class Environment:
    """A folder, the locks that it is made of, and whether the package is installed from where its source is.

    ``alone``: what is installed first, because its build decides what else is needed.
    """

    folder: str
    locks: tuple[str, ...]
    takes: str
    editable: bool = True
    alone: str | None = None


ENVIRONMENTS = {
    "main": Environment(".venv", ("requirements.lock",), "about a minute"),
    "frameworks": Environment(
        ".venv-frameworks", ("requirements.lock", "requirements-frameworks.txt"), "several minutes", alone="torch"
    ),
    "libraries": Environment(".venv-libraries", ("requirements.lock", "requirements-libraries.txt"), "several minutes"),
    "fuzz": Environment(".venv-fuzz", ("requirements.lock", "requirements-fuzz.txt"), "about a minute"),
    "mutation": Environment(".venv-mutation", ("requirements.lock", "requirements-mutation.txt"), "about a minute"),
    "package": Environment(".venv-package", ("requirements.lock",), "about a minute", editable=False),
    "lowest": Environment(".venv-lowest", ("requirements-lowest.txt",), "about a minute", editable=False),
    "pip-oldest": Environment(".venv-pip-oldest", ("requirements-pip-oldest.txt",), "a few seconds", editable=False),
    "pip-newest": Environment(".venv-pip-newest", ("requirements-pip-newest.txt",), "a few seconds", editable=False),
}
GPU = ("cuda-", "nvidia-", "triton")
"""How the packages begin that only a build of PyTorch for GPUs asks for."""


CERTIFICATES = ("/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/ssl/cert.pem")
"""Where a machine keeps the certificates that it trusts."""


def trust_as_here() -> None:
    """Let uv trust whom this machine trusts, a company's proxy for one; without certificates here it uses its own."""
    if any(map(os.path.exists, CERTIFICATES)):
        for name in ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS"):  # in new and in old versions of uv
            os.environ.setdefault(name, "true")


class SetUpError(Exception):
    """A command of a set-up failed; ``said`` is the end of what it printed, ``folder`` the environment."""

    folder = ""

    def __init__(self, command: Sequence[str], said: str) -> None:
        super().__init__(" ".join(command))
        self.said = said


def run(*command: str | Path) -> None:
    """Run quietly; what is printed goes to the log. Raises SetUpError."""
    words = [*map(str, command)]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode(errors="replace")
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(words)}\n{said}\n")
    if done.returncode != 0:
        raise SetUpError(words, "\n".join(said.rstrip().splitlines()[-6:]))


def requirements(lock: Path) -> Iterator[str]:
    """The requirements of a lock, each with its hashes, as it is written there."""
    lines: list[str] = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("#") or not line.strip():
            continue
        lines.append(line)
        if not line.endswith("\\"):
            yield "\n".join(lines)
            lines = []


def name_of(requirement: str) -> str:
    """A requirement's package."""
    return requirement.partition("==")[0].partition("[")[0].strip()


def uv_here() -> str | None:
    """Where uv is: on PATH, or in the main environment, from which the others are made faster."""
    return shutil.which("uv") or shutil.which("uv", path=ROOT / ".venv" / "bin")


class Installer:
    """Installs what a lock says, as it is written there, into an environment."""

    def __init__(self, python: Path, *, pip: bool) -> None:
        uv = None if pip else uv_here()
        self.python = python
        # What is imported is compiled then: most of what is installed never is.
        pip = (python, "-m", "pip", "install", "--no-compile")
        self.command = (uv, "pip", "install", "--python", python) if uv else pip

    def exactly(self, lock: Path) -> None:
        """Raises SetUpError."""
        run(*self.command, "--quiet", "--no-deps", "--require-hashes", "-r", lock)

    def package(self, *what: str | Path) -> None:
        """Install this package itself, with nothing that it needs. Raises SetUpError."""
        run(*self.command, "--quiet", "--no-deps", "--no-build-isolation", *what)


def key(environment: Environment, python: str) -> str:
    """What an environment is made of, and where: if any of it changes, it is made anew."""
    parts = [(ROOT / lock).read_bytes() for lock in environment.locks]
    version = subprocess.run([python, "-VV"], capture_output=True, check=True).stdout
    return sha256(b"\0".join([*parts, version, Path(__file__).read_bytes()])).hexdigest()


def outside(folder: Path, python: str) -> str:
    """A Python that is still there when a folder is removed: where one is activated, that which it was made from."""
    if folder not in Path(python).parents:
        return python
    asked = "import sys; print(sys.base_prefix, '%d.%d' % sys.version_info[:2], sep='\\n')"
    prefix, version = subprocess.run(
        [python, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return str(Path(prefix, "bin", f"python{version}"))


def made(environment: Environment, python: str = sys.executable) -> Path:
    """The Python of an environment that is whole: as it is, or made anew. Raises SetUpError."""
    folder = ROOT / environment.folder
    python = outside(folder, python)
    found, stamp = folder / "bin" / "python", folder / STAMP
    wanted = f"{ROOT}\n{key(environment, python)}\n"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and works(found):
        stamp.touch()
        return found
    packages = sum(1 for lock in environment.locks for _ in requirements(ROOT / lock))
    locks = " and ".join(environment.locks)
    say(f"Setting up {environment.folder} with the {packages} packages of {locks}: {environment.takes}, once.")
    begun = time.monotonic()
    try:
        _make(environment, python, folder)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, SetUpError):
            error.folder = environment.folder
        raise
    stamp.write_text(wanted, encoding="utf-8")
    say(f"Set up {environment.folder} in {time.monotonic() - begun:.0f} s.")
    return found


def works(python: Path) -> bool:
    """Whether an environment's Python is still there: the one that it was made from may be gone."""
    try:
        return subprocess.run([python, "-ISc", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make(environment: Environment, python: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    bare = environment.folder.startswith(".venv-pip-")
    uv = uv_here()
    if uv and (bare or environment.alone is None):
        run(uv, "venv", "--quiet", "--python", python, folder)
    else:
        run(python, "-m", "venv", folder)
    found = folder / "bin" / "python"
    if environment.alone is not None:
        # pip also looks where its user keeps builds of their own; uv does not.
        _around(Installer(found, pip=True), environment, folder)
    else:
        for lock in environment.locks:
            Installer(found, pip=False).exactly(ROOT / lock)
    if environment.editable:
        Installer(found, pip=False).package("-e", ROOT)


def _around(installer: Installer, environment: Environment, folder: Path) -> None:
    """First what stands alone, then the rest: without the packages for GPUs, if its build needs none of them."""
    every = [each for lock in environment.locks for each in requirements(ROOT / lock)]
    first = [each for each in every if name_of(each) == environment.alone]
    _exactly(first, installer, folder)
    asks = (
        f"import importlib.metadata as m; print(any(r.startswith({GPU!r}) for r in m.requires({environment.alone!r})))"
    )
    asked = subprocess.run([installer.python, "-c", asks], capture_output=True, text=True, check=True).stdout
    with_gpu = asked.strip() == "True"
    rest = [each for each in every if each not in first and (with_gpu or not each.startswith(GPU))]
    _exactly(rest, Installer(installer.python, pip=False), folder)


def _exactly(these: Sequence[str], installer: Installer, folder: Path) -> None:
    part = folder / "requirements.txt"
    part.write_text("\n".join(these) + "\n", encoding="utf-8")
    installer.exactly(part)
    part.unlink()


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


WAYS = (
    ("ensurepip", "install Python's venv module (on Debian and Ubuntu: apt install python3-venv)"),
    ("No module named venv", "install Python's venv module (on Debian and Ubuntu: apt install python3-venv)"),
    ("No space left", "make room on the disk, and run make again"),
    ("DO NOT MATCH THE HASHES", "the index sends another file than the lock names: ask who runs it"),
    ("hash mismatch", "the index sends another file than the lock names: ask who runs it"),
    ("No matching distribution", "there is no build of it for this Python: try make PYTHON=python3.12"),
    ("no wheels with a matching", "there is no build of it for this Python: try make PYTHON=python3.12"),
)
"""What a failed command says, and the way out."""


def give_up(error: SetUpError) -> NoReturn:
    """Say what failed, and in one line what to do."""
    way = next(
        (way for sign, way in WAYS if sign in error.said), "check the network and the package index, and run make again"
    )
    say(f"{error.said}\n\n{error.folder} could not be set up, and was removed: {way}. The log: {LOG.relative_to(ROOT)}")
    sys.exit(1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=ENVIRONMENTS)
    parser.add_argument("--python", default=sys.executable)
    asked = parser.parse_args()
    trust_as_here()
    environment = ENVIRONMENTS[asked.name]
    try:
        made(environment, asked.python)
    except SetUpError as error:
        give_up(error)
    except KeyboardInterrupt:
        say(f"\nStopped: {environment.folder} is not set up; make begins it anew.")
        sys.exit(130)


if __name__ == "__main__":
    main()
