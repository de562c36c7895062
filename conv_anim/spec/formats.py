"""The formats of pictures: a record for each, and their names and suffixes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from conv_anim.spec.registry import Registry
from conv_anim.values import KW_ONLY, dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conv_anim.scene.primitives import Scene

LAYOUTS: Mapping[str, str] = {"storyboard": "in a grid", "strip": "in a row"}
"""Several steps on one page, and how they lie there."""


class Cost(NamedTuple):
    """What a format takes: bytes for each pixel of a frame, for each pixel of all frames, and for each frame.

    Upper bounds: a figure that would take more memory than allowed is refused before it is painted.
    """

    pixel: int = 60
    every_pixel: int = 13
    frame: int = 0
    longest: int | None = None
    """Pixels along an edge, at the most."""


ORDINARY = Cost()
VECTORS = Cost(0, 0)
"""Nothing is painted."""
SIDE = 65_535


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name, which is its suffix without the first dot.

    ``encodes`` takes a `Scene` and gives the bytes of a file; as a text, ``package.module:name``, it is imported when a
    file is made. ``use`` is what the format is for, and ``why``: its row in the documentation. Raises ValueError for a
    name that no suffix can be.
    """

    name: str
    encodes: str | Callable[[Scene], bytes]
    _: KW_ONLY
    use: str = ""
    why: str = ""
    cost: Cost = ORDINARY
    all_frames: bool = True
    """Whether it holds every frame; else one step, the last one if none is chosen."""
    stepped: bool = True
    """Whether steps can be chosen for it."""
    layouts: bool = False
    """Whether storyboards and strips can be made in it."""
    vectors: bool = False
    """Whether it is drawn as shapes, so that pixels cost nothing."""
    text: bool = False
    """Whether a terminal can show it, such as it is."""
    media: str = "application/octet-stream"
    """Its media type."""
    image: bool = False
    """Whether a page shows it as an image."""
    restless: bool = False
    """Whether it moves in a page even for readers who asked for less motion, so that a still stands in for it."""
    short: str | None = None
    """What the command line calls it besides."""
    advice: str | Callable[[str, Any], str] | None = None
    """What is said of a file that was drawn, from its name and the spec's animation; as a text it is imported."""
    encoder: str | Callable[[], str] | None = None
    """What says which other program encodes it: the same text, the same bytes; empty if that cannot be known."""

    def __post_init__(self) -> None:
        if not all(part.isalnum() and part == part.lower() for part in self.name.split(".")):
            raise ValueError(f"'{self.name}' is not a suffix: use small letters and digits, with dots between them")


STILL = Format("still.png", "conv_anim.export.poster:picture", cost=Cost(60, 0, longest=SIDE), all_frames=False)
"""The still that stands in for an animation; it is never requested by name."""
FRAMES = Format("frames", "conv_anim.export.png:picture", cost=Cost(30, 1, longest=SIDE))
"""A PNG for each step: the only format whose name is not a suffix."""

FORMATS = Registry(
    "conv_anim.formats",
    Format,
    {
        format_.name: format_
        for format_ in (
            Format(
                "gif",
                "conv_anim.export.gif:picture",
                use="a README, a blog, a chat",
                why="it moves everywhere",
                cost=Cost(60, 0, longest=SIDE),
                media="image/gif",
                image=True,
                restless=True,
            ),
            Format(
                "png",
                "conv_anim.export.png:picture",
                use="a still",
                why="every program shows it",
                cost=Cost(30, 0, longest=SIDE),
                all_frames=False,
                layouts=True,
                media="image/png",
                image=True,
            ),
            Format(
                "apng",
                "conv_anim.export.apng:picture",
                use="exact pixels",
                why="lossless in full colour; shows the last step where APNG is not known",
                cost=Cost(60, 0, longest=SIDE),
                media="image/apng",
                image=True,
                restless=True,
            ),
            Format(
                "webp",
                "conv_anim.export.webp:picture",
                use="exact pixels",
                why="lossless in full colour",
                cost=Cost(60, 0, longest=16_383),
                media="image/webp",
                image=True,
                restless=True,
            ),
            Format(
                "mp4",
                "conv_anim.export.mp4:picture",
                use="slides",
                why="slide programs play it; needs [ffmpeg](#video)",
                cost=Cost(40, 0, longest=16_384),
                media="video/mp4",
                encoder="conv_anim.export.ffmpeg:identity",
            ),
            Format(
                "svg",
                "conv_anim.export.svg:picture",
                use="a web page, documentation",
                why="mostly smaller than the GIF, with text that can be found and copied; rests where readers ask for "
                "less motion",
                cost=Cost(0, 0, 20_000),
                layouts=True,
                vectors=True,
                text=True,
                media="image/svg+xml",
                image=True,
            ),
            Format(
                "pdf",
                "conv_anim.export.pdf:picture",
                use="a paper",
                why="with embedded fonts",
                cost=VECTORS,
                all_frames=False,
                layouts=True,
                vectors=True,
                media="application/pdf",
            ),
            Format(
                "html",
                "conv_anim.export.html:encode",
                use="a lecture, a page to play with",
                why="[one file to step through and point at](interactive.md)",
                cost=Cost(60, 0, 20_000, 16_383),
                stepped=False,
                vectors=True,
                text=True,
                media="text/html",
            ),
            Format(
                "pages.pdf",
                "conv_anim.export.pdf:pages",
                use="LaTeX that moves",
                why="a page for each step",
                cost=Cost(0, 0, 120_000),
                vectors=True,
                media="application/pdf",
                short="pages",
                advice="conv_anim.export.pdf:advice",
            ),
        )
    },
)


