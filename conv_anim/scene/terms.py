"""What words of a figure mean that a newcomer has not met: a line each, below the drawing, made from the spec."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from conv_anim.scene.heading import word_of
from conv_anim.scene.marked_terms import of_marks
from conv_anim.scene.stacks import grown
from conv_anim.scene.wording.captions import field_of
from conv_anim.scene.wording.formulas import formulas
from conv_anim.scene.wording.language import TABLES, Language
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.spec.view_values import (
    Flat,
    FourierView,
    GemmView,
    Isometric,
    Matrix,
    NetworkView,
    Sequence,
    WinogradView,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.spec.model import Spec


def terms(spec: Spec) -> list[str]:
    """Of all panels that have a takeaway made of their spec, each line once; ``word: what it means``.

    What the takeaway itself says is not said twice.
    """
    each = (_of_figure(one, Language(one.lang)) for one in spec.figures if one.takeaway is True)
    return list(dict.fromkeys(chain.from_iterable(each)))


def _of_figure(spec: Spec, say: Language) -> list[str]:
    told = takeaway(spec).casefold()
    found = _of_network(spec, spec.view, say) if isinstance(spec.view, NetworkView) else _of_layers(spec, say)
    lines = [*found, *_of_formulas(spec, say)]
    return [said for line in lines if (said := _untold(line, say) if meaning(line).casefold() in told else line)]


def _untold(line: str, say: Language) -> str:
    """What is left to say of a word whose meaning is told: of a mark of the backward pass, whose it is."""
    name, mark, _ = line.partition("′")
    return say("term.back.told", name=name) if mark and " " not in name else ""


def meaning(line: str) -> str:
    """What stands after the word that a line is about."""
    return line[len(word_of(line)) :]


def _of_layers(spec: Spec, say: Language) -> Iterator[str]:
    """Of what is done, then of how it is shown."""
    if spec.backward is not None:
        yield say("term.gradient")
    for node in spec.nodes:
        yield from node.op.terms(say)
    yield from (say(key) for key in _of_view(spec))
    if isinstance(spec.view, Isometric) and not spec.view.numbers and spec.view.cells in {"auto", "plain"}:
        yield from _of_zeros(spec, say)
    yield from of_marks(spec, say)
    if any(node.op.sites is not None for node in spec.nodes):
        yield from _of_sites(spec, say)
    if any(node.op.attends is not None for node in spec.nodes):
        yield from _of_attention(spec, say)
    if isinstance(spec.view, Sequence) and not spec.view.numbers and spec.view.cells in {"auto", "plain"}:
        yield from _of_circles(spec, say)
    yield from _of_stack(spec, say)


def _of_view(spec: Spec) -> tuple[str, ...]:
    """The phrases of words that only a view has."""
    match spec.view:
        case FourierView():
            return ("term.fft",)
        case WinogradView():
            return ("term.cellwise",)
        case GemmView() if spec.view.layout is not None or spec.view.tile is not None:
            counted = () if spec.view.tile is None else ("term.column.multiply_adds",)
            return *(() if spec.view.layout is None else ("term.memory",)), *counted
        case Flat() if spec.view.overlap:
            return ("term.stamp",)
    return ()


def _of_zeros(spec: Spec, say: Language) -> Iterator[str]:
    """What the cells around a map are, where no number in them says so."""
    windows = [node.op.window for node in spec.nodes if node.op.window is not None and node.op.window.weighs]
    axes = [(axis, window) for window in windows for axis in window.axes if axis.mode == "zeros"]
    if any(axis.stretch > 1 for axis, _ in axes):
        yield say("term.zeros.between")
    elif any(window.transposed and max(axis.before, axis.after) > 0 for axis, window in axes):
        yield say("term.zeros.around")
    elif any(max(axis.before, axis.after) > 0 for axis, _ in axes):
        yield say("term.zeros")


def _of_circles(spec: Spec, say: Language) -> Iterator[str]:
    """The same in a sequence: zeros around its input, and none between its cells."""
    windows = [node.op.window for node in spec.nodes if node.op.window is not None and node.op.window.weighs]
    axes = [axis for window in windows for axis in window.axes if axis.mode == "zeros" and axis.stretch == 1]
    if any(max(axis.before, axis.after) > 0 for axis in axes):
        yield say("term.zeros.circles")


def _of_stack(spec: Spec, say: Language) -> Iterator[str]:
    """What is said of layers together, or of causal ones where that is not the point."""
    told = takeaway(spec)
    if any("causal" in node.op.kind() and node.op.point(say) != told for node in spec.nodes):
        yield say("term.causal")
    if spec.caption is True and spec.backward is None and len(spec.nodes) > 1 and field_of(spec, say):
        yield say("term.field")
    stacked = isinstance(spec.view, Isometric | Sequence) and spec.labels is not None and spec.is_chain
    found = (grown(spec.layers[:k]) for k in range(len(spec.layers), 1, -1)) if stacked else ()
    for first, steps, apart in list(filter(None, found))[:1]:
        key = "term.grown.one" if steps == 1 else "term.grown.many"
        yield say(key, how=f"{first} + {steps}·{apart}", first=first, steps=steps, apart=apart)


def _of_sites(spec: Spec, say: Language) -> Iterator[str]:
    """Which cells count, and how the list beside the maps is read."""
    yield say("term.active")
    if isinstance(spec.view, Flat) and len(spec.nodes) == 1:
        yield say("term.rulebook")


def _of_attention(spec: Spec, say: Language) -> Iterator[str]:
    """Queries, keys and values where they are drawn or kept; the shares where they are worked out."""
    view, op = spec.view, next(node.op for node in spec.nodes if node.op.attends is not None)
    if isinstance(view, Sequence) and view.cache:
        yield say("term.cache")
    scored = isinstance(view, Matrix) or (isinstance(view, Flat) and view.sum) or _scores(spec)
    if scored or (isinstance(view, Sequence) and view.cache):
        own = all(each is None for each in getattr(op, "projections", (object(),)))
        yield say("term.query.own" if own else "term.query")
    if scored:
        yield say("term.softmax")
    if isinstance(view, Sequence) and op.attends is not None and op.attends.heads == 1:
        yield say("term.lines")


def _scores(spec: Spec) -> bool:
    """Whether a sequence has a line that says how scores become shares."""
    last = spec.layers[-1].attends
    return isinstance(spec.view, Sequence) and spec.view.numbers and last is not None and last.heads == 1


def _of_network(spec: Spec, view: NetworkView, say: Language) -> Iterator[str]:
    """What columns and badges say in short."""
    from conv_anim.scene.network import kinds
    from conv_anim.scene.network.plan import plan
    from conv_anim.scene.network.wording import kind
    from conv_anim.tracing import networks

    network = networks.of_spec(spec)
    nodes = network.nodes
    yield from (say("term.network.blocks", times=each.times) for each in plan(network, fold=view.fold).blocks[:1])
    badges = dict.fromkeys(map(kinds.badge, nodes))
    for name in view.columns:
        key = "multiply_adds.norms" if name == "multiply_adds" and "BN" in badges else name
        if f"term.column.{key}" in TABLES[say.lang]:
            yield say(f"term.column.{key}")
    told = {say(f"network.{name}"): say(f"term.network.{name}") for name in ("depthwise", "conv_transpose")}
    called = dict.fromkeys(kind(node, say) for node in nodes)
    yield from (line for name, line in told.items() if name in called)
    yield from (say(f"term.badge.{name}") for name in badges if f"term.badge.{name}" in TABLES[say.lang])


def _of_formulas(spec: Spec, say: Language) -> Iterator[str]:
    """What brackets round, where a formula has them."""
    said = "".join(formulas(spec, say, named=True)) if spec.formula is True else ""
    if "⌊" in said or "⌈" in said:
        yield say("term.both" if "⌊" in said and "⌈" in said else "term.floor" if "⌊" in said else "term.ceil")
