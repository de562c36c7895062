"""Files that hold layers as text."""

from __future__ import annotations

import re
from pathlib import Path

from conv_anim import opening
from conv_anim.diagnostics import Code, Problem, Source, SpecError
from conv_anim.frameworks.calls import MOST_CHARACTERS
from conv_anim.limits import Location as At
from conv_anim.limits import fixed

NAME_OF_FILE = re.compile(r"[^()\n]*\.(ya?ml|json|toml|h5|keras|pth?|pt2|onnx|tflite|safetensors|ipynb)", re.IGNORECASE)


def is_python_file(text: str) -> bool:
    """Whether a text is the name of a file of Python, or of one with what ``print(model)`` says."""
    return text.lower().endswith((".py", ".txt")) and "\n" not in text and "(" not in text


def source_of(text: str) -> Source:
    """Layers as text: those of the file that it names, or its own. Raises SpecError."""
    text = text.strip()
    if is_python_file(text):
        return read_text(Path(text))
    _check_file(text)
    return Source("layer", text)


def read_text(path: Path) -> Source:
    """A file with layers as text. Raises SpecError."""
    try:
        data = opening.content(path, MOST_CHARACTERS * 4)
    except FileNotFoundError:
        raise SpecError([Problem(Code.UNREADABLE, "there is no such file", str(path))]) from None
    except (OSError, opening.NoFileError) as error:
        raise SpecError([Problem(Code.UNREADABLE, f"cannot be read: {error}", str(path))]) from None
    if data is None:
        raise SpecError([fixed("the file is too long to be read", "a file with the model alone", At(file=str(path)))])
    try:
        return Source(str(path), data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SpecError([Problem(Code.UNREADABLE, "this is not UTF-8 text", str(path))]) from None


def _check_file(text: str) -> None:
    """Raise SpecError for the name of a file that holds no layer that is read."""
    if NAME_OF_FILE.fullmatch(text) is None:
        return
    if not Path(text).exists():
        raise SpecError([Problem(Code.UNREADABLE, "there is no such file", text)])
    if Path(text).suffix.lower() in {".yaml", ".yml"}:
        what = "this YAML is not a model: Ultralytics's models have the keys backbone and head"
        raise SpecError([Problem(Code.UNSUPPORTED, what, text, hint=f"a spec is drawn by: conv-anim render {text}")])
    what = f"files of the kind {Path(text).suffix} are not read"
    hint = "read are models in .onnx, .pt2 and .keras, .yaml of Ultralytics, and layers in .py and .txt"
    raise SpecError([Problem(Code.UNSUPPORTED, what, text, hint=hint)])
