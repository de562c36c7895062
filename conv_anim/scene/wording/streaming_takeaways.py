"""The point of a sequence that arrives piece by piece: how much of it is kept, and how late outputs come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.tracing.streaming import Looking, Streaming, ratio_of
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

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
    return say(f"takeaway.stream.{key}", cells=cells, outputs=outputs, but=_but(found, ratio, say), kept=kept)


def _but(found: Streaming, ratio: Fraction, say: Language) -> str:
    """Where it is otherwise: of the first cells, and of the outputs that wait for the end of the sequence."""
    made = [after.there[-1] - before.there[-1] for before, after in replace(found, chunk=1).steps]
    cells, late = ratio.numerator, made[found.size :]
    groups = [sum(made[k : k + cells]) for k in range(0, found.size - cells + 1, cells)] or [ratio.denominator]
    said = [say("stream.at_start")] if groups[0] < ratio.denominator else []
    if late:
        said.append(say("stream.at_end.one" if late == [1] else "stream.at_end", count=sum(late)))
    elif groups[-1] < ratio.denominator and groups[1:]:
        said.append(say("stream.short_end"))
    return "".join(said)


def _kept(found: Streaming, say: Language) -> str:
    """What is kept of the past at the most, and why."""
    most = max(sum(map(len, state.kept)) for state in found.states)
    if most > 1 and sum(count > 0 for count in found.buffers) > 1:
        return say("stream.keeps.layers", count=most)
    return say({0: "stream.keeps.none", 1: "stream.keeps.one"}.get(most, "stream.keeps"), count=most)
