"""What ops are called, and their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from conv_anim.scene.wording.words import per_axis, size
from conv_anim.spec.model import Node
from conv_anim.tracing.analysis import entries, standard
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Size

Entry: TypeAlias = "Node | tuple[Node, ...]"
"""An entry of a spec: one node, or the nodes of a composition."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter: the phrase that says it, the number in it, and whether it is so unless something else is asked."""

    key: str
    cells: str
    usual: bool = False
    kind: str = ""
    """What the phrase says besides."""
    text: str | None = None
    """What is said in place of a phrase that all ops share."""
    sizes: bool = False
    """Whether it says how large a map the op makes."""

    def said(self, say: Language) -> str:
        """The parameter in words."""
        if self.text is not None:
            return self.text
        sides = self.key == "padding" and any(map(str.isalpha, self.cells))
        return say("padding.sides" if sides else f"setting.{self.key}", cells=self.cells, kind=self.kind)


def entries_of(nodes: Sequence[Node]) -> list[Entry]:
    """The nodes as the spec lists them, where one entry can be several."""
    rest, found = iter(nodes), list[Entry]()
    for entry in entries([node.op for node in nodes]):
        found.append(tuple(next(rest) for _ in entry) if isinstance(entry, tuple) else next(rest))
    return found


def described(entry: Entry, say: Language) -> str:
    """What an entry of a spec is called, with its parameters."""
    return say.joined([name_of(entry, say), *settings_of(entry, say)])


def name_of(entry: Entry, say: Language) -> str:
    """What a node or a composition is called."""
    return entry.op.name(say) if isinstance(entry, Node) else say(f"kind.{entry[0].op.part_of}")


def settings_of(entry: Entry, say: Language) -> list[str]:
    """The parameters of a node or a composition that are not their default."""
    if isinstance(entry, Node):
        return [setting.said(say) for setting in entry.op.settings(say, entry.inputs) if not setting.usual]
    whole = standard(tuple(node.op for node in entry)).settings(say)
    found = [setting.said(say) for setting in whole if not setting.usual and setting.key != "groups"]
    each = entry[0].op.filters_each
    return [*found, *([Setting("multiplier", str(each)).said(say)] if each > 1 else [])]


def moves(kernel: Size, stride: Size, dilation: Size, say: Language, name: str = "kernel") -> list[Setting]:
    """Kernel, stride and dilation, this with its number of gaps, which other texts count."""
    return [
        Setting(name, size(kernel)),
        Setting("stride", per_axis(stride), set(stride) == {1}),
        Setting("dilation", per_axis(dilation), set(dilation) == {1}, gaps(dilation, say)),
    ]


def gaps(dilation: Size, say: Language) -> str:
    """How many cells a dilated kernel skips, in words where there is a word."""
    skipped = tuple(d - 1 for d in dilation)
    words = say("gaps.words").split()
    if len(set(skipped)) > 1 or skipped[0] >= len(words):
        return say("gaps.many", cells=say.listed(skipped) if len(set(skipped)) > 1 else skipped[0])
    return say("gaps.one" if skipped[0] == 1 else "gaps.few", cells=words[skipped[0]])
