"""The peer to measure against: the figure as a straightforward matplotlib animation, all artists drawn in every frame.

``naive.py OUT.gif`` draws conv_arithmetic's ``arbitrary_padding_no_strides``: 5x5 input, 4x4 kernel, padding 2.
"""

from __future__ import annotations

import sys

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.patches import Polygon

SIZE, KERNEL, PADDING = 5, 4, 2
CANVAS, OUT = SIZE + 2 * PADDING, SIZE + 2 * PADDING - KERNEL + 1
UNIT = 29.528


def at(x: float, y: float, lift: float) -> tuple[float, float]:
    return UNIT * (x - 0.7 * y), UNIT * (0.5 * x + 0.65 * y + lift)


def cell(x: int, y: int, lift: float, **look: object) -> Polygon:
    return Polygon([at(x + a, y + b, lift) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))], **look)


def main(path: str) -> None:
    figure = plt.figure(figsize=(4.95, 5.42), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    lift = CANVAS + 1

    def draw(step: int) -> None:
        axes.clear()
        axes.set_axis_off()
        axes.set_xlim(-UNIT * 0.7 * CANVAS - 20, UNIT * CANVAS + 20)
        axes.set_ylim(-20, UNIT * (lift + 0.5 * OUT + 0.65 * OUT) + 20)
        row, column = divmod(step, OUT)
        row = OUT - 1 - row
        for x, y in np.ndindex(CANVAS, CANVAS):
            axes.add_patch(cell(x, y, 0, fill=False, linestyle="--", linewidth=0.8))
        for x, y in np.ndindex(SIZE, SIZE):
            axes.add_patch(cell(x + PADDING, y + PADDING, 0, facecolor="#268bd2", edgecolor="#002b36", linewidth=0.8))
        for x, y in np.ndindex(KERNEL, KERNEL):
            axes.add_patch(cell(column + x, row + y, 0, facecolor="#073642", alpha=0.4))
        for x, y in np.ndindex(OUT, OUT):
            axes.add_patch(cell(x, y, lift, facecolor="#2aa198", edgecolor="#002b36", linewidth=0.8))
        for a, b in ((0, 0), (1, 0), (1, 1), (0, 1)):
            (x0, y0), (x1, y1) = at(column + KERNEL * a, row + KERNEL * b, 0), at(column + a, row + b, lift)
            axes.plot([x0, x1], [y0, y1], color="#002b36", linewidth=0.5)
        axes.add_patch(cell(column, row, lift, facecolor="#073642", alpha=0.4))

    FuncAnimation(figure, draw, frames=OUT * OUT, init_func=lambda: None).save(path, writer=PillowWriter(fps=1))


if __name__ == "__main__":
    main(sys.argv[1])
