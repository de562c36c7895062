"""Figures in Markdown pages: what ``conv-anim embed`` writes, what it leaves alone, and how it says what is wrong."""

from __future__ import annotations

import os
import re
from functools import cache
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import markdown_it
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from PIL import Image

from conv_anim import catalog, pipeline
from conv_anim.app import build, plan
from conv_anim.cli import main
from conv_anim.diagnostics import Source
from conv_anim.embed import markdown, page_files
from conv_anim.embed.marks import comments
from tests import pictures

ROOT = Path(__file__).parent.parent
SPEC = 'title: A "q" <b> | c\ninput: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\nview: flat\n'
BLOCK = "<!-- conv-anim: figs/one.yaml -->\n<!-- /conv-anim -->\n"


def run(*args):
    result = CliRunner().invoke(main, ["embed", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def here(tmp_path, monkeypatch):
    folder = tmp_path / "a folder"
    (folder / "figs").mkdir(parents=True)
    monkeypatch.chdir(folder)
    (folder / "figs" / "one.yaml").write_text(SPEC)
    return folder


def page(text, name="page.md"):
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def parsed(text):
    """The images of a page and of its HTML, as a browser would find them."""
    from html.parser import HTMLParser

    class Images(HTMLParser):
        found: list[tuple[str, dict[str, str]]] = []  # noqa: RUF012  # of this class alone

        def handle_starttag(self, tag, attrs):
            if tag in {"img", "source", "picture"}:
                self.found.append((tag, dict(attrs)))

    reader = Images()
    reader.found = []
    reader.feed(MarkdownIt("commonmark").enable("table").render(text))
    return reader.found


def drawn(given):
    """The scene of a spec."""
    return pipeline.scene(pipeline.loaded(given).spec)


# what is written


def test_a_block_gets_a_picture_with_its_words_its_size_and_a_still(here):
    made = page("# T\n\n" + BLOCK + "\nend\n")
    assert run(made).exit_code == 0
    (_, _), (source, still), (_, image) = parsed(made.read_text())
    assert source == "source"
    assert still == {"media": "(prefers-reduced-motion: reduce), print", "srcset": "./figs/one.still.png"}
    assert image["src"] == "./figs/one.gif"
    assert image["alt"].startswith('A "q" <b> | c. Convolution')
    with Image.open("figs/one.gif") as gif, Image.open("figs/one.still.png") as png:
        scene = drawn(Path("figs/one.yaml"))
        assert len(scene.rests) == 4
        assert gif.n_frames == len(pictures.changes(scene))
        assert (int(image["width"]), int(image["height"])) == gif.size == png.size
        gif.seek(sum(k <= scene.poster for k in pictures.changes(scene)) - 1)
        assert (
            abs(gif.convert("L").resize((60, 60)).getextrema()[0] - png.convert("L").resize((60, 60)).getextrema()[0])
            < 9
        )
    assert made.read_text().startswith("# T\n\n<!-- conv-anim: figs/one.yaml -->\n")
    assert made.read_text().endswith("<!-- /conv-anim -->\n\nend\n")


def test_a_second_run_changes_nothing(here):
    made = page(BLOCK + "<!-- conv-anim: figs/one.yaml spec=details width=90 -->x<!-- /conv-anim -->")
    run(made)
    before = files(here)
    os.utime("figs/one.gif", (1, 1))
    assert run(made, "-v").stderr == "3 files: 3 as before\n"
    assert files(here) == before
    assert Path("figs/one.gif").stat().st_mtime == 1
    assert run(made, "--check").exit_code == 0


def test_check_writes_nothing_and_names_what_would_change(here):
    made = page(BLOCK)
    before = files(here)
    result = run(made, "--check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "would be new: figs/one.gif", "would be new: figs/one.still.png", "would change: page.md"
    ]  # fmt: skip
    assert result.stderr == "to make these changes: conv-anim embed page.md\n"
    assert files(here) == before
    run(made)
    Path("figs/one.yaml").write_text(SPEC.replace("[4, 4]", "[5, 4]"))
    stale = run(made, "--check")
    assert stale.exit_code == 1
    assert "would change: figs/one.gif" in stale.stdout
    assert "would change: page.md" in stale.stdout


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (b"\xef\xbb\xbf# T\r\n\r\n" + BLOCK.replace("\n", "\r\n").encode() + "caf\u00e9".encode(), b"\r\n"),
        (BLOCK.strip().encode(), b"\n"),
    ],
)
def test_line_ends_a_byte_order_mark_and_a_missing_last_line_end_survive(here, data, ending):
    made = page(data)
    assert run(made).exit_code == 0
    written = made.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf") == data.startswith(b"\xef\xbb\xbf")
    assert written.count(b"\n") == written.count(ending)
    assert written[-4:] == data[-4:]
    assert run(made, "--check").exit_code == 0


