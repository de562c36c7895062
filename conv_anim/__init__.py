"""conv-anim: from a short YAML spec of a convolution to an animated GIF or a figure that is right in every cell.

spec = conv_anim.load("con_2.yaml")
trace = conv_anim.trace(spec)
conv_anim.render(spec, "con_2.gif")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conv_anim.diagnostics import SpecError
    from conv_anim.embed.jupyter import show
    from conv_anim.frameworks.graphs import from_onnx
    from conv_anim.frameworks.modules import from_torch
    from conv_anim.limits import Limits
    from conv_anim.pipeline import load, render
    from conv_anim.tracing.trace import trace

__all__ = ["Limits", "SpecError", "__version__", "from_onnx", "from_torch", "load", "render", "show", "trace"]
__version__ = "0.1.0"

_HOMES = {
    "Limits": "conv_anim.limits",
    "SpecError": "conv_anim.diagnostics",
    "from_onnx": "conv_anim.frameworks.graphs",
    "from_torch": "conv_anim.frameworks.modules",
    "load": "conv_anim.pipeline",
    "load_ipython_extension": "conv_anim.embed.jupyter",
    "render": "conv_anim.pipeline",
    "show": "conv_anim.embed.jupyter",
    "trace": "conv_anim.tracing.trace",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for: ``import conv_anim`` alone costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
