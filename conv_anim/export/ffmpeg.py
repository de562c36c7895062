"""ffmpeg, which encodes videos: where it is, and which one. Imports nothing that paints."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from shutil import which

from conv_anim.diagnostics import Code, Problem, SpecError


def program() -> str:
    """Where ffmpeg is: the one on the path, else that of the package imageio-ffmpeg. Raises SpecError."""
    found = which("ffmpeg")
    if found is not None:
        return found
    with suppress(ImportError, RuntimeError):
        from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped]  # no stubs

        return str(get_ffmpeg_exe())
    hint = "install ffmpeg, or: pip install 'conv-anim[mp4]'; a gif, apng, webp or svg needs no other program"
    raise SpecError([Problem(Code.FORMAT, "mp4 needs ffmpeg, which is not here", hint=hint)])


def identity() -> str:
    """Which one there is; empty if that cannot be known."""
    path = which("ffmpeg")
    try:
        state = None if path is None else Path(path).stat()
    except OSError:
        state = None
    return "" if state is None else f"{path} {state.st_size} {state.st_mtime_ns}"
