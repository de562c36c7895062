"""The sixteen steps of conv_arithmetic's first animation, the plainest way in manim: squares, and a window that jumps.

``python bench/peer_manim.py OUT.gif`` with manim installed (it is no dependency of ours). No numbers, no isometric
planes, 500 pixels wide, one picture a step: far less than what it is compared to.
"""

from __future__ import annotations

from manim import BLUE, DOWN, GREY, RIGHT, TEAL, UP, Scene, Square, VGroup, config

STEPS = 16


def grid(side: int, color: object) -> VGroup:
    cells = VGroup(*(Square(0.5, fill_opacity=1, fill_color=color, stroke_width=2) for _ in range(side * side)))
    return cells.arrange_in_grid(side, side, buff=0)


class Steps(Scene):
    def construct(self) -> None:
        before, after = grid(4, BLUE).to_edge(DOWN), grid(2, TEAL).to_edge(UP)
        before, after = grid(6, BLUE).to_edge(DOWN), grid(4, TEAL).to_edge(UP)
        window = Square(1.5, fill_opacity=0.5, fill_color=GREY)
        self.add(before, after, window)
        for step in range(STEPS):
            row, column = divmod(step, 4)
            window.move_to(before[0].get_center() + (0.5 * (column + 1)) * RIGHT + (0.5 * (row + 1)) * DOWN)
            after[step].set_fill(GREY)
            self.wait(1 / config.frame_rate)
