"""What words of a figure mean that a newcomer has not met: a line each, below the drawing, made from the spec."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from conv_anim.scene.assembly.heading import word_of
from conv_anim.scene.assembly.made_terms import of_boxes, of_making
from conv_anim.scene.assembly.marked_terms import of_marks
from conv_anim.scene.flat.notes import shows_spread
from conv_anim.scene.sheets.stacks import grown
from conv_anim.scene.wording import transforms
from conv_anim.scene.wording.captions import SPACE, caption, field_of
from conv_anim.scene.wording.formulas import formulas
from conv_anim.scene.wording.language import TABLES, Language
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.spec.view_values import (
    Channels,
    Flat,
    FourierView,
    GemmView,
    Isometric,
    Matrix,
    NetworkView,
    Sequence,
    Volume,
    WinogradView,
)
from conv_anim.tracing.analysis import inputs_of, receptive_field
from conv_anim.tracing.input_reach import input_reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conv_anim.scene.network.plan import Plan
    from conv_anim.scene.network.wording import Costs
    from conv_anim.spec.model import Spec
    from conv_anim.spec.network import NetNode
    from conv_anim.tracing.operators import Operator


def terms(spec: Spec) -> list[str]:
    """Of all panels that have a takeaway made of their spec, each line once; ``word: what it means``.

    What the takeaway itself says is not said twice.
    """
    each = [(one, _of_figure(one, Language(one.lang))) for one in spec.figures if one.takeaway is True]
    return list(dict.fromkeys(chain.from_iterable(_apart(each))))


def _apart(each: list[tuple[Spec, list[str]]]) -> Iterator[list[str]]:
    """The lines of each figure; of a word that means something else in another one it is said in which."""
    meant: dict[str, set[str]] = {}
    for word, line in ((word_of(line), line) for _, lines in each for line in lines):
        meant.setdefault(word, set()).add(line)
    for one, lines in each:
        once = Counter(map(word_of, lines))
        for k, line in enumerate(lines):
            word = word_of(line)
            if one.title and once[word] == 1 < len(meant[word]):
                told = Language(one.lang)("term.in_figure", word=word.rstrip(" :："), title=one.title)
                lines[k] = line.replace(word, told + word[len(word.rstrip(" :：")) :], 1)
        yield lines


def _of_figure(spec: Spec, say: Language) -> list[str]:
    told = takeaway(spec).casefold()
    found = _of_network(spec, spec.view, say) if isinstance(spec.view, NetworkView) else _of_layers(spec, say)
    untold = (_untold(line, say) if meaning(line).casefold() in told else line for line in found)
    return [*filter(None, untold), *_of_formulas(spec, say)]  # that something is rounded tells of no bracket


def _untold(line: str, say: Language) -> str:
    """What is left to say of a word that was explained: for a mark of the backward pass, whose it is."""
    name, mark, _ = line.partition("′")
    return say("term.back.told", name=name) if mark and " " not in name else ""


def meaning(line: str) -> str:
    """What stands after the word that a line is about."""
    return line[len(word_of(line)) :]


def _of_layers(spec: Spec, say: Language) -> Iterator[str]:
    """The terms of what is done, then of how it is shown."""
    if spec.backward is not None:
        yield say("term.gradient")
    yield from of_making(spec, say)
    yield from of_boxes(spec, say)
    for node in spec.nodes:
        yield from node.op.terms(say)
    if spec.backward is not None and len(spec.nodes) > 1 and _turns_back(spec):
        yield say("term.flipped.back")
    yield from (say(key, **transforms.sums(say)) for key in _of_view(spec))
    if len(spec.nodes) > 1 and any(window.left_out for window in _windows(spec)):
        yield say("term.masks")
    if (isinstance(spec.view, Isometric) and _is_plain(spec.view)) or (
        isinstance(spec.view, Channels) and _stretches(spec)
    ):
        yield from _of_zeros(spec, say)
    if isinstance(spec.view, Isometric | Sequence):
        yield from _of_taken(spec, say)
    yield from of_marks(spec, say)
    if any(node.op.sites is not None for node in spec.nodes):
        yield from _of_sites(spec, say)
    if any(node.op.attends is not None for node in spec.nodes):
        yield from _of_attention(spec, say)
    if isinstance(spec.view, Sequence) and (_is_plain(spec.view) or _stretches(spec)):
        yield from _of_circles(spec, say)
    yield from _of_stack(spec, say)


def _of_view(spec: Spec) -> tuple[str, ...]:
    """The phrases of words that only a view has."""
    found: tuple[str, ...] = ()
    match spec.view:
        case FourierView():
            found = ("term.slid", "term.fft")
        case WinogradView():
            found = ("term.slid", "term.cellwise", "term.transforms")
        case GemmView() if spec.view.layout is not None or spec.view.tile is not None:
            counted = () if spec.view.tile is None else ("term.column.multiply_adds",)
            found = *(() if spec.view.layout is None else ("term.memory",)), *counted
        case Flat() if spec.view.overlap:
            found = ("term.stamp",)
        case Flat() if spec.labels is not None and spec.backward is None and any(map(shows_spread, spec.layers)):
            found = ("term.spread",)
        case Channels() if spec.labels is not None and _turns(spec):
            found = ("term.flipped",)
        case Volume() if len(spec.nodes) > 1:
            found = ("term.reached",)
        case Volume() if any(node.op.dealt for node in spec.nodes):
            found = ("term.outlined",)
    return found


def _is_plain(view: Isometric | Sequence) -> bool:
    """Whether no numbers stand in its cells."""
    return not view.numbers and view.cells in {"auto", "plain"}


def _windows(spec: Spec) -> list[Operator]:
    """Of the layers that slide one."""
    return [node.op.window for node in spec.nodes if node.op.window is not None]


def _stretches(spec: Spec) -> bool:
    """Whether a layer puts zeros between the cells of a map."""
    return any(axis.stretch > 1 for window in _windows(spec) for axis in window.axes)


def _turns_back(spec: Spec) -> bool:
    """Whether a gradient is made by a window whose kernel is flipped."""
    back = [node.op.window for node in spec.nodes if node.op.window is not None and node.op.roles[2] == "grad_input"]
    return any(axis.flipped and axis.kernel > 1 for window in back for axis in window.axes)


def _turns(spec: Spec) -> bool:
    """Whether a transposed layer's kernel stands the other way round, from left to right."""
    return any(window.axes[-1].flipped and window.axes[-1].kernel > 1 for window in _windows(spec) if window.transposed)


