"""Themes: the colours of a figure, by the part they play, and the few lengths that make its character.

A colour is ``#rrggbb``; a length is in pixels at scale 1. A spec may override any colour by its name.
"""

from __future__ import annotations

from conv_anim.spec.registry import Registry
from conv_anim.values import dataclass


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
    """The window's outline; laid over its cells too, at the theme's ``overlay`` opacity."""
    current: str
    """The output cell being computed, laid over it at ``current_overlay``."""
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """A look: colours, and what changes with them. Lengths are in pixels, shares from 0 to 1."""

    name: str
    description: str
    colors: Colors
    overlay: float = 0.0
    """Opacity of ``window`` over the cells that it reads."""
    empty_overlay: float = 0.0
    """Its opacity over cells that hold nothing to read."""
    current_overlay: float = 1.0
    """Opacity of ``current`` over the output cell that it marks."""
    window_width: float = 2.5
    """Width of the window's outline; 0 for none."""
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
    transparent: bool = False
    """Whether the page shows through the ground."""
    font: str | None = None
    """A font of the user's own: its name or its file, as a spec says it."""
    font_files: tuple[str, ...] = ()
    """Where it was found: the usual weight and the bold one."""
    headed: bool = True
    """Whether a figure's title and takeaway are drawn."""
    even: bool = False
    """Whether all steps last alike when its spec does not say."""

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
    "faint":      "#8693a5    #002b36    #66778f    #8c8c8c    #8f8f8f",
    "input":      "#b5d5f5    #268bd2    #274566    #e2e2e2    #a9d5f0",
    "kernel":     "#fbe3b4    #eee8d5    #5b4a1e    #ffffff    #f7ecb0",
    "output":     "#bfe6d4    #2aa198    #1f4d43    #c6c6c6    #b3e2d3",
    "window":     "#bf5700    #073642    #ffb020    #000000    #b34a00",
    "current":    "#0f7a5a    #073642    #4fd1a5    #303030    #00694c",
}  # fmt: skip
"""A colour of each theme for every part."""
CHANNELS = (
    ("#f4bccb", "#d6c6f2", "#d3e09c"),
    ("#dc322f", "#859900", "#268bd2"),
    ("#733549", "#51427c", "#515c22"),
    ("#f0f0f0", "#d4d4d4", "#b8b8b8"),
    ("#e8bcd4", "#c6c6c6", "#a396c9"),
)


def _colors(theme: int) -> Colors:
    return Colors(**{part: colors.split()[theme] for part, colors in COLORS.items()}, channels=CHANNELS[theme])


_THEMES = (
    Theme("light", "calm tints on white; the default", _colors(0)),
    Theme(
        "classic",
        "the colours and the geometry of conv_arithmetic",
        _colors(1),
        overlay=0.4,
        empty_overlay=0.4,
        current_overlay=0.4,
        window_width=0.0,
        line_width=1.66,
        corner_width=0.83,
        dash=(6.2, 6.2),
        iso_cell=29.528,
        pending=False,
        labels=False,
        headed=False,
        even=True,
    ),
    Theme("dark", "for dark pages and slides", _colors(2)),
    Theme("print", "greys that keep apart on paper", _colors(3), window_width=3.0),
    Theme("colorblind", "Okabe and Ito's colours, told apart by every eye", _colors(4)),
)
THEMES = Registry("conv_anim.themes", Theme, {theme.name: theme for theme in _THEMES})
DEFAULT_THEME = "light"
