"""``network``: a whole model as named nodes with their sizes and edges, from whatever it is kept in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conv_anim.frameworks.feeding import Feed
from conv_anim.frameworks.onnx.files import Model
from conv_anim.frameworks.onnx.network import network as of_onnx
from conv_anim.values import replace

if TYPE_CHECKING:
    from os import PathLike

    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.followed.attempt import Attempt
    from conv_anim.spec.model import Size
    from conv_anim.spec.network import Network, Sizes

SIDE, LENGTH = 224, 16_000
"""The size of an image and of a sequence where neither the model nor the user gives one."""


def network(
    what: str | PathLike[str], feed: Feed | None = None, *, names: Names | None = None, wanted: str | None = None
) -> Network:
    """The network of a file (.onnx, .pt2, .keras, .py, .txt, .yaml) or of a text. Raises SpecError.

    ``wanted`` is a class or a function of a text.

    It is fed what ``feed`` says. What neither that nor the model says is 224 cells along each axis of a map, 16,000 of
    a sequence; a note says so.
    """
    suffix = Path(what).suffix.lower() if "\n" not in str(what) and "(" not in str(what) else ""
    if suffix == ".onnx":
        return _of_onnx(what, feed)
    if suffix == ".pt2":
        from conv_anim.frameworks.torch.export import loaded
        from conv_anim.frameworks.torch.network import network as of_torch

        return of_torch(loaded(what))
    if suffix == ".keras":
        from conv_anim.frameworks.keras.files import read
        from conv_anim.frameworks.keras.network import network as of_keras

        return of_keras(*read(Path(what)), None if feed is None else feed.shape)
    if suffix in {".yaml", ".yml"}:
        from conv_anim.frameworks.yolo.files import read as read_yolo
        from conv_anim.frameworks.yolo.network import network as of_yolo

        return of_yolo(Path(what).stem, read_yolo(Path(what), names or {}), feed or Feed())
    from conv_anim.frameworks.files_of_text import source_of
    from conv_anim.frameworks.followed.attempt import attempt

    return of_attempt(attempt(source_of(str(what)), feed or Feed(), names or {}, wanted))


def of_attempt(tried: Attempt) -> Network:
    """What ``forward`` of a class does, else the layers of a text in a row. Raises SpecError."""
    from conv_anim.frameworks.text_network import network as of_text

    if tried.followed is not None:
        return tried.followed.network
    with tried.explained():
        found = of_text(tried.source, tried.feed, tried.names, tried.wanted)
    return replace(found, notes=(*tried.notes, *found.notes))


def _of_onnx(path: str | PathLike[str], feed: Feed | None) -> Network:
    size = None if feed is None or feed.shape is None else feed.shape
    model = Model.read(path, size)
    if size is None and model.inputs:
        usual = _usual(model.values.shape(model.inputs[0]))
        if usual is not None:
            said = "x".join(map(str, usual))
            note = f"the model leaves the size of its input open: it is {said} here; --input says another size"
            return replace(of_onnx(Model.read(path, usual)), notes=(note,))
    return of_onnx(model)


def _usual(shape: Sizes | None) -> Size | None:
    """A size along the axes of an input that leaves some of it open; None if it does not, or has none."""
    if shape is None or len(shape) < 2 or None not in shape[1:]:
        return None
    along = shape[2:] if len(shape) > 3 else shape[-1:]
    return tuple((SIDE if len(shape) > 3 else LENGTH) if n is None else n for n in along)