def _of_zeros(spec: Spec, say: Language) -> Iterator[str]:
    """What the cells around a map are, where no number in them says so."""
    windows = [window for window in _windows(spec) if window.weighs]
    axes = [(axis, window) for window in windows for axis in window.axes if axis.mode == "zeros"]
    if any(axis.stretch > 1 for axis, _ in axes):
        yield say("term.zeros.grey" if spec.theme.window_width else "term.zeros.between")
    elif any(window.transposed and max(axis.before, axis.after) > 0 for axis, window in axes):
        yield say("term.zeros.around")
    elif any(max(axis.before, axis.after) > 0 for axis, _ in axes):
        yield say("term.zeros")


def _of_taken(spec: Spec, say: Language) -> Iterator[str]:
    """What the padding of a transposed layer does, if it has any."""
    if any(max(axis.cut) > 0 for window in _windows(spec) if window.transposed for axis in window.axes):
        yield say("term.padding.back" if len(spec.nodes) == 1 else "term.padding.back.layer")


def _of_circles(spec: Spec, say: Language) -> Iterator[str]:
    """The same in a sequence."""
    axes = [axis for window in _windows(spec) if window.weighs for axis in window.axes if axis.mode == "zeros"]
    if any(axis.stretch > 1 for axis in axes):
        yield from [say("term.zeros.circles.grey")] if spec.theme.window_width else []
    elif any(max(axis.before, axis.after) > 0 for axis in axes):
        yield say("term.zeros.circles")


def _of_stack(spec: Spec, say: Language) -> Iterator[str]:
    """What is said of layers together, or of causal ones where that is not the point."""
    told = takeaway(spec)
    if any("causal" in node.op.kind() and node.op.point(say) != told for node in spec.nodes):
        yield say("term.causal")
    if spec.caption is True and spec.backward is None and len(spec.nodes) > 1 and _says_field(spec, say):
        around = input_reach(spec.layers, fed := inputs_of(spec.nodes)) != receptive_field(spec.layers, fed)
        yield say("term.field.around" if around else "term.field")
    stacked = isinstance(spec.view, Isometric | Sequence) and spec.labels is not None and spec.is_chain
    found = (grown(spec.layers[:k]) for k in range(len(spec.layers), 1, -1)) if stacked else ()
    for first, steps, apart in list(filter(None, found))[:1]:
        key = "term.grown.one" if steps == 1 else "term.grown.many"
        yield say(key, how=f"{first} + {steps}·{apart}", first=first, steps=steps, apart=apart)


def _says_field(spec: Spec, say: Language) -> bool:
    """Whether the caption has the receptive field: of one composition it has not."""
    found = field_of(spec, say)
    return bool(found) and caption(spec).replace(SPACE, " ").endswith(found[0])


