#!/usr/bin/env bash
# OpenCV's GIFs do not have the picture's colours, even if that has only one: a flat grey is noise, and white is not white.
#
# Guessed: a GIF holds 256 colours, so a picture of a few flat ones is kept as it is; more quality means less error, and
#          the highest, 8, a "colour table of 256", none.
# Seen:    there are fixed levels, whatever the picture has. By default red and green are multiples of 36, blue is one of
#          85: white is 252, 252, 255, and a flat grey of 128 is noise of four colours, up to 43 off. With quality 3 and 4
#          there are 0 and 255 alone: the grey is noise of black and white. With 6 to 8 there are 0, 85, 170 and 255: it is
#          noise of 85 and 170, as with IMWRITE_GIF_DITHER 0, which is said to be the default. A picture of seven colours
#          is up to 82 off by default, 244 with quality 3, and 82 with 8, in 33 colours; there white alone is kept. Of
#          dithering, 3 keeps them all, and those of a picture of 200 colours, too; 1 and 2 do not. imwriteanimation is
#          like imwrite, and OpenCV 4.12 like 5.0.
# With:    opencv-python-headless 5.0.0.93 and 4.12.0.88, pillow 13.0.0, numpy 2.4.6; 2026-12-01.
# Known:   nothing found. The documentation has "a quality from 1 to 8. Default is 2", and for dithering "from -1(most
#          dither) to 3(no dither). Default is 0".
# Matters: in a picture of numbers each colour is a value, and here one value is drawn as two or four. Write
#          imwriteanimation(path, animation, [cv2.IMWRITE_GIF_DITHER, 3]).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 \
    pillow==13.0.0 numpy==2.4.6
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --target "$work/older" \
    opencv-python-headless==4.12.0.88
cd "$work"
cat > colours.py <<'EOF'
import sys
from importlib.metadata import version
import cv2, numpy as np
from PIL import Image

print("OpenCV", cv2.__version__, "pillow", version("pillow"), "numpy", np.__version__)
SEVEN = [(255, 255, 255), (33, 33, 33), (66, 133, 244), (219, 68, 55), (244, 180, 0), (15, 157, 88), (200, 200, 210)]
random = np.random.default_rng(0)

def cells(colours):
    """A row of cells of 16x16, each of one colour."""
    return np.repeat(np.repeat(np.array([colours], np.uint8), 16, axis=0), 16, axis=1)

pictures = {
    "white": cells([(255, 255, 255)]), "grey": cells([(128, 128, 128)]), "seven": cells(SEVEN),
    "200 colours": random.integers(0, 256, (200, 3), np.uint8)[random.integers(0, 200, (64, 64))],
}
settings = {"default": []} | {f"quality {quality}": [cv2.IMWRITE_GIF_QUALITY, quality] for quality in (1, 2, 3, 4, 6, 7, 8)}
settings |= {f"dither {level}": [cv2.IMWRITE_GIF_DITHER, level] for level in (0, 1, 2, 3)}

def read(path):
    """The frames by Pillow."""
    with Image.open(path) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB")))
        return frames

def colours(picture):
    return {tuple(map(int, colour)) for colour in picture.reshape(-1, 3)}

def told(picture, seen):
    """How many colours there are, and how far off the worst is."""
    return len(colours(seen)), int(np.abs(seen.astype(int) - picture).max())

seen, levels = {}, {}
for setting, flags in settings.items():
    for name, picture in pictures.items():
        assert cv2.imwrite("picture.gif", picture[..., ::-1], flags)
        result = read("picture.gif")[0]
        seen[setting, name] = told(picture, result)
        if name == "200 colours":
            levels[setting] = [sorted({colour[channel] for colour in colours(result)}) for channel in range(3)]
        if name == "grey":
            levels[setting, name] = colours(result)
        if name == "white" and setting == "default":
            white = colours(result)
        if name == "seven" and setting == "quality 8":
            kept = [colour for i, colour in enumerate(SEVEN) if colours(result[:, 16 * i:16 * i + 16]) == {colour}]
for setting in settings:
    print(f"{setting:10}", ", ".join("{}: {} colours, {} off".format(name, *seen[setting, name]) for name in pictures))
    print(" " * 10, "levels of a channel", "; ".join(f"{len(channel)}, {channel[:4]} …" for channel in levels[setting]))
print("white becomes", *white, "with quality 8 these of seven are kept:", kept)
for setting in ("default", "quality 3", "quality 8"):
    print(f"grey becomes, {setting}:", sorted(levels[setting, "grey"]))

animation = cv2.Animation()
animation.frames = [pictures["seven"][..., ::-1].copy(), pictures["seven"][:, ::-1, ::-1].copy()]
animation.durations = [100, 100]
for setting in ("default", "quality 8", "dither 3"):
    assert cv2.imwriteanimation("animation.gif", animation, settings[setting])
    result = read("animation.gif")
    seen[setting, "animation"] = len(result), told(pictures["seven"], result[0]), told(pictures["seven"][:, ::-1], result[1])
    print(f"animation, {setting}: {seen[setting, 'animation']}")

steps_of_36, steps_of_85 = list(range(0, 253, 36)), [0, 85, 170, 255]
recorded = {  # setting: (colours, worst error) of the white, the grey, the seven, the 200
    "default": ((1, 3), (4, 43), (42, 82), (229, 75)), "quality 1": ((1, 3), (1, 42), (7, 55), (145, 63)),
    "quality 2": ((1, 3), (4, 43), (42, 82), (229, 75)), "quality 3": ((1, 0), (2, 128), (8, 244), (8, 233)),
    "quality 4": ((1, 0), (2, 128), (8, 244), (8, 233)), "quality 6": ((1, 0), (2, 43), (33, 82), (64, 77)),
    "quality 7": ((1, 0), (2, 43), (33, 82), (64, 77)), "quality 8": ((1, 0), (2, 43), (33, 82), (64, 77)),
    "dither 0": ((1, 0), (2, 43), (33, 82), (64, 77)), "dither 1": ((1, 3), (2, 20), (41, 39), (251, 62)),
    "dither 2": ((1, 0), (2, 9), (38, 16), (254, 52)), "dither 3": ((1, 0), (1, 0), (7, 0), (200, 0)),
}
fixed = {"default": [steps_of_36, steps_of_36, steps_of_85], "quality 3": [[0, 255]] * 3, "quality 8": [steps_of_85] * 3}
fixed |= {"quality 1": fixed["default"], "quality 2": fixed["default"], "quality 4": fixed["quality 3"],
          "quality 6": fixed["quality 8"], "quality 7": fixed["quality 8"], "dither 0": fixed["quality 8"]}
changed = [setting for setting, numbers in recorded.items() if tuple(seen[setting, name] for name in pictures) != numbers]
changed += [f"levels, {setting}" for setting, right in fixed.items() if levels[setting] != right]
changed += ["white"] * (white != {(252, 252, 255)}) + ["kept"] * (kept != [(255, 255, 255)])
changed += ["grey"] * ([levels[setting, "grey"] for setting in ("default", "quality 3", "quality 8")] != [
    {(red, red, blue) for red in (108, 144) for blue in (85, 170)}, {(0,) * 3, (255,) * 3}, {(85,) * 3, (170,) * 3}])
changed += ["animation"] * ([seen[setting, "animation"] for setting in ("default", "quality 8", "dither 3")] != [
    (2, (42, 82), (35, 82)), (2, (33, 82), (34, 82)), (2, (7, 0), (7, 0))])
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" colours.py
PYTHONPATH="$work/older" "$work/venv/bin/python" colours.py