def test_what_stands_in_code_is_left_alone(here):
    text = (
        "```html\n" + BLOCK + "```\n\n- ~~~~\n  " + BLOCK.replace("\n", "\n  ") + "~~~\n  ~~~~\n\n"
        "Write `<!-- conv-anim: x.yaml -->` or ``a ` <!-- /conv-anim -->``, and \\` too.\n\n"
        "<!-- a comment with ` in it -->\n"
    )
    made = page(text)
    assert run(made).exit_code == 0
    assert made.read_text() == text
    assert run(page(text + BLOCK)).exit_code == 0
    assert Path("figs/one.gif").exists()


def test_a_block_in_one_line_stays_in_it(here):
    made = page("| a |\n|---|\n| [<!-- conv-anim: figs/one.yaml width=100 --><!-- /conv-anim -->](figs/one.yaml) |\n")
    assert run(made).exit_code == 0
    assert len(made.read_text().splitlines()) == 3
    html = MarkdownIt("commonmark").enable("table").render(made.read_text())
    assert html.count("<td>") == 1
    assert '<a href="figs/one.yaml"><!--' in html
    images = [attrs for tag, attrs in parsed(made.read_text()) if tag == "img"]
    assert [image["width"] for image in images] == ["100"]
    assert abs(int(images[0]["height"]) / 100 - pipeline.scene(pipeline.load("figs/one.yaml")).height / 537) < 0.01


def test_html_in_a_page_is_xml_too(here):
    """As EPUB and MDX read it: what is not closed there spoils the page."""
    made = page(BLOCK + "\n\n<!-- conv-anim: figs/one.yaml width=100 still=false -->\n<!-- /conv-anim -->\n")
    assert run(made).exit_code == 0
    found = ET.fromstring(f"<page>{made.read_text()}</page>")
    assert [each.tag for each in found.iter()] == ["page", "picture", "source", "img", "img"]


MDX = """# T

{/* conv-anim: figs/one.yaml spec=details print=true */}
{/* /conv-anim */}

{/* conv-anim output=figs/two.gif still=false
title: "{braces}"
input: {size: [3, 3]}
layer: {type: conv, kernel_size: 2}
*/}
{/* /conv-anim */}

`{/* conv-anim: no.yaml */}`

{/* a comment */}
"""


def test_comments_of_mdx_are_markers_too(here):
    made = page(MDX, "page.mdx")
    assert run(".").exit_code == 0
    text = made.read_text()
    between = re.findall(r"\*/\}\n((?:(?!\*/\}).)*?)\{/\* /conv-anim", text, re.DOTALL)
    assert 'loading="lazy" hidden="hidden" style={{ display: "none" }} />' in between[0]
    assert [tag for tag, _ in parsed(between[0].replace("{{", '"').replace("}}", '"').replace('"none"', "none"))] == [
        "picture", "source", "img", "img",
    ]  # fmt: skip
    assert 'srcSet="./figs/one.still.png"' in between[0]
    assert "\n<details>\n<summary>The spec: " in between[0]
    assert between[1].startswith("\n![\\{braces}. Convolution")
    assert run(made, "--check").exit_code == 0
    assert re.sub(r"(\*/\}\n)(?:(?!\*/\}).)*?(\{/\* /conv-anim)", r"\1\2", text, flags=re.DOTALL) == MDX