def _of_sites(spec: Spec, say: Language) -> Iterator[str]:
    """Which cells count, and how the list beside the maps is read."""
    yield say("term.active")
    sites, *others = (node.op.sites for node in spec.nodes)
    if isinstance(spec.view, Flat) and not others and sites is not None:
        pairs = sorted(chain.from_iterable(sites.rulebook.values()), key=lambda pair: pair[0] == pair[1])
        yield from (say("term.rulebook", read=read + 1, made=made + 1) for read, made in pairs[:1])


def _of_attention(spec: Spec, say: Language) -> Iterator[str]:
    """Queries, keys and values where they are drawn or kept; the shares where they are worked out."""
    view, op = spec.view, next(node.op for node in spec.nodes if node.op.attends is not None)
    if isinstance(view, Sequence) and view.cache:
        yield say("term.cache")
    assert op.attends is not None
    worked = isinstance(view, Flat) and view.sum and not op.attends.shown_alone(view.cells)
    scored = isinstance(view, Matrix) or worked or _scores(spec)
    if scored or (isinstance(view, Sequence) and view.cache):
        own = all(each is None for each in getattr(op, "projections", (object(),)))
        yield say("term.query.own" if own else "term.query")
    if scored:
        yield say("term.softmax")
    if _scores(spec):
        yield say("term.rounded")
    if isinstance(view, Sequence) and op.attends.heads == 1:
        yield say("term.lines")


def _scores(spec: Spec) -> bool:
    """Whether a sequence has a line that says how scores become shares."""
    last = spec.layers[-1].attends
    return isinstance(spec.view, Sequence) and spec.view.numbers and last is not None and last.heads == 1


def _of_network(spec: Spec, view: NetworkView, say: Language) -> Iterator[str]:
    """What columns and badges say in short."""
    from conv_anim.scene.network import kinds
    from conv_anim.scene.network.view import read
    from conv_anim.scene.network.wording import kind

    costs, plan = read(spec)
    nodes = costs.network.nodes
    badges = dict.fromkeys(map(kinds.badge, nodes))
    yield from (say("term.network.blocks", times=each) for each in dict.fromkeys(each.times for each in plan.blocks))
    yield from _of_sizes(nodes, say)
    yield from _of_columns(costs, plan, view, say, norms="BN" in badges)
    dilated = [max(node.window.dilation) for node in nodes if node.window is not None and max(node.window.dilation) > 1]
    yield from (say("term.network.dilation", cells=cells) for cells in dilated[:1])
    told = {say(f"network.{name}"): say(f"term.network.{name}") for name in ("depthwise", "conv_transpose")}
    called = dict.fromkeys(kind(node, say) for node in nodes)
    yield from (line for name, line in told.items() if name in called)
    yield from (say(f"term.badge.{name}") for name in badges if f"term.badge.{name}" in TABLES[say.lang])


def _of_sizes(nodes: Iterable[NetNode], say: Language) -> Iterator[str]:
    """In which order a size is told, by the first one that has several channels."""
    from conv_anim.scene.network.wording import made

    sized = next((node for node in nodes if 1 <= len(node.size) <= 3 and (node.channels or 0) > 1), None)
    if sized is not None:
        yield say(f"term.network.size.{len(sized.size)}", size=made(sized))


def _of_columns(costs: Costs, plan: Plan, view: NetworkView, say: Language, *, norms: bool) -> Iterator[str]:
    """What columns count, and of what a range in them is."""
    for name in view.columns:
        key = f"term.column.{name}"
        if name == "multiply_adds":
            key = "term.network.multiply_adds" + (".norms" if norms else "")
        elif name == "receptive_field" and costs.around():
            key = "term.column.receptive_field.around"
        elif name == "receptive_field" and any(_enlarges(node) for node in costs.network.nodes):
            key = "term.column.receptive_field.grown"
        if key in TABLES[say.lang]:
            yield say(key)
    ranges = (costs.said(name, item, short=False) for name in view.columns for item in plan.items if item.repeats)
    yield from (say("term.network.range", said=said) for said in list(filter(lambda said: "…" in said, ranges))[:1])


def _enlarges(node: NetNode) -> bool:
    return node.role.enlarges or (node.window is not None and node.window.transposed)


def _of_formulas(spec: Spec, say: Language) -> Iterator[str]:
    """What brackets round, where a formula has them."""
    said = "".join(formulas(spec, say, named=True)) if spec.formula is True else ""
    if "⌊" in said or "⌈" in said:
        yield say("term.both" if "⌊" in said and "⌈" in said else "term.floor" if "⌊" in said else "term.ceil")
