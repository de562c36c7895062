#!/usr/bin/env bash
# pygame-ce, by SDL_image, reads an animated GIF as large as its first frame, and a colour that was transparent once stays so.
#
# Guessed: load_animation gives what a browser shows at each time: pictures of the size that the file states.
# Seen:    the pictures are as large as the first frame's rectangle, and later frames are cut to that: a file of 4x4 whose first
#          frame covers 2x2 gives pictures of 2x2, and if that frame lies on the right, the first picture has no cell of it. An
#          index that is transparent in one frame is transparent in all later ones that do not name another: cells of that
#          colour are left as they were. Frames that add, "restore to previous" and delays are right.
# With:    pygame-ce 2.5.8 (SDL_image 2.8.12), pillow 13.0.0, numpy 2.4.6; 2026-11-30.
# Known:   SDL_image issue 632 and pull request 637 are about transparent cells, in the next version. The call is experimental.
# Matters: encoders write transparent cells for "as before", and use the index for a colour again: cells of later frames lag.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check pygame-ce==2.5.8 pillow==13.0.0 numpy==2.4.6
cd "$work"
cat >read.py <<'EOF'
import io, os, struct, sys
from importlib.metadata import version

os.environ |= {"PYGAME_HIDE_SUPPORT_PROMPT": "1", "SDL_VIDEODRIVER": "dummy"}
import numpy as np, pygame
from PIL import Image

print("pygame-ce", version("pygame-ce"), "SDL_image", *pygame.image.get_sdl_image_version(), "pillow", version("pillow"))
COLOURS = {"r": (255, 0, 0), "g": (0, 255, 0), "b": (0, 0, 255), "y": (255, 255, 0)}
PREVIOUS = 3

def frame(x, y, width, height, cells, dispose=1, transparent=None):
    """A frame whose cells repeat: a code of 3 bits stands for a cell, and the table is cleared before each."""
    cells = cells * (width * height // len(cells))
    codes = [code for cell in cells for code in (4, "rgby".index(cell))] + [5]
    bits = "".join(format(code, "03b")[::-1] for code in codes)
    data = bytes(int(bits[i:i + 8][::-1], 2) for i in range(0, len(bits), 8))
    index = 0 if transparent is None else "rgby".index(transparent)
    control = struct.pack("<BHBB", dispose << 2 | (transparent is not None), 50, index, 0)
    return b"\x21\xf9\x04" + control + struct.pack("<BHHHHBBB", 0x2C, x, y, width, height, 0, 2, len(data)) + data + b"\0"

def gif(*frames):
    """A GIF of 4x4 cells."""
    table = bytes(value for colour in COLOURS.values() for value in colour)
    return b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0x91, 0, 0) + table + b"".join(frames) + b";"

def drawn(cells, alpha):
    """Rows of letters, a dot for a cell that is invisible, a question mark for another colour."""
    names = {colour: name for name, colour in COLOURS.items()}
    letters = np.array([[names.get(tuple(map(int, cell)), "?") for cell in row] for row in cells])
    return " ".join("".join(row) for row in np.where(alpha > 0, letters, "."))

def by_pygame(data):
    pictures = pygame.image.load_animation(io.BytesIO(data), "a.gif")
    assert {delay for _, delay in pictures} == {500}
    arrays = ((pygame.surfarray.array3d(each), pygame.surfarray.array_alpha(each)) for each, _ in pictures)
    return [drawn(cells.transpose(1, 0, 2), alpha.T) for cells, alpha in arrays]

def by_pillow(data):
    pictures = []
    with Image.open(io.BytesIO(data)) as image:
        for number in range(image.n_frames):
            image.seek(number)
            picture = np.asarray(image.convert("RGBA"))
            pictures.append(drawn(picture[..., :3], picture[..., 3]))
    return pictures

red = frame(0, 0, 4, 4, "r")
cases = {  # case: (file, the last picture, what pygame makes of it)
    "frames that add": (gif(red, frame(1, 1, 2, 2, "g")), "rrrr rggr rggr rrrr", "rrrr rggr rggr rrrr"),
    "as before": (gif(red, frame(0, 0, 2, 2, "byyb", transparent="y")), "brrr rbrr rrrr rrrr", "brrr rbrr rrrr rrrr"),
    "restore to previous": (
        gif(red, frame(1, 1, 2, 2, "g", PREVIOUS), frame(0, 0, 1, 1, "b")), "brrr rrrr rrrr rrrr", "brrr rrrr rrrr rrrr"),
    "yellow is transparent in the second frame, and a colour in the third": (
        gif(red, frame(0, 0, 2, 2, "gy", transparent="y"), frame(2, 2, 2, 2, "y")),
        "grrr grrr rryy rryy", "grrr grrr rrrr rrrr"),
    "the same, if the third makes another one transparent": (
        gif(red, frame(0, 0, 2, 2, "gy", transparent="y"), frame(2, 2, 2, 2, "y", transparent="b")),
        "grrr grrr rryy rryy", "grrr grrr rryy rryy"),
    "the first frame covers the upper left quarter, the second all": (
        gif(frame(0, 0, 2, 2, "r"), frame(0, 0, 4, 4, "g")), "gggg gggg gggg gggg", "gg gg"),
    "the first frame covers the upper left quarter, the second the lower right one": (
        gif(frame(0, 0, 2, 2, "r"), frame(2, 2, 2, 2, "g")), None, "rr rr"),
}
changed = []
for case, (data, right, recorded) in cases.items():
    seen, pillow = by_pygame(data)[-1], by_pillow(data)[-1]
    print(f"{case}\n   pygame {seen}\n   Pillow {pillow}")
    changed += [case] * (seen != recorded) + [f"{case}, Pillow"] * (right is not None and pillow != right)
right_hand = by_pygame(gif(frame(2, 2, 2, 2, "r"), red))[0]
print("the first frame covers the lower right quarter\n   pygame", right_hand)
changed += ["the lower right"] * ("r" in right_hand or len(right_hand.split()) != 2)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" read.py
