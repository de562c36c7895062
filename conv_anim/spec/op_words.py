"""What an op says of itself: its name, its settings, how its sizes and its values come about."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.model import Ends


class OpWords:
    """The words of an op. One that is not asked about something has nothing to say of it."""

    __slots__ = ()
    ends: Ends
    WORDS: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """Its phrases by language and key, English at least: ``kind.NAME`` is what it is called."""

    @property
    def type(self) -> str:
        """The type as a spec writes it."""
        raise NotImplementedError

    @property
    def type_in_network(self) -> str:
        """The type that the picture of a network names, where a type has one for a special case."""
        return self.type

    @property
    def shares(self) -> bool:
        """Whether what it makes are shares of a whole: none below 0, and 1 in all."""
        return False

    @property
    def badge(self) -> str | None:
        """What stands between two maps for it: ``ReLU``; for several inputs the sign between those: ``+``."""
        return None

    @property
    def roles(self) -> tuple[str, str, str]:
        """What its input, its kernel and its output are called: phrases, also as ``label.…``."""
        return "input", "kernel", "output"

    def kind(self) -> str:
        """What kind of its type it is: the phrase ``kind.…`` that names it."""
        return self.type

    def name(self, say: Language) -> str:
        """What it is called."""
        return say.of(self, f"kind.{self.kind()}")

    def badge_in(self, say: Language) -> str | None:
        """The badge in a language: a phrase ``badge.TYPE``, if there is one."""
        key = f"badge.{self.type}"
        return say.of(self, key) if key in self.WORDS.get("en", {}) else self.badge

    def point(self, say: Language) -> str:
        """What one is to learn from a figure of it, in a sentence: the phrase ``point.KIND``; empty without one."""
        key = f"point.{self.kind()}"
        return say.of(self, key) if key in self.WORDS.get("en", {}) else ""

    def stamped(self, say: Language) -> str:
        """The same where each input cell is seen to stamp the kernel, if a setting matters to that."""
        del say
        return ""

    def does(self, say: Language) -> str:
        """What it does, as a step among others in a sentence: the phrase ``does.KIND``; empty without one."""
        key = f"does.{self.kind()}"
        return say.of(self, key) if key in self.WORDS.get("en", {}) else ""

    def computes(self, say: Language) -> str:
        """How an output cell is made of the cells under its window, for a figure without numbers; empty without one."""
        del say
        return ""

    def terms(self, say: Language) -> list[str]:
        """What words in its figure mean, as ``word: meaning``: the phrase ``term.TYPE``, if there is one."""
        key = f"term.{self.type}"
        return [say.of(self, key)] if key in self.WORDS.get("en", {}) else []

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        """All its parameters, with those that are as usual.

        ``fed`` are the numbers of the maps that it reads, 0 the input.
        """
        del say, fed
        return []

    def worked(self, numbers: list[str], result: str) -> str | None:
        """How a cell's value comes about from the numbers that it is made of; None where the taps say it.

        ``result`` is the value with its sign: ``= 3``, or ``≈ 0.3``.
        """
        del numbers, result
        return None

    def made_of(self, numbers: list[float]) -> float | None:
        """The value that `worked` writes, from the numbers as they are written; None if that is not checked."""
        del numbers
        return None

    def surroundings(self, say: Language) -> str:
        """What is around and between the cells of the map that it reads."""
        del say
        return ""

    def edges(self, say: Language) -> list[tuple[str, str]]:
        """The same for ``explain``: names and what is said of them."""
        del say
        return []

    @property
    def formula_axes(self) -> int:
        """How many axes have formulas."""
        return len(self.ends.in_size)

    def formulas(self, a: int, say: Language) -> list[str]:
        """How the output's size along an axis comes about, with numbers."""
        del a, say
        return []

    def formula_in_words(self, say: Language) -> str:
        """The formula of the output's size with words for its numbers; empty where none is needed."""
        del say
        return ""

    def more_formulas(self, say: Language) -> list[str]:
        """What follows once for all axes."""
        del say
        return []

    def works(self, a: int) -> bool:
        """Whether there is anything to work out along an axis."""
        del a
        return True

    def details(self) -> dict[str, object]:
        """Its parameters for programs: what ``explain --json`` adds."""
        return {}