def test_what_is_wrong_in_mdx_is_told_in_its_words(here):
    said = run(page("{/* conv-anim: figs/one.yaml */}\n", "page.mdx")).stderr
    assert said.startswith("page.mdx:1:1: error: this block has no end")
    assert "put {/* /conv-anim */} behind it" in said
    assert "<!--" not in said


def test_a_cell_of_a_table_gets_a_plain_image(here):
    made = page("| a |\n|---|\n| <!-- conv-anim: figs/one.yaml still=false --><!-- /conv-anim --> |\n")
    assert run(made).exit_code == 0
    assert re.search(r"--> \|$|-->!\[.*\]\(figs/one.gif\)<!-- /conv-anim --> \|$", made.read_text(), re.MULTILINE)
    ((tag, image),) = parsed(made.read_text())
    assert (tag, image["src"]) == ("img", "figs/one.gif")
    assert "| c" in image["alt"]


@pytest.mark.parametrize(("options", "media"), [
    ("", "(prefers-reduced-motion: reduce), print"), ("still=false", "print"), ("format=svg", "print"),
])  # fmt: skip
def test_paper_gets_a_still(here, options, media):
    made = page(BLOCK.replace(" -->", f" print=true {options} -->", 1))
    assert run(made).exit_code == 0
    (_, _), (_, still), (_, shown), (_, paper) = parsed(made.read_text())
    assert still == {"media": media, "srcset": "./figs/one.still.png"}
    assert shown["src"] == f"./figs/one.{'svg' if 'svg' in options else 'gif'}"
    assert (paper["src"], paper["loading"]) == ("./figs/one.still.png", "lazy")
    assert "hidden" in paper
    with Image.open("figs/one.still.png") as png:
        assert png.size == (int(shown["width"]), int(shown["height"]))
    assert run(made, "--check").exit_code == 0


def test_a_figure_that_does_not_move_is_printed_as_it_is(here):
    made = page(BLOCK.replace(" -->", " print=true step=1 -->", 1) + "\n" + BLOCK.replace(" -->", " dark=true -->", 1))
    assert run(made).exit_code == 0
    assert "hidden" not in made.read_text()
    assert [attrs["media"] for tag, attrs in parsed(made.read_text()) if tag == "source"] == [
        "(prefers-color-scheme: dark) and (prefers-reduced-motion: reduce)",
        "(prefers-reduced-motion: reduce), print",
        "(prefers-color-scheme: dark)",
    ]


LISTED = "<!-- conv-anim: figs/one.yaml spec={} -->\n<!-- /conv-anim -->\n"


@pytest.mark.parametrize("kind", ["code", "details"])
def test_a_listing_that_a_formatter_set_anew_is_the_same(here, kind):
    """As prettier does: spaces inside braces, other quotation marks."""
    Path("figs/one.yaml").write_text("input: {size: [3, 3]}\nlayer: {type: 'conv', kernel_size: 2}  # two\n")
    made = page(LISTED.format(kind))
    assert run(made).exit_code == 0
    written = made.read_text()
    set_anew = written.replace("{size: [3, 3]}", "{ size: [3, 3] }").replace("'conv'", '"conv"')
    assert set_anew != written
    made.write_text(set_anew)
    assert run(made, "--check").exit_code == 0
    assert run(made).exit_code == 0
    assert made.read_text() == set_anew
    for old, new in [("kernel_size: 2", "kernel_size: 3"), ("# two", "# three"), ("size: [3, 3]", "size: [3, 3")]:
        made.write_text(set_anew.replace(old, new))
        assert run(made, "--check").exit_code == 1, new
        assert run(made).exit_code == 0
        assert made.read_text() == written


def test_blocks_in_lists_and_quotations_keep_their_place(here):
    made = page(
        "- item\n\n  <!-- conv-anim: figs/one.yaml spec=code -->\n  <!-- /conv-anim -->\n\n"
        "> <!-- conv-anim: figs/one.yaml still=false -->\n> <!-- /conv-anim -->\n"
    )
    assert run(made).exit_code == 0
    html = MarkdownIt("commonmark").render(made.read_text())
    assert re.search(r"<li>.*<picture>.*<pre>.*</li>", html, re.DOTALL)
    assert re.search(r'<blockquote>.*<img src="figs/one.gif".*</blockquote>', html, re.DOTALL)
    assert run(made, "--check").exit_code == 0


