"""The HTML comments of a Markdown text, without those that stand in code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENING = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(?P<fence>`{3,}+(?=[^`\n]*$)|~{3,}+)"
    r"|(?<![`\\])(?P<code>`+)(?!`)|(?P<comment><!--)",
    re.MULTILINE,
)
"""What begins a fence, a span of code, or a comment."""
LONGEST_CODE = 2000
"""Characters of a span of code that are looked at for its end."""
PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class Comment:
    """What stands between ``<!--`` and ``-->``; ``start`` and ``end`` are the comment's, in characters of the text."""

    start: int
    end: int
    said: str
    closed: bool = True


def comments(text: str) -> Iterator[Comment]:
    """Every comment in turn. One without an end takes the rest of the text."""
    at = 0
    while (found := OPENING.search(text, at)) is not None:
        if found["fence"] is not None:
            at = _behind_fence(text, found)
        elif found["code"] is not None:
            at = _behind_code(text, found)
        else:
            comment = _comment(text, found.start())
            yield comment
            at = comment.end


def _behind_fence(text: str, opening: re.Match[str]) -> int:
    """Where the text goes on after a fenced block, which without an end takes all the rest."""
    fence = opening["fence"]
    closing = re.compile(rf"^[ \t>]*{fence[0]}{{{len(fence)},}}[ \t\r]*$", re.MULTILINE)
    found = closing.search(text, opening.end())
    return len(text) if found is None else found.end()


def _behind_code(text: str, opening: re.Match[str]) -> int:
    """Where the text goes on after a span of code, which has its end in the same paragraph or is none."""
    start = opening.end()
    within = PARAGRAPH_END.split(text[start : start + LONGEST_CODE], maxsplit=1)[0]
    found = re.search(rf"(?<!`){opening['code']}(?!`)", within)
    return start if found is None else start + found.end()


def _comment(text: str, start: int) -> Comment:
    end = text.find("-->", start + 4)
    if end < 0:
        return Comment(start, len(text), text[start + 4 :], closed=False)
    return Comment(start, end + 3, text[start + 4 : end])
