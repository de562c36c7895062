"""The introduction's numbers: each is a claim that a template's computation bears out, in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import conv_anim
from conv_anim import catalog

ROOT = Path(__file__).parent.parent
PAGES = {"en": ROOT / "docs" / "convolutions.md", "zh-TW": ROOT / "docs" / "convolutions.zh-TW.md"}
BLOCK = re.compile(r"<!-- (figure|explain): ([\w-]+) -->.*?<!-- end -->", re.DOTALL)


@cache
def layers(name):
    template = next(t for t in catalog.templates() if t.name == name)
    return conv_anim.load(template.path).layers


def sees(name, count):
    """The receptive field of the first layers of a stack along its rows, by following the taps of one output down."""
    template = next(t for t in catalog.templates() if t.name == name)
    trace = conv_anim.trace(conv_anim.load(template.path))
    middle = tuple(n // 2 for n in trace.layers[count - 1].output.shape)
    cells = {middle}
    for layer in reversed(trace.layers[:count]):
        cells = {tap.input for cell in cells for tap in layer.step(cell).taps if tap.input is not None}
    rows = {cell[1] for cell in cells}
    return max(rows) - min(rows) + 1


def claims():
    """Phrases with numbers, as the pages may have them; the numbers come from the templates."""
    five, wide, plain, gaps = layers("con_5")[0], layers("con_9")[0], layers("con_10")[0], layers("dilated_stack")
    size, kernel, out = five.ends.in_size[0], five.kernel_size[0], five.ends.out_size[0]
    reach = wide.dilation[0] * (wide.kernel_size[0] - 1) + 1
    far, near = sees("dilated_stack", len(gaps)), sees("plain_stack", len(layers("plain_stack")))
    rates = [layer.dilation[0] for layer in gaps]
    assert kernel == 3
    yield f"here {kernel}×{kernel}, lies"
    yield f"這裡是 {kernel}×{kernel}"
    yield f"window of {kernel} fits into a row of {size} at {out} places"
    yield f"長度 {size} 的一列，只放得下 {out} 個長度 {kernel} 的視窗"
    yield f'"a {kernel}×{kernel} filter"'
    yield f"「{kernel}×{kernel} 的濾波器」"
    window, over = ("×".join(map(str, each)) for each in (plain.kernel_size, plain.ends.in_size))
    yield f"plain {window} kernel over a {over} input"
    yield f"這是 {over} 輸入上的普通 {window} 卷積核"
    yield f"with dilation {wide.dilation[0]}: its cells stand"
    yield f"空洞率為 {wide.dilation[0]}："
    yield f"reach over {reach}×{reach} cells"
    yield f"涵蓋 {reach}×{reach} 的範圍"
    yield f"dilation {wide.dilation[0]} for one skipped cell and {plain.dilation[0]} for none"
    yield f"and say {wide.dilation[0] - 1} and {plain.dilation[0] - 1} for the same"
    yield f"跳過一格稱為 {wide.dilation[0]}、不跳稱為 {plain.dilation[0]}"
    yield f"稱為 {wide.dilation[0] - 1} 與 {plain.dilation[0] - 1}"
    yield f"dilations {rates[0]}, {rates[1]} and {rates[2]}, a third layer's output sees {far}×{far} cells"
    yield f"it would see {near}×{near}"
    yield f"空洞率依序為 {rates[0]}、{rates[1]}、{rates[2]} 時，第三層的一個輸出看得到輸入的 {far}×{far} 格"
    yield f"只看得到 {near}×{near}"


NAMES = [
    r"[1１]×[1１]",
    r"\bcon_\d+",
    r"k − 1 − p",
    r"\(k − 1\)\(d − 1\)",
    r"/s⌋ \+ 1",
    r"\(i \+ 2p − k\)",
    r"\(k − 1\)/2",
    r"\b3-D\b",
]
"""What has a digit but claims nothing: names, and formulas."""


@pytest.mark.parametrize("lang", PAGES)
def test_every_number_follows_from_a_template(lang):
    text = BLOCK.sub("", PAGES[lang].read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", text) if lang == "en" else text
    for phrase in claims():
        text = text.replace(phrase, "")
    for name in NAMES:
        text = re.sub(name, "", text)
    assert re.findall(r".{0,40}\d.{0,20}", text) == []


def test_both_languages_show_the_same_figures_in_the_same_order():
    shown = [BLOCK.findall(page.read_text(encoding="utf-8")) for page in PAGES.values()]
    assert shown[0] == shown[1]
    assert {name for _, name in shown[0]} <= {template.name for template in catalog.templates()}


def test_every_claim_is_made():
    pages = " ".join(re.sub(r"\s+", " ", page.read_text(encoding="utf-8")) for page in PAGES.values())
    assert [phrase for phrase in claims() if phrase not in pages] == []


def test_pages_are_up_to_date():
    command = [sys.executable, str(ROOT / "tools" / "pages.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'href="([^"#]+)"', text)
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []
    assert local