def test_a_spec_may_stand_in_the_page(here):
    text = "<!-- conv-anim output='my pics/pool.gif' spec=details\n" + SPEC + "-->\n<!-- /conv-anim -->\n"
    made = page(text, "docs/page.md")
    assert run(made).exit_code == 0
    with Image.open("docs/my pics/pool.gif") as gif:
        assert gif.n_frames == len(pictures.changes(drawn(Source("spec.yaml", SPEC))))
    images = [attrs["src"] for tag, attrs in parsed(made.read_text()) if tag == "img"]
    assert images == ["./my%20pics/pool.gif"]
    assert f"```yaml\n{SPEC}```" in made.read_text()
    assert run(made, "--check").exit_code == 0


def test_data_files_of_a_spec_in_the_page_lie_beside_it(here):
    page("1,2,3\n4,5,6\n7,8,9\n", "docs/data.csv")
    spec = "input: {values: {file: data.csv}}\nlayer: {type: max_pool, kernel_size: 2, stride: 1}\n"
    made = page(f"<!-- conv-anim output=a.gif\n{spec}-->\n<!-- /conv-anim -->\n", "docs/page.md")
    assert run(made).exit_code == 0


@pytest.mark.skipif(markdown_it.__version__ < "4", reason="markdown-it 3 loses what is escaped in a picture's words")
def test_options_choose_the_picture(here):
    made = page(
        "<!-- conv-anim: figs/one.yaml theme=dark output=img -->\n<!-- /conv-anim -->\n"
        "<!-- conv-anim: figs/one.yaml step=1 alt='x [y] *z*' -->\n<!-- /conv-anim -->\n"
        "<!-- conv-anim: figs/one.yaml format=png still=false lang=zh-TW -->\n<!-- /conv-anim -->\n"
    )
    assert run(made).exit_code == 0
    assert {p for p in files(here) if p.endswith(("gif", "png"))} == {
        "img/one-dark.gif",
        "img/one-dark.still.png",
        "figs/one-step-1.png",
        "figs/one.png",
    }
    CliRunner().invoke(main, ["render", "figs/one.yaml", "--step", "1", "-o", "other.png"])
    assert Path("other.png").read_bytes() == Path("figs/one-step-1.png").read_bytes()
    images = [attrs for tag, attrs in parsed(made.read_text()) if tag == "img"]
    assert [image["src"] for image in images] == ["./img/one-dark.gif", "figs/one-step-1.png", "figs/one.png"]
    assert images[1]["alt"] == "x [y] *z*"
    assert "卷積" in images[2]["alt"]


def test_a_folder_for_pictures_and_folders_of_pages(here):
    text = BLOCK.replace("figs", "../figs")
    for name in ("docs/a.md", "docs/deep/b.md", "docs/.hidden/c.md"):
        page(text if "deep" not in name else BLOCK.replace("figs", "../../figs"), name)
    assert run("docs", "-o", "pics").exit_code == 0
    assert {"pics/one.gif", "pics/one.still.png"} <= set(files(here))
    assert 'src="../../pics/one.gif"' in Path("docs/deep/b.md").read_text()
    assert Path("docs/.hidden/c.md").read_text() == text


def test_the_page_of_a_link_is_written_and_the_link_stays(here):
    page(BLOCK, "real.md")
    Path("link.md").symlink_to("real.md")
    assert run("link.md").exit_code == 0
    assert Path("link.md").is_symlink()
    assert "<picture>" in Path("real.md").read_text()


# what is wrong


def problems(result):
    assert result.exit_code == 1
    return [line for line in result.stderr.splitlines() if " error: " in line]


