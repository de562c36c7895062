"""What a spec does, in numbers: sizes with their formulas, padding, parameters, multiply-adds, receptive fields.

As lines of text in the spec's language, or as data. Nothing is computed but sizes, so that large layers cost nothing.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from conv_anim.scene.cost import percent
from conv_anim.scene.wording import captions, formulas, parameters, words
from conv_anim.scene.wording.language import Language
from conv_anim.spec.model import Conv, ConvTranspose, Pool
from conv_anim.spec.showing import name_of
from conv_anim.tracing import accounts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conv_anim.spec.model import Layer, Spec

POOLS = {"max": "max_pool", "mean": "avg_pool", "norm": "lp_pool"}
Line = tuple[str, str]
"""A name and what is said of it."""


# as text


def text(spec: Spec) -> str:
    """All layers of a spec, one after the other, and what they make together; of several panels one after the other."""
    if spec.panels:
        return "\n".join(f"{one.title}\n\n{text(one)}" if one.title else text(one) for one in spec.panels)
    say, layers = Language(spec.lang), spec.layers
    head = captions.caption(spec).replace(captions.SPACE, " ")
    if len(layers) == 1:
        return "\n".join([head, *_aligned(list(_lines(layers, 0, say)))]) + "\n"
    blocks = [[head]]
    for k, layer in enumerate(layers):
        title = f"{k + 1}  {say.sentence(parameters.described(layer, say))}"
        blocks.append([title, *_aligned(list(_lines(layers, k, say)))])
    blocks.append([f"   {say('explain.all')}", *_aligned(list(_together(layers, say)))])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _aligned(lines: Sequence[Line]) -> list[str]:
    """Names and texts in two columns, where Chinese takes two places a character."""
    wide = max((_places(name) for name, _ in lines), default=0)
    return [f"   {name}{' ' * (wide - _places(name))}  {said}" for name, said in lines]


def _places(text_: str) -> int:
    return sum(2 if east_asian_width(character) in {"W", "F"} else 1 for character in text_)


def _lines(layers: Sequence[Layer], k: int, say: Language) -> Iterator[Line]:
    """What is to be known of a layer."""
    layer = layers[k]
    for row, line in enumerate(formulas.sizes(layer, say)):
        yield "" if row else say("explain.size"), line
    yield from _edges(layer, say)
    yield say("explain.parameters"), _parameters(layer)
    yield say("explain.multiply_adds"), _multiply_adds(layer, say)
    yield from _field(layers[: k + 1], say)


def _edges(layer: Layer, say: Language) -> Iterator[Line]:
    """Padding or border, and what is never read."""
    if not isinstance(layer, Conv | ConvTranspose | Pool):
        return
    if isinstance(layer, ConvTranspose):
        yield say("explain.padding"), f"p = {words.padding(layer.padding, say)}"
        yield say("explain.border"), words.border(layer, say)
    else:
        yield say("explain.padding"), _padding(layer, say)
    unread = words.never_read(layer, say)
    if unread:
        yield say("explain.edges"), say.joined(unread)


def _padding(layer: Conv | Pool, say: Language) -> str:
    """How much, and its name."""
    cells = words.padding_cells(layer, say)
    named = words.padding_words(layer, say) if isinstance(layer, Conv) else ""
    return say("explain.named", cells=cells, words=named) if named else cells


def _parameters(layer: Layer) -> str:
    """Weights, and the biases added to them."""
    count = accounts.cost(layer).parameters
    if not isinstance(layer, Conv | ConvTranspose):
        return f"{count:,}"
    narrow = layer.ends.in_channels // layer.groups
    factors = "·".join(f"{n:,}" for n in (layer.ends.out_channels, narrow, *layer.kernel_size))
    return f"{factors}{'' if layer.bias is None else f' + {layer.ends.out_channels:,}'} = {count:,}"


def _multiply_adds(layer: Layer, say: Language) -> str:
    cells, each = accounts.products(layer)
    if each == 0:
        return "0"
    key = "explain.input" if isinstance(layer, ConvTranspose) else "explain.output"
    return say(key if cells == 1 else f"{key}s", cells=f"{cells:,}", each=f"{each:,}", count=f"{cells * each:,}")


def _field(layers: Sequence[Layer], say: Language) -> Iterator[Line]:
    """The receptive field behind the last of some layers."""
    found = accounts.receptive_field(layers)
    if found is not None:
        size = words.size(found.size)
        yield say("explain.field"), say("explain.field.up_to", size=size) if found.varies else size


def _together(layers: Sequence[Layer], say: Language) -> Iterator[Line]:
    found, undone = accounts.total(layers), accounts.total(accounts.undone(layers))
    key = "explain.standard" if len(accounts.entries(layers)) == 1 else "explain.undone"
    for name in ("parameters", "multiply_adds"):
        ours, others = getattr(found, name), getattr(undone, name)
        share = percent(ours, others or 1).replace(captions.SPACE, " ")
        compared = say(key, ours=f"{ours:,}", others=f"{others:,}", share=share)
        yield say(f"explain.{name}"), f"{ours:,}" if found == undone else compared
    yield from _field(layers, say)
    for line in formulas.growth(layers, say):
        yield "", line


# as data


def data(spec: Spec) -> dict[str, Any]:
    """The same for programs: sizes as lists, one number per axis; of several panels a list of them."""
    if spec.panels:
        return {
            "description": captions.description(spec),
            "panels": [{"title": one.title, **data(one)} for one in spec.panels],
        }
    layers = spec.layers
    found: dict[str, Any] = {
        "description": captions.description(spec),
        "input": {"channels": spec.input.channels, "size": list(spec.input.size)},
        "layers": [_layer(layers, k, Language(spec.lang)) for k in range(len(layers))],
        "total": {**_cost(accounts.total(layers)), "receptive_field": _sizes(accounts.receptive_field(layers))},
    }
    undone = accounts.undone(layers)
    return found if len(undone) == len(layers) else {**found, "standard": _cost(accounts.total(undone))}


def _layer(layers: Sequence[Layer], k: int, say: Language) -> dict[str, Any]:
    layer = layers[k]
    ends = layer.ends
    return {
        "type": POOLS[layer.reduce] if isinstance(layer, Pool) else name_of(layer),
        "part_of": getattr(layer, "part_of", None),
        "says": parameters.described(layer, say),
        "input": {"channels": ends.in_channels, "size": list(ends.in_size)},
        "output": {"channels": ends.out_channels, "size": list(ends.out_size)},
        "formulas": formulas.sizes(layer, say),
        **_window(layer),
        **_cost(accounts.cost(layer)),
        "receptive_field": _sizes(accounts.receptive_field(layers[: k + 1])),
    }


def _window(layer: Layer) -> dict[str, Any]:
    """How a window moves, and over what."""
    if not isinstance(layer, Conv | ConvTranspose | Pool):
        return {}
    reach = [d * (k - 1) + 1 for d, k in zip(layer.dilation, layer.kernel_size, strict=True)]
    moves = {name: list(getattr(layer, name)) for name in ("kernel_size", "stride", "dilation")}
    found: dict[str, Any] = {**moves, "effective_kernel": reach, "padding": [list(pair) for pair in layer.padding]}
    if isinstance(layer, ConvTranspose):
        pairs = zip(reach, layer.padding, layer.output_padding, strict=True)
        border = [[r - 1 - before, r - 1 - after + more] for r, (before, after), more in pairs]
        found |= {"output_padding": list(layer.output_padding), "border": border, "groups": layer.groups}
    if isinstance(layer, Conv):
        found |= {"padding_name": layer.padding_name, "padding_mode": layer.padding_mode, "groups": layer.groups}
    return {**found, "unread": [asdict(cells) for cells in accounts.unread(layer)]}


def _cost(cost: accounts.Cost) -> dict[str, int]:
    return {"parameters": cost.parameters, "multiply_adds": cost.multiply_adds}


def _sizes(field: accounts.Field | None) -> list[int] | None:
    return None if field is None else list(field.size)
