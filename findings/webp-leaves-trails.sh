#!/usr/bin/env bash
# What moves over an invisible ground in an animated WebP leaves a trail in Qt and OpenImageIO: frames are not taken away.
#
# Guessed: frames are put together as libwebp does it, which has a decoder for animations: every reader gets the pictures
#          that were saved.
# Seen:    Qt never does "dispose to background": the frame stays. OpenImageIO does not, either, nor does it obey "do not
#          blend": invisible cells of such a frame leave what is below. Encoders write both where a ground is invisible: of
#          a red square that moves in a blue frame, saved without loss by Pillow or libvips, 48 of 960 cells are wrong in
#          the fourth picture and 96 in the fifth in Qt, 48 to 192 from the second on in OpenImageIO. Over a white ground
#          both are right. Pillow, libvips, OpenCV, ffmpeg and SDL_image, here in pygame-ce, are right in all these cases;
#          Chromium 156, by hand, too.
# With:    PySide6-Essentials 6.12.0, OpenImageIO 3.2.2.0, pillow 13.0.0, pyvips 3.2.0 with pyvips-binary 8.18.7,
#          opencv-python-headless 5.0.0.93, imageio-ffmpeg 0.8.1 (ffmpeg 9.0.2), pygame-ce 2.5.8, numpy 2.4.6; 2026-12-01.
# Known:   issue 461 of qView has it for Qt 5.12, and says that it is gone in 5.15.2. For OpenImageIO nothing found.
# Matters: a window that moves over numbers on a clear ground covers them one after the other. Animations for desktop
#          programs want an opaque ground.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check PySide6-Essentials==6.12.0 \
    OpenImageIO==3.2.2.0 pillow==13.0.0 pyvips==3.2.0 pyvips-binary==8.18.7 opencv-python-headless==5.0.0.93 \
    imageio-ffmpeg==0.8.1 pygame-ce==2.5.8 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import io, os, struct, subprocess, sys
from importlib.metadata import version
os.environ["SDL_VIDEODRIVER"], os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "dummy", "1"
import cv2, imageio_ffmpeg, numpy as np, OpenImageIO, pygame, pyvips
from PIL import Image
from PySide6.QtGui import QImage, QImageReader

packages = "PySide6-Essentials", "OpenImageIO", "pillow", "pyvips-binary", "opencv-python-headless", "pygame-ce"
print(*(f"{name} {version(name)}" for name in packages), sep="\n")
print("ffmpeg", imageio_ffmpeg.get_ffmpeg_version())
RED, GREEN, BLUE, CLEAR = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)

def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

