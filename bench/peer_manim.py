"""The first of conv_arithmetic's figures, sixteen steps, the plainest way in manim: squares, and a window that jumps.

``python bench/peer_manim.py FOLDER`` with manim installed, which is no dependency of ours. It draws no numbers, no
slanted planes and no captions, at 480 lines, one picture a step: less than what it is measured against.
"""

from __future__ import annotations

import sys

from manim import BLUE, DOWN, GREY, RIGHT, TEAL, UP, Scene, Square, VGroup, config

STEPS, SIDE = 16, 0.5


def grid(cells: int, color: object) -> VGroup:
    squares = (Square(SIDE, fill_opacity=1, fill_color=color, stroke_width=2) for _ in range(cells * cells))
    return VGroup(*squares).arrange_in_grid(cells, cells, buff=0)


class Steps(Scene):
    def construct(self) -> None:
        before, after = grid(6, BLUE).to_edge(DOWN), grid(4, TEAL).to_edge(UP)
        window = Square(3 * SIDE, fill_opacity=0.5, fill_color=GREY)
        self.add(before, after, window)
        for step in range(STEPS):
            row, column = divmod(step, 4)
            window.move_to(before[0].get_center() + SIDE * ((column + 1) * RIGHT + (row + 1) * DOWN))
            after[step].set_fill(GREY)
            self.wait(1 / config.frame_rate)


if __name__ == "__main__":
    config.update({"quality": "low_quality", "format": "gif", "frame_rate": 15, "media_dir": sys.argv[1]})
    Steps().render()
