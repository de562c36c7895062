"""A whole model as a figure of the network view: from a file to what is drawn, without its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim import pipeline
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks import networks
from conv_anim.frameworks.drawings import file_name, is_yolo_file
from conv_anim.frameworks.files_of_text import is_python_file, source_of
from conv_anim.frameworks.followed.attempt import attempt
from conv_anim.limits import USUAL
from conv_anim.spec.model import Arange, Input
from conv_anim.spec.nodes import from_python
from conv_anim.spec.overrides import Option
from conv_anim.spec.view_values import NetworkView
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.feeding import Feed
    from conv_anim.frameworks.followed.attempt import Attempt
    from conv_anim.limits import Limits
    from conv_anim.spec.model import Given
    from conv_anim.spec.network import Network

SUFFIXES = (".onnx", ".pt2", ".keras")
"""Suffixes of files that hold a model."""
PLACEHOLDER: dict[str, Any] = {"input": {"size": [1]}, "layer": {"type": "relu"}, "view": {"kind": "network"}}
"""A spec that has all but the layers, which are the model's."""
OF_LAYERS = ("layer", "layers", "input", "panels", "controls", "pass")


def is_model(text: str) -> bool:
    """Whether a text names a file that holds a model."""
    text = text.strip()
    return "\n" not in text and (text.lower().endswith(SUFFIXES) or is_yolo_file(text))


@dataclass(frozen=True, slots=True)
class Whole:
    """A model, with a file name for it, its origin, and notes about it."""

    name: str
    origin: str
    network: Network
    read: tuple[Path, ...]

    @property
    def is_large(self) -> bool:
        """Whether it has more than one layer."""
        return sum(not node.is_input and not node.sizing for node in self.network.nodes) > 1

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes about how the network was read."""
        return self.network.notes

    def loaded(self, changes: Sequence[str | Option] = (), limits: Limits = USUAL) -> pipeline.Loaded:
        """The figure, with changes as in ``view.scale=log``. Raises SpecError, also for those that need a spec."""
        for change in changes:
            self._check(change)
        title = {"title": self.origin} if self.read else {}
        tree = from_python({**title, "takeaway": True, **PLACEHOLDER})
        made = pipeline.changed(tree, changes, _no_file, limits=limits, read=self.read)
        view = made.spec.view
        if not isinstance(view, NetworkView):
            what = f"the {view.kind} view is for the layers of a spec, and {self.origin} is a model with many"
            raise _problem(what, "--node draws one of its nodes in such a view")
        spec = replace(made.spec, input=_input(self.network), nodes=(), view=replace(view, of=self.network))
        return pipeline.Loaded(spec, made.root)

    def _check(self, change: str | Option) -> None:
        key = (change.key if isinstance(change, Option) else change.partition("=")[0]).strip()
        if key.partition(".")[0].partition("[")[0] in OF_LAYERS:
            what = f"'{key}' is a key of a spec's layers, and {self.origin} has its own"
            raise _problem(what, "view, theme, title, takeaway, size, animation, caption and lang can be set")


def whole(text: str, feed: Feed, names: Names | None = None, wanted: str | None = None) -> Whole:
    """The model in a file, or a text's; ``names`` are the values of names in the text. Raises SpecError.

    ``wanted`` is a class or a function of a file of Python.
    """
    text = text.strip()
    if not is_model(text):
        return of_attempt(attempt(source_of(text), feed, names or {}, wanted))
    path = Path(text)
    stem = path.stem if wanted is None else f"{path.stem}_{wanted}"
    return Whole(file_name(stem), path.name, networks.network(path, feed, names=names), (path,))


def of_attempt(tried: Attempt) -> Whole:
    """The model in a text. Raises SpecError."""
    found = networks.of_attempt(tried)
    if not is_python_file(tried.source.name):
        return Whole("network", "the text", found, ())
    path = Path(tried.source.name)
    stem = path.stem if tried.wanted is None else f"{path.stem}_{tried.wanted}"
    beside = () if tried.followed is None else tried.followed.read
    return Whole(file_name(stem), f"{found.name} of {path.name}", found, (path, *beside))


def _problem(message: str, hint: str) -> SpecError:
    return SpecError([Problem(Code.UNSUPPORTED, message, hint=hint)])


def _input(found: Network) -> Input:
    """The first input of a network, as far as its size is known."""
    node = next((node for node in found.nodes if node.is_input), None)
    size = () if node is None else tuple(1 if n is None else n for n in node.size)
    channels = 1 if node is None or node.channels is None else node.channels
    return Input(size, channels, Arange())


def _no_file(name: str) -> Given:
    raise AssertionError(name)
