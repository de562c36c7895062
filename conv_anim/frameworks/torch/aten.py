"""PyTorch's operators (ATen), and what each is as a layer of a spec; one that is not in the table is not drawn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.frameworks.torch.aten_calls import Call, Draw
from conv_anim.frameworks.torch.aten_convs import addmm, conv, conv_transpose, convolution, linear, matmul
from conv_anim.frameworks.torch.aten_deform import deform_conv
from conv_anim.frameworks.torch.aten_moves import PADS, columns, dropout, pad, reshaped, same_numbers, slice_, upsample
from conv_anim.frameworks.torch.aten_pointwise import (
    add,
    batch_norm,
    concat,
    divide,
    gelu,
    multiply,
    negative,
    simple,
    softmax,
    subtracted,
)
from conv_anim.frameworks.torch.aten_pools import adaptive, mean, pool

if TYPE_CHECKING:
    from conv_anim.diagnostics import SpecError
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.frameworks.torch.export import Step, Traced
    from conv_anim.spec.model import Given


CONVS = {f"conv{n}d": conv for n in (1, 2, 3)} | {f"conv_transpose{n}d": conv_transpose for n in (1, 2, 3)}
POOLS: dict[str, Draw] = {
    **{f"max_pool{n}d{more}": partial(pool, name="max_pool") for n in (1, 2, 3) for more in ("", "_with_indices")},
    **{f"avg_pool{n}d": partial(pool, name="avg_pool") for n in (1, 2, 3)},
    **{f"{_}adaptive_avg_pool{n}d": partial(adaptive, name="avg_pool") for n in (1, 2, 3) for _ in ("", "_")},
    **{f"adaptive_max_pool{n}d": partial(adaptive, name="max_pool") for n in (1, 2, 3)},
}
ATEN: dict[str, Draw] = {
    **CONVS,
    **POOLS,
    "convolution": convolution,
    "linear": linear,
    "addmm": addmm,
    "mm": partial(matmul, other="mat2"),
    "matmul": partial(matmul, other="other"),
    "mean": mean,
    **{name: partial(simple, name=name) for name in ("relu", "silu", "sigmoid", "tanh")},
    "leaky_relu": partial(simple, name="leaky_relu", negative_slope="negative_slope"),
    "gelu": gelu,
    "softmax": softmax,
    "_softmax": softmax,
    "batch_norm": batch_norm,
    "_native_batch_norm_legit_no_training": batch_norm,
    **dict.fromkeys(
        ("native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_functional"), batch_norm
    ),
    "add": add,
    "sub": partial(add, sign=-1),
    "rsub": subtracted,
    "neg": negative,
    "mul": multiply,
    "div": divide,
    "cat": concat,
    **dict.fromkeys(("flatten", "view", "_unsafe_view", "reshape", "squeeze", "unsqueeze", "unflatten"), reshaped),
    **dict.fromkeys(("clone", "contiguous", "detach", "alias", "lift_fresh_copy", "to", "_to_copy"), same_numbers),
    **dict.fromkeys(("dropout", "feature_dropout", "alpha_dropout", "native_dropout"), dropout),
    "pad": pad,
    **dict.fromkeys(PADS, pad),
    "slice": slice_,
    **{f"upsample_nearest{n}d": partial(upsample, mode=None) for n in (1, 2, 3)},
    **{f"_upsample_nearest_exact{n}d": partial(upsample, mode=None, exact=True) for n in (1, 2, 3)},
    **{
        f"upsample_{mode}{n}d": partial(upsample, mode=mode)
        for mode, n in (("linear", 1), ("bilinear", 2), ("trilinear", 3))
    },
    "upsample_bicubic2d": partial(upsample, mode="bicubic"),
    "pixel_shuffle": partial(simple, name="pixel_shuffle", upscale_factor="upscale_factor"),
    "pixel_unshuffle": partial(simple, name="pixel_unshuffle", downscale_factor="downscale_factor"),
    "channel_shuffle": partial(simple, name="channel_shuffle", groups="groups"),
    "im2col": partial(columns, name="unfold"),
    "col2im": partial(columns, name="fold"),
    "deform_conv2d": deform_conv,
}
"""By name, without its overload."""


def drawn(traced: Traced, sketch: Sketch, held: dict[str, Given]) -> None:
    """All steps of a module's graph as layers, each fed by those that feed it. Raises SpecError."""
    if len(traced.inputs) != 1:
        raise _problem(traced, f"it takes {len(traced.inputs)} inputs, and a figure has one")
    if len(traced.outputs) != 1:
        raise _problem(traced, f"it returns {len(traced.outputs)} tensors, and a figure ends in one")
    entries = {traced.inputs[0].name: 0}
    for step in _needed(traced):
        call = Call(step, traced, held, entries)
        source = _main(step, entries)
        if source is not None:
            sketch.after(source)
        if step.name == "getitem":
            _getitem(call)
        elif step.name in ATEN:
            ATEN[step.name](call, sketch)
        else:
            raise call.problem(_undrawn(step), "draw a part of it, as in from_torch(model[0], …)")
        entries[step.node.name] = sketch.current
    sketch.after(entries[traced.outputs[0].name])


def _problem(traced: Traced, message: str) -> SpecError:
    from conv_anim.diagnostics import Problem, SpecError

    return SpecError([Problem(Code.UNSUPPORTED, message, traced.name)])


def _undrawn(step: Step) -> str:
    name = step.layer.rpartition(".")[2] if step.layer.startswith("torch.nn.modules") else ""
    said = f"{name} ({step.name})" if name else step.name
    return f"{said} changes numbers in a way that is not drawn, so those after it would be wrong"


def _needed(traced: Traced) -> list[Step]:
    """The steps that the output is made of."""
    wanted = {node.name for node in traced.outputs}
    found = []
    for step in reversed(traced.steps):
        if step.node.name in wanted:
            found.append(step)
            wanted |= {node.name for node in step.node.all_input_nodes}
    return found[::-1]


def _main(step: Step, entries: dict[str, int]) -> int | None:
    """The entry that feeds a step first; None if nothing of what it reads is drawn."""
    return next((entries[node.name] for node in step.node.all_input_nodes if node.name in entries), None)


def _getitem(call: Call) -> None:
    if call.step.node.args[1] != 0:
        raise call.problem("only the first of what an operator makes is drawn", "indices and the like are left out")
