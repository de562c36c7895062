"""What the page of ``play`` asks: a text to be drawn, changed, completed, converted or saved. No answer is kept."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from conv_anim import fatal_errors, inputs, pages, pipeline
from conv_anim.app import knobs
from conv_anim.app.handler import Answer, as_json
from conv_anim.diagnostics import Code, Problem, Source, SpecError
from conv_anim.export import html
from conv_anim.export.figures import Book, Sheet
from conv_anim.limits import USUAL
from conv_anim.spec import source_map
from conv_anim.spec.nodes import Entries, finite
from conv_anim.spec.overrides import put
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conv_anim.limits import Limits
    from conv_anim.pipeline import Loaded
    from conv_anim.spec.overrides import Change

Data = dict[str, Any]
MEDIA = {
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}
"""What can be saved, with its media type."""


@dataclass(frozen=True)
class Desk:
    """Answers about texts, one after the other; their data files lie in a folder or below it."""

    name: str
    folder: Path = field(default_factory=Path)
    limits: Limits = USUAL
    lock: Lock = field(default_factory=Lock)

    @property
    def answers(self) -> Mapping[str, Callable[[Data], Answer]]:
        """By request path."""
        questions = {
            "/draw": self.draw,
            "/whys": self.whys,
            "/programs": self.programs,
            "/complete": self.complete,
            "/convert": self.convert,
        }
        return {
            **{path: self._locked(_as_json(ask)) for path, ask in questions.items()},
            "/save": self._locked(self.save),
        }

    def _locked(self, answer: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
        """An answer that reports all problems and never raises; fonts are used by one thread at a time."""

        def given(asked: Data) -> Answer:
            with self.lock:
                try:
                    return answer(asked)
                except SpecError as error:
                    return as_json({"problems": [_told(problem) for problem in error.problems]})
                except (KeyError, TypeError, AttributeError) as error:
                    if isinstance(asked.get("text"), str):
                        return self._unforeseen(error)
                    return Answer(HTTPStatus.BAD_REQUEST, "text/plain", b"This is no question.\n")
                except Exception as error:  # noqa: BLE001  # a bug or a shortage does not end the page
                    return self._unforeseen(error)

        return given

    def _unforeseen(self, error: Exception) -> Answer:
        return as_json({"problems": [_told(fatal_errors.unforeseen(error, self.name))]})

    # the questions

    def draw(self, asked: Data) -> Data:
        """The figure and the knobs of a text, or of one with other ``values`` or with another number in a ``cell``."""
        text = self._changed(asked)
        loaded = self._loaded(text)
        try:
            drawn = pipeline.scene(pipeline.drawable(loaded, self.limits).spec, limits=self.limits)
        except SpecError as error:
            raise source_map.located(error, loaded.root) from None
        editable = not loaded.spec.panels
        beside = pages.beside(loaded.spec, code=False)
        figure = html.booked(Book((Sheet(drawn, beside, editable),)))
        turnable = [knob._asdict() for knob in knobs.knobs(_plain(loaded), loaded.spec)]
        return {"text": text, "figure": figure, "knobs": turnable, "problems": []}

    def whys(self, asked: Data) -> Data:
        """For each value of each knob of a text, why it cannot be; empty where it can."""
        loaded = self._loaded(asked["text"])
        root, files = _plain(loaded), self._files()
        return {"whys": [knobs.whys(knob, root, files, self.limits) for knob in knobs.knobs(root, loaded.spec)]}

    def programs(self, asked: Data) -> Data:
        """The programs that compute a text, by their frameworks."""
        return {"programs": list(pages.programs(self._loaded(asked["text"]).spec))}

    @staticmethod
    def complete(asked: Data) -> Data:
        """What can stand at a position of a text."""
        from conv_anim.spec.cursor import offers

        start, found = offers(asked["text"], max(0, int(asked["position"])))
        return {"start": start, "offers": [[one.name + one.ends, one.doc] for one in found]}

    def convert(self, asked: Data) -> Data:
        """A layer, as PyTorch or Keras write it, as a spec."""
        from conv_anim.frameworks import drawings, texts
        from conv_anim.frameworks.feeding import said

        text = asked["text"].strip()
        sketch = texts.sketched(Source("layer", text), said(None, None))
        made = drawings.made(sketch, "layer", text, self.limits)
        return {"text": made.yaml((), self.limits), "notes": list(made.notes)}

    def save(self, asked: Data) -> Answer:
        """A text as a file of a format."""
        kind = MEDIA[asked["format"]]
        spec = pipeline.drawable(self._loaded(asked["text"]), self.limits).spec
        return Answer(HTTPStatus.OK, kind, pipeline.drawn_as(spec, asked["format"], limits=self.limits))

    # texts

    def _files(self) -> inputs.Folder:
        return inputs.Folder(self.folder, self.limits)

    def _loaded(self, text: str) -> Loaded:
        return pipeline.loaded(Source(self.name, text), files=self._files(), limits=self.limits)

    def _changed(self, asked: Data) -> str:
        """The text that is to be drawn."""
        text: str = asked["text"]
        changes = [knobs.change(path, value, self.limits) for path, value in asked.get("values", [])]
        if "cell" in asked:
            changes.append(self._number(self._loaded(text), **asked["cell"]))
        return self._with(text, changes) if changes else text

    def _with(self, text: str, changes: list[Change]) -> str:
        from conv_anim.spec import document
        from conv_anim.spec.editing import rewritten

        tree = document.parsed(Source(self.name, text), limits=self.limits)
        for change in changes:
            tree = put(tree, change)
        assert isinstance(tree, Entries)
        return rewritten(text, changes, tree)

    def _number(self, loaded: Loaded, *, side: str, at: list[int], value: Any) -> Change:
        """All numbers of a map or of a kernel, with another one in one of its cells. Raises SpecError."""
        from conv_anim.tracing.trace import trace

        if isinstance(value, bool) or not isinstance(value, int | float) or not finite(value):
            raise SpecError([Problem(Code.WRONG_TYPE, "a cell holds a finite number", side, hint="3, -2 or 0.5")])
        traced = trace(loaded.spec, limits=self.limits)
        array = traced.input if side == "input" else traced.layer.kernels
        assert array is not None
        numbers = array.astype(float)
        numbers[tuple(at) if side == "input" else (0, *at)] = value
        plain = numbers if numbers.shape[0] > 1 else numbers[0]
        if side == "kernel" and plain.shape[0] == 1 and plain.ndim > 1:
            plain = plain[0]
        one = "layers.0" if "layers" in _plain(loaded).keys else "layer"
        return knobs.numbers_at("input.values" if side == "input" else f"{one}.weight", _whole(plain.tolist()))


def _as_json(ask: Callable[[Data], Data]) -> Callable[[Data], Answer]:
    return lambda asked: as_json(ask(asked))


def _whole(numbers: Any) -> Any:
    """Nested lists in which what is whole is written without a point."""
    if isinstance(numbers, list):
        return [_whole(each) for each in numbers]
    return int(numbers) if numbers == int(numbers) else numbers


def _plain(loaded: Loaded) -> Entries:
    """The tree without its controls: each of their values is a place of its own."""
    from conv_anim.spec.controls import without

    root, _ = without(loaded.root)
    assert isinstance(root, Entries)
    return root


def _told(problem: Problem) -> Data:
    """A problem as the page shows it."""
    said: Data = json.loads(problem.json())
    return said
