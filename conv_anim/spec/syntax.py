"""What is wrong with a text that is not YAML, in a user's words, and where it went wrong.

A YAML parser says where it gave up, which is often far behind the mistake. Imported only when it did.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, Span
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    import yaml

    from conv_anim.diagnostics import Source

QUOTES = "quote a text that has ': ' or '#' in it, or begins with one of @ ` * & % ! [ {"
INDENTED = "the keys of one mapping stand below each other, those of a nested one are indented further"
ESCAPE = "use single quotes: between them a backslash is a backslash"
BEYOND = re.compile(r"\\U(?!000|0010)[0-9a-fA-F]{8}")
"""Escapes for characters that Unicode does not have."""
ODD = re.compile(r"[\u00a0\u2028\u2029\u3000\ufeff\u200b\uff1a\uff0c\u201c\u201d\u2018\u2019]")
"""Characters that look like others: spaces, colons, commas and quotes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the parser gave up, where what it was reading began, and what it says of both."""

    source: Source
    at: Span
    begun: Span
    context: str
    said: str

    @property
    def line(self) -> str:
        """The line where the parser gave up."""
        return self.source.line(self.at.line)

    @property
    def character(self) -> str:
        """The character where it gave up; "" at the end of a line."""
        return self.line[self.at.column - 1 : self.at.column]

    @property
    def before(self) -> str:
        """The line before the place."""
        return self.line[: self.at.column - 1]

    @property
    def is_indentation(self) -> bool:
        """Whether only spaces stand before it."""
        return not self.before.strip()


@dataclass(frozen=True, slots=True)
class Told:
    """The fault in a user's words."""

    message: str
    hint: str
    span: Span


def problem(error: yaml.MarkedYAMLError, source: Source) -> Problem:
    """The diagnostic of a text that could not be parsed."""
    mark = error.problem_mark or error.context_mark
    at, begun = _span(mark, source), _span(error.context_mark or mark, source)
    fault = Fault(source, _written(at), begun, error.context or "", error.problem or "")
    odd = _odd(fault)
    told = next((told for read in READERS if (told := read(fault)) is not None), None)
    if told is None:
        parser = ", ".join(part for part in (fault.context, fault.said) if part)
        message = parser if odd is None else "a character here is not what it looks like"
        told = Told(message, QUOTES, fault.at)
    return Problem(Code.SYNTAX, f"this is not YAML: {told.message}", "", told.span, odd or told.hint)


def _span(mark: Any, source: Source) -> Span:
    return Span(source, 1, 1) if mark is None else Span(source, mark.line + 1, mark.column + 1)


def _written(span: Span) -> Span:
    """The place, or where there is nothing the end of the last line that is not empty, or the comment in it."""
    source, line = span.source, span.line
    if source.line(line).strip():
        return span
    while line > 1 and not source.line(line).strip():
        line -= 1
    text = source.line(line).rstrip()
    comment = text.find(" #")
    return Span(source, line, comment + 2, Span.TO_END) if comment >= 0 else Span(source, line, max(1, len(text)))


def _odd(fault: Fault) -> str | None:
    """A character in the lines concerned that looks like another one."""
    lines = [fault.source.line(k) for k in range(max(1, fault.at.line - 1), fault.at.line + 1)]
    found = next((match[0] for line in lines for match in [ODD.search(line)] if match is not None), None)
    return None if found is None else f"U+{ord(found):04X} in this line looks like another character: type it anew"


# each knows one mistake


def _tab(fault: Fault) -> Told | None:
    if "\t" not in fault.line[: fault.at.column]:
        return None
    return Told("a tab is used where only spaces may be", "indent with spaces: YAML does not allow tabs", fault.at)


def _comment(fault: Fault) -> Told | None:
    if "node content" not in fault.said or not fault.line[fault.at.column - 1 :].startswith("#"):
        return None
    return Told("a value is missing here", "an unquoted # begins a comment: quote a colour, as in '#2f6fb7'", fault.at)


def _quote(fault: Fault) -> Told | None:
    if "quoted scalar" in fault.context and "end of stream" in fault.said:
        hint = "close it; an apostrophe between single quotes is written twice, as in 'It''s'"
        return Told("this quote is never closed", hint, fault.begun)
    if fault.before[-1:] in {"'", '"'} and fault.character.isalnum():
        hint = "an apostrophe between single quotes is written twice, as in 'It''s'; or use double quotes"
        return Told("there is text after the closing quote", hint, fault.at)
    return None


def _escape(fault: Fault) -> Told | None:
    if "escape" not in fault.said:
        return None
    return Told("a backslash between double quotes begins an escape, and this is not one", ESCAPE, fault.at)


def _colon(fault: Fault) -> Told | None:
    """No space behind a colon."""
    glued = re.search(r"[\w'\"]:(?=[^\s/:])", fault.before) if "mapping values" in fault.said else None
    if "unexpected ':'" in fault.said or glued is not None:
        at = fault.at if glued is None else Span(fault.source, fault.at.line, glued.start() + 2)
        return Told("a space is missing behind this colon", "as in size: [5, 5]", at)
    return None