def test_all_problems_of_all_pages_are_told_and_good_pages_are_done(here):
    bad = page(
        "<!-- conv-anim: figs/one.yaml widht=3 step=x -->\n<!-- /conv-anim -->\n"
        "<!-- /conv-anim -->\n"
        "<!-- conv-anim: figs/one.yaml -->\n"
        "<!-- conv-anim: figs/one.yaml output=x.pdf -->\n<!-- /conv-anim -->\n"
        "<!-- conv_anim: figs/one.yaml -->\n"
        "<!-- conv-anim: -->\n<!-- /conv-anim -->\n"
        "<!-- conv-anim: figs/one.yaml output=x.png format=gif alt=a alt=b c -->\n<!-- /conv-anim -->\n"
        "<!-- conv-anim: figs/one.yaml -->\n",
        "bad.md",
    )
    worse = page(
        "<!-- conv-anim: figs/none.yaml -->\n<!-- /conv-anim -->\n"
        "<!-- conv-anim output=a.gif\ninput: {size: [3, 3]}\nlayer: {type: conv, kernl: 3}\n-->\n<!-- /conv-anim -->\n"
        "<!-- conv-anim: figs/one.yaml step=77 -->\n<!-- /conv-anim -->\n"
        "<!-- conv-anim: figs/one.yaml output=../../x.gif -->\n<!-- /conv-anim -->\n"
        "<!-- conv-anim\ninput: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 3}\n-->\n<!-- /conv-anim -->\n",
        "worse.md",
    )
    page(b"\xff\xfe", "utf16.md")
    page(b"caf\xe9", "latin.md")
    good = page(BLOCK, "good.md")
    before = bad.read_bytes(), worse.read_bytes()
    found = problems(run("bad.md", "worse.md", "missing.md", "utf16.md", "latin.md", "good.md"))
    places = [re.match(r"([\w.]+)(?::(\d+):(\d+))?: error: .* \[([\w-]+)\]", line).groups() for line in found]
    assert places == [
        ("bad.md", "1", "31", "unknown-key"),
        ("bad.md", "1", "44", "wrong-type"),
        ("bad.md", "3", "1", "syntax"),
        ("bad.md", "5", "1", "syntax"),
        ("bad.md", "5", "38", "format"),
        ("bad.md", "7", "1", "syntax"),
        ("bad.md", "8", "1", "missing-key"),
        ("bad.md", "10", "51", "exclusive-keys"),
        ("bad.md", "10", "61", "duplicate-key"),
        ("bad.md", "10", "67", "syntax"),
        ("bad.md", "12", "1", "syntax"),
        ("worse.md", "1", "17", "unreadable"),
        ("worse.md", "5", "21", "unknown-key"),
        ("worse.md", "8", "1", "step"),
        ("worse.md", "10", "1", "output"),
        ("worse.md", "12", "1", "missing-key"),
        ("missing.md", None, None, "unreadable"),
        ("utf16.md", None, None, "encoding"),
        ("latin.md", "1", "4", "encoding"),
    ]
    assert (bad.read_bytes(), worse.read_bytes()) == before
    assert "<picture>" in good.read_text()
    assert {p for p in files(here) if p.endswith(("gif", "png"))} == {"figs/one.gif", "figs/one.still.png"}


def test_an_unknown_option_names_the_nearest(here):
    result = run(page("<!-- conv-anim: figs/one.yaml widht=300 -->\n<!-- /conv-anim -->\n"))
    assert "did you mean 'width'?" in result.stderr


def test_two_blocks_do_not_write_the_same_file(here):
    page(BLOCK, "a.md")
    other = page(
        "<!-- conv-anim output=figs/one.gif\n" + SPEC.replace("4, 4", "5, 5") + "-->\n<!-- /conv-anim -->\n", "b.md"
    )
    before = other.read_bytes()
    (line,) = problems(run("a.md", "b.md"))
    assert line.startswith("b.md:1:1: error: this would write figs/one.gif, which the block at a.md:1 makes")
    assert other.read_bytes() == before


def test_a_picture_that_cannot_be_written_leaves_its_page_alone(here):
    made = page(BLOCK)
    Path("figs/one.gif").mkdir()
    (line,) = problems(run(made))
    assert "cannot be written" in line
    assert made.read_text() == BLOCK


def test_no_page_is_wrong_usage(here):
    assert run().exit_code == 2


