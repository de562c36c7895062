"""Equinox's layers: their parameters in Equinox's order, and what each is as a layer of a spec.

Checked against equinox 0.13.8. A pool's stride is 1 unless it is said, a mean counts its padding, and a transposed
convolution does not flip its kernel. ``ConvTranspose1d`` to ``3d`` take output_padding before padding,
``ConvTranspose`` after it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks import refusals
from conv_anim.frameworks.arguments import flag, ignored
from conv_anim.frameworks.dilated import NAMES, Moves, direct, in_pairs, paddings, transposed
from conv_anim.frameworks.foreign import ForeignLayer, Library, weighted
from conv_anim.frameworks.keras.keys import Lowered
from conv_anim.frameworks.sketch import fail, same, tidy, unsupported
from conv_anim.frameworks.torch.keys import (
    DILATION,
    GROUPS,
    IN_CHANNELS,
    KERNEL_SIZE,
    OUT_CHANNELS,
    OUTPUT_PADDING,
    STRIDE,
)
from conv_anim.ops.padding import MODES
from conv_anim.spec.entering import per_axis
from conv_anim.spec.kinds import Whole
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Mode, Sketch
    from conv_anim.spec.model import Padding
    from conv_anim.spec.records import Record

AXES: Field[int] = Field("num_spatial_dims", Whole(1, 3), "num_spatial_dims", required=True)
PADDING = paddings(*NAMES, *map(str.lower, NAMES), default=0)
USE_BIAS = flag("use_bias", default=True)
MODE: Field[Any] = Field("padding_mode", Lowered(MODES), "padding_mode", default="zeros")
REST: Fields = ignored("dtype", "key")


def _moves(record: Record, sketch: Sketch, *, stretched: bool = False) -> Moves:
    kernel, stride, dilation = sketch.sizes(record, KERNEL_SIZE, STRIDE, DILATION)
    ones = (1,) * len(kernel)
    return Moves(kernel, ones if stretched else stride, dilation, stride if stretched else ones)


_keys = partial(weighted, takes=IN_CHANNELS, makes=OUT_CHANNELS, groups=GROUPS, bias=USE_BIAS, first=1)


def _amounts(record: Record, sketch: Sketch) -> Padding:
    """Numbers or pairs, never both."""
    given, node = record.of(PADDING), record.at(PADDING)
    if isinstance(given, tuple) and len({isinstance(each, tuple) for each in given}) > 1:
        fail(Code.PADDING, "Equinox takes padding as numbers or as pairs, not as both", node)
    return in_pairs(given, sketch.axes, node)


def _conv(record: Record, sketch: Sketch) -> None:
    moves_ = _moves(record, sketch)
    given = record.of(PADDING)
    named = isinstance(given, str)
    padding = moves_.named(given, sketch.size, record.at(PADDING)) if named else _amounts(record, sketch)
    mode: Mode = record.of(MODE)
    if mode != "zeros" and min(map(min, padding)) < 0:
        fail(Code.PADDING, f"Equinox has no negative padding with padding_mode '{mode}'", record.at(PADDING))
    direct(sketch, moves_, padding, record.node, mode=mode, **_keys(record, sketch))


def _conv_transpose(record: Record, sketch: Sketch) -> None:
    moves_ = _moves(record, sketch, stretched=True)
    (extra,) = sketch.sizes(record, OUTPUT_PADDING)
    for more, stride in zip(extra, moves_.stretch, strict=True):
        if more >= stride:
            what = f"Equinox takes an output_padding that is less than the stride, here {stride}; this is {more}"
            fail(Code.OUTPUT_PADDING, what, record.at(OUTPUT_PADDING), "leave it out, or take less of it")
    if record.of(MODE) != "zeros":
        _refuse_mode(record, extra)
    given = record.of(PADDING)
    if isinstance(given, str):
        sides = zip(moves_.windows, moves_.stretch, extra, strict=True)
        padding = tuple(_border(window, s, more, given.upper()) for window, s, more in sides)
    else:
        amounts = zip(moves_.windows, _amounts(record, sketch), extra, strict=True)
        padding = tuple((window - 1 - p, window - 1 - q + more) for window, (p, q), more in amounts)
    transposed(sketch, moves_, padding, record.node, record.at(PADDING), turned=True, **_keys(record, sketch))


def _refuse_mode(record: Record, extra: tuple[int, ...]) -> None:
    mode, node, named = record.of(MODE), record.at(MODE), str(record.of(PADDING)).upper()
    if mode == "circular" and not any(extra) and named in {"SAME", "SAME_LOWER"}:
        unsupported("a transposed convolution with padding_mode 'circular' is not drawn", node)
    what = f"Equinox has no transposed convolution with padding_mode '{mode}'"
    more = " but for padding 'SAME' without output_padding" if mode == "circular" else ""
    fail(Code.PADDING, what + more, node)


def _border(window: int, stride: int, extra: int, name: str) -> tuple[int, int]:
    """``SAME`` makes stride times as many cells, less the output padding."""
    if name == "VALID":
        return window - 1, window - 1 + extra
    taken = window - stride + extra
    before = (max(taken, 0) + (name == "SAME_LOWER")) // 2
    return window - 1 - before, window - 1 - (max(taken, 0) - before) + max(-taken, 0)


# pools

POOL_PADDING = paddings(least=0, default=0)
USE_CEIL = flag("use_ceil", default=False)


def _pool(record: Record, sketch: Sketch, *, name: str) -> None:
    kernel, stride = sketch.sizes(record, KERNEL_SIZE, STRIDE)
    padding = list(_amounts(record, sketch))
    for a, (size, k, s) in enumerate(zip(sketch.size, kernel, stride, strict=True)):
        before, after = padding[a]
        over = bool(record.of(USE_CEIL) and (size + before + after - k) % s)
        if max(before, after + s * over) > k:
            what = f"Equinox pads a pool by at most its kernel_size, {k}"
            more = f", and use_ceil adds the stride, {s}, behind" if over else ""
            fail(Code.PADDING, f"{what}{more}; this is {max(before, after + s * over)}", record.at(PADDING))
        if over:
            count_ = (size + before + after + s - k) // s
            padding[a] = before, count_ * s + k - size - before
    step = None if stride == kernel else same(list(stride))
    around = tidy(tuple(padding))
    sketch.add(name, record.node, kernel_size=record.at(KERNEL_SIZE), stride=step, padding=around)


TARGET: Field[Any] = Field("target_shape", per_axis(1), "target_shape", required=True)


def _adaptive(record: Record, sketch: Sketch, *, name: str) -> None:
    """Windows that do not overlap; where the input is no multiple of the output, the first ones are longer by one."""
    out, node = sketch.each(record.of(TARGET), record.at(TARGET)), record.at(TARGET)
    for size, o in zip(sketch.size, out, strict=True):
        if o > size:
            fail(Code.DOES_NOT_FIT, f"Equinox's adaptive pools make no {o} cells of {size}", node, "a larger input")
        if size % o:
            long, short = size // o + 1, size // o
            what = f"Equinox cuts {size} cells into {size % o} of {long} and {o - size % o} of {short}"
            unsupported(f"{what}: windows of two sizes, which is not drawn", node, f"an input of {short * o} cells")
    if name == "avg_pool" and set(out) == {1}:
        sketch.add("global_avg_pool", record.node)
        return
    sketch.add(name, record.node, kernel_size=same([n // o for n, o in zip(sketch.size, out, strict=True)]))


# the table

CONV: Fields = (
    *(IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, GROUPS, USE_BIAS, MODE),
    *REST,
)
TRANSPOSED: Fields = (
    *(IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE, STRIDE, OUTPUT_PADDING, PADDING, DILATION, GROUPS, USE_BIAS, MODE),
    *REST,
)
ANY_TRANSPOSED: Fields = (*TRANSPOSED[:4], PADDING, OUTPUT_PADDING, *TRANSPOSED[6:])
POOL: Fields = (KERNEL_SIZE, STRIDE, POOL_PADDING, USE_CEIL)


def _layer(name: str, fields: Fields, draw: Draw, axes: int) -> tuple[str, ForeignLayer]:
    takes = IN_CHANNELS if IN_CHANNELS in fields else None
    keys = Object(f"eqx.nn.{name}", fields)
    return name, ForeignLayer(keys, axes, draw, positional=len(fields) - (takes is not None), takes=takes)


def _for_any(name: str, fields: Fields, draw: Draw) -> tuple[str, ForeignLayer]:
    """With the number of axes in front."""
    keys = Object(f"eqx.nn.{name}", (AXES, *fields))
    axes = lambda record: record.of(AXES)  # noqa: E731  # a field of a record
    return name, ForeignLayer(keys, None, draw, axes_of=axes, positional=len(fields), takes=IN_CHANNELS)


def _with_axes(n: int) -> list[tuple[str, ForeignLayer]]:
    pools = {"Max": "max_pool", "Avg": "avg_pool"}
    return [
        _layer(f"Conv{n}d", CONV, _conv, n),
        _layer(f"ConvTranspose{n}d", TRANSPOSED, _conv_transpose, n),
        *(_layer(f"{kind}Pool{n}d", POOL, partial(_pool, name=name), n) for kind, name in pools.items()),
        *(
            _layer(f"Adaptive{kind}Pool{n}d", (TARGET,), partial(_adaptive, name=name), n)
            for kind, name in pools.items()
        ),
    ]


EQUINOX: dict[str, ForeignLayer] = dict(
    [
        *(layer for n in (1, 2, 3) for layer in _with_axes(n)),
        _for_any("Conv", CONV, _conv),
        _for_any("ConvTranspose", ANY_TRANSPOSED, _conv_transpose),
    ]
)
"""By name."""
HARMLESS: Final = ("Dropout", "Identity")
POINTWISE: Final = ("PReLU", "BatchNorm", "GroupNorm", "LayerNorm", "RMSNorm")
BEYOND: Final = ("Linear", "MLP")
LIBRARY: Final = Library(("equinox.nn",), EQUINOX, POINTWISE, HARMLESS, BEYOND, refusals.OTHERS)
