"""The blocks of a Markdown page, which hold figures: two comments, and between them what is replaced.

``<!-- conv-anim: figures/one.yaml width=400 -->`` begins a block: a spec's path, relative to the page, and options. Or
the comment holds the spec: ``<!-- conv-anim output=figures/two.gif``, then lines of YAML, then ``-->``. Either way
``<!-- /conv-anim -->`` is the end. In MDX the comments are ``{/* … */}``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, Source, Span, SpecError
from conv_anim.embed.marks import comments
from conv_anim.embed.options import options, words
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from conv_anim.embed.marks import Comment
    from conv_anim.embed.options import Options
    from conv_anim.spec.nodes import Scalar

WITH_PATH = re.compile(r"\s*conv-anim\s*:")
WITH_SPEC = re.compile(r"""\s*conv-anim(?:[ \t]+[A-Za-z_-]+=(?:"[^"\n]*"|'[^'\n]*'|\S+))*[ \t]*\r?\n""")
END = re.compile(r"\s*/\s*conv-anim\s*")
MEANT = re.compile(r"\s*/?\s*conv[ _]?anim\s*(?::.*)?", re.IGNORECASE | re.DOTALL)
"""What was meant as a marker."""
NO_COLON = re.compile(r"\s*conv-anim\s+(?P<path>\S+\.ya?ml)\b.*", re.DOTALL)
"""What was meant as the beginning of a block."""


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A place for a figure: its spec, as a path or as text, its options, and what is replaced, in characters."""

    spec: Scalar | Source
    options: Options
    marker: Span
    start: int
    end: int


def blocks(source: Source) -> list[FigureBlock]:
    """The blocks of a page. Raises SpecError with all that is wrong with their markers and options."""
    reader = _Reader(source)
    for comment in comments(source.text):
        reader.take(comment)
    return reader.result()


@dataclass
class _Reader:
    """Takes the comments of a page in turn."""

    source: Source
    found: list[FigureBlock] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    open: Comment | None = None
    """The marker of the block that is not at its end yet."""
    misspelt: bool = False
    """Whether a block whose first marker was bad, and reported, is not closed yet."""

    def take(self, comment: Comment) -> None:
        if WITH_PATH.match(comment.said) or WITH_SPEC.match(comment.said):
            self._begin(comment)
        elif END.fullmatch(comment.said):
            self._end(comment)
        elif MEANT.fullmatch(comment.said):
            self.misspelt = not comment.said.lstrip().startswith("/")
            self._add(
                "no marker is called like this", comment, "<!-- conv-anim: figure.yaml --> or <!-- /conv-anim -->"
            )
        elif without := NO_COLON.fullmatch(comment.said):
            self.misspelt = True
            self._add("a colon is missing before the path", comment, f"<!-- conv-anim: {without['path']} -->")

    def result(self) -> list[FigureBlock]:
        if self.open is not None:
            self._add("this block has no end", self.open, "put <!-- /conv-anim --> behind it")
        if self.problems:
            raise SpecError(self.problems)
        return self.found

    def _begin(self, comment: Comment) -> None:
        if self.open is not None:
            line = Span.at(self.source, self.open.start).line
            what = f"a block begins inside the one that begins in line {line}"
            self._add(what, comment, "put <!-- /conv-anim --> before it")
        if not comment.closed:
            self._add("this comment has no end", comment, "put --> behind it")
        self.open = comment if comment.closed else None

    def _end(self, comment: Comment) -> None:
        if self.open is None and self.misspelt:
            self.misspelt = False
            return
        if self.open is None:
            self._add("no block begins before this end", comment, "<!-- conv-anim: figure.yaml --> begins one")
            return
        opened, self.open = self.open, None
        try:
            self.found.append(self._block(opened, comment))
        except SpecError as error:
            self.problems += error.problems

    def _block(self, begin: Comment, end: Comment) -> FigureBlock:
        """Raises SpecError."""
        first = begin.start + 4
        marker = self._span(begin)
        inline = WITH_SPEC.match(begin.said)
        name = self.source.text.index("conv-anim", first) + len("conv-anim")
        if inline is None:
            found = list(words(self.source, self.source.text.index(":", name) + 1, begin.end - 3))
            if not found or found[0].key is not None:
                what, hint = "this block names no spec", "its path comes first: <!-- conv-anim: figure.yaml -->"
                raise SpecError([Problem(Code.MISSING_KEY, what, span=marker, hint=hint)])
            return FigureBlock(found[0].value, options(found[1:], whole=marker), marker, begin.end, end.start)
        told = options(words(self.source, name, first + inline.end()), whole=marker)
        return FigureBlock(self._own(first + inline.end(), begin.end - 3), told, marker, begin.end, end.start)

    def _own(self, start: int, end: int) -> Source:
        """The spec inside a marker; its lines keep their numbers in the page."""
        before = Span.at(self.source, start).line - 1
        return Source(self.source.name, "\n" * before + self.source.text[start:end].rstrip() + "\n")

    def _add(self, what: str, comment: Comment, hint: str) -> None:
        if self.source.text.startswith("{", comment.start):
            hint = hint.replace("<!--", "{/*").replace("-->", "*/}")
        self.problems.append(Problem(Code.SYNTAX, what, span=self._span(comment), hint=hint))

    def _span(self, comment: Comment) -> Span:
        first = self.source.text[comment.start : comment.end].splitlines()[0]
        return Span.at(self.source, comment.start, len(first))
