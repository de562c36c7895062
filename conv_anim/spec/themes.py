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
    headed: bool = True
    """Whether a figure's title and takeaway are drawn."""
    even: bool = False
    """Whether all steps last alike when its spec does not say."""

    @property
    def doc(self) -> str:
        """What lists and the schema say of it."""
        return self.description


THEMES = Registry(
    "conv_anim.themes",
    Theme,
    {
        theme.name: theme
        for theme in (
            Theme(
                name="light",
                description="calm tints on white; the default",
                colors=Colors(
                    background="#ffffff",
                    ink="#1f2937",
                    muted="#64748b",
                    line="#ffffff",
                    faint="#b6c2d1",
                    input="#b5d5f5",
                    kernel="#fbe3b4",
                    output="#bfe6d4",
                    window="#2f6fb7",
                    current="#0f7a5a",
                    channels=("#f3b7ae", "#b5dcb4", "#b4cdf2"),
                ),
                empty_overlay=0.18,
            ),
            Theme(
                name="classic",
                description="the colours and the geometry of conv_arithmetic",
                colors=Colors(
                    background="#ffffff",
                    ink="#002b36",
                    muted="#586e75",
                    line="#002b36",
                    faint="#002b36",
                    input="#268bd2",
                    kernel="#eee8d5",
                    output="#2aa198",
                    window="#073642",
                    current="#073642",
                    channels=("#dc322f", "#859900", "#268bd2"),
                ),
                overlay=0.4,
                empty_overlay=0.4,
                line_width=1.66,
                corner_width=0.83,
                dash=(6.2, 6.2),
                iso_cell=29.528,
                pending=False,
                labels=False,
                headed=False,
                even=True,
            ),
            Theme(
                name="dark",
                description="for dark pages and slides",
                colors=Colors(
                    background="#12161f",
                    ink="#e8edf4",
                    muted="#94a3b8",
                    line="#12161f",
                    faint="#4b5a70",
                    input="#274566",
                    kernel="#5b4a1e",
                    output="#1f4d43",
                    window="#6bb3f8",
                    current="#4fd1a5",
                    channels=("#70393a", "#33593a", "#2f4a75"),
                ),
            ),
            Theme(
                name="print",
                description="greys that keep apart on paper",
                colors=Colors(
                    background="#ffffff",
                    ink="#000000",
                    muted="#505050",
                    line="#000000",
                    faint="#8c8c8c",
                    input="#e2e2e2",
                    kernel="#ffffff",
                    output="#c6c6c6",
                    window="#6e6e6e",
                    current="#303030",
                    channels=("#f0f0f0", "#d4d4d4", "#b8b8b8"),
                ),
            ),
            Theme(
                name="colorblind",
                description="Okabe and Ito's colours, told apart by every eye",
                colors=Colors(
                    background="#ffffff",
                    ink="#000000",
                    muted="#4d4d4d",
                    line="#ffffff",
                    faint="#a6a6a6",
                    input="#a9d5f0",
                    kernel="#f7ecb0",
                    output="#f6d2b8",
                    window="#0072b2",
                    current="#b34700",
                    channels=("#56b4e9", "#e69f00", "#cc79a7"),
                ),
                empty_overlay=0.14,
            ),
        )
    },
)
DEFAULT_THEME = "light"
