"""The views that there are: a record of each with its options, what it refuses and what draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.spec import computed_support, view_checks, view_support
from conv_anim.spec.cells import CELLS, FACES, MAPS, SCALE
from conv_anim.spec.records import Field, Object, Record
from conv_anim.spec.registry import Registry
from conv_anim.spec.view_options import (
    ANIMATE,
    BOXES,
    CACHE,
    CHUNK,
    COLUMNS,
    DIRECTION,
    FOLD,
    LAYOUT,
    MODE,
    NUMBERS,
    OVERLAP,
    SHOW,
    SUM,
    TILE,
    WRAP,
)
from conv_anim.spec.view_values import (
    Channels,
    Flat,
    Foreign,
    FourierView,
    GemmView,
    Isometric,
    Matrix,
    NetworkView,
    Sequence,
    Volume,
    WinogradView,
)
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.model import Input
    from conv_anim.spec.view_support import Nodes
    from conv_anim.spec.view_values import View


@dataclass(frozen=True)
class ViewKind:
    """A view by its name: its options, what it refuses, and what draws it.

    ``draws`` takes a `Trace` and a `Style` and gives a `Panel`; as a text, ``package.module:name``, it is imported when
    a figure is drawn. ``make`` makes a view of the options. ``refuses`` says why the view cannot show some layers, and
    ``wrong`` what is wrong with its options there, with a way out. ``leaps`` says why nothing can move smoothly in it.
    """

    name: str
    doc: str
    draws: str | Callable[..., Any]
    options: tuple[Field[Any], ...] = ()
    make: Callable[[Record], View] | None = None
    refuses: Callable[[Input, Nodes], str | None] = lambda *_: None
    wrong: Callable[[Any, Input, Nodes], tuple[str, str] | None] = lambda *_: None
    leaps: Callable[[Nodes], str | None] = lambda _: "goes from step to step, without frames between them"
    animates: Callable[[Any], bool] = lambda _: True
    """Whether a figure is animated by default."""
    guides: str | None = None
    """What makes the guide of a figure, if its areas are no cells: a function's name, given a `Trace` and areas."""

    @property
    def table(self) -> Object:
        """The keys of its mapping."""
        return Object(f"the {self.name} view", self.options, "kind", self.doc)

    def made(self, record: Record) -> View:
        """The view that a record asks for."""
        if self.make is not None:
            return self.make(record)
        return Foreign(self.name, tuple((field.name, record.get(field)) for field in self.options))


def _gemm(record: Record) -> GemmView:
    """The view of its options."""
    tile = record.get(TILE)
    return GemmView(None if tile is None else (tile[0], tile[1], tile[2]), record.get(LAYOUT))


def _moves(_: Nodes) -> None:
    """In all views of our own windows can move smoothly; that of a network has none, only layers one after another."""


VIEWS = Registry(
    "conv_anim.views",
    ViewKind,
    {
        kind.name: replace(kind, leaps=_moves)
        for kind in (
            ViewKind(
                "isometric",
                "Maps as slanted planes, the window between them, as in conv_arithmetic's animations.",
                "conv_anim.scene.isometric.view:isometric",
                (NUMBERS, CELLS, SCALE),
                lambda r: Isometric(r.of(NUMBERS), r.of(CELLS), r.get(SCALE)),
                view_support.isometric,
                view_checks.unnumbered,
            ),
            ViewKind(
                "flat",
                "Grids with their numbers, and the sum of each step.",
                "conv_anim.scene.flat.view:flat",
                (SUM, MODE, OVERLAP, CELLS, SCALE),
                lambda r: Flat(r.of(SUM), r.of(MODE), r.of(OVERLAP), r.of(CELLS), r.get(SCALE)),
                view_support.flat,
                view_checks.flat,
            ),
            ViewKind(
                "channels",
                "Every channel as a map of its own, and how they add up.",
                "conv_anim.scene.channels.view:channels",
                (SHOW, MAPS, SCALE),
                lambda r: Channels(r.of(SHOW), r.of(MAPS), r.get(SCALE)),
                view_support.channels,
                view_checks.channels,
            ),
            ViewKind(
                "volume",
                "Channels as boxes, for deep maps and inputs with 3 axes.",
                "conv_anim.scene.volume.view:volume",
                (FACES, SCALE),
                lambda r: Volume(r.of(FACES), r.get(SCALE)),
                view_support.volume,
            ),
            ViewKind(
                "matrix",
                "The layer as one matrix, of which each row is a place of the window.",
                "conv_anim.scene.matrix.view:matrix",
                (ANIMATE,),
                lambda record: Matrix(record.of(ANIMATE)),
                view_support.matrix,
                animates=lambda view: view.animate,
            ),
            ViewKind(
                "gemm",
                "The layer as a product of two matrices, as a GPU computes it: im2col, tiles and loads.",
                "conv_anim.scene.gemm.view:gemm",
                (TILE, LAYOUT),
                _gemm,
                computed_support.gemm,
                computed_support.gemm_wrong,
                guides="conv_anim.scene.gemm.guide:guide",
            ),
            ViewKind(
                "winograd",
                "A 3×3 kernel by Winograd's F(2×2, 3×3): 16 multiplications for 4 outputs instead of 36.",
                "conv_anim.scene.detour.winograd:winograd",
                (),
                lambda _: WinogradView(),
                computed_support.winograd,
                guides="conv_anim.scene.detour.guide:winograd",
            ),
            ViewKind(
                "fft",
                "A convolution by the Fourier transform: transform, multiply, transform back.",
                "conv_anim.scene.detour.fourier:fft",
                (WRAP,),
                lambda record: FourierView(record.of(WRAP)),
                computed_support.fft,
                computed_support.fft_wrong,
                guides="conv_anim.scene.detour.guide:fft",
            ),
            ViewKind(
                "sequence",
                "A stack of layers over an input with 1 axis, as rows of nodes.",
                "conv_anim.scene.sequence.panel:sequence",
                (NUMBERS, CELLS, SCALE, CACHE, CHUNK),
                lambda r: Sequence(
                    r.of(NUMBERS), r.of(CELLS), r.get(SCALE), r.of(CACHE) if r.has(CACHE) else r.has(CHUNK), r.of(CHUNK)
                ),
                view_support.sequence,
                view_checks.sequence,
            ),
            ViewKind(
                "network",
                "All layers of a network as boxes to scale, and what feeds what.",
                "conv_anim.scene.network.view:network",
                (BOXES, COLUMNS, DIRECTION, FOLD),
                lambda record: NetworkView(record.of(BOXES), record.of(COLUMNS), record.of(DIRECTION), record.of(FOLD)),
                animates=lambda _: False,
                guides="conv_anim.scene.network.guide:guide",
            ),
        )
    },
)
