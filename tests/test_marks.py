"""Markers in Markdown: those that a reader is shown are left alone, all others are found."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from conv_anim.cli import main
from conv_anim.embed.marks import comments

M = "<!-- conv-anim: x -->"
SHOWN = {
    "indented": f"para\n\n    {M}\n",
    "indented by a tab": f"para\n\n\t{M}\n",
    "indented at the beginning": f"    {M}\n",
    "indented, CR LF": f"para\r\n\r\n    {M}\r\n",
    "indented in a quotation": f">     {M}\n",
    "indented in two quotations": f"> > a\n> >\n> >     {M}\n",
    "indented in a list": f"- a\n\n      {M}\n",
    "indented in an admonition": f"!!! note\n\n        {M}\n",
    "a fence": f"```\n{M}\n```\n",
    "a fence of tildes": f"~~~ md\n{M}\n~~~\n",
    "a fence without an end": f"```\n{M}\n",
    "a fence in a list": f"- a\n  ```\n  {M}\n  ```\n",
    "a fence in a deeper list": f"1. a\n\n   - b\n\n     ```\n     {M}\n     ```\n",
    "a fence in a quotation": f"> ```\n> {M}\n> ```\n",
    "a fence in a list in a quotation": f"> - ~~~~\n>   {M}\n>   ~~~\n>   {M}\n>   ~~~~\n",
    "a formula in a fence": f"```math\n{M}\n```",
    "code": f"a `{M}` b",
    "code with two backticks": f"a ``b ` {M}`` b",
    "code over two lines": f"a `b\nc {M}\nc` d\n",
    "code in a list": f"- `{M}`\n",
    "code in a table": f"| a |\n|---|\n| `{M}` |\n",
    "code in a heading": f"# `{M}`\n",
    "escaped": f"\\{M}\n",
    "escaped in a line": f"a \\{M} b\n",
    "<pre>": f"<pre>\n{M}\n\n{M}\n</pre>\n",
    "<pre> with an attribute": f'<pre class="a">\n{M}</pre>',
    "<pre> without an end": f"<pre>\n\n{M}\n",
    "<pre> in <details>": f"<details>\n\n<pre>\n{M}\n</pre>\n\n</details>\n",
    "<pre> that begins in a line": f"<div><pre>\n\n{M}\n\n</pre></div>\n",
    "<code>": f"<code>{M}</code> x\n",
    "<code> in a line": f"a <code>{M}</code> x\n",
    "<CODE>": f"a <CODE>{M}</CODE> x\n",
    "<code> over blocks": f"<code>\n\n{M}\n\n</code>\n",
    "<kbd>": f"a <kbd>{M}</kbd>",
    "<script>": f"<script>\nlet a = '{M}'\n\n{M}\n</script>\n",
    "<style>": f"<style>\n{M}\n</style>\n",
    "<textarea>": f"<textarea>\n\n{M}\n</textarea>\n",
    "<textarea> in a line": f"a <textarea>{M}</textarea>\n",
    "an attribute": f'<a title="{M}">x</a>\n',
    "an attribute in a line": f'a <a title="{M}">x</a>\n',
    "an attribute of a block": f'<div title="{M}">\n</div>\n',
    "a link's title": f'[a](b "{M}")\n',
    "an image's text": f"![a {M}](b)\n",
    "a definition": f'[a]: b "{M}"\n\n[a]\n',
    "a definition in two lines": f"[a]: b\n  '{M}'\n",
    "a formula": f"$$\n{M}\n$$\n",
    "a formula in one line": f"$${M}$$\n",
    "front matter": f"---\ntitle: a # {M}\n---\n",
    "front matter with an empty line": f"---\na: |\n  {M}\n\n  {M}\n...\n",
    "front matter, CR LF": f"---\r\ntitle: a # {M}\r\n---\r\n",
    "front matter in TOML": f"+++\na = '{M}'\n+++\n",
}
LIVE = {
    "a line": f"{M}\n",
    "in a line": f"a {M} b",
    "a list": f"- {M}\n",
    "a list's second paragraph": f"- a\n\n  {M}\n",
    "a numbered list": f"1. a\n\n   {M}\n",
    "a numbered list by four": f"1. a\n\n    {M}\n",
    "a list in a list": f"- a\n    - {M}\n",
    "a quotation": f"> {M}\n",
    "many quotations": "> " * 30 + f"{M}\n",
    "a table": f"| a | b |\n|---|---|\n| x | {M} |\n",
    "a table's heading": f"| {M} | b |\n|---|---|\n| x | y |\n",
    "a link in a table": f"| a |\n|---|\n| [{M}](b) |\n",
    "a cell after code": f"| a | b |\n|---|---|\n| `<!-- x -->` | {M} |\n",
    "a cell after a bar": f"| a | b |\n|---|---|\n| `a\\|b` | {M} |\n",
    "a heading": f"# a {M}\n",
    "<div>": f"<div>\n  {M}\n</div>\n",
    "<td>": f"<table>\n <tr>\n    <td>\n        {M}\n",
    "<p>": f'<p align="center">\n    {M}\n</p>\n',
    "<details>": f"<details><summary>x</summary>\n\n{M}\n\n</details>\n",
    "behind code": f"`a` {M} `b`\n",
    "behind a fence": f"```\nx\n```\n{M}\n",
    "behind <pre>": f"<pre>x</pre>\n\n{M}\n",
    "behind <pre> in its line": f"<pre>x</pre> {M}\n",
    "behind <code>": f"<code>x</code> {M}\n",
    "behind an empty comment": f"<!--> {M}\n",
    "behind a stray backtick": f"a ` b {M} c\n",
    "behind a stray tag": f"a <code> b\n\n{M}\n",
    "behind an escaped backslash": f"\\\\{M}\n",
    "behind a formula": f"$$\na\n$$\n\n{M}\n\n$$\nb\n$$\n",
    "between dollars": f"it costs $5 {M} and $6",
    "between rules": f"---\n\n{M}\n\n---\n",
    "between later rules": f"a\n\n---\n{M}\n---\n",
    "behind front matter": f"---\na: b\n---\n{M}\n",
    "a spec with an empty line": "<!-- conv-anim output=a.gif\ninput: {size: [4, 4]}\n\nlayer: x\n-->\n",
    "a spec with an empty line in a paragraph": "x <!-- conv-anim output=a.gif\ninput: 1\n\nlayer: x\n-->\n",
    "dashes": 'x <!-- conv-anim: a.yaml alt="a -- b" --> y',
    "an admonition": f"!!! note\n\n    {M}\n",
    "an admonition in an admonition": f'??? note "x"\n\n    !!! tip\n\n        {M}\n',
    "a tab": f'=== "A"\n\n    a\n\n=== "B"\n\n    {M}\n',
    "a footnote": f"a[^1]\n\n[^1]: b\n\n    {M}\n",
    "a footnote's line": f"[^1]: {M}\n",
    "a definition list": f"a\n:   b\n\n    {M}\n",
    "a directive with colons": f":::{{note}}\n{M}\n:::\n",
    "strong": f"**{M}**",
    "a link": f"[{M}](x)",
    "lazy": f"- a\n{M}\n",
    "CR alone": f"a\r\r{M}\r",
    "what Python takes for line ends": f"a\x0b\x0c\u2028b\n\n{M}\n",
    "behind many brackets": "[" * 1000 + f" {M}\n",
}


def found(text):
    return [each.said for each in comments(text) if "conv-anim" in each.said]


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
def test_a_marker_that_is_shown_is_left_alone(text):
    assert found(text) == []
    assert found(f"{text}\n\n{M}\n")[1:] == [], "it hides at most what comes behind it"


@pytest.mark.parametrize("text", LIVE.values(), ids=LIVE)
def test_a_marker_that_is_not_shown_is_found(text):
    assert len(found(text)) == 1


CONTAINED = sorted(
    name for name in SHOWN if not name.startswith("front matter") and "CR LF" not in name and "tab" not in name
)
"""But for front matter, which is at the beginning, and a tab, which is narrower there."""
UNCLOSED = {"a fence without an end", "<pre> without an end"}


@pytest.mark.parametrize("name", sorted(SHOWN.keys() - UNCLOSED))
def test_a_marker_behind_one_that_is_shown_is_found(name):
    assert len(found(f"{SHOWN[name]}\n\nA paragraph.\n\n{M}\n")) == 1


@pytest.mark.parametrize(("outer", "name"), list(product(["> ", "- ", "1. "], CONTAINED)))
def test_what_is_shown_is_shown_in_quotations_and_lists_too(outer, name):
    lines = SHOWN[name].splitlines()
    inner = outer if outer == "> " else " " * len(outer)
    assert found("\n".join([f"{outer}{lines[0]}", *(f"{inner}{line}" for line in lines[1:])])) == []


def test_comments_are_those_that_a_parser_makes_html_of():
    """In texts of random pieces: what is found is no text of the page, and what is text is not found."""
    import random
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.inside: list[str] = []
            self.free: list[str] = []

        def handle_starttag(self, tag, attrs):
            self.inside += [tag] if tag in {"pre", "code"} else []

        def handle_endtag(self, tag):
            if tag in self.inside:
                self.inside.remove(tag)

        def handle_comment(self, data):
            self.free += [] if self.inside else [data.strip()]

    pieces = [
        "a",
        "`",
        "``",
        "\n",
        "\n\n",
        "    ",
        "> ",
        "- ",
        "```\n",
        "~~~\n",
        "\\",
        "\n\n<pre>\n<!-- 7 -->\n\n<!-- 8 --></pre>\n\n",
        "<b>",
        "[a](b) ",
        "*",
        "# ",
    ]
    random_ = random.Random(7)
    for _ in range(3000):
        text = "".join(random_.choices([*pieces, *(f"<!-- {k} -->" for k in range(6))], k=12))
        reader = Reader()
        reader.feed(MarkdownIt("commonmark").enable("table").render(text))
        assert [each.said.strip() for each in comments(text)] == reader.free, text


HOSTILE = [
    "<!-- ",
    "a <!-- ",
    "`<!--",
    '<a "<!--',
    "<code><!-- -->",
    "> ",
    "$$ <!--\n",
    "[<!--",
    "![<!-- -->",
    "- ",
    "<",
    "<a ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_text_twice_as_long_takes_about_twice_the_calls(piece):
    """Not four times: counted in what the interpreter does, not in time."""

    def calls(text):
        count = 0

        def counted(*_):
            nonlocal count
            count += 1

        sys.setprofile(counted)
        try:
            list(comments(text))
        finally:
            sys.setprofile(None)
        return count

    calls("<!-- -->")
    assert calls(piece * 4000 + "<!-- -->") < 3 * calls(piece * 2000 + "<!-- -->") + 10_000


def test_examples_in_a_page_stay_to_the_byte(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("x").write_text("input: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 2}\n")
    shown = [text for name, text in SHOWN.items() if name not in UNCLOSED and "front" not in name and "\r" not in text]
    before = "\n\npara  \n\n".join(shown) + f"\n\nlast   \n{M}"
    Path("page.md").write_text(f"{before}<!-- /conv-anim -->\n\n\t tail \n\n")
    result = CliRunner().invoke(main, ["embed", "page.md"])
    assert result.exit_code == 0, result.output
    after = Path("page.md").read_text()
    assert after.startswith(f"{before}<picture>")
    assert after.endswith("</picture><!-- /conv-anim -->\n\n\t tail \n\n")


def test_the_parser_is_for_embed_alone():
    modules = "commands.render, commands.embed, app.report, embed.sphinx, embed.fence, embed.jupyter"
    code = f"import sys, conv_anim.{modules.replace(' ', ' conv_anim.')}; print('markdown_it' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "False\n"
