"""MP4 with H.264, made by ffmpeg: the one on the path, else that of the package imageio-ffmpeg."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from contextlib import suppress
from math import gcd
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from conv_anim import fatal_errors
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.export.ffmpeg import program
from conv_anim.export.files import scratch
from conv_anim.export.moving import timed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.export.moving import Pixels
    from conv_anim.scene.primitives import Scene

SHORTEST, LONGEST = 20, 100
"""Milliseconds of a video's frame; with longer ones, players find no place to jump to."""
INTO = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p"
CODEC = (
    *("-c:v", "libx264", "-preset", "slow", "-crf", "14", "-tune", "animation", "-threads", "1"),
    *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"),
    *("-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"),
)
"""Text stays sharp; colours are those of HD video, which players know; the same frames make the same bytes."""


def picture(drawn: Scene) -> bytes:
    """A scene as a video. Raises SpecError if there is no ffmpeg, or if it fails."""
    with scratch() as folder, TemporaryFile() as said:
        made = Path(folder, "video.mp4")
        status = run(command(drawn, made), drawn, said)
        if status != 0 or not made.is_file():
            said.seek(0)
            raise failed(status, said.read().decode("utf-8", "replace"))
        return made.read_bytes()


def command(drawn: Scene, made: Path) -> list[str]:
    """How ffmpeg is called: raw frames come in, of even size, and a file goes out. Raises SpecError without ffmpeg."""
    size = f"{even(drawn.width)}x{even(drawn.height)}"
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-framerate", f"1000/{tick(drawn)}", "-i", "-")
    words = [("title", drawn.title), ("comment", drawn.description)]
    said = [part for name, text in words if text for part in ("-metadata", f"{name}={text}")]
    return [program(), "-v", "error", "-nostdin", *raw, "-vf", INTO, *CODEC, *said, "-y", str(made)]


def run(called: list[str], drawn: Scene, said: BinaryIO) -> int:
    """Pipe the frames into ffmpeg; its exit status."""
    with subprocess.Popen([*map(argument, called)], stdin=subprocess.PIPE, stdout=said, stderr=said) as process:
        assert process.stdin is not None  # it is a pipe
        try:
            with suppress(BrokenPipeError):  # it ended early, and says why
                for frame in ticks(drawn):
                    process.stdin.write(frame)
                process.stdin.close()
        except BaseException:
            process.kill()
            raise
        return process.wait()


def argument(text: str) -> str | bytes:
    """As ffmpeg reads it, which is UTF-8 in any locale; Windows takes text as it is."""
    return text if os.name == "nt" else text.encode("utf-8", "surrogateescape")


def ticks(drawn: Scene) -> Iterator[bytes]:
    """Every frame of the video: one of the scene's comes again and again for as long as it is shown."""
    length, now, sent = tick(drawn), 0, 0
    for pixels, time in timed(drawn):
        now += time
        frame = padded(pixels, drawn.background).tobytes()
        count = max(1, round(now / length) - sent)
        sent += count
        for _ in range(count):
            yield frame


def tick(drawn: Scene) -> int:
    """Milliseconds of a video's frame, a divisor of all times if possible; otherwise they are rounded."""
    common = gcd(*{drawn.time(k) for k in range(len(drawn.frames))})
    return max((n for n in range(SHORTEST, LONGEST + 1) if common % n == 0), default=SHORTEST)


def padded(pixels: Pixels, background: str) -> Pixels:
    """RGB of even height and width, which the format asks for; what is added has the background's colour."""
    height, width, _ = pixels.shape
    color = [int(background[k : k + 2], 16) for k in (1, 3, 5)]
    frame = np.empty((even(height), even(width), 3), np.uint8)
    frame[:] = color
    frame[:height, :width] = pixels[..., :3]
    return frame


def even(length: int) -> int:
    """The next even number."""
    return length + length % 2


SHORT = {-9: errno.ENOMEM, -getattr(signal, "SIGXFSZ", 0): errno.EFBIG}
"""What ends it by a signal: most often a lack of memory, and a limit on the size of files."""


def failed(status: int, said: str) -> SpecError:
    """The diagnostic for an ffmpeg that failed, with the last line of what it said."""
    lines = [line for line in said.splitlines() if line.strip()]
    what = f"ffmpeg was stopped by signal {-status}" if status < 0 else f"ffmpeg failed with status {status}"
    about = f"{what}: {lines[-1].strip()[:200]}" if lines else what
    number = SHORT.get(status) or next((n for n in fatal_errors.SHORTAGES if os.strerror(n) in said), None)
    usual = "it must be able to write H.264 (libx264); or choose another format"
    hint = usual if number is None else fatal_errors.SHORTAGES[number].way
    return SpecError([Problem(Code.FORMAT, about, hint=hint)])
