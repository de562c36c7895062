"""Numbers of several channels added up in a line: each in a place of its own, its sign before it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.equality import NEAR, sum_sign
from conv_anim.scene.arithmetic.numbers import MINUS, Format
from conv_anim.scene.primitives import Primitive, Text
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Number
    from conv_anim.tracing.values import Array


@dataclass(frozen=True)
class Tally:
    """``terms`` are all numbers that come to stand in each place, in the order of the places; ``results`` the sums.

    ``made`` is how these are written, ``added`` how biases are, and ``named`` these in words.
    """

    style: Style
    fmt: Format
    terms: tuple[Array, ...]
    bias: Array | None
    results: Array
    room: float
    made: Format
    added: Format | None
    named: tuple[str, ...]

    @property
    def size(self) -> float:
        """Em of the text, in pixels."""
        return self.style.label_size

    def _wide(self, text: str, *, bold: bool = False) -> float:
        return self.style.width(text, size=self.size, bold=bold)

    @cached_property
    def slot(self) -> float:
        """The width of the widest number, without its sign."""
        return max(self._wide(text.lstrip(MINUS)) for text in self.fmt.texts(*self.terms))

    @cached_property
    def joint(self) -> float:
        """Width of the sign between two terms, in pixels."""
        return self._wide(" + ")

    @cached_property
    def lead(self) -> float:
        """Room for the sign of the first number."""
        return self._wide(MINUS) if self.terms[0].min() < 0 else 0.0

    @cached_property
    def _bias_room(self) -> float:
        return self.joint + max(map(self._wide, self.named)) if self.named else 0.0

    @cached_property
    def _result_room(self) -> float:
        return max(self._wide(f"{NEAR} {text}", bold=True) for text in self.made.texts(self.results))

    def _equals(self, numbers: Sequence[Number], bias: Number | None, result: Number) -> str:
        terms = [[(self.fmt, number)] for number in numbers]
        terms += [] if bias is None or self.added is None else [[(self.added, bias)]]
        return sum_sign(terms, (self.made, result))

    @cached_property
    def count(self) -> int:
        """How many numbers are written; one more place is for those left out."""
        pitch = self.slot + self.joint
        fit = max(3, int((self.room - self.lead - self._bias_room - self._result_room) // pitch))
        return len(self.terms) if len(self.terms) <= fit else fit - 1

    @property
    def places(self) -> list[int | None]:
        """The numbers that are written, the first ones if there is no room for all: None stands for the others."""
        return [*range(self.count), *([None] if self.count < len(self.terms) else [])]

    @cached_property
    def width(self) -> float:
        """The whole line, with room for the longest numbers."""
        count = self.count + (self.count < len(self.terms))
        numbers = count * (self.slot + self.joint) - self.joint
        return self.lead + numbers + self._bias_room + self._wide(" ") + self._result_room

    @property
    def height(self) -> float:
        """In pixels."""
        return self.size

    def at(self, x: float, y: float, numbers: Sequence[Number], bias: Number | None, result: Number) -> list[Primitive]:
        """The numbers with their sum, the baseline at ``y``."""
        items: list[Primitive] = []
        left = x + self.lead
        for k, place in enumerate(self.places):
            number = None if place is None else numbers[place]
            written = self._number(left + self.slot / 2, y, number)
            items += [*self._sign(left, y, number, written.color, first=k == 0), written]
            left += self.slot + self.joint
        end = left - self.joint
        if bias is not None and self.bias is not None:
            text = self.named[self.bias.tolist().index(bias)]
            items += [self._text(end, y, " + ", self.style.label_ink), self._text(left, y, text, self.style.label_ink)]
            end = left + self._wide(text)
        end += self._wide(" ")
        made = f"{self._equals(numbers, bias, result)} {self.made(result)}"
        return [*items, Text(end, y, made, self.size, self.style.result_ink, "start", bold=True)]

    def _number(self, middle: float, y: float, number: Number | None) -> Text:
        """None is for those that are left out; zeros add nothing."""
        ink = self.style.text_ink if number else self.style.label_ink
        return Text(middle, y, "…" if number is None else self.fmt(abs(number)), self.size, ink, "middle")

    def _sign(self, left: float, y: float, number: Number | None, color: str, *, first: bool) -> list[Primitive]:
        """Before a number; before the first one only a minus."""
        if number is not None and self.fmt(number).startswith(MINUS):
            room, text = (self.lead, MINUS) if first else (self.joint, f" {MINUS} ")
            return [self._text(left - room, y, text, color)]
        return [] if first else [self._text(left - self.joint, y, " + ", self.style.label_ink)]

    def _text(self, x: float, y: float, text: str, color: str) -> Text:
        return Text(x, y, text, self.size, color)