# somebody else at the same time


def meanwhile(monkeypatch, *happenings):
    """Have things happen while pictures are drawn: one each time that some are."""
    left = list(happenings)
    draw = build.all_done

    def slow(*args):
        yield from draw(*args)
        if left:
            left.pop(0)()

    monkeypatch.setattr(build, "all_done", slow)
    return left


@pytest.mark.parametrize("way", ["in its place", "by a new file"])
@pytest.mark.parametrize(
    "edit", ["mine\n\n" + BLOCK, BLOCK + "\nmine\n", BLOCK + "mine\n\n" + BLOCK.replace("one.yaml", "one.yaml step=1")]
)
def test_what_is_saved_meanwhile_is_kept_and_filled(here, monkeypatch, edit, way):
    made = page(BLOCK)

    def save():
        if way == "in its place":
            made.write_text(edit)
        else:
            page(edit, "page.tmp").rename(made)

    left = meanwhile(monkeypatch, save)
    assert run(made).exit_code == 0
    assert left == []
    text = made.read_text()
    assert "mine\n" in text
    assert text.count("<img") + text.count("![") == edit.count("conv-anim:")
    assert run(made, "--check").exit_code == 0


def test_what_is_saved_meanwhile_counts_also_if_the_page_was_up_to_date(here, monkeypatch):
    made = page(BLOCK)
    run(made)
    meanwhile(monkeypatch, lambda: made.write_text(made.read_text() + BLOCK.replace(" -->", " theme=dark -->", 1)))
    assert run(made).exit_code == 0
    assert "figs/one-dark.gif" in made.read_text()
    assert Path("figs/one-dark.gif").exists()


def test_what_is_saved_at_the_last_moment_is_kept(here, monkeypatch):
    """When all of the new page is on the disk, but for its name."""
    made = page(BLOCK)
    flush, left = os.fsync, ["last\n"]

    def late(handle):
        flush(handle)
        if left and ".page.md." in str(Path(f"/proc/self/fd/{handle}").readlink()):
            made.write_text(BLOCK + left.pop())

    monkeypatch.setattr(os, "fsync", late)
    assert run(made).exit_code == 0
    assert left == []
    assert made.read_text().endswith("last\n")
    assert "<picture>" in made.read_text()
    assert not list(here.glob(".*"))


def test_a_page_that_never_rests_is_left_to_its_writer(here, monkeypatch):
    made = page(BLOCK)
    saves = [lambda k=k: made.write_text(f"{BLOCK}{k}\n") for k in range(9)]
    meanwhile(monkeypatch, *saves)
    (line,) = problems(run(made))
    assert line.startswith("page.md: error: this page changed 5 times while its figures were drawn; it is left")
    assert made.read_text() == f"{BLOCK}4\n"


def test_a_page_that_is_gone_does_not_come_again(here, monkeypatch):
    made = page(BLOCK)
    meanwhile(monkeypatch, made.unlink)
    (line,) = problems(run(made))
    assert line == "page.md: error: there is no such page [unreadable]"
    assert not made.exists()


def test_a_page_with_a_mistake_by_then_is_told(here, monkeypatch):
    made, other = page(BLOCK), page(BLOCK, "other.md")
    meanwhile(monkeypatch, lambda: made.write_text("x" + BLOCK.replace("one.yaml", "two.yaml")))
    (line,) = problems(run(made, other))
    assert line.startswith("page.md:1:18: error: there is no spec 'figs/two.yaml'")
    assert "<picture>" in other.read_text()


def test_a_page_that_is_read_only_by_then_stays(here, monkeypatch):
    made = page(BLOCK)
    meanwhile(monkeypatch, lambda: made.chmod(0o444))
    (line,) = problems(run(made))
    assert line == "page.md: error: cannot be written: it is read-only [output]"
    assert made.read_text() == BLOCK
    assert not list(here.glob(".*"))


# pages


