"""The line below a figure: what is computed, with which parameters, from which size to which."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Literal

from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.parameters import described, entries_of, name_of
from conv_anim.scene.wording.words import size
from conv_anim.spec.model import Node
from conv_anim.spec.view_values import Channels, FourierView, NetworkView
from conv_anim.tracing.analysis import inputs_of, receptive_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.wording.parameters import Entry, Setting
    from conv_anim.spec.model import Spec
    from conv_anim.spec.network import Network
    from conv_anim.spec.op import Op

MOST_DESCRIBED, MOST_NAMED = 3, 6
"""How many layers of different kinds a caption describes one by one, and how many it names."""
LISTED = ("kernel", "window", "stride", "padding", "p", "output_padding", "dilation", "groups", "multiplier", "factor")
"""Parameters whose numbers are listed layer by layer if they differ."""
SPACE = "\N{NO-BREAK SPACE}"
BEFORE_NUMBERS = re.compile(r"(?<![,:;→]) (?=[\d=])")
"""Where no line is to be broken."""
MOST_SIZES = 3
"""From which to which, that stay on one line."""


def caption(spec: Spec) -> str:
    """One line: what is computed, with which parameters, from which size to which."""
    say = Language(spec.lang)
    if isinstance(spec.view, NetworkView) and spec.view.of is not None:
        return _network(spec.view.of, say)
    back = spec.backward if spec.backward is not None and len(spec.nodes) > 1 else None
    parts = entries_of(spec.nodes if back is None else back.nodes)
    what = _adding(spec, say) or (described(parts[0], say) if len(parts) == 1 else _several(parts, say))
    if back is not None:
        what, ends = say("caption.backward", what=what), back.nodes[-1].op.ends
        sizes = f"{size(ends.out_size, ends.out_channels, say)}{SPACE}→{SPACE}{out_size(spec.layers[-1], say)}"
        return BEFORE_NUMBERS.sub(SPACE, say("caption", what=say.sentence(what), sizes=sizes))
    if isinstance(spec.view, FourierView) and spec.view.wrap:
        what = say.joined([what, say("caption.wrapped")])
    said = say("caption", what=say.sentence(what), sizes=_sizes(spec, say))
    field = field_of(spec, say) if len(parts) > 1 else []
    return BEFORE_NUMBERS.sub(SPACE, say.joined([said, *field]))


def _network(network: Network, say: Language) -> str:
    """How many layers there are, from which size to which as far as these are known."""
    layers = [node for node in network.nodes if not node.is_input and not node.sizing]
    ends = [*(node for node in network.nodes if node.is_input), *(network.nodes[k] for k in network.outputs)]
    shapes = [node.shape[1:] for node in ends if node.shape is not None]
    known = [
        size([n for n in shape[1:] if n is not None], shape[0] or 1) for shape in shapes if shape and None not in shape
    ]
    sizes = f"{SPACE}→{SPACE}".join([known[0], known[-1]] if len(known) == len(ends) and known else known[:1])
    what = say("caption.layers", count=len(layers))
    return BEFORE_NUMBERS.sub(SPACE, say("caption", what=what, sizes=sizes) if sizes else what)


def description(spec: Spec) -> str:
    """The figure in words, for alternative text."""
    say, said = Language(spec.lang), _all_panels(spec) if spec.panels else caption(spec)
    if spec.title is None:
        return say("description", said=said)
    return say("description.titled", title=spec.title, said=said)


def _all_panels(spec: Spec) -> str:
    """What each panel shows, by its title."""
    say = Language(spec.lang)
    each = (f"{one.title}: {caption(one)}" if one.title else caption(one) for one in spec.panels)
    return say("caption.semicolon").join(each)


# what is computed


def _adding(spec: Spec, say: Language) -> str:
    """Where only the sum over the channels is shown, that and no kernel; empty for all other figures."""
    layer, view = spec.layers[-1], spec.view
    if not isinstance(view, Channels) or view.show != "sum" or layer.window is None or _seen(layer) == 1:
        return ""
    biased = [say("caption.biased")] if layer.added is not None else []
    key = "caption.added" if prod(layer.window.kernel_size) > 1 else "caption.added.products"
    return say.joined([say(key, count=_seen(layer)), *biased])


def _seen(layer: Op) -> int:
    """How many channels an output is made of."""
    return 1 if layer.window is None else layer.window.in_channels // layer.window.groups


def _several(parts: Sequence[Entry], say: Language) -> str:
    nodes = [part for part in parts if isinstance(part, Node)]
    alike = _alike([node.op for node in nodes], say) if len(nodes) == len(parts) else None
    if alike is not None:
        what = say("caption.alike", count=len(parts), kind=alike)
        return say.joined([what, *_together([node.op.settings(say, node.inputs) for node in nodes], say)])
    each = [described(part, say) for part in parts]
    if len(set(each)) == 1:
        return say("caption.alike", count=len(parts), kind=each[0])
    if len(parts) <= MOST_DESCRIBED:
        return say("caption.semicolon").join(each)
    names = [name_of(part, say) for part in parts]
    return say.joined(names) if len(parts) <= MOST_NAMED else say("caption.layers", count=len(parts))


def _alike(layers: Sequence[Op], say: Language) -> str | None:
    """What all layers are called, whatever their dilations; None if they differ."""
    undilated = {"dilated": "conv", "causal.dilated": "causal"}
    kinds = {layer.kind() for layer in layers}
    if len(kinds) > 1:
        kinds = {undilated.get(name, name) for name in kinds}
    if len(kinds) != 1 or "norm" in kinds or len({layer.type for layer in layers}) > 1:
        return None
    return say.of(next(iter(layers)), f"kind.{kinds.pop()}")


def _together(settings_: Sequence[Sequence[Setting]], say: Language) -> list[str]:
    """What all layers have in common said once, what differs as a list."""
    said: list[str] = []
    for column in zip(*settings_, strict=True):
        first, unusual = column[0], [setting.said(say) for setting in column if not setting.usual]
        alike = {setting.key for setting in column} == {first.key} and first.key in LISTED
        if first.key == "padding" and len({setting.kind for setting in column}) > 1:
            alike = False
        if len(set(column)) == 1 or not alike or not unusual:
            said += dict.fromkeys(unusual)
        else:
            said.append(say(f"series.{first.key}", cells=say.listed(s.cells for s in column), kind=first.kind))
    return said


def field_of(spec: Spec, say: Language) -> list[str]:
    """The receptive field, where several layers look around."""
    if sum(looks_around(layer) for layer in spec.layers) < 2:
        return []
    field = receptive_field(spec.layers, inputs_of(spec.nodes))
    if field is None:
        return []
    return [say("caption.field_up_to" if field.varies else "caption.field", size=size(field.size))]


def looks_around(layer: Op) -> bool:
    """Whether an output can be made of more than the cell at its own place."""
    if layer.attends is not None:
        return layer.attends.most > 1
    return layer.window is not None and max(layer.window.kernel_size) > 1


# sizes


def _sizes(spec: Spec, say: Language) -> str:
    maps = [size(spec.input.size, spec.input.channels, say), *(out_size(layer, say) for layer in spec.layers)]
    if any(len(node.inputs) > 1 and not node.op.puts_back for node in spec.nodes):
        maps = [maps[0], maps[-1]]
    first, *_ = spec.layers
    if first.columns is not None and not first.columns.made:
        ends = first.ends
        maps[0] = _columns(ends.in_size[0], ends.in_channels, say)
    if isinstance(spec.view, Channels) and spec.input.channels > 1:
        maps = _halves(spec, maps, spec.view.show, say)
    return (f"{SPACE}→{SPACE}" if len(maps) <= MOST_SIZES else f"{SPACE}→ ").join(maps)


def out_size(layer: Op, say: Language) -> str:
    """The size of what a layer makes."""
    ends = layer.ends
    if layer.columns is not None and layer.columns.made:
        return _columns(ends.out_size[0], ends.out_channels, say)
    return size(ends.out_size, ends.out_channels, say)


def _columns(count: int, length: int, say: Language) -> str:
    return say("caption.columns", count=count, length=length).replace(" ", SPACE)


def _halves(spec: Spec, sizes: list[str], show: Literal["maps", "sum", "both"], say: Language) -> list[str]:
    """The sizes on the way that the channels view shows: to the channels' maps, from them, or all of it."""
    (layer,) = spec.layers
    seen = _seen(layer)
    if seen == 1 or (layer.ends.out_channels > 1 and show == "both"):
        return sizes
    single = layer.window is not None and prod(layer.window.kernel_size) == 1
    key = "caption.products" if single else "caption.maps"
    maps = say(key, count=seen, size=size(layer.ends.out_size)).replace(" ", SPACE)
    match show:
        case "maps":
            return [sizes[0], maps]
        case "sum":
            return [maps, sizes[-1]]
        case _:
            return [sizes[0], maps, sizes[-1]]
