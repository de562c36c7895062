#!/usr/bin/env bash
# What a GIF shows where no frame covers, or where a frame is taken away: four decoders, and none does what browsers do.
#
# Guessed: transparent everywhere, as in browsers; at most one that takes the background colour of the header.
# Seen:    a first frame smaller than the screen is bordered with palette entry 0 by Pillow, whatever that is, with the
#          background colour by ffmpeg and OpenCV, with black by libvips. A frame cleared by "restore to background" leaves the
#          background colour in all four. If it also names a transparent index, ffmpeg and libvips leave nothing, OpenCV still
#          the background colour, and Pillow the palette's colour at the index that was to be invisible. A first frame to be
#          cleared by "restore to previous" stays in Pillow, becomes the background colour in ffmpeg and OpenCV, black in
#          libvips. Chromium 156 (ImageDecoder) is transparent in all these cases. Where frames only ever add to a first one
#          that covers all, everything agrees: the last case.
# With:    pillow 13.0.0, imageio-ffmpeg 0.8.1 (ffmpeg 9.0.2), opencv-python-headless 5.0.0.93, pyvips 3.2.0 with
#          pyvips-binary 8.18.7, numpy 2.4.6; 2026-11-29.
# Matters: an animation that takes its window away by clearing it is right in a browser, and shows blocks of colour in a video
#          or a thumbnail that was made of it. Paint what was below instead.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check pillow==13.0.0 imageio-ffmpeg==0.8.1 numpy==2.4.6 \
    opencv-python-headless==5.0.0.93 pyvips==3.2.0 pyvips-binary==8.18.7
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import struct, subprocess, sys
from importlib.metadata import version
import cv2, imageio_ffmpeg, numpy as np, pyvips
from PIL import Image

print(*(f"{name} {version(name)}" for name in ("pillow", "opencv-python-headless", "pyvips-binary")), sep="\n")
print("ffmpeg", imageio_ffmpeg.get_ffmpeg_version())
palette = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0)}
RED, GREEN, BLUE, YELLOW = range(4)  # entry 0 is red, the background entry 3, yellow
KEEP, BACKGROUND, PREVIOUS = 1, 2, 3

def frame(x, y, width, height, colour, dispose=KEEP, transparent=None):
    """A frame of one colour: each code of 3 bits stands for a pixel, and the table is cleared before it grows."""
    codes = [code for _ in range(width * height) for code in (4, colour)] + [5]
    bits = "".join(format(code, "03b")[::-1] for code in codes)
    data = bytes(int(bits[i:i + 8][::-1], 2) for i in range(0, len(bits), 8))
    flags = dispose << 2 | (transparent is not None)
    control = b"\x21\xf9\x04" + struct.pack("<BHBB", flags, 50, transparent or 0, 0)
    return control + struct.pack("<BHHHHBBB", 0x2C, x, y, width, height, 0, 2, len(data)) + data + b"\0"

def gif(*frames):
    header = b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0x91, YELLOW, 0) + bytes(v for rgb in palette.values() for v in rgb)
    return header + b"".join(frames) + b";"

def by_pillow(path):
    with Image.open(path) as image:
        image.seek(image.n_frames - 1)
        return np.asarray(image.convert("RGBA"))

def by_ffmpeg(path):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.uint8).reshape(-1, 4, 4, 4)[-1]

def by_vips(path):
    return pyvips.Image.new_from_file(path, n=-1).colourspace("srgb").numpy()[-4:]

def by_opencv(path):
    frame = cv2.imreadanimation(path)[1].frames[-1]  # blue, green, red, and alpha if there is any
    return frame[..., [2, 1, 0, 3][:frame.shape[2]]]

def name(pixel):
    names = {rgb: colour for colour, rgb in palette.items()} | {(0, 0, 0): "black"}
    return names[tuple(map(int, pixel[:3]))] if len(pixel) == 3 or pixel[3] else "transparent"

decoders = {"Pillow": by_pillow, "ffmpeg": by_ffmpeg, "OpenCV": by_opencv, "libvips": by_vips}
all_red, dot = frame(0, 0, 4, 4, RED), frame(0, 0, 1, 1, BLUE)
cases = {  # case: (file, what cell (2, 2) or (3, 3) of the last frame is in Pillow, ffmpeg, OpenCV, libvips)
    "first frame is smaller": (gif(frame(1, 1, 2, 2, GREEN), dot), 3, ("red", "yellow", "yellow", "black")),
    "restore to background": (gif(all_red, frame(1, 1, 2, 2, GREEN, BACKGROUND), dot), 2, ("yellow",) * 4),
    "the same, with a transparent index": (
        gif(all_red, frame(1, 1, 2, 2, GREEN, BACKGROUND, transparent=BLUE), dot), 2,
        ("blue", "transparent", "yellow", "transparent")),
    "first frame restores to previous": (
        gif(frame(0, 0, 4, 4, RED, PREVIOUS), frame(1, 1, 2, 2, GREEN), dot), 3, ("red", "yellow", "yellow", "black")),
    "frames that add": (gif(all_red, frame(1, 1, 2, 2, GREEN), dot), 3, ("red",) * 4),
}
changed = []
for number, (case, (data, cell, recorded)) in enumerate(cases.items()):
    path = f"{number}.gif"
    with open(path, "wb") as file:
        file.write(data)
    seen = tuple(name(decode(path)[cell, cell]) for decode in decoders.values())
    print(f"{case:36}", ", ".join(f"{decoder} {colour}" for decoder, colour in zip(decoders, seen)))
    changed += [case] * (seen != recorded)
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
