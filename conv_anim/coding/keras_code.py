"""A program of Keras's: what stands around its layers. ``x`` and ``y`` are (batch, *size, channels)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.literals import NUMPY
from conv_anim.coding.writing import Framework

if TYPE_CHECKING:
    from conv_anim.spec.model import Padding, Size
    from conv_anim.tracing.trace import LayerTrace

FRAMEWORK = Framework(
    "Keras",
    (
        "import keras",
        "from keras import layers",
        "",
        'keras.config.set_floatx("float64")',
        "",
        "x = {input}",
        "x = np.moveaxis(x, 0, -1)[None]  # the channels last, and a batch of one",
    ),
    NUMPY,
    "print(keras.ops.convert_to_numpy(y)[0])  # (*size, channels)",
)


def filled(name: str, traced: LayerTrace, values: str, *, flat: tuple[int, ...], flip: bool) -> list[str]:
    """The weight (out, in, *kernel) as Keras has it, (*kernel, in, out), and the bias."""
    order = f"np.moveaxis({values}, (0, 1), (-1, -2))"
    kernel = f"np.flip({order}, axis={flat})" if flip else order
    bias = "" if traced.bias is None else f", {NUMPY.numbers(traced.bias)}"
    return [f"weight = {kernel}", f"{name}.build(x.shape)", f"{name}.set_weights([weight{bias}])"]


def axes_of(size: Size) -> tuple[int, ...]:
    """The numbers of the axes."""
    return tuple(range(len(size)))


def zeros(padding: Padding) -> str:
    """A layer of padding."""
    around = padding[0] if len(padding) == 1 else padding
    return f"x = layers.ZeroPadding{len(padding)}D({around})(x)"