def webp(*frames):
    """A WebP of 8x8 cells, of frames (place, edge, colour, whether to blend, whether to dispose) of one colour each."""
    def number(value):
        return struct.pack("<I", value)[:3]

    data = chunk(b"VP8X", bytes([0x12, 0, 0, 0]) + number(7) + number(7)) + chunk(b"ANIM", bytes(6))
    for place, edge, colour, blend, dispose in frames:
        still = io.BytesIO()
        Image.new("RGBA", (edge, edge), colour).save(still, "WEBP", lossless=True, exact=True)
        coded = still.getvalue()[still.getvalue().index(b"VP8L"):]
        head = number(place // 2) * 2 + number(edge - 1) * 2 + number(100) + bytes([2 * (not blend) | dispose])
        data += chunk(b"ANMF", head + coded)
    return b"RIFF" + struct.pack("<I", len(data) + 4) + b"WEBP" + data

def defined(*frames):
    """The pictures, by the description of the format; colours are opaque or clear."""
    canvas, pictures = np.zeros((8, 8, 4), np.uint8), []
    for place, edge, colour, blend, dispose in frames:
        for y in range(place, place + edge):
            for x in range(place, place + edge):
                if colour[3] or not blend:
                    canvas[y, x] = colour
        pictures.append(canvas.copy())
        if dispose:
            canvas[place:place + edge, place:place + edge] = 0
    return pictures

def by_qt(path):
    reader, pictures = QImageReader(path), []
    while reader.canRead():
        image = reader.read().convertToFormat(QImage.Format.Format_RGBA8888)
        pictures.append(np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy())
    return pictures

def by_openimageio(path):
    file, pictures = OpenImageIO.ImageInput.open(path), []
    while file.seek_subimage(len(pictures), 0):
        pictures.append(file.read_image(len(pictures), 0, 0, file.spec().nchannels, "uint8"))
    return pictures

def by_pillow(path):
    with Image.open(path) as image:
        pictures = []
        for number in range(image.n_frames):
            image.seek(number)
            pictures.append(np.asarray(image.convert("RGBA")))
        return pictures

def by_vips(path):
    with open(path, "rb") as file:  # by path, libvips would remember what was there before
        image = pyvips.Image.new_from_buffer(file.read(), "", n=-1)
    return list(image.numpy().reshape(-1, image.get("page-height"), image.width, image.bands))

def by_opencv(path):
    return [picture[..., [2, 1, 0, 3][:picture.shape[2]]] for picture in cv2.imreadanimation(path)[1].frames]

def by_ffmpeg(path):
    width, height = Image.open(path).size
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-fps_mode", "passthrough", "-f", "rawvideo",
               "-pix_fmt", "rgba", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    return list(np.frombuffer(data, np.uint8).reshape(-1, height, width, 4))

def by_sdl(path):
    return [np.dstack([pygame.surfarray.array3d(surface).swapaxes(0, 1), pygame.surfarray.array_alpha(surface).T])
            for surface, _ in pygame.image.load_animation(path)]

readers = {"Qt": by_qt, "OpenImageIO": by_openimageio, "Pillow": by_pillow, "libvips": by_vips, "OpenCV": by_opencv,
           "ffmpeg": by_ffmpeg, "SDL_image": by_sdl}

def visible(picture):
    """With alpha, and with one colour for all that is invisible."""
    if picture.shape[2] == 3:
        picture = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    return np.where(picture[..., 3:] > 0, picture, 0)

def wrong(path, right):
    """The numbers of wrong cells in each picture, for each reader."""
    counts = {}
    for name, read in readers.items():
        pictures = read(path)
        assert len(pictures) == len(right), name
        counts[name] = [int((visible(seen) != visible(picture)).any(-1).sum()) for seen, picture in zip(pictures, right)]
    return counts

def ring(ground):
    """Five pictures of 24x40 cells: a red square moves in a blue frame, over a ground."""
    pictures = []
    for step in range(5):
        picture = np.zeros((24, 40, 4), np.uint8)
        picture[:] = BLUE
        picture[2:-2, 2:-2] = ground
        picture[8:16, 4 + 6 * step:12 + 6 * step] = RED
        pictures.append(picture)
    return pictures

def save_by_pillow(pictures, path):
    first, *others = map(Image.fromarray, pictures)
    first.save(path, save_all=True, append_images=others, duration=100, lossless=True)

def save_by_vips(pictures, path):
    image = pyvips.Image.new_from_array(np.concatenate(pictures)).copy(interpretation="srgb")
    image.set_type(pyvips.GValue.gint_type, "page-height", len(pictures[0]))
    image.set_type(pyvips.GValue.array_int_type, "delay", [100] * len(pictures))
    image.webpsave(path, lossless=True)

under, dot = (0, 8, RED, True, False), (6, 2, BLUE, True, False)
cases = {
    "a frame that is disposed of": (under, (2, 4, GREEN, True, True), dot),
    "a clear one that is not blended": (under, (2, 4, CLEAR, False, False), dot),
    "a clear one that is blended": (under, (2, 4, CLEAR, True, False), dot),
    "frames that add": (under, (2, 4, GREEN, True, False), dot),
}
found = {}
for name, frames in cases.items():
    with open("case.webp", "wb") as file:
        file.write(webp(*frames))
    found[name] = wrong("case.webp", defined(*frames))
for ground, colour in {"clear": CLEAR, "white": (255,) * 4}.items():
    for encoder, save in {"Pillow": save_by_pillow, "libvips": save_by_vips}.items():
        save(ring(colour), "ring.webp")
        found[f"a square moves over a {ground} ground, {encoder}"] = wrong("ring.webp", ring(colour))
for name, counts in found.items():
    print(f"{name}: wrong cells", {reader: numbers for reader, numbers in counts.items() if any(numbers)} or "none")

trails = {"Qt": [0, 0, 0, 48, 96], "OpenImageIO": [0, 48, 96, 144, 192]}
recorded = {  # case: wrong cells of each picture, where there are any
    "a frame that is disposed of": {"Qt": [0, 0, 16], "OpenImageIO": [0, 0, 16]},
    "a clear one that is not blended": {"OpenImageIO": [0, 16, 16]},
    "a square moves over a clear ground, Pillow": trails, "a square moves over a clear ground, libvips": trails,
}
changed = [f"{name}, {reader}" for name, counts in found.items() for reader, numbers in counts.items()
           if numbers != recorded.get(name, {}).get(reader, [0] * len(numbers))]
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
