"""The files that a spec names for its figure."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, is_line
from conv_anim.spec.formats import FORMATS, broken, known, split
from conv_anim.spec.kinds import Either, ListOf, Made, subject
from conv_anim.spec.nodes import Scalar, is_list, is_scalar
from conv_anim.spec.records import Field

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Maybe, Report, Schema
    from conv_anim.spec.nodes import Node


class FileNameKind:
    """A file name with a suffix of a known format, in the folder of the output or below it."""

    @property
    def expected(self) -> str:
        return f"a file name that ends in {known()}"

    def decode(self, node: Node, report: Report) -> Maybe[str]:
        name = node.value if isinstance(node, Scalar) else None
        if not isinstance(name, str) or not is_line(name):
            return report.wrong(node, self.expected)
        path = PurePosixPath(name)
        leads_out = path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name
        if leads_out and not report.limits.outside:
            what = f"{subject(node)} must stay in the folder of the output; '{name}' leads out of it"
            return report.add(Code.OUTPUT, what, node, "name a file; choose its folder with -o")
        if split(path.name) is None:
            way = broken(path.name) or f"use {self.expected}"
            return report.add(Code.FORMAT, f"no format matches the suffix of '{name}'", node, way)
        return name

    def schema(self) -> Schema:
        suffixes = dict.fromkeys(name.rpartition(".")[2] for name in FORMATS)
        return {"type": "string", "pattern": rf"[^/]\.({'|'.join(suffixes)})$"}


OUTPUT: Field[tuple[str, ...]] = Field(
    "output",
    Either(
        (
            (is_list, ListOf(FileNameKind(), "a list of file names")),
            (is_scalar, Made(FileNameKind(), lambda name: (name,))),
        )
    ),
    "File names; their suffixes choose the formats. By default the spec's name.",
    default=(),
    example=["figure.gif", "figure.png"],
)
