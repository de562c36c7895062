#!/usr/bin/env bash
# Pillow blends frames of an APNG wrongly: half-transparent white on opaque red is opaque pink, Pillow makes it see-through.
#
# Guessed: blend_op OVER is the usual alpha compositing in every decoder, equal but for rounding.
# Seen:    Pillow mixes the alpha channel as it mixes colours: 128 over 255 becomes 191, a hole in a picture without holes.
#          On a half-transparent ground the colour is wrong too: (255, 128, 128) instead of (255, 170, 170). ffmpeg and OpenCV
#          agree with the formula within rounding, and so does Chromium 156. With blend_op SOURCE, and with frames that are
#          wholly opaque or wholly transparent, all agree.
# With:    pillow 13.0.0, imageio-ffmpeg 0.8.1 (ffmpeg 9.0.2), opencv-python-headless 5.0.0.93, numpy 2.4.6; 2026-11-29.
# Matters: a window that glides over an animation in a translucent colour is the natural use of OVER. Read with Pillow, such a
#          file has a paler window on every page that is not white, and a test that reads it back with Pillow sees a fault
#          where there is none. Mix the colour beforehand.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check pillow==13.0.0 imageio-ffmpeg==0.8.1 numpy==2.4.6 \
    opencv-python-headless==5.0.0.93
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import struct, subprocess, sys, zlib
from importlib.metadata import version
import cv2, imageio_ffmpeg, numpy as np
from PIL import Image

print(*(f"{name} {version(name)}" for name in ("pillow", "opencv-python-headless")), sep="\n")
print("ffmpeg", imageio_ffmpeg.get_ffmpeg_version())
SIZE, SOURCE, OVER = 4, 0, 1

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

def apng(ground, top, blend):
    """Two frames of one colour each, the second one over the first."""
    pixels = lambda colour: zlib.compress((b"\0" + bytes(colour) * SIZE) * SIZE)
    control = lambda number, blend: chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, SIZE, SIZE, 0, 0, 1, 2, 0, blend))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0))
            + chunk(b"acTL", struct.pack(">II", 2, 0)) + control(0, SOURCE) + chunk(b"IDAT", pixels(ground))
            + control(1, blend) + chunk(b"fdAT", struct.pack(">I", 2) + pixels(top)) + chunk(b"IEND", b""))

def over(ground, top):
    a, b = top[3] / 255, ground[3] / 255
    alpha = a + b * (1 - a)
    return [round((t * a + g * b * (1 - a)) / alpha) for t, g in zip(top[:3], ground)] + [round(alpha * 255)]

def by_pillow(path):
    with Image.open(path) as image:
        image.seek(1)
        return list(image.convert("RGBA").getpixel((1, 1)))

def by_ffmpeg(path):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    return list(subprocess.run(command, check=True, capture_output=True).stdout[-4:])

def by_opencv(path):
    return cv2.imreadanimation(path)[1].frames[-1][1, 1][[2, 1, 0, 3]].tolist()

decoders = {"Pillow": by_pillow, "ffmpeg": by_ffmpeg, "OpenCV": by_opencv}
red, half_red, half_white = (255, 0, 0, 255), (255, 0, 0, 128), (255, 255, 255, 128)
blue, nothing = (0, 0, 255, 255), (0, 0, 0, 0)
cases = {  # case: (ground, top, blend_op, right, what Pillow gave)
    "half white over red": (red, half_white, OVER, over(red, half_white), [255, 128, 128, 191]),
    "half white over half red": (half_red, half_white, OVER, over(half_red, half_white), [255, 128, 128, 128]),
    "blue over red": (red, blue, OVER, list(blue), list(blue)),
    "nothing over red": (red, nothing, OVER, list(red), list(red)),
    "half white instead of red": (red, half_white, SOURCE, list(half_white), list(half_white)),
}
changed = []
for number, (case, (ground, top, blend, right, pillow)) in enumerate(cases.items()):
    path = f"{number}.png"
    with open(path, "wb") as file:
        file.write(apng(ground, top, blend))
    print(f"{case}: {right} by the formula")
    for name, decode in decoders.items():
        seen, expected = decode(path), pillow if name == "Pillow" else right
        print(f"  {name:6} {seen}")
        changed += [f"{case} by {name}"] * (not np.allclose(seen, expected, atol=2))
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
