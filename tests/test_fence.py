"""A fence of pymdownx: pages rendered by Python-Markdown, seen by a browser, and counted by MkDocs' own rule."""

from __future__ import annotations

import logging
import re
from base64 import b64decode
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

from conv_anim.embed import fence
from tests import conftest

markdown = pytest.importorskip("markdown")
pytest.importorskip("pymdownx")

SPEC = 'title: A "<b>" figure\ninput: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\nview: flat\n'
DATA = re.compile(r"data:(image/[\w+]+);base64,([\w+/=]+)")


def rendered(text, **more):
    named = {"name": "conv-anim", "class": "conv-anim", "format": fence.format, "validator": fence.validator, **more}
    configs = {"pymdownx.superfences": {"custom_fences": [named]}}
    extensions = ["pymdownx.superfences", "attr_list"]
    return markdown.markdown(text, extensions=extensions, extension_configs=configs)


def pictures(html):
    return [(kind, Image.open(BytesIO(b64decode(data)))) for kind, data in DATA.findall(html)]


def test_a_fence_becomes_a_figure_with_a_still():
    html = rendered(f"# T\n\n```conv-anim\n{SPEC}```\n\ntext\n")
    (still_kind, still), (kind, gif), (_, printed) = pictures(html)
    assert printed == still
    assert (still_kind, kind, gif.n_frames) == ("image/png", "image/gif", conftest.frames_in(SPEC, outputs=4))
    assert still.size == gif.size
    assert f'width="{gif.width}" height="{gif.height}"' in html
    assert '<div class="conv-anim"><picture><source media="(prefers-reduced-motion: reduce), print"' in html
    alt, _ = re.findall(r'alt="([^"]*)"', html)
    assert unescape(alt).startswith('A "<b>" figure. Convolution')
    assert html.endswith("<p>text</p>")


def test_options_of_a_fence():
    html = rendered(f'```conv-anim width="200" alt="two & words" still="false" theme="dark"\n{SPEC}```\n')
    ((_, gif),) = pictures(html)
    assert gif.convert("RGB").getpixel((0, 0)) < (80, 80, 80)
    assert 'width="200"' in html
    assert 'alt="two &amp; words"' in html
    ((kind, png),) = pictures(rendered(f'```conv-anim step="1"\n{SPEC}```\n'))
    assert (kind, png.format) == ("image/png", "PNG")


def test_attributes_in_braces():
    html = rendered(f'```{{.conv-anim #fig .wide width="200"}}\n{SPEC}```\n')
    assert '<div class="conv-anim wide" id="fig">' in html
    assert 'width="200"' in html


def test_problems_stand_in_the_page_and_are_counted():
    counted = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = counted.append
    logging.getLogger("mkdocs").addHandler(handler)  # as MkDocs counts for --strict
    try:
        html = rendered(
            "```conv-anim\ninput: {size: [3, 3]}\nlayer: {type: conv, '<script>': 3, kernel_size: 4}\n```\n"
        )
        html += rendered(f'```conv-anim widht="3"\n{SPEC}```\n')
        html += rendered(f'```conv-anim step="99"\n{SPEC}```\n')
    finally:
        logging.getLogger("mkdocs").removeHandler(handler)
    assert html.count('class="conv-anim-problem" role="alert"') == 3
    assert "<script>" not in html
    told = [record.getMessage() for record in counted]
    assert any("conv-anim:2:21: error: a conv layer has no key '<script>'" in text for text in told)
    assert any("did you mean 'width'?" in text for text in told)
    assert any("there is no step 99" in text for text in told)
    assert all(unescape(html).count(text.splitlines()[0]) for text in told)


def test_a_browser_shows_it_and_its_still_for_less_motion(browser):
    html = rendered(f'```conv-anim width="200"\n{SPEC}```\n') + rendered("```conv-anim\ninput: <b>\n```\n")
    for motion, kind in (("no-preference", "image/gif"), ("reduce", "image/png")):
        page = conftest.new_page(browser, viewport={"width": 320, "height": 600}, reduced_motion=motion)
        page.set_content(html)
        image = page.locator("img:visible")
        assert image.evaluate("i => i.decode().then(() => i.currentSrc)").startswith(f"data:{kind}")
        assert image.bounding_box()["width"] == 200
        assert page.get_by_role("alert").inner_text().startswith("conv-anim:1:")
        page.close()
