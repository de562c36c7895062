"""Draws the picture of the templates: a house by a lake, with edges, gradients and texture, in colours and in grey.

    python tools/draw_picture.py templates/pictures

It is drawn from nothing but this file, so it needs no licence but ours; the same bytes come out on every machine with
the same numpy and Pillow.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Plane = NDArray[np.float64]

FINE = 896
"""Pixels along a side of what is drawn, a multiple of all sizes that are saved."""
LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in a grey (Rec. 601)."""


def mesh() -> tuple[Plane, Plane]:
    """Across and down, from 0 to 1."""
    side = (np.arange(FINE) + 0.5) / FINE
    return np.meshgrid(side, side)


def noise(seed: int, *sizes: int) -> Plane:
    """Smooth noise of several sizes, from -1 to 1."""
    random = np.random.Generator(np.random.PCG64(seed))
    total = np.zeros((FINE, FINE))
    for size in sizes:
        coarse = random.uniform(-1, 1, (size + 1, size + 1))
        at = np.linspace(0, size, FINE, endpoint=False)
        low, share = at.astype(int), at % 1
        share = share * share * (3 - 2 * share)
        rows = coarse[low] * (1 - share)[:, None] + coarse[low + 1] * share[:, None]
        total += (rows[:, low] * (1 - share) + rows[:, low + 1] * share) / len(sizes)
    return total


def laid(picture: Plane, where: NDArray[np.bool_], *color: Plane | float) -> None:
    """Paint a colour, which may vary, over a part."""
    for channel, value in enumerate(color):
        picture[..., channel] = np.where(where, value, picture[..., channel])


def landscape() -> Plane:
    """(FINE, FINE, 3), from 0 to 1."""
    x, y = mesh()
    picture = np.zeros((FINE, FINE, 3))
    glow = np.exp(-(((x - 0.78) / 0.34) ** 2 + ((y - 0.2) / 0.26) ** 2))
    laid(picture, y >= 0, 0.33 + 0.42 * y + 0.36 * glow, 0.5 + 0.42 * y + 0.2 * glow, 0.78 + 0.18 * y - 0.1 * glow)
    laid(picture, np.hypot(x - 0.78, y - 0.2) < 0.075, 1.0, 0.97, 0.82)
    cloud = noise(3, 5, 9, 18) - 2.2 * np.abs(y - 0.16)
    picture += np.clip(cloud, 0, 1)[..., None] * 0.5
    ridge = 0.44 - 0.13 * np.exp(-(((x - 0.3) / 0.16) ** 2)) - 0.17 * np.exp(-(((x - 0.62) / 0.11) ** 2))
    ridge += 0.02 * noise(5, 12, 28)
    rock = 0.32 + 0.16 * noise(7, 16, 48) + 0.2 * (x - 0.5)
    snow = ridge + 0.05 + 0.03 * noise(8, 22)
    laid(picture, y > ridge, rock * 0.9, rock * 0.95, rock * 1.25)
    laid(picture, (y > ridge) & (y < snow) & (ridge < 0.35), 0.93, 0.95, 0.98)
    water = 0.5 + 0.16 * np.sin(2 * np.pi * (26 * y + 0.8 * noise(11, 10))) * (y - 0.46)
    laid(
        picture,
        y > 0.5,
        water * 0.5 + 0.5 * glow.max() * np.exp(-(((x - 0.78) / 0.05) ** 2)),
        water * 0.86,
        water * 1.15,
    )
    shore = 0.66 + 0.05 * np.sin(5 * x + 0.4) + 0.012 * noise(13, 14, 40)
    grass = 0.36 + 0.22 * noise(17, 60, 120) + 0.12 * noise(19, 12)
    laid(picture, y > shore, grass * 0.82, grass * 1.18, grass * 0.5)
    house(picture, x, y)
    fence(picture, x, y)
    tree(picture, x, y)
    return np.clip(picture, 0, 1)


def house(picture: Plane, x: Plane, y: Plane) -> None:
    wall = (x > 0.16) & (x < 0.44) & (y > 0.52) & (y < 0.76)
    laid(picture, wall, 0.9 - 0.3 * (x - 0.16), 0.86 - 0.3 * (x - 0.16), 0.76 - 0.3 * (x - 0.16))
    roof = (y < 0.54) & (y > 0.36 + 0.95 * np.abs(x - 0.3))
    tiles = 0.85 + 0.15 * np.sign(np.sin(2 * np.pi * 34 * y))
    laid(picture, roof, 0.62 * tiles, 0.23 * tiles, 0.18 * tiles)
    laid(picture, (x > 0.37) & (x < 0.405) & (y > 0.37) & (y < 0.47), 0.45, 0.22, 0.2)
    laid(picture, (x > 0.265) & (x < 0.325) & (y > 0.63) & (y < 0.76), 0.32, 0.19, 0.12)
    for left in (0.19, 0.355):
        pane = (x > left) & (x < left + 0.055) & (y > 0.59) & (y < 0.66)
        cross = (np.abs(x - left - 0.0275) < 0.004) | (np.abs(y - 0.625) < 0.004)
        laid(picture, pane, 0.18, 0.25, 0.36)
        laid(picture, pane & cross, 0.96, 0.96, 0.94)


def fence(picture: Plane, x: Plane, y: Plane) -> None:
    posts = (np.abs((x * 16) % 1 - 0.5) < 0.16) & (y > 0.82) & (y < 0.93)
    rails = (np.abs(y - 0.85) < 0.008) | (np.abs(y - 0.9) < 0.008)
    laid(picture, posts | rails, 0.94, 0.92, 0.86)


def tree(picture: Plane, x: Plane, y: Plane) -> None:
    laid(picture, (np.abs(x - 0.72) < 0.016) & (y > 0.58) & (y < 0.8), 0.28, 0.18, 0.1)
    crown = np.hypot((x - 0.72) / 0.13, (y - 0.5) / 0.16) + 0.28 * noise(23, 14, 34) < 1
    leaves = 0.3 + 0.2 * noise(29, 44, 90) - 0.5 * (x - 0.72)
    laid(picture, crown, leaves * 0.55, leaves, leaves * 0.4)


def reduced(picture: Plane, side: int) -> Plane:
    """The means of equal squares."""
    each = FINE // side
    return picture.reshape(side, each, side, each, -1).mean(axis=(1, 3))


def saved(picture: Plane, path: Path) -> None:
    levels = np.floor(picture * 255 + 0.5).astype(np.uint8)
    Image.fromarray(levels.squeeze()).save(path, optimize=True)


def main(folder: Path) -> None:
    colors = landscape()
    grey = colors @ np.array(LUMA)
    saved(reduced(colors, 32), folder / "house_32_rgb.png")
    saved(reduced(grey, 64), folder / "house_64.png")
    saved(reduced(grey, 224), folder / "house_224.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
