"""Figures in notebooks: what `conv_anim.show` gives, how specs and traces show themselves, and ``%%conv_anim``."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from conv_anim import inputs, pipeline
from conv_anim.diagnostics import Code, Problem, Source, SpecError, listed
from conv_anim.embed import html
from conv_anim.embed.figure import Figure, at_night, figure
from conv_anim.spec.formats import FORMATS, IMAGES
from conv_anim.spec.model import Spec
from conv_anim.spec.nodes import Entries
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping
    from os import PathLike

    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.magic_arguments import MagicArgumentParser

    from conv_anim.pipeline import Loaded
    from conv_anim.tracing.trace import Trace

WIDEST = 8000
"""Pixels that a page shows, as in Markdown."""
CELL = "cell"
"""What a diagnostic calls the text of a cell."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure that a notebook displays; ``width`` in pixels, the figure's own if None.

    ``dark`` is the same for readers whose pages are dark.
    """

    figure: Figure
    width: int | None = None
    dark: Figure | None = None

    def __repr__(self) -> str:
        return self.figure.alt

    def _repr_mimebundle_(self, **_kinds: object) -> dict[str, str]:
        """The animation for a page, a still for print, words for a terminal."""
        printed = pipeline.encoded(self.figure.scene, "png", step=self.figure.step)
        return {
            "text/html": html.self_contained(self.figure, width=self.width, dark=self.dark),
            "image/png": b64encode(printed).decode("ascii"),
            "text/plain": self.figure.alt,
        }


class CellError(SpecError):
    """What is wrong with a cell; a notebook shows the diagnostics alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(problem) for problem in self.problems]


def show(
    source: Spec | Trace | str | PathLike[str] | Mapping[str, Any],
    *,
    format: str | None = None,  # noqa: A002  # as on the command line
    step: int | None = None,
    width: int | None = None,
    dark: bool = False,
) -> Shown:
    """A figure that a notebook displays: of a spec, a trace, a spec's file, or a mapping.

    ``format`` is gif, png, apng, webp, svg or html; ``step`` chooses one, counted from 0; ``width`` is in pixels.
    With ``dark`` it is drawn in the dark theme as well, for readers whose system is dark. Raises SpecError.
    """
    return _shown(_loaded(source), format, step=step, width=width, dark=dark)


def _shown(loaded: Loaded, format_: str | None, *, step: int | None, width: int | None, dark: bool) -> Shown:
    """Raises SpecError for what a notebook cannot show."""
    problems = []
    if format_ is not None and format_ not in IMAGES and format_ != "html":
        way = FORMATS.broken(format_) or f"use {listed(_formats())}"
        problems.append(Problem(Code.FORMAT, f"a notebook shows no {format_!r}", "format", hint=way))
    if width is not None and (type(width) is not int or not 16 <= width <= WIDEST):
        what = f"the width must be a whole number of pixels from 16 to {WIDEST:,}, not {width!r}"
        problems.append(Problem(Code.OUT_OF_RANGE, what, "width"))
    if dark and format_ == "html":
        way = "leave 'dark' out, or 'format'"
        problems.append(Problem(Code.EXCLUSIVE_KEYS, "a page to play with has one theme", "dark", hint=way))
    if problems:
        raise SpecError(problems)
    shown = figure(loaded, format_=format_, step=step)
    return Shown(shown, width, at_night(loaded, shown) if dark else None)


def _formats() -> list[str]:
    """What a notebook shows."""
    return [*IMAGES, "html"]


def _loaded(source: Spec | Trace | str | PathLike[str] | Mapping[str, Any]) -> Loaded:
    from conv_anim.tracing.trace import Trace

    spec = source.spec if isinstance(source, Trace) else source
    return pipeline.Loaded(spec, Entries(())) if isinstance(spec, Spec) else pipeline.loaded(spec, pipes=True)


# the extension


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext conv_anim`` calls: specs and traces show themselves, ``%%conv_anim`` draws its cell."""
    assert shell.display_formatter is not None, "IPython makes one before it loads extensions"
    formatter = shell.display_formatter.mimebundle_formatter
    formatter.for_type_by_name("conv_anim.spec.model", "Spec", _bundle)
    formatter.for_type_by_name("conv_anim.tracing.trace", "Trace", _bundle)
    shell.magics_manager.register_function(_magic(), magic_kind="cell", magic_name="conv_anim")


def _bundle(value: Spec | Trace, **_kinds: object) -> dict[str, str]:
    """How a value shows itself; one that no view can draw says why."""
    try:
        return show(value)._repr_mimebundle_()
    except SpecError as error:
        return {"text/plain": str(error)}


def _magic() -> Callable[[str, str], Shown]:
    """``%%conv_anim``; its help says what its line takes."""
    parser = _parser()

    def conv_anim(line: str, cell: str) -> Shown:
        try:
            return _drawn(cell, parser.parse_args(_words(line)))
        except SpecError as error:
            raise CellError(error.problems) from None

    conv_anim.__doc__ = f"Draw the spec that stands in the cell.\n\n{parser.format_help()}"
    return conv_anim


def _words(line: str) -> list[str]:
    """As a shell has them: IPython's own way keeps the quotation marks. Raises UsageError."""
    import shlex

    from IPython.core.error import UsageError

    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{line}: {error}") from None


def _parser() -> MagicArgumentParser:
    """One that raises IPython's UsageError."""
    from IPython.core.magic_arguments import MagicArgumentParser

    parser = MagicArgumentParser("%%conv_anim", add_help=False)  # type: ignore[no-untyped-call]  # IPython has none here
    parser.add_argument("--set", dest="changes", action="append", metavar="KEY=VALUE", help="change a key of the spec")
    parser.add_argument("-f", "--format", choices=_formats(), help="what is shown; html can be played with")
    parser.add_argument("--step", type=int, metavar="K", help="one step as a still, counted from 0")
    parser.add_argument("--width", type=int, metavar="PIXELS", help="how wide it is shown")
    parser.add_argument(
        "--dark", action="store_true", help="in the dark theme as well, for readers whose system is dark"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write the figure too; the suffix says the format")
    return parser


def _drawn(cell: str, given: Namespace) -> Shown:
    """Raises SpecError."""
    loaded = pipeline.loaded(Source(CELL, cell), changes=given.changes or ())
    shown = _shown(loaded, given.format, step=given.step, width=given.width, dark=given.dark)
    if given.output is not None:
        try:
            pipeline.render(loaded.spec, given.output, step=given.step)
        except OSError as error:
            what = f"cannot be written: {error.strerror or error}"
            raise inputs.problem(Code.OUTPUT, what, given.output) from None
    return shown
