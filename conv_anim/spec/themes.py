"""Themes: the colours of a figure, by the part they play, and the few lengths that make its character.

A colour is ``#rrggbb``; a length is in pixels at scale 1. A spec may override any colour by its name.
"""

from __future__ import annotations

from dataclasses import dataclass

from conv_anim.spec.registry import Registry


@dataclass(frozen=True, slots=True)
class Colors:
    """What each colour of a theme is for. ``channels`` are the input channels' colours, taken in turn."""

    background: str
    ink: str
    """Text, and the lines that lead the eye."""
    muted: str
    """Text that explains."""
    line: str
    """Edges of cells."""
    faint: str
    """Edges of empty cells: padding, inserted zeros, outputs yet to come."""
    input: str
    kernel: str
    output: str
    window: str
    """The cells under the window: laid over them at the theme's ``overlay`` opacity."""
    current: str
    """The output cell being computed, laid over it likewise."""
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """A look: colours, and what changes with them. Lengths are in pixels, shares from 0 to 1."""

    name: str
    description: str
    colors: Colors
    overlay: float = 1.0
    """Opacity of ``window`` and ``current`` over the cells they mark."""
    empty_overlay: float = 0.25
    """The same of ``window`` over cells that hold nothing to read."""
    line_width: float = 1.0
    corner_width: float = 1.0
    """Width of the lines from the window's corners to the output cell's."""
    dash: tuple[float, float] = (3.0, 3.0)
    iso_cell: float = 34.0
    """Length of the isometric view's unit: conv_arithmetic's 0.5 cm at 150 dpi, in classic."""
    pending: bool = True
    """Outputs that are still to be computed are drawn empty."""
    labels: bool = True
    """Whether a figure has labels when its spec does not say."""

    @property
    def doc(self) -> str:
        """What lists and the schema say of it."""
        return self.description


COLORS = {
    # part:        light      classic    dark       print      colorblind
    "background": "#ffffff    #ffffff    #12161f    #ffffff    #ffffff",
    "ink":        "#1f2937    #002b36    #e8edf4    #000000    #000000",
    "muted":      "#64748b    #586e75    #94a3b8    #505050    #4d4d4d",
    "line":       "#ffffff    #002b36    #12161f    #000000    #ffffff",
    "faint":      "#b6c2d1    #002b36    #4b5a70    #8c8c8c    #a6a6a6",
    "input":      "#b5d5f5    #268bd2    #274566    #e2e2e2    #a9d5f0",
    "kernel":     "#fbe3b4    #eee8d5    #5b4a1e    #ffffff    #f7ecb0",
    "output":     "#bfe6d4    #2aa198    #1f4d43    #c6c6c6    #f6d2b8",
    "window":     "#2f6fb7    #073642    #6bb3f8    #6e6e6e    #0072b2",
    "current":    "#0f7a5a    #073642    #4fd1a5    #303030    #b34700",
}  # fmt: skip
"""A colour of each theme for every part."""
CHANNELS = (
    ("#f3b7ae", "#b5dcb4", "#b4cdf2"),
    ("#dc322f", "#859900", "#268bd2"),
    ("#70393a", "#33593a", "#2f4a75"),
    ("#f0f0f0", "#d4d4d4", "#b8b8b8"),
    ("#56b4e9", "#e69f00", "#cc79a7"),
)


def _colors(theme: int) -> Colors:
    return Colors(**{part: colors.split()[theme] for part, colors in COLORS.items()}, channels=CHANNELS[theme])


_THEMES = (
    Theme("light", "calm tints on white; the default", _colors(0), empty_overlay=0.18),
    Theme(
        "classic",
        "the colours and the geometry of conv_arithmetic",
        _colors(1),
        overlay=0.4,
        empty_overlay=0.4,
        line_width=1.66,
        corner_width=0.83,
        dash=(6.2, 6.2),
        iso_cell=29.528,
        pending=False,
        labels=False,
    ),
    Theme("dark", "for dark pages and slides", _colors(2)),
    Theme("print", "greys that keep apart on paper", _colors(3)),
    Theme("colorblind", "Okabe and Ito's colours, told apart by every eye", _colors(4), empty_overlay=0.14),
)
THEMES = Registry("conv_anim.themes", Theme, {theme.name: theme for theme in _THEMES})
DEFAULT_THEME = "light"
