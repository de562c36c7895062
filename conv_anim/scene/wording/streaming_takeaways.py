"""The point of a sequence that arrives piece by piece: how much of it is kept, and how late outputs come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.tracing.streaming import Looking, Streaming, ratio_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.op import Op


def streaming_takeaway(layers: Sequence[Op], chunk: int, say: Language) -> str:
    """How much is kept of what has arrived."""
    found = Streaming.of(layers, chunk)
    if any(isinstance(each, Looking) and each.sees_all for each in found.readers):
        return say("takeaway.stream.grows")
    ratio = ratio_of(layers)
    late = found.latency(ratio)
    if late is None:
        return say("takeaway.stream.end")
    cells, outputs, kept = ratio.numerator, ratio.denominator, _kept(found, say)
    if ratio == 1:
        key = {0: "", 1: ".late.one"}.get(late, ".late")
        return say(f"takeaway.stream{key}", late=late, kept=kept)
    key = "down" if outputs == 1 else "up" if cells == 1 else "rate"
    return say(f"takeaway.stream.{key}", cells=cells, outputs=outputs, kept=kept)


def _kept(found: Streaming, say: Language) -> str:
    """What is kept of the past at the most, and why."""
    most = max(sum(map(len, state.kept)) for state in found.states)
    if most > 1 and sum(count > 0 for count in found.buffers) > 1:
        return say("stream.keeps.layers", count=most)
    return say({0: "stream.keeps.none", 1: "stream.keeps.one"}.get(most, "stream.keeps"), count=most)