def _bracket(fault: Fault) -> Told | None:
    if "flow" not in fault.context or "expected ','" not in fault.said:
        return None
    opened = fault.source.line(fault.begun.line)[fault.begun.column - 1 : fault.begun.column]
    closing = {"{": "}", "[": "]"}.get(opened, "")
    ended = fault.begun.line != fault.at.line or not fault.line[fault.at.column :].strip()
    if "//" in fault.source.line(fault.begun.line):
        return Told("a comma or a bracket is missing", "a comment begins with #, not with //", fault.at)
    if ended and fault.character not in {"}", "]"}:
        return Told(f"this '{opened}' is never closed", f"close it with '{closing}'", fault.begun)
    hint = f"what '{opened}' opens, '{closing}' closes, with commas between entries"
    return Told(f"',' or '{closing}' is missing here", hint, fault.at)


def _equals(fault: Fault) -> Told | None:
    wrong = re.match(r"\s*[\w.]+\s*(=)", fault.source.line(fault.begun.line)) or re.match(r"\s*\w+ (=)", fault.line)
    if wrong is None or ": " in wrong[0]:
        return None
    line = fault.begun.line if re.match(r"\s*[\w.]+\s*=", fault.source.line(fault.begun.line)) else fault.at.line
    span = Span(fault.source, line, wrong.start(1) + 1)
    return Told("a key and its value are parted by a colon, not by '='", "as in kernel_size: 3", span)


def _too_much(fault: Fault) -> Told | None:
    """A bracket, comma or colon that nothing calls for."""
    if "expected key" not in fault.said:
        return None
    match fault.character:
        case "}" | "]" as bracket:
            return Told(f"this '{bracket}' closes nothing", "leave it out, or open it before", fault.at)
        case ",":
            hint = "outside of brackets every key has its own line, without a comma"
            return Told("this comma is too much", hint, fault.at)
        case ":":
            return Told("a key is missing before this colon", "as in size: [5, 5]", fault.at)
        case _:
            return None


def _dash(fault: Fault) -> Told | None:
    glued = next((k for k in (fault.at.line, fault.at.line - 1) if re.match(r"\s*-\w", fault.source.line(k))), None)
    if glued is not None and ("mapping values" in fault.said or "expected" in fault.said):
        column = fault.source.line(glued).index("-") + 1
        return Told("a space is missing behind this dash", "as in - type: conv", Span(fault.source, glued, column))
    if "'-'" in fault.said:
        return Told("this line is in a list, but has no dash", "each item of a list begins with '- '", fault.at)
    return None


def _indentation(fault: Fault) -> Told | None:
    if "expected key" in fault.said and fault.is_indentation:
        return Told("this line is indented unlike those before it", INDENTED, fault.at)
    if "mapping values" in fault.said and fault.before.count(":") == 0:
        hint = "a mapping begins in the line below its key, indented: layer:, and below it type: conv"
        return Told("there is a key here, but the line before already has its value", hint, fault.at)
    return None


def _two_colons(fault: Fault) -> Told | None:
    if "mapping values" not in fault.said:
        return None
    hint = "quote a text with ': ' in it; nested keys stand in braces, as in input: {size: [5, 5]}, or on lines below"
    return Told("this line has a second colon", hint, fault.at)


def _no_colon(fault: Fault) -> Told | None:
    if "could not find expected ':'" not in fault.said:
        return None
    span = Span(fault.source, fault.begun.line, fault.begun.column, Span.TO_END)
    return Told("this line has a key without a colon, or is part of no value", "as in kernel_size: 3", span)


def _first_character(fault: Fault) -> Told | None:
    alias = re.search(r"an? (alias|anchor)", fault.context)
    span = fault.begun if alias else fault.at
    character = fault.source.line(span.line)[span.column - 1 : span.column]
    if alias or "cannot start any token" in fault.said:
        return Told(f"a text cannot begin with '{character}'", "put it between quotes", span)
    if "directive" in fault.context:
        return Told("a line cannot begin with '%'", "put it between quotes", fault.begun)
    return None


READERS: tuple[Callable[[Fault], Told | None], ...] = (
    _tab,
    _comment,
    _quote,
    _escape,
    _colon,
    _equals,
    _bracket,
    _too_much,
    _dash,
    _indentation,
    _two_colons,
    _no_colon,
    _first_character,
)
"""The first that recognises an error reports it."""


def beyond(source: Source) -> Problem:
    """An escape that is not a character, which only the YAML reader in Python accepts."""
    found = BEYOND.search(source.text)
    span = Span(source, 1, 1) if found is None else Span.at(source, found.start(), len(found[0]))
    return Problem(Code.SYNTAX, "this is not YAML: an escape stands for no character", "", span, ESCAPE)


def unprintable(character: str, source: Source, start: int) -> Problem:
    """The first one of a character that YAML does not allow; libyaml counts bytes to it, so it is looked for."""
    what = f"a character that YAML does not allow (U+{ord(character):04X})"
    span = Span.at(source, source.text.find(character, start))
    return Problem(Code.SYNTAX, f"this is not YAML: {what}", "", span, "take it out; the file may be damaged")
