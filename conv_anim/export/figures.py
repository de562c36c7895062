"""Scenes as the data of a page: what several figures have in common, glyphs, elements and words, is there once."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.export.markup import Markup, ring
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conv_anim.scene.primitives import Guide, Items, Scene, Spot

Data: TypeAlias = dict[str, Any]
SIDES = ("input", "kernel", "output")


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a figure as text: its formulas, its caption, programs by their framework, and its spec."""

    formulas: tuple[str, ...] = ()
    caption: str = ""
    programs: Mapping[str, str] = field(default_factory=dict)
    spec: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A figure, what stands beside it, and whether its numbers can be edited."""

    scene: Scene
    beside: Beside | None = None
    editable: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """The figures of all combinations of some controls, in their order, or a sentence that says why there is none.

    A control is its ``path``, its ``values`` and its ``kind``; the ``first`` figure is shown first.
    """

    sheets: tuple[Sheet | str, ...]
    controls: tuple[Data, ...] = ()
    first: int = 0

    @property
    def drawn(self) -> list[Scene]:
        """The figures of the combinations that can be."""
        return [sheet.scene for sheet in self.sheets if isinstance(sheet, Sheet)]


@dataclass
class Table:
    """Things by their numbers, each once."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """The number of a text, which is added if it is new."""
        return self.numbers.setdefault(text, len(self.numbers))

    def all(self, texts: Iterable[str]) -> list[int]:
        """The numbers of several."""
        return [self.number(text) for text in texts]


class Tables:
    """Takes figures one after the other, as ``load`` in player.js puts them together again."""

    def __init__(self) -> None:
        self.markup = Markup()
        self.elements, self.names, self.rings, self.lines = Table(), Table(), Table(), Table()
        self.languages: dict[str, Mapping[str, str]] = {}
        self.figures: list[Data] = []

    def figure(self, sheet: Sheet, inside: Data | None = None) -> int:
        """The number of a figure; ``inside`` says which ones, taken before, its spots open."""
        scene = sheet.scene
        assert scene.guide is not None
        guide = scene.guide()
        made = {
            **self._picture(scene),
            **_times(scene),
            **self._guided(guide),
            **self._beside(sheet.beside),
            **(inside or {}),
        }
        if sheet.editable:
            made["cells"] = [list(spot.cell) if None not in spot.cell else None for spot in guide.spots]
        self.figures.append(made)
        return len(self.figures) - 1

    def data(self) -> Data:
        """Everything; texts are defined only now that all are known."""
        return {
            "definitions": self.markup.definitions(),
            "elements": list(self.elements.numbers),
            "names": list(self.names.numbers),
            "rings": list(self.rings.numbers),
            "lines": list(self.lines.numbers),
            "languages": self.languages,
            "figures": self.figures,
        }

    # the picture

    def _numbered(self, items: Items) -> list[int]:
        return self.elements.all(map(self.markup.element, items))

    def _picture(self, scene: Scene) -> Data:
        """``still``, and of each frame what it keeps and shows, by their numbers."""
        still = self._numbered(scene.static)
        frames = [(self._numbered(frame.kept), self._numbered(frame.shown)) for frame in scene.frames]
        return {
            "size": [scene.width, scene.height],
            "background": scene.background,
            "dark": _is_dark(scene.background),
            "still": still,
            "kept": [k for kept, _ in frames for k in kept],
            "keeps": list(accumulate(len(kept) for kept, _ in frames)),
            "frames": [shown for _, shown in frames],
            "title": scene.title,
            "headed": bool(scene.heading),
            "description": scene.description,
        }

    # the guide

    def _guided(self, guide: Guide) -> Data:
        usual = self.languages.setdefault(guide.lang, dict(guide.phrases))
        own = {key: text for key, text in guide.phrases.items() if usual.get(key) != text}
        return {
            "lang": guide.lang,
            **({"phrases": own} if own else {}),
            "told": self.lines.all(guide.told),
            "spots": [self._spot(k, spot) for k, spot in enumerate(guide.spots)],
            "drifts": [[round(way, 1) for way in ways] for ways in guide.drifts],
        }

    def _spot(self, number: int, spot: Spot) -> list[Any]:
        """As ``spotOf`` in player.js takes it apart: what is usual at the end is left out."""
        linked = self.names.all(spot.names) if spot.side == "input" else []
        same = [] if spot.same == (number,) else list(spot.same)
        told = self.lines.number(spot.told) if spot.told else -1
        found = [
            SIDES.index(spot.side),
            self.names.number(spot.name),
            self.rings.number(ring(spot.ring)),
            list(spot.steps),
            list(spot.linked),
            linked,
            same,
            told,
            int(spot.drifts),
            spot.opens,
        ]
        usual: list[Any] = [None, None, None, None, [], [], [], -1, 0, 0]
        while found[-1] == usual[len(found) - 1]:
            found.pop()
        return found

    # words

    def _beside(self, beside: Beside | None) -> Data:
        if beside is None:
            return {}
        programs = {name: self.lines.all(text.splitlines()) for name, text in beside.programs.items()}
        return {
            "formulas": self.lines.all(beside.formulas),
            "caption": beside.caption,
            "programs": programs,
            "spec": self.lines.all(beside.spec.splitlines()),
        }


def _is_dark(color: str) -> bool:
    return sum(int(color[k : k + 2], 16) for k in (1, 3, 5)) < 3 * 128


def _times(scene: Scene) -> Data:
    """The frame of each step; of every frame the step that it shows or leaves, and its milliseconds."""
    return {
        "rests": list(scene.rests),
        "steps": scene.steps,
        "times": [scene.time(frame) for frame in range(len(scene.frames))],
        "loop": scene.loop,
    }
