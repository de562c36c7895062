"""Shares of an attention as text and as colours, and how scores become shares on one line of text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.equality import sign
from conv_anim.scene.arithmetic.numbers import Format, agrees, enough, format_for
from conv_anim.scene.color import mix

if TYPE_CHECKING:
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.attending import Attending

MOST = 6
"""Scores that are written."""
SHARE, WHOLE = Format(3, exact=False), Format(2, exact=False)
"""How shares are written, if no more digits are needed, and what those of a query add up to: 1.00."""
MOST_MORE = 1
"""Digits more than these that a share gets at most, so that cells are no wider."""
MOST_CHECKED = 1_000_000
"""Shares up to which all are looked at; of larger attentions no number can be read."""


DEEPEST = 0.55
"""How much of the window's colour the one of a share of 1 has, which is else that of weights."""


PALEST = 0.07
"""How much of it even a share of next to nothing has: what is seen is never as blank as what is masked."""


@lru_cache(maxsize=16)
def share_format(attending: Attending) -> Format:
    """How all shares of an attention are written, in cells, at lines and in sums.

    With so many digits that those of each query add up to 1.00, and those times the values to the output.
    """
    shares = attending.weights
    if shares.size > MOST_CHECKED:
        return SHARE
    ones, made = np.ones(shares.shape[:2]), attending.made(shares)
    y = format_for(made)

    def adds_up(more: int) -> bool:
        shown = SHARE.finer(more).shown(shares)
        return agrees(WHOLE, ones, shown.sum(axis=-1)) and agrees(y, made, attending.made(shown))

    return SHARE.finer(min(enough(adds_up), MOST_MORE))


def share_text(fmt: Format, share: float) -> str:
    """A share as text; the only one, and none, without decimals."""
    return fmt(share) if 0 < share < 1 else str(int(share))


def shade(style: Style, share: float, under: str | None = None) -> str:
    """The colour of a share, from that of what is below it."""
    full = mix(style.colors.kernel, style.colors.window, DEEPEST)
    return mix(under or style.colors.background, full, PALEST + (1 - PALEST) * share)


def scored(attending: Attending, head: int, token: int, say: Language) -> str:
    """``softmax(q·k / √2) = softmax(1.41, 0.71) ≈ (0.67, 0.33)``: without what is masked."""
    seen = attending.seen[token] >= 0
    scores, shares = attending.scores[head, token, seen], attending.weights[head, token, seen]
    d = len(attending.keys) // attending.heads
    fmt = format_for(np.where(np.isfinite(attending.scores), attending.scores, 0.0))
    each = share_format(attending)
    written = _listed([fmt(score) for score in scores.tolist()], say)
    told = sign(equal=all(map(fmt.tells, scores.tolist())))
    made = sign(equal=all(share == 1 or each.tells(share) for share in shares.tolist()))
    found = _listed([share_text(each, share) for share in shares.tolist()], say)
    divided = "q·k" if d == 1 else f"q·k / √{d}"
    named = say("attention.scores", head=head + 1) if attending.heads > 1 else ""
    return f"{named}softmax({divided}) {told} softmax({written}) {made} {found}"


def _listed(texts: list[str], say: Language) -> str:
    shown = texts if len(texts) <= MOST else [*texts[: MOST - 1], "…"]
    return say("enumeration").join(shown)