def test_a_page_that_is_read_only_is_told_before_anything_is_drawn(here):
    made = page(BLOCK)
    made.chmod(0o444)
    before = files(here)
    assert run(made, "--check").exit_code == 1
    result = run(made)
    assert problems(result) == ["page.md: error: cannot be written: it is read-only [output]"]
    assert "chmod u+w page.md" in result.stderr
    assert files(here) == before
    made.chmod(0o644)
    run(made)
    made.chmod(0o444)
    assert run(made).exit_code == 0, "nothing is to be written"


@pytest.mark.parametrize("other", ["./page.md", "sub/../page.md", "link.md", "same/page.md", "."])
def test_a_page_by_two_names_is_one(here, other):
    made = page(BLOCK)
    Path("sub").mkdir()
    Path("same").symlink_to(".")
    Path("link.md").symlink_to("page.md")
    for order in ((made, other), (other, made), (made.absolute(), other)):
        made.write_text(BLOCK)
        result = run(*order, "-v")
        assert result.exit_code == 0
        assert result.stdout.count("changed: ") == 1
        assert run(made, "--check").exit_code == 0
    assert Path("link.md").is_symlink()


def test_a_page_is_called_by_its_own_name(here):
    page(BLOCK.replace("figs", "../figs"), "docs/page.md")
    Path("link.md").symlink_to("docs/page.md")
    assert run("link.md", "docs/page.md").exit_code == 0
    assert "../figs/one.gif" in Path("docs/page.md").read_text()


def test_a_page_that_is_too_large_is_not_read(here):
    made = page(BLOCK + "x" * 1000)
    (line,) = problems(run(made, "--max-file-size", "500"))
    assert line.startswith("page.md: error: this file has 501 bytes or more, more than 500")
    with Path("large.md").open("wb") as file:
        file.truncate(10**12)
    (line,) = problems(run("large.md"))
    assert line.startswith("large.md: error: this file has 4,000,001 bytes or more")
    assert run(made, "--max-file-size", "2k").exit_code == 0
    (line,) = problems(run(page(BLOCK.replace("yaml", "yaml spec=code")), "--max-file-size", "70"))
    assert "figs/one.yaml" in line


def test_one_figure_in_pages_by_several_paths(here):
    page(BLOCK.replace("figs", "../figs"), "docs/page.md")
    page(BLOCK)
    assert run("page.md", here / "docs").exit_code == 0


# finding blocks in any text


def test_comments_are_found_in_linear_time():
    hostile = "<!-- " * 200_000
    assert len(list(comments(hostile))) == 1
    assert list(comments("`" + " `` ```" * 100_000)) == []


# our own pages


@cache
def our_pages():
    """Each page, with its figures."""
    read = map(page_files.read, page_files.listed([ROOT / "README.md", ROOT / "docs"]))
    return [(page, markdown.fills(page, markdown.Wanted())) for page in read]


@pytest.mark.repository
def test_our_pages_say_what_their_specs_say():
    for read, fills in our_pages():
        assert markdown.filled(read, fills) == read.data, read.path


@pytest.mark.repository
def test_our_pages_show_every_picture_of_every_template():
    shown = {job.file for _, fills in our_pages() for fill in fills for job in fill.jobs}
    for template in catalog.templates():
        origin = plan.Origin(template.path, Path(template.topic))
        wanted = plan.Wanted(ROOT / "output")
        for job in plan.jobs(origin, pipeline.loaded(template.path), wanted):
            assert job.file in shown


@pytest.mark.repository
def test_our_stills_stay_small():
    """They have few colours, and each is a fraction of what it would be in full colour."""
    stills = list((ROOT / "output").rglob("*.still.png"))
    assert stills
    for still in stills:
        with Image.open(still) as image:
            full = BytesIO()
            image.convert("RGB").save(full, "PNG", optimize=True)
            assert image.mode == "P"
        assert still.stat().st_size < 0.75 * len(full.getvalue()), still.name
    assert sum(still.stat().st_size for still in stills) < 23_500 * len(stills)
    shown = {
        (page.parent / unquote(found)).resolve()
        for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
        for found in re.findall(r'srcset="([^"]+)"', page.read_text(encoding="utf-8"))
    }
    assert {still for still in shown if still.is_relative_to(ROOT / "output")} == {*stills}
