"""An array of a layer that a key holds, or one of its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.spec.arrays import FromFile, read
from conv_anim.spec.kinds import Invalid
from conv_anim.spec.model import Given, Values
from conv_anim.spec.op import Shape
from conv_anim.spec.wiring import FROM
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.spec.arrays import Written
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Number, Size
    from conv_anim.spec.records import Field, Record


@dataclass(frozen=True, slots=True)
class Held:
    """An array that a key holds, or the ``of``-th input: of a ``shape``, or of a ``short`` one for all outputs."""

    field: Field[Number | Written]
    of: int
    shape: Size
    short: tuple[Size, ...]

    def values(self, record: Record, entering: Entering) -> Maybe[Values | None]:
        """Its numbers; None if an input holds them, or if there are none. INVALID after what is wrong was reported."""
        written, node, report = record.get(self.field), record.at(self.field), entering.report
        if len(entering.fed) > self.of:
            return self._of_input(record, entering)
        if isinstance(written, int | float):
            return Given((1,), (written,))
        if isinstance(written, FromFile):
            found = read(written, node, entering.files, report)
            return found if isinstance(found, Invalid) else self._fitting(found, record, entering)
        return self._fitting(written, record, entering) if isinstance(written, Given) else written  # type: ignore[return-value]  # names are of kernels only

    def _of_input(self, record: Record, entering: Entering) -> Maybe[None]:
        """None if the input that holds it has its shape."""
        name, held, report = self.field.name, entering.fed[self.of], entering.report
        if record.has(self.field):
            what = f"'{name}' is given, and an input holds it too"
            hint = "leave out the key, or the input in 'from'"
            return report.add(Code.EXCLUSIVE_KEYS, what, record.at(self.field), hint)
        if (held.channels, *held.size) != self.shape:
            wanted = Shape(self.shape[0], self.shape[1:])
            what = f"the {name} should be {wanted}; the input that holds it is {held}"
            hint = f"a layer that makes {self.shape[0]} channels of that size"
            return report.add(Code.SHAPE, what, record.at(FROM), hint)
        return None

    def _fitting(self, values: Given, record: Record, entering: Entering) -> Maybe[Given]:
        """Numbers of one of the shapes that they can have."""
        if values.shape == self.shape:
            return values
        if values.shape in self.short:
            return Given((self.shape[0], 1, 1), values.numbers, values.file)
        found, whole, *shorter = ("x".join(map(str, size)) for size in (values.shape, self.shape, *self.short))
        what = f"'{self.field.name}' has the shape {found}; {', '.join(shorter)} or {whole} is needed"
        hint = f"{shorter[0]} is the same for all outputs, {whole} has numbers for each of them"
        return entering.report.add(Code.SHAPE, what, record.at(self.field), hint)
