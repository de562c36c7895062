"""Files that hold layers as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim import opening
from conv_anim.diagnostics import Code, Problem, Source, SpecError
from conv_anim.frameworks.calls import MOST_CHARACTERS
from conv_anim.limits import Location as At
from conv_anim.limits import fixed

if TYPE_CHECKING:
    from pathlib import Path


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
