"""The point of a figure in a sentence, made from its spec: what one is to learn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.rounding import short
from conv_anim.scene.wording.chain_takeaways import together
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.words import size
from conv_anim.spec.model import Given
from conv_anim.spec.view_values import (
    Channels,
    Flat,
    FourierView,
    GemmView,
    Matrix,
    NetworkView,
    Sequence,
    WinogradView,
)

if TYPE_CHECKING:
    from conv_anim.spec.model import Backward, Node, Spec
    from conv_anim.spec.op import Op
    from conv_anim.tracing.operators import Operator

LEANING = 0.05
"""How much of its weights a filter may add up to that is as much below 0 as above."""


def takeaway(spec: Spec) -> str:
    """What the view shows of it, where that is special; of several layers what they do together; empty without any."""
    say = Language(spec.lang)
    if isinstance(spec.view, NetworkView):
        from conv_anim.scene.wording.network_takeaways import network_takeaway
        from conv_anim.tracing import networks

        return network_takeaway(networks.of_spec(spec), spec if spec.view.of is None else None, say)
    if spec.backward is not None:
        return _backward(spec, spec.backward, say)
    if isinstance(spec.view, Sequence) and spec.view.cache:
        from conv_anim.scene.wording.streaming_takeaways import streaming_takeaway

        return streaming_takeaway(spec.layers, spec.view.chunk, say)
    if len(spec.nodes) == 1:
        return _of_view(spec, say) or spec.layers[-1].point(say)
    return together(spec, say)


def _backward(spec: Spec, backward: Backward, say: Language) -> str:
    """For one layer what its gradient is, for several the chain rule."""
    last, view = spec.layers[-1], spec.view
    if len(backward.nodes) > 1 or last.roles[2] == "output":
        if backward.of == "grad_input" and any(_goes_past(node) for node in backward.nodes):
            return say("takeaway.grad_input.add")
        return say(f"takeaway.{backward.of}")
    stamps = isinstance(view, Flat) and view.mode == "scatter" and last.window is not None and last.window.transposed
    return say("takeaway.stamped_back") if stamps else last.point(say)


def _goes_past(node: Node) -> bool:
    """Whether it adds the input itself to what layers make of it."""
    return node.op.badge == "+" and 0 in node.inputs and any(node.inputs)


def _of_view(spec: Spec, say: Language) -> str:
    """What a view shows besides what the layer does."""
    (layer,), view = spec.layers, spec.view
    window = layer.window
    if window is None or not window.weighs:
        return ""
    match view:
        case Matrix():
            return say("takeaway.transposed_matrix" if window.transposed else "takeaway.matrix")
        case GemmView() | WinogradView() | FourierView():
            return _computed(view, window, say)
        case Flat() if window.transposed:
            return _overlap(layer, say) if view.overlap else _way(view, layer, say)
        case Channels():
            return _of_channels(spec, view, window, say)
    return ""


def _of_channels(spec: Spec, view: Channels, window: Operator, say: Language) -> str:
    """What filters find in a picture, or which half of a layer is shown."""
    if window.in_channels == 1 < window.out_channels and _compares(spec, spec.layers[-1]):
        return say("takeaway.looks_like", count=window.out_channels)
    if window.transposed and window.in_channels > window.groups:
        spread = any(axis.stretch > 1 and axis.size > 1 for axis in window.axes)
        told = {"made": window.out_channels, "seen": window.in_channels // window.groups}
        block = size(window.kernel_size)
        how = ".blocks" if _in_blocks(window) else ".spread" if spread else ""
        return say(f"takeaway.transposed_channels{how}", block=block, **told)
    if view.show != "both" and window.in_channels > window.groups:
        biased = ".biased" if view.show == "sum" and spec.layers[-1].added is not None else ""
        return say(f"takeaway.{view.show}{biased}", count=window.in_channels // window.groups)
    return ""


def _in_blocks(window: Operator) -> bool:
    """Whether each input cell makes a whole block of the output, and none of them overlap."""
    return all(axis.kernel == axis.stretch > 1 == axis.dilation and axis.cut == (0, 0) for axis in window.axes)


def _compares(spec: Spec, layer: Op) -> bool:
    """Whether filters compare a picture with what they look like: the weights of each of them are about even."""
    values, weights = spec.input.values, layer.weight_values
    if not (isinstance(values, Given) and values.is_picture and isinstance(weights, Given)):
        return False
    each = len(weights.numbers) // layer.ends.out_channels
    filters = [weights.numbers[k : k + each] for k in range(0, len(weights.numbers), each)] if each else []
    return bool(filters) and all(abs(sum(one)) <= LEANING * sum(map(abs, one)) for one in filters)


def _computed(view: GemmView | WinogradView | FourierView, window: Operator, say: Language) -> str:
    """What a way to compute a layer saves, or what it takes."""
    from conv_anim.tracing.fourier import Count, transformed
    from conv_anim.tracing.winograd import direct, multiplications

    match view:
        case GemmView():
            return _gemm(view, window, say)
        case WinogradView():
            return say("takeaway.winograd", ours=multiplications(window), direct=direct(window))
        case FourierView():
            if view.wrap:
                return say("takeaway.fft_wrap")
            dearer = Count.of(transformed(window, wrap=False)).real > direct(window)
            return say("takeaway.fft_dearer" if dearer else "takeaway.fft")


def _gemm(view: GemmView, window: Operator, say: Language) -> str:
    """What tiles or a layout in memory are for, else what a product of matrices has to do with it."""
    if view.tile is not None:
        from conv_anim.tracing.gemm import Gemm

        reuse = Gemm(window, view.layout or "nchw", view.tile).all_loads.reuse
        used = short(reuse, 3)
        return say("takeaway.gemm_tile.once") if used == "1" else say("takeaway.gemm_tile", reuse=used)
    if view.layout is not None:
        return say(f"takeaway.gemm_{view.layout}")
    return say("takeaway.gemm_pointwise" if set(window.kernel_size) == {1} else "takeaway.gemm")


def _way(view: Flat, layer: Op, say: Language) -> str:
    """How a transposed layer is seen, if not as a window that gathers, and if no setting is what it is about."""
    padded = view.mode == "both" and any(getattr(layer, "output_padding", ()))
    if padded or view.mode == "gather":
        return ""
    return (view.mode == "scatter" and layer.stamped(say)) or say(f"takeaway.{view.mode}")


def _overlap(layer: Op, say: Language) -> str:
    """Whether the stamps of a transposed layer fall evenly, which is so where its stride divides its kernel."""
    assert layer.window is not None
    axes = [axis for axis in layer.window.axes if axis.size > 1]
    if any(axis.dilation > 1 for axis in axes):
        return layer.point(say)
    uneven = any(axis.kernel % axis.stretch for axis in axes)
    once = axes and all(axis.kernel == axis.stretch and not axis.extra for axis in axes)
    kernel = size(dict.fromkeys(axis.kernel for axis in axes)) if axes else "1"
    stride = size(dict.fromkeys(axis.stretch for axis in axes)) if axes else "1"
    key = "uneven" if uneven else "even.all" if once and kernel == stride else "even.one" if stride == "1" else "even"
    return say(f"takeaway.{key}", kernel=kernel, stride=stride)
