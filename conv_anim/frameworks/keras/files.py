"""Models of Keras by their configuration, as in a .keras file or from ``model.get_config()``: nothing of it is run."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

from conv_anim import opening
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.keras.layers import KERAS
from conv_anim.spec.nodes import Entries, Scalar, from_python
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conv_anim.spec.network import Sizes
    from conv_anim.spec.records import Record

LARGEST = 2**31
"""Bytes of a file."""
MOST = 50_000_000
"""Bytes of the configuration in it."""
DEEPEST = 20
"""Models inside of models."""
MOST_LAYERS = 100_000


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: ``feeds`` are the numbers of those that feed it, in the list of all."""

    name: str
    kind: str
    config: Mapping[str, Any]
    feeds: tuple[int, ...]
    scope: tuple[str, ...] = ()
    entered: Sizes | None = None
    """The shape of its (first) input as the file has it, channels where they are."""

    @property
    def channels_first(self) -> bool:
        """Whether channels come before rows and columns, as the file says."""
        return bool(self.config.get("data_format") == "channels_first")


@dataclass
class Layers:
    """All layers of a model in their order, and what nodes of it make by the names of layers."""

    found: list[Layer] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)


def read(path: Path) -> tuple[str, Layers]:
    """The name of a model in a .keras file and its layers. Raises SpecError."""
    try:
        data = opening.content(path, LARGEST)
    except FileNotFoundError:
        raise SpecError([Problem(Code.UNREADABLE, "there is no such file", str(path))]) from None
    except (OSError, opening.NoFileError) as error:
        raise SpecError([Problem(Code.UNREADABLE, f"cannot be read: {error}", str(path))]) from None
    config = None if data is None else _config(data)
    if config is None:
        what, hint = (
            "this is not a model saved by Keras",
            "model.save('model.keras') writes one; older .h5 files are not read",
        )
        raise SpecError([Problem(Code.DATA_FILE, what, str(path), hint=hint)])
    own = _class_of_its_own(config)
    if own is not None:
        what = f"this model is of a custom class, {own}, and its file does not say how its layers are connected"
        hint = "functional and Sequential models are read; keras.Model(inputs, model.call(inputs)) may make one"
        raise SpecError([Problem(Code.UNSUPPORTED, what, str(path), hint=hint)])
    try:
        return layers(config, path.stem)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise SpecError(
            [Problem(Code.DATA_FILE, "the configuration of this model cannot be read", str(path))]
        ) from None


def _config(data: bytes) -> Any:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if archive.getinfo("config.json").file_size > MOST:
                return None
            return json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, OSError, NotImplementedError, RuntimeError):
        return None


def _class_of_its_own(config: Any) -> str | None:
    """Its name, where a model lists no layers."""
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict) or "layers" in config["config"]:
        return None
    name = config.get("class_name")
    return name if isinstance(name, str) and config["config"] and name not in {"Functional", "Sequential"} else None


def layers(config: Mapping[str, Any], name: str) -> tuple[str, Layers]:
    """A model's layers from its serialised form, ``{"class_name": …, "config": …}``."""
    made = Layers()
    made.outputs = list(_model(config, made, None, (), 0))
    return str(config["config"].get("name", name)), made


def _model(
    config: Mapping[str, Any], made: Layers, feeds: tuple[int, ...] | None, scope: tuple[str, ...], depth: int
) -> tuple[int, ...]:
    """Adds the layers of a model, ``feeds`` in place of its inputs; the numbers of those that make its outputs."""
    inside = config["config"]["layers"]
    if depth > DEEPEST or len(made.found) + len(inside) > MOST_LAYERS:
        raise ValueError("a model inside of too many")
    if config["class_name"] == "Sequential":
        current = feeds
        for each in inside:
            if each["class_name"] == "InputLayer" and current is not None:
                continue
            current = _layer(each, made, current or (), scope, depth)
        return current or ()
    by_name: dict[str, tuple[int, ...]] = {}
    waiting = list(feeds or ())
    for each in inside:
        if each["class_name"] == "InputLayer" and waiting:
            by_name[each["name"]] = (waiting.pop(0),)
            continue
        for call in each.get("inbound_nodes") or [{}]:
            read = [number for history in _histories(call) for number in by_name.get(history, ())]
            by_name[each["name"]] = _layer(each, made, tuple(read), scope, depth)
    return tuple(n for history in _outputs(config["config"]["output_layers"]) for n in by_name.get(history, ()))


def _layer(
    each: Mapping[str, Any], made: Layers, feeds: tuple[int, ...], scope: tuple[str, ...], depth: int
) -> tuple[int, ...]:
    name = str(each.get("name") or each["config"].get("name", each["class_name"]))
    if isinstance(each["config"].get("layers"), list):
        return _model(each, made, feeds, (*scope, name), depth + 1)
    shape = (each.get("build_config") or {}).get("input_shape") or each["config"].get("batch_shape")
    entered = shape[0] if shape and isinstance(shape[0], list) else shape
    good = isinstance(entered, list) and all(n is None or (isinstance(n, int) and n > 0) for n in entered)
    made.found.append(
        Layer(name, str(each["class_name"]), each["config"], feeds, scope, tuple(entered) if good else None)
    )
    return (len(made.found) - 1,)


def _histories(call: Any) -> Iterator[str]:
    """The names of the layers whose outputs a call is given."""
    if isinstance(call, dict):
        if call.get("class_name") == "__keras_tensor__":
            yield str(call["config"]["keras_history"][0])
            return
        for value in call.values():
            yield from _histories(value)
    elif isinstance(call, list):
        for value in call:
            yield from _histories(value)


def _outputs(written: Any) -> Iterator[str]:
    """Names of layers in ``["dense", 0, 0]``, a list of those, or a mapping to them."""
    if isinstance(written, dict):
        written = list(written.values())
    if isinstance(written, list) and written and isinstance(written[0], str):
        yield written[0]
    elif isinstance(written, list):
        for each in written:
            yield from _outputs(each)


def record(layer: Layer) -> Record | None:
    """A layer's settings as those of the table of Keras's layers; None for one that is not in it. Raises SpecError."""
    known = KERAS.get(layer.kind)
    if known is None:
        return None
    names = {each.name for each in known.keys.fields}
    entries = []
    for name, value in layer.config.items():
        if name in names and not isinstance(value, dict) and value is not None and name != "dtype":
            entries.append((Scalar(name, name, f"{layer.name}.{name}"), from_python(value, f"{layer.name}.{name}")))
    return known.settings(Entries(tuple(entries), layer.name))