class Images(Mapping[str, Format]):
    """The formats that a page shows as an image."""

    def __getitem__(self, name: str) -> Format:
        if FORMATS[name].image:
            return FORMATS[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, format_ in FORMATS.items() if format_.image)

    def __len__(self) -> int:
        return sum(1 for _ in self)


IMAGES = Images()


def of(name: str) -> Format:
    """The record of a format; for a layout that of its page. Raises KeyError."""
    apart = {STILL.name: STILL, FRAMES.name: FRAMES}
    return apart[name] if name in apart else FORMATS[paged(name)[1]]


def is_ours(format_: Format) -> bool:
    """Whether no other package encodes it."""
    return format_ in (STILL, FRAMES) or FORMATS.own.get(format_.name) is format_


def paged(name: str) -> tuple[str | None, str]:
    """A layout, or None, and the format of a file with it: ``strip.svg`` is a strip and svg."""
    layout, _, format_ = name.partition(".")
    return (layout, format_) if layout in LAYOUTS else (None, name)


def names(table: Mapping[str, Format] = FORMATS) -> tuple[str, ...]:
    """All suffixes, without the first dot: one picture, then layouts, then several pages."""
    single = [name for name in table if "." not in name]
    laid = [f"{layout}.{name}" for layout in LAYOUTS for name in table if table[name].layouts]
    return (*single, *laid, *(name for name in table if "." in name))


def asked() -> tuple[str, ...]:
    """What the command line understands after ``-f``."""
    return (*names(), *short(), FRAMES.name)


def short(table: Mapping[str, Format] = FORMATS) -> Mapping[str, str]:
    """Shorter names, and what they stand for."""
    return {**{layout: f"{layout}.png" for layout in LAYOUTS}, **{f.short: f.name for f in table.values() if f.short}}


def whole(name: str) -> str:
    """A format by a name that the command line understands."""
    return short(FORMATS.own if name in OWN else FORMATS).get(name, name)


OWN = frozenset({*names(FORMATS.own), *short(FORMATS.own), FRAMES.name})
"""Names that are known without searching other packages."""


def known() -> str:
    """The suffixes, for a message."""
    *several, last = (f".{name}" for name in names() if name.partition(".")[0] not in LAYOUTS)
    first, *others = (name for name in FORMATS if FORMATS[name].layouts)
    more = f" (or {', '.join(f'.{name}' for name in others)})" if others else ""
    return f"{', '.join((*several, *(f'.{layout}.{first}' for layout in LAYOUTS)))}{more} or {last}"


def broken(name: str) -> str | None:
    """Why what another package brings for the suffix of a file name cannot be loaded; None if it brings nothing."""
    return FORMATS.broken(name.rpartition(".")[2].lower())


def split(name: str) -> tuple[str, str] | None:
    """A file name without its suffix, and the format: the longest suffix that is known; None if there is none.

    Other packages are searched only if it is not ours.
    """
    if "." not in name:
        return None
    return _split(name, FORMATS.own) or _split(name, FORMATS)


def _split(name: str, table: Mapping[str, Format]) -> tuple[str, str] | None:
    lowered = name.lower()
    found = [each for each in names(table) if lowered.endswith(f".{each}") and len(name) > len(each) + 1]
    if not found:
        return None
    format_ = max(found, key=len)
    return name[: -len(format_) - 1], format_
