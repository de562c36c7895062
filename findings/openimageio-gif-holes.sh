#!/usr/bin/env bash
# OpenImageIO 3.2 reads a GIF of differences with holes: where a frame leaves a cell as it was, the cell becomes invisible.
#
# Guessed: each subimage of an animated GIF is the picture that a browser shows at that time, as in other decoders: it has the
#          size of the whole, so that frames are put together.
# Seen:    they are put together, but since 3.2 a transparent cell of a later frame wipes out what was below; in 3.1.12 it does
#          not. It is how encoders say "as before": of a red square that moves over white, by ffmpeg, 84 of 256 cells are
#          invisible in the second frame. "Restore to background" takes away the whole picture, not only what the frame covered,
#          and "restore to previous" is not done: the frame stays; both in 3.1.12, too. Frames without transparent cells that are
#          kept are right: Pillow writes such.
# With:    OpenImageIO 3.2.2.0 and 3.1.12.0, pillow 13.0.0, imageio-ffmpeg 0.8.1 (ffmpeg 9.0.2), numpy 2.4.6; 2026-11-30.
# Known:   nothing found. Pull request 5188 keeps the colours of transparent cells, by writing them where they were skipped.
# Matters: a film or a thumbnail made of an animation has holes; a window that moves over numbers takes them along.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check OpenImageIO==3.2.2.0 pillow==13.0.0 imageio-ffmpeg==0.8.1 \
    numpy==2.4.6
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --target "$work/older" OpenImageIO==3.1.12.0
cd "$work"
cat > read.py <<'EOF'
import struct, subprocess, sys
from importlib.metadata import version
import imageio_ffmpeg, numpy as np, OpenImageIO
from PIL import Image

print("OpenImageIO", OpenImageIO.__version__, "pillow", version("pillow"), "numpy", np.__version__)
print("ffmpeg", imageio_ffmpeg.get_ffmpeg_version())
older = OpenImageIO.__version__ == "3.1.12.0"
palette = {"r": (255, 0, 0), "g": (0, 255, 0), "b": (0, 0, 255), "y": (255, 255, 0)}
KEEP, BACKGROUND, PREVIOUS = 1, 2, 3

def frame(x, y, width, height, colours, dispose=KEEP, transparent=None):
    """A frame of a colour each cell: a code of 3 bits stands for a cell, and the table is cleared before it grows."""
    colours = colours * (width * height // len(colours))
    codes = [code for colour in colours for code in (4, "rgby".index(colour))] + [5]
    bits = "".join(format(code, "03b")[::-1] for code in codes)
    data = bytes(int(bits[i:i + 8][::-1], 2) for i in range(0, len(bits), 8))
    index = 0 if transparent is None else "rgby".index(transparent)
    control = b"\x21\xf9\x04" + struct.pack("<BHBB", dispose << 2 | (transparent is not None), 50, index, 0)
    return control + struct.pack("<BHHHHBBB", 0x2C, x, y, width, height, 0, 2, len(data)) + data + b"\0"

def gif(*frames):
    """A GIF of 4x4 cells whose background colour is yellow."""
    header = b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0x91, 3, 0) + bytes(v for rgb in palette.values() for v in rgb)
    return header + b"".join(frames) + b";"

def by_openimageio(path):
    """Return the subimages, with alpha."""
    file, frames = OpenImageIO.ImageInput.open(path), []
    while file.seek_subimage(len(frames), 0):
        assert file.spec().channelnames == ("R", "G", "B", "A")
        frames.append(file.read_image(len(frames), 0, 0, 4, "uint8"))
    return frames

def by_pillow(path):
    with Image.open(path) as image:
        frames = []
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGBA")))
        return frames

def drawn(picture):
    """A picture of 4x4 in letters, rows after rows, invisible cells as dots."""
    names = {rgb: name for name, rgb in palette.items()}
    return " ".join("".join(names[tuple(map(int, cell[:3]))] if cell[3] else "." for cell in row) for row in picture)

red, dot = frame(0, 0, 4, 4, "r"), frame(0, 0, 1, 1, "b")
cases = {  # case: (file, the last frame by Pillow, by OpenImageIO)
    "a later frame has transparent cells": (
        gif(red, frame(0, 0, 2, 2, "byyb", transparent="y")), "brrr rbrr rrrr rrrr",
        "brrr rbrr rrrr rrrr" if older else "b.rr .brr rrrr rrrr"),
    "restore to background": (
        gif(red, frame(1, 1, 2, 2, "g", BACKGROUND), dot), "brrr ryyr ryyr rrrr", "b... .... .... ...."),
    "restore to previous": (gif(red, frame(1, 1, 2, 2, "g", PREVIOUS), dot), "brrr rrrr rrrr rrrr", "brrr rggr rggr rrrr"),
    "frames that add": (gif(red, frame(1, 1, 2, 2, "g"), dot), "brrr rggr rggr rrrr", "brrr rggr rggr rrrr"),
}
changed = []
for number, (case, (data, right, recorded)) in enumerate(cases.items()):
    with open(f"{number}.gif", "wb") as file:
        file.write(data)
    pillow, seen = drawn(by_pillow(f"{number}.gif")[-1]), drawn(by_openimageio(f"{number}.gif")[-1])
    print(f"{case}\n  Pillow      {pillow}\n  OpenImageIO {seen}")
    changed += [case] * (seen != recorded) + [f"{case}, Pillow"] * (pillow != right)

frames = []
for step in range(3):  # a red square moves over white, above a blue bar
    picture = np.full((16, 16, 3), 255, np.uint8)
    picture[4:8, 1 + 4 * step:5 + 4 * step] = 200, 0, 0
    picture[12:14, 2:14] = 0, 0, 200
    frames.append(picture)
command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "16x16", "-r", "5"]
subprocess.run([*command, "-i", "-", "-y", "moving.gif"], input=b"".join(map(bytes, frames)), check=True)
hidden = {name: [int((picture[..., 3] == 0).sum()) for picture in decode("moving.gif")]
          for name, decode in {"Pillow": by_pillow, "OpenImageIO": by_openimageio}.items()}
print("a square that moves, by ffmpeg: invisible cells of 256 in each frame", hidden)
changed += ["ffmpeg's"] * (hidden != {"Pillow": [0, 0, 0], "OpenImageIO": [0, 0, 0] if older else [0, 84, 68]})
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" read.py
PYTHONPATH="$work/older" "$work/venv/bin/python" read.py
