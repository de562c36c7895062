"""A fence of pymdownx's SuperFences: a spec in a Markdown page becomes a figure in it, for MkDocs and its successors.

The figure is part of the page, as a data URI: site builders list the files of a site before they read its pages.
"""

from __future__ import annotations

import logging
from html import escape
from typing import TYPE_CHECKING, Any

from conv_anim import pipeline
from conv_anim.diagnostics import Source, SpecError
from conv_anim.embed import html
from conv_anim.embed.figure import at_night, figure, said
from conv_anim.embed.options import named

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

LOG = logging.getLogger("mkdocs.plugins.conv_anim")
"""MkDocs counts what is logged below its own name; ``--strict`` fails for a warning."""
NAME = "conv-anim"
"""What a diagnostic calls the fence's text."""


def validator(
    _language: str, inputs: Mapping[str, str], options: MutableMapping[str, str], _attrs: object, _md: object
) -> bool:
    """Take every option of a fence; `format` says which it does not know."""
    options.update(inputs)
    return True


def format(  # noqa: A001  # what SuperFences calls it
    source: str,
    _language: str,
    css_class: str,
    options: Mapping[str, str],
    _md: object,
    *,
    classes: Sequence[str] | None = None,
    id_value: str = "",
    attrs: Mapping[str, str] | None = None,
    **_more: Any,
) -> str:
    """The HTML of the figure that a spec stands for, or a box that says what is wrong with it, which is logged too."""
    try:
        shown = _figure(source, {**options, **(attrs or {})})
    except SpecError as error:
        for problem in error.problems:
            LOG.warning("%s", problem)
        return html.problems(error.problems)
    named_ = f' id="{escape(id_value)}"' if id_value else ""
    return f'<div class="{escape(" ".join([css_class, *(classes or [])]))}"{named_}>{shown}</div>'


def _figure(source: str, said_: Mapping[str, str]) -> str:
    """Raises SpecError."""
    options = named(said_)
    changes = () if options.theme is None else (f"theme={options.theme}",)
    loaded = pipeline.loaded(Source(NAME, source), changes=changes)
    alt = options.alt or said(loaded, options.lang)
    shown = figure(loaded, format_=options.format, step=options.step, alt=alt)
    dark = at_night(loaded, shown) if options.dark else None
    printed = options.still if options.print is None else options.print
    return html.self_contained(shown, width=options.width, poster=options.still, dark=dark, printed=printed)
