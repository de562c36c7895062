"""What is written in the flat view of a network: a label above each map, and a badge on the way to it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import format_for, plane, weights_format
from conv_anim.scene.callouts import Callout, Key
from conv_anim.scene.flat.maps import NetworkMaps
from conv_anim.scene.flat.notes import called_in, fed_by
from conv_anim.scene.strokes import strong
from conv_anim.scene.wording import words
from conv_anim.scene.wording.captions import SPACE, caption
from conv_anim.spec.model import Labels
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Stroke
    from conv_anim.spec.op import Op


MOST_WEIGHTS = 9
"""The most weights of a kernel that are written in its label."""
SUM = "+"
"""The badge of a sum."""
NARROWEST = 130
"""Pixels, at scale 1, that a line of a label may take even if its map is narrower."""


@dataclass(frozen=True)
class NetworkNames(NetworkMaps):
    """Labels and badges, and how much room they take."""

    @cached_property
    def signs(self) -> list[Callout]:
        """The labels, from left to right."""
        return [self._sign(k) for k in range(len(self.maps))]

    def _sign(self, k: int) -> Callout:
        """What a map is, and how large."""
        given = self.trace.spec.labels or Labels()
        size = words.size(self.maps[k].shape[1:], len(self.maps[k]), self.say)
        if k == 0:
            return self._wrapped(k, given.input or self.say("input"), [size, self._panes(k)])
        node = self.trace.spec.nodes[k - 1]
        if self.leads_back(k):
            own = given.output if k == len(self.maps) - 1 else None
            name = self.say.sentence(self.say("flat.gradient"))
            return self._wrapped(k, own or name, [*([] if own else self._whose(k)), size])
        called = node.op.name(self.say)
        settings = [setting for setting in node.op.settings(self.say) if not setting.usual]
        said = [setting.said(self.say) for setting in settings]
        if (len(self.maps[k]) == 1 or self.maps[k].ndim == 1) and any(setting.sizes for setting in settings):
            size = ""
        name = f"{self._named_in_caption(k)}{self.say.sentence(called)}"
        if node.name != str(k):
            name, said = node.name, [called, *said]
        if k == len(self.maps) - 1 and given.output is not None:
            name = given.output
        told = [self.say.joined(said), self._joined(k), self._weights(k), self._bias(k), size, self._panes(k)]
        return self._wrapped(k, name, told)

    def _joined(self, k: int) -> str:
        """Of a sum or a product of maps, which they are: lines alone do not say so where they come from far."""
        op = self.layers[k - 1].layer
        sign = op.badge if len(self.read_by(k)) > 1 and op.badge in {SUM, words.TIMES} else None
        return "" if sign is None else f" {sign} ".join(name for _, name in fed_by(self.trace, k))

    def _weights(self, k: int) -> str:
        """The kernel's weights, where no cell says them: row by row if they are few, or that all of them are equal."""
        layer = self.layers[k - 1]
        kernels, window = layer.kernels, layer.layer.window
        if not self.is_shaded or kernels is None or window is None or kernels.shape[:2] != (1, 1):
            return ""
        fmt, rows = weights_format(kernels), plane(kernels[0, 0])
        if float(kernels.min()) == float(kernels.max()):
            return self.say("flat.weights.equal", weight=fmt(kernels.flat[0].item()))
        if rows.size > MOST_WEIGHTS:
            return ""
        return self.say("flat.weights", rows=" / ".join(" ".join(map(fmt, row)) for row in rows.tolist()))

    def _bias(self, k: int) -> str:
        """What is added to each sum, where no cell says it."""
        bias = self.layers[k - 1].bias if self.is_shaded else None
        if bias is None or bias.size > 1:
            return ""
        return self.say("stack.bias", value=format_for(bias)(bias[0].item()))

    def _panes(self, k: int) -> str:
        """Which channel is which, of the first map that has several."""
        first = next((m for m in range(len(self.maps)) if self.panes(m) > 1), None)
        return self.say("flat.panes") if k == first else ""

    def _named_in_caption(self, k: int) -> str:
        """``layer 2: `` where the caption speaks of some map by its number."""
        return f"{self.say('formula.layer', number=k)}: " if self._numbered else ""

    @cached_property
    def _numbered(self) -> bool:
        said = caption(self.trace.spec).replace(SPACE, " ") if self.trace.spec.caption is True else ""
        numbers = (re.escape(self.say("formula.layer", number=k)) for k in range(1, len(self.maps)))
        return any(re.search(rf"{number}\b", said) for number in numbers)

    def _whose(self, k: int) -> list[str]:
        """Of a map of the backward pass: with respect to what it is the gradient, and through which layer."""
        of, op = self.gradient_of[k], self.trace.spec.nodes[k - 1].op
        if of is None or self.is_turn(k):
            whose = self.say(f"flat.gradient.{'grad_input' if of == 0 else op.roles[2]}")
        elif of == 0:
            whose = self.say("flat.gradient.grad_input")
        else:
            whose = self.say("flat.gradient.of", what=called_in(self.trace, of, self.say))
        through = self.gradient_of[self.read_by(k)[0]]
        if of is not None and through is not None and of in self.gradient_of[k + 1 :]:
            return [whose, self.say("flat.gradient.through", what=called_in(self.trace, through, self.say))]
        return [whose]

    def _wrapped(self, k: int, name: str, details: list[str]) -> Callout:
        room = max(self.size(k)[0], NARROWEST * self.style.scale)
        lines = [
            line
            for text in details
            if text
            for line in self.style.wrapped(text, size=self.style.small_size, width=room)
        ]
        label, read = words.Label(name, lines[0]), [layer for layer in self.layers if k in layer.fed]
        attended = any(layer.layer.attends is not None for layer in read)
        keys = (Key(self.say("attention.query"), None, self.query),) if attended else ()
        return Callout(self.style, label, self.swatch(self.color(k)), tuple(lines[1:]), keys)

    @property
    def query(self) -> Stroke:
        """The outline of the cell whose query meets the keys of the others."""
        return strong(self.style, self.style.colors.current)

    def _head(self, k: int) -> float:
        """What a map has above it."""
        own = self.note_room if k in self.notes else 0
        return self.signs[k].height + self.style.close + own if self.labelled else 0.0

    # badges

    @cached_property
    def badges(self) -> list[str]:
        """What is done on the way to each map but the input."""
        return [self._badge(layer.layer) for layer in self.layers]

    def _badge(self, op: Op) -> str:
        """Of a gradient that of the op that it leads back through, with the mark of a derivative."""
        if op.undoes is not None:
            name, *rest = self._badge(op.undoes).split(" ")
            return " ".join([f"{name}′", *rest])
        badge = op.badge_in(self.say)
        if badge is not None:
            return badge
        window = op.window or op.sampled or (None if op.sites is None else op.sites.window)
        if window is None:
            return op.name(self.say)
        size = words.size(window.kernel_size)
        if not window.weighs:
            return self.say(f"volume.{window.reduce}", size=size)
        return f"∗ {size} {self.say('flat.flipped')}" if self._flips_back(op) else f"∗ {size}"

    def _flips_back(self, op: Op) -> bool:
        """Whether a window flips its kernel because it leads back."""
        return op.window is not None and op.window.flips and op.roles[2] != "output"

    @property
    def badge_size(self) -> float:
        """Em of the text in a badge, in pixels."""
        return self.style.label_size

    @property
    def badge_height(self) -> float:
        """In pixels."""
        return 1.9 * self.badge_size

    def badge_width(self, k: int) -> float:
        """The width of the badge before a map."""
        wide = self.style.width(self.badges[k - 1], size=self.badge_size, bold=True)
        return max(wide + self.style.gap, self.badge_height)

    @cached_property
    def written_below(self) -> list[int]:
        """The maps below whose badge weights are written, where numbers are; backward, if they are flipped."""
        if not (self.mode in {"numbers", "both"} and self.labelled):
            return []
        return [k for k in self.matrices if not self.leads_back(k) or self._flips_back(self.layers[k - 1].layer)]

    def wide_between(self, k: int) -> float:
        """The width of a badge, with the weights below it."""
        return max(self.badge_width(k), self.weights_size(k)[0] if k in self.written_below else 0.0)

    def weights_drop(self, k: int) -> float:
        """How far from the middle of a badge the weights below it reach down."""
        return self.badge_height / 2 + self.style.thin + self.weights_size(k)[1]
