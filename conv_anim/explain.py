"""What a spec does, in numbers: sizes with their formulas, padding, parameters, multiply-adds, receptive fields.

As lines of text in the spec's language, or as data. Nothing is computed but sizes, so that large layers cost nothing;
shares that depend on the numbers are shown for a cell, where the layers are small.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np

from conv_anim import counts
from conv_anim.scene.arithmetic.scoring import scored
from conv_anim.scene.arithmetic.workings import worked
from conv_anim.scene.assembly.cost import percent
from conv_anim.scene.wording import captions, formulas, parameters, words
from conv_anim.scene.wording.language import Language
from conv_anim.spec.estimates import estimate
from conv_anim.summary import far
from conv_anim.tracing import analysis, networks, reach
from conv_anim.tracing.attending import Attending
from conv_anim.tracing.blind_spot import blind_spot
from conv_anim.tracing.trace import trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conv_anim.spec.model import Node, Spec
    from conv_anim.spec.op import Op

MOST_WORK = 2_000_000
"""Operations up to which numbers are computed for the sake of an example."""
MOST_CHANNELS = 4
"""The most channels of an example."""
Line = tuple[str, str]
"""A name and what is said of it."""


# as text


def text(spec: Spec) -> str:
    """All layers of a spec, one after the other, and what they make together; of several panels one after the other."""
    if spec.panels:
        return "\n".join(f"{one.title}\n\n{text(one)}" if one.title else text(one) for one in spec.panels)
    say, layers = Language(spec.lang), spec.nodes
    head = captions.caption(spec).replace(captions.SPACE, " ")
    if len(layers) == 1:
        more = [*_worked(spec, 0, say), *counts.lines(spec, say)]
        return "\n".join([head, *_aligned([*_lines(layers, 0, say), *more])]) + "\n"
    blocks = [[head]]
    for k, layer in enumerate(layers):
        title = f"{k + 1}  {say.sentence(parameters.described(layer, say))}"
        blocks.append([title, *_aligned([*_lines(layers, k, say), *_worked(spec, k, say)])])
    blocks.append([f"   {say('explain.all')}", *_aligned(list(_together(spec, say)))])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _aligned(lines: Sequence[Line]) -> list[str]:
    """Names and texts in two columns, where Chinese takes two places a character."""
    wide = max((_places(name) for name, _ in lines), default=0)
    return [f"   {name}{' ' * (wide - _places(name))}  {said}" for name, said in lines]


def _places(text_: str) -> int:
    return sum(2 if east_asian_width(character) in {"W", "F"} else 1 for character in text_)


def _lines(layers: Sequence[Node], k: int, say: Language) -> Iterator[Line]:
    """What is to be known of a layer."""
    layer = layers[k].op
    for row, line in enumerate(formulas.sizes(layer, say)):
        yield "" if row else say("explain.size"), line
    yield from _edges(layer, say)
    yield say("explain.parameters"), _parameters(layer)
    yield say("explain.multiply_adds"), _multiply_adds(layer, say)
    yield from _field(layers[: k + 1], say)


def _worked(spec: Spec, k: int, say: Language) -> Iterator[Line]:
    """Of shares that depend on the numbers, those of a cell in the middle, and the sums that they make."""
    if spec.layers[k].attends is None or sum(estimate(op).work for op in spec.layers) > MOST_WORK:
        return
    layer = trace(spec).layers[k]
    cells = list(np.ndindex(*layer.layer.ends.in_size))
    token = len(cells) // 2
    assert isinstance(layer.means, Attending)
    for head in range(layer.means.heads):
        yield "" if head else say("explain.cell", cell=token + 1), scored(layer.means, head, token, say)
    for channel in range(min(MOST_CHANNELS, len(layer.output))):
        yield "", worked(layer, layer.step((channel, *cells[token])), say)


def _edges(layer: Op, say: Language) -> Iterator[Line]:
    """Padding or border, and what is never read."""
    yield from layer.edges(say)
    unread = [] if layer.window is None else words.never_read(layer.window, say)
    if unread:
        yield say("explain.edges"), say.joined(unread)


def _parameters(layer: Op) -> str:
    """Weights, and the biases added to them."""
    count = analysis.cost(layer).parameters
    terms = ["·".join(f"{n:,}" for n in term) for term in layer.parameter_terms]
    return f"{' + '.join(terms)} = {count:,}" if terms else f"{count:,}"


def _multiply_adds(layer: Op, say: Language) -> str:
    cells, each, of_input = layer.products
    said = layer.counted(say)
    if said is not None or each == 0:
        return said or "0"
    key = "explain.input" if of_input else "explain.output"
    return say(key if cells == 1 else f"{key}s", cells=f"{cells:,}", each=f"{each:,}", count=f"{cells * each:,}")


def _field(layers: Sequence[Node], say: Language) -> Iterator[Line]:
    """The receptive field behind the last of some layers."""
    found = analysis.receptive_field([node.op for node in layers], analysis.inputs_of(layers))
    if found is not None:
        size = words.size(found.size)
        yield say("explain.field"), say("explain.field.up_to", size=size) if found.varies else size


def _together(spec: Spec, say: Language) -> Iterator[Line]:
    layers = spec.layers
    found, undone = analysis.total(layers), analysis.total(analysis.undone(layers))
    key = "explain.standard" if len(analysis.entries(layers)) == 1 else "explain.undone"
    for name in ("parameters", "multiply_adds"):
        ours, others = getattr(found, name), getattr(undone, name)
        share = percent(ours, others or 1).replace(captions.SPACE, " ")
        compared = say(key, ours=f"{ours:,}", others=f"{others:,}", share=share)
        yield say(f"explain.{name}"), f"{ours:,}" if found == undone else compared
    yield from _field(spec.nodes, say)
    hidden = blind_spot(layers) if spec.is_chain else None
    if hidden is not None:
        yield say("explain.blind"), say("explain.hidden", hidden=hidden.hidden, earlier=hidden.earlier)
    for line in formulas.growth(layers, say) if spec.is_chain else []:
        yield "", line


# as data


def data(spec: Spec) -> dict[str, Any]:
    """The same for programs: sizes as lists, one number per axis; of several panels a list of them."""
    if spec.panels:
        return {
            "description": captions.description(spec),
            "panels": [{"title": one.title, **data(one)} for one in spec.panels],
        }
    layers, nodes = spec.layers, spec.nodes
    whole = analysis.receptive_field(layers, analysis.inputs_of(nodes))
    reaches = reach.reaches(networks.of_spec(spec), spec)[1:]
    found: dict[str, Any] = {
        "description": captions.description(spec),
        **({} if spec.backward is None else {"pass": spec.backward.of}),
        "input": {"channels": spec.input.channels, "size": list(spec.input.size)},
        "layers": [far(each) | _layer(nodes, k, Language(spec.lang)) for k, each in enumerate(reaches)],
        "total": {**_cost(analysis.total(layers)), "receptive_field": _sizes(whole)},
    }
    found |= counts.data(spec)
    undone = analysis.undone(layers)
    return found if len(undone) == len(layers) else {**found, "standard": _cost(analysis.total(undone))}


def _layer(nodes: Sequence[Node], k: int, say: Language) -> dict[str, Any]:
    node, op, so_far = nodes[k], nodes[k].op, nodes[: k + 1]
    ends = op.ends
    unread = {} if op.window is None else {"unread": [asdict(cells) for cells in analysis.unread(op.window)]}
    field = analysis.receptive_field([each.op for each in so_far], analysis.inputs_of(so_far))
    return {
        "type": op.type,
        "name": None if node.name == str(k + 1) else node.name,
        "fed": list(node.inputs),
        "part_of": op.part_of,
        "says": parameters.described(node, say),
        "input": {"channels": ends.in_channels, "size": list(ends.in_size)},
        "output": {"channels": ends.out_channels, "size": list(ends.out_size)},
        "formulas": formulas.sizes(op, say),
        **op.details(),
        **unread,
        **_cost(analysis.cost(op)),
        "receptive_field": _sizes(field),
    }


def _cost(cost: analysis.Cost) -> dict[str, int]:
    return {"parameters": cost.parameters, "multiply_adds": cost.multiply_adds}


def _sizes(field: analysis.Field | None) -> list[int] | None:
    return None if field is None else list(field.size)
