"""What a view of how a layer is computed counts: loads of a product in tiles, multiplications of Winograd and FFT."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conv_anim.scene.wording.loads import totals
from conv_anim.spec.view_values import FourierView, GemmView, WinogradView
from conv_anim.tracing.fourier import Count, transformed
from conv_anim.tracing.gemm import Gemm
from conv_anim.tracing.winograd import direct, multiplications

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Spec


def data(spec: Spec) -> dict[str, Any]:
    """By what is counted; empty for a view that counts nothing."""
    window = spec.layers[0].window
    if window is None:
        return {}
    match spec.view:
        case GemmView():
            return {"gemm": _loads(_gemm(spec))}
        case WinogradView():
            return {"winograd": {"multiplications": multiplications(window), "direct": direct(window)}}
        case FourierView():
            size = transformed(window, wrap=spec.view.wrap)
            count = Count.of(size)
            found = {"size": list(size), "complex": {"transform": count.transform, "products": count.products}}
            return {"fft": found | {"multiplications": count.real, "direct": direct(window)}}
    return {}


def _gemm(spec: Spec) -> Gemm:
    """The product of a spec of its view."""
    view, window = spec.view, spec.layers[0].window
    assert isinstance(view, GemmView)
    assert window is not None
    return Gemm(window, view.layout or "nchw", view.tile)


def _loads(gemm: Gemm) -> dict[str, Any]:
    found = gemm.all_loads
    return {
        "layout": gemm.layout,
        "tile": list(gemm.sides),
        **asdict(found),
        "reuse": round(found.reuse, 4),
        "intensity": round(found.intensity, 4),
    }


def lines(spec: Spec, say: Language) -> Iterator[tuple[str, str]]:
    """The same in words: a name, and what is said of it."""
    found = data(spec)
    if "gemm" in found:
        loads = found["gemm"]
        m, n, k = loads["tile"]
        yield say("explain.gemm"), say("explain.gemm.tile", m=m, n=n, k=k, layout=loads["layout"].upper())
        yield from (("", line) for line in totals(_gemm(spec).all_loads, say))
    if "winograd" in found:
        yield say("explain.winograd"), say("explain.multiplications", **_two(found["winograd"]))
    if "fft" in found:
        yield say("explain.fft"), say("explain.multiplications", **_two(found["fft"]))


def _two(counted: dict[str, Any]) -> dict[str, str]:
    return {"ours": f"{counted['multiplications']:,}", "direct": f"{counted['direct']:,}"}
