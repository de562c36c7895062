"""The HTML comments of a Markdown text, without those that stand where a reader is shown them.

What is code, a link's address or a definition, is for a parser of CommonMark to say. It knows lines of blocks and
positions in their text without what stands before it, as in a quotation; but a block has as many ``<!--`` in one as in
the other, and in the same order.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

    Rule: TypeAlias = Callable[[StateInline, bool], bool]

BEGIN = "<!--"
JSX = re.compile(r"\{/\*[ \t](.*?)\*/\}", re.DOTALL)
"""A comment of MDX, which has no ``<!--``. With a blank it is as long as one of HTML around the same words."""
LINE_END = re.compile(r"\r\n|\r|\n")
FRONT_MATTER = re.compile(
    r"(?:---[ \t]*\r?\n(?![ \t]*\r?\n).*?^(?:---|\.\.\.)|\+\+\+[ \t]*\r?\n.*?^\+\+\+)[ \t]*\r?(?=\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
MATH = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*\$\$(?:(?!\$\$|\n[ \t>]*\r?\n).)*?\$\$[ \t]*\r?$", re.DOTALL | re.MULTILINE
)
"""A formula in lines of its own, without an empty one."""
CONTAINER = re.compile(
    r"^([ \t>]*)(?:!!!|\?\?\?\+?|===[!+]?(?=[ \t]+\")|\[\^[^\]\s]+\]:|:(?=[ \t]))[ \t]+(?=\S)", re.MULTILINE
)
"""What begins an admonition or a tab of MkDocs, a footnote or a definition; its further lines are indented by four."""
AS_ITEM = r"\1-   "
"""To CommonMark those lines are no code where an item of a list begins."""
CODE = frozenset({"pre", "code", "script", "style", "textarea", "xmp", "samp", "kbd"})
"""Elements whose content is shown, or is for programs."""
WHOLE = frozenset({"pre", "script", "style", "textarea"})
"""Those of them that go on behind empty lines."""
HTML = re.compile(
    r"(?P<comment><!--(?:-?>|.*?(?:-->|\Z)))"
    r"""|<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]*)(?:[^"'<>]|"[^"]*"|'[^']*')*+>""",
    re.DOTALL,
)
DEEPEST = 100
"""Levels of quotations and lists in each other."""
MOST_LINKS = 500
"""Opening brackets in a paragraph. To find the links among more takes time that grows with their square."""
Event: TypeAlias = "tuple[Literal['comment', 'begin', 'end'], int | str]"
"""A comment at a position in the text, or a tag of an element that holds code."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What stands between ``<!--`` and ``-->``, or ``{/*`` and ``*/}``.

    ``start`` and ``end`` are the comment's, in characters of the text.
    """

    start: int
    end: int
    said: str
    closed: bool = True


def comments(text: str) -> Iterator[Comment]:
    """Every comment in turn, ``{/* … */}`` too. One without an end takes the rest of the text."""
    text = JSX.sub(r"<!--\1-->", text)
    if BEGIN not in text:
        return
    at = 0
    for start in _starts(text):
        if start >= at:
            comment = _comment(text, start)
            yield comment
            at = comment.end


def _comment(text: str, start: int) -> Comment:
    end = text.find("-->", start + len(BEGIN))
    if end < 0:
        return Comment(start, len(text), text[start + len(BEGIN) :], closed=False)
    return Comment(start, end + 3, text[start + len(BEGIN) : end])


def _starts(text: str) -> Iterator[int]:
    """Where comments begin that are not shown."""
    formulas = [found.span() for found in MATH.finditer(text)]
    begins = [begin for begin, _ in formulas]
    for at in _outside(_events(text)):
        before = bisect_right(begins, at)
        if before == 0 or at >= formulas[before - 1][1]:
            yield at


def _outside(events: Sequence[Event]) -> Iterator[int]:
    """The comments that stand in no element that holds code. One that is never closed holds nothing."""
    ends = {name: [k for k, event in enumerate(events) if event == ("end", name)] for name in CODE}
    free = 0
    for k, (kind, what) in enumerate(events):
        if kind == "comment" and k >= free:
            yield int(what)
        elif kind == "begin" and k >= free:
            behind = ends[str(what)]
            after = bisect_right(behind, k)
            free = behind[after] if after < len(behind) else free


def _events(text: str) -> list[Event]:
    """What bears on comments, in the order of the text."""
    parser, noted = _parser()
    lines = [0, *(found.end() for found in LINE_END.finditer(text)), len(text)]
    places = [found.start() for found in re.finditer(BEGIN, text)]
    passed: Counter[int] = Counter()  # the cells of a row share its line
    env: dict[str, object] = {}
    events: list[Event] = []
    for token in parser.parse(_plain(text), env):
        if token.map is None or token.type not in {"html_block", "inline"}:
            continue
        start, end = (lines[min(line, len(lines) - 1)] for line in token.map)
        if token.type == "html_block":
            events += _of_html(text, start, end)
            continue
        noted.clear()
        (parser.enable if token.content.count("[") <= MOST_LINKS else parser.disable)(["image", "link"])
        parser.inline.parse(token.content, parser, env, [])
        first = bisect_left(places, start) + passed[start]
        passed[start] += token.content.count(BEGIN)
        events += _of_line(token.content, noted, places[first : bisect_left(places, end)])
    return events


def _plain(text: str) -> str:
    """The text, line by line, without what CommonMark does not know."""
    front = FRONT_MATTER.match(text)
    if front is not None:
        text = re.sub(r"[^\r\n]+", "", front[0]) + text[front.end() :]
    return CONTAINER.sub(AS_ITEM, text)


def _of_html(text: str, start: int, end: int) -> Iterator[Event]:
    """The events of a block of HTML."""
    found = list(HTML.finditer(text, start, end))
    for each in found:
        yield from _event(each)
    first = next((each["tag"].lower() for each in found if each["tag"]), "")
    if first in WHOLE:  # which without an end of its own goes on to that of the block
        yield "end", first


def _event(found: re.Match[str]) -> Iterator[Event]:
    if found["comment"] is not None:
        yield "comment", found.start()
    elif found["tag"].lower() in CODE:
        yield "end" if found["end"] else "begin", found["tag"].lower()


def _of_line(content: str, noted: Sequence[Noted], places: Sequence[int]) -> Iterator[Event]:
    """The events of a paragraph, or of what else is running text; ``places`` are those of its ``<!--`` in the text."""
    spans = sorted((start, end, rule) for start, end, rule, source in noted if source == content)
    tags = [(start, HTML.match(content, start)) for start, _, rule in spans if rule == "html_inline"]
    comments_ = {start for start, found in tags if found is not None and found["comment"] is not None}
    events: list[tuple[int, Event]] = []
    for start, found in tags:
        if found is not None and found["tag"] is not None:
            events += [(start, event) for event in _event(found)]
    ends = {what: at for at, (kind, what) in events if kind == "end"}
    events = [(at, (kind, what)) for at, (kind, what) in events if kind == "end" or ends.get(what, -1) > at]
    begins, reach = [start for start, _, _ in spans], list(accumulate((end for _, end, _ in spans), max))
    for at, place in zip((found.start() for found in re.finditer(BEGIN, content)), places, strict=False):
        within = bisect_right(begins, at)
        if at in comments_ or within == 0 or reach[within - 1] <= at:
            events.append((at, ("comment", place)))
    return (event for _, event in sorted(events))


# the parser

Noted: TypeAlias = "tuple[int, int, str, str]"
"""Where a rule has found what it is for, from and to, its name, and the text in which that is."""


def _parser() -> tuple[MarkdownIt, list[Noted]]:
    """A parser of blocks, and where it notes what its rules find when it is handed a line."""
    from markdown_it import MarkdownIt, rules_inline

    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table").disable("inline")
    noted: list[Noted] = []
    rules = {"backticks": rules_inline.backtick, **{name: getattr(rules_inline, name) for name in RULES}}
    for name, rule in rules.items():
        parser.inline.ruler.at(name, _noting(name, rule, noted))
    return parser, noted


RULES = ("autolink", "escape", "html_inline", "image", "link")


def _noting(name: str, rule: Rule, noted: list[Noted]) -> Rule:
    def noting(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # as the parser calls it
        start = state.pos
        found = rule(state, silent)
        if found and not silent:
            noted.append((start, state.pos, name, state.src))
        return found

    return noting
