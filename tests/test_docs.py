"""The pages: the introduction's numbers follow from its templates, what blocks show happens, links lead somewhere."""

from __future__ import annotations

import inspect
import os
import re
from functools import cache
from math import prod
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest

import conv_anim
from conv_anim import catalog
from conv_anim.cli import COMMANDS
from conv_anim.tracing.blind_spot import blind_spot
from conv_anim.tracing.fourier import Count, transformed
from conv_anim.tracing.gemm import Gemm
from conv_anim.tracing.streaming import Streaming
from conv_anim.tracing.winograd import OUT, READ, direct, multiplications
from tests import blocks

ROOT = Path(__file__).parent.parent
PAGES = {"en": ROOT / "docs" / "convolutions.md", "zh-TW": ROOT / "docs" / "convolutions.zh-TW.md"}
BLOCK = re.compile(
    r"<!-- (conv-anim|explain): (?:[\w./-]*/)?([\w-]+)(?:\.yaml)?(?: .*?)? -->.*?<!-- (?:/conv-anim|end) -->", re.DOTALL
)


def short(page):
    return page.relative_to(ROOT).as_posix()


@cache
def spec_of(name):
    template = next(t for t in catalog.templates() if t.name == name)
    return conv_anim.load(template.path)


def layers(name):
    return spec_of(name).layers


def sees(name, count):
    """The receptive field of the first layers of a stack along its rows, by following the taps of each output down."""
    template = next(t for t in catalog.templates() if t.name == name)
    trace = conv_anim.trace(conv_anim.load(template.path))
    return max(reached(trace, count, (0, *cell)) for cell in np.ndindex(*trace.layers[count - 1].output.shape[1:]))


def reached(trace, count, output):
    cells = {output}
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
    yield from of_gradients()
    yield from of_attention()
    yield from of_streams()
    yield from of_computing()
    yield from of_bent_and_masked()
    yield from of_sparse()


def of_computing():
    """What is said of how a layer is computed, from its window."""
    window = layers("gemm")[0].window
    gemm = Gemm(window)
    kernels, weights, windows = *gemm.left.shape, gemm.top.shape[1]
    inputs = prod(gemm.input_shape)
    yield f"{kernels} kernels of {weights} weights meet {windows} windows"
    yield f"has {gemm.top.size} entries for {inputs} inputs"
    yield f"{kernels} 個各有 {weights} 個權重的卷積核遇上 {windows} 個視窗"
    yield f"以 {inputs} 個輸入填出 {gemm.top.size} 個元素"
    spec = spec_of("gemm_tiles")
    tiled = Gemm(spec.layers[0].window, "nchw", spec.view.tile).all_loads
    single = Gemm(spec.layers[0].window, "nchw", (1, 1, 18)).all_loads
    side = "×".join(map(str, spec.view.tile[:2]))
    yield f"tiles of {side}, this layer loads {tiled.all:,} numbers; output by output it would be {single.all:,}"
    yield f"the same {tiled.multiply_adds:,} multiply-adds"
    yield f"以 {side} 分塊時，這一層讀取 {tiled.all:,} 個數值；逐個輸出計算則要 {single.all:,} 個"
    yield f"乘加同樣是 {tiled.multiply_adds:,} 次"
    (window,) = {panel.layers[0].window for panel in spec_of("nchw_nhwc").panels}
    kernel = "×".join(map(str, window.kernel_size))
    scattered, together = (len(g.runs(g.at((0, 0, 0, 0)))) for g in (Gemm(window, "nchw"), Gemm(window, "nhwc")))
    yield f"{kernel} cells in {window.in_channels} channels lies in {scattered} places"
    yield f"the same window is {together} runs"
    yield f"{window.in_channels} 個通道的 {kernel} 視窗分散在 {scattered} 處"
    yield f"同一個視窗只是 {together} 段"
    window = layers("winograd")[0].window
    tile, made, kernel = (f"{n}×{n}" for n in (READ, OUT, window.kernel_size[0]))
    products, instead = READ**2, OUT**2 * prod(window.kernel_size)
    yield f"tile of {tile} inputs and makes {made} outputs of {products} products, where the window takes {instead}"
    yield f"讀取 {tile} 的輸入，以 {products} 個乘積得出 {made} 個輸出，用視窗則要 {instead} 個"
    yield f"It is for {kernel} kernels with stride {window.axes[0].stride}"
    yield f"適用於步幅 {window.axes[0].stride} 的 {kernel} 卷積核"
    yield f"For {kernel} that is a detour"
    yield f"對 {kernel} 來說是繞遠路"
    yield f"it takes {multiplications(window)} multiplications here, and the window {direct(window)}"
    yield f"總共 {multiplications(window)} 次乘法，用視窗則要 {direct(window)} 次"
    small = layers("fft")[0].window
    large = conv_anim.load({"input": {"size": [64, 64]}, "layer": {"type": "conv", "kernel_size": 31, "padding": 15}})
    large = large.layers[0].window
    ours, others = (f"{Count.of(transformed(window, wrap=False)).real:,}" for window in (small, large))
    window, huge = (f"{direct(window):,}" for window in (small, large))
    yield f"{ours} real multiplications above, and {window} by the window"
    yield f"31×31 kernel on 64×64 cells takes {huge} by the window, and {others} by three"
    yield f"{ours} 次實數乘法，用視窗只要 {window} 次"
    yield f"64×64 格配 31×31 的卷積核，用視窗要 {huge} 次，用三次變換只要 {others} 次"


def of_bent_and_masked():
    """What is said of deformable and masked convolutions."""
    bent = layers("deform_conv")[0]
    assert bent.taps == 9
    yield f"A 3×3 kernel needs {bent.offset_shape[0]} channels"
    yield f"3×3 的卷積核需要 {bent.offset_shape[0]} 個這樣的通道"
    template = next(t for t in catalog.templates() if t.name == "mask_a_and_b")
    first, later = (len(one.layers[0].seen) for one in conv_anim.load(template.path).figures)
    yield f"of 9 weights {first} are left"
    yield f"made of earlier cells: {later} are left"
    yield f"9 個權重剩下 {first} 個"
    yield f"由前面的格得出：剩下 {later} 個"
    blind = blind_spot(layers("blind_spot"))
    hidden, earlier = blind.hidden, blind.earlier
    yield f"two such layers could reach {earlier} earlier cells, but to {hidden} of them"
    yield f"範圍內有 {earlier} 個在前的格，但右上方的 {hidden} 格"


def of_sparse():
    """What is said of sparse convolutions, from their rulebooks."""
    regular, short = layers("sparse_conv")[0], layers("submanifold")[0]
    dense = 36 * 9
    assert (regular.ends.out_size, regular.kernel_size) == ((6, 6), (3, 3))
    cells, made = len(regular.read), len(regular.made)
    yield f"Here {cells} active cells take {regular.pairs} products, where the dense convolution takes {dense}"
    yield f"這裡 {cells} 個有效的格需要 {regular.pairs} 次乘法，稠密卷積需要 {dense} 次"
    yield f"But they have become {made}"
    yield f"但它們變成了 {made} 個"
    yield f"with {short.pairs} pairs for the same input, and {cells} cells stay {len(short.made)}"
    yield f"規則表只有 {short.pairs} 對，而且不論幾層，{cells} 格仍是 {len(short.made)} 格"


def of_gradients():
    """What is said of backward passes, from their windows."""
    back, apart = layers("grad_input")[0], layers("grad_input_stride_2")[0]
    made, again = (f"{size[0]}×{size[1]}" for size in (back.ends.in_size, back.ends.out_size))
    border = back.window.axes[0].before
    yield f"{made} gradients, with a border of {border} zeros, become {again} again"
    yield f"{made} 的梯度，四周補 {border} 圈零，又回到 {again}"
    stride = apart.window.axes[0].stretch
    yield f"stride {stride} there is {stride - 1} zero between"
    yield f"步幅 {stride} 時，梯度之間有 {stride - 1} 個零"
    weight = layers("grad_weight")[0].window
    kernel, places = ("×".join(map(str, size)) for size in (weight.kernel_size, weight.out_size))
    yield f"the {kernel} gradient slides over the input, and fits at {places} places"
    yield f"{kernel} 的梯度在輸入上滑動，放得下 {places} 個位置"


def figures(name):
    """The panels of a template, or it alone."""
    return conv_anim.load(next(t for t in catalog.templates() if t.name == name).path).figures


def of_attention():
    """What is said of windows of attention, from what their cells see."""
    (gaps,) = layers("dilated_window")
    seen = [j - 3 for j in gaps.attends.seen[0][3]]
    window, rate, places = gaps.window_size[0], gaps.dilation[0], [f"−{-j}" if j < 0 else str(j) for j in seen]
    yield f"a window of {window} with dilation {rate} sees the cells at {places[0]}, {places[1]} and {places[2]}"
    yield f"視窗 {window}、空洞率 {rate} 看到 {places[0]}、{places[1]}、{places[2]} 處的格"
    cut, moved = (figure.layers[0].attends.seen[0] for figure in figures("at_the_border"))
    assert moved[0] == moved[1]
    assert len(set(map(len, moved))) == 1
    yield f"the first of {len(cut)} cells sees {len(cut[0])}"
    yield f"{len(cut)} 格中的第一格只看到 {len(cut[0])} 格"
    yield f"every cell sees {len(moved[0])}, and the outermost"
    yield f"每一格都看到 {len(moved[0])} 格，最外側"
    stack = layers("attention_stack")
    count, back, far = len(stack), stack[0].window_size[0], sees("attention_stack", len(stack))
    yield f"{count} layers that look back {back} cells see {far}"
    yield f"{count} 層各往回看 {back} 格，共看到 {far} 格"
    side = back // 2  # see test_attention.py, which compares JAX's and FlashAttention's counts with ours
    yield f"`local_window_size=({side}, {side})` and FlashAttention's `window_size=({side}, {side})`"
    yield f"`local_window_size=({side}, {side})` 與 FlashAttention 的 `window_size=({side}, {side})`"
    yield f"a window of {back} here"
    yield f"視窗 {back}。"
    yield f"`sliding_window={back}`"


def of_streams():
    """What is said of buffers, from what is kept of each stream."""
    causal, strided = layers("stream_causal")[0], layers("stream_strided")[0]
    (kept,), (over,) = (Streaming.of(layers(name), 2).buffers for name in ("stream_causal", "stream_strided"))
    yield f"A causal kernel of {causal.kernel_size[0]} needs {kept} earlier cells"
    yield f"大小 {causal.kernel_size[0]} 的因果卷積核需要之前 {kept} 格"
    yield "k − 1;"
    yield "k − 1；"
    size, stride = strided.kernel_size[0], strided.stride[0]
    assert size - stride == over == strided.window.axes[0].before
    yield f"here {size} − {stride} = {over}"
    yield f"這裡是 {size} − {stride} = {over}"
    stack = layers("stream_dilated_stack")
    rates, each = [layer.dilation[0] for layer in stack], Streaming.of(stack, 1).buffers
    yield "with dilations {}, {} and {}, they keep {}, {} and {} cells".format(*rates, *each)
    yield "空洞率為 {}、{}、{} 時，分別保留 {}、{}、{} 格".format(*rates, *each)
    (window,) = figures("key_value_cache")[1].layers
    (held,) = Streaming.of([window], 1).buffers
    yield f"a window of {window.window_size[0]}, it stays at {held}"
    yield f"視窗為 {window.window_size[0]} 時保持 {held} 格"


NAMES = [
    r"[1１]×[1１]",
    r"\bcon_\d+",
    r"k − 1 − p",
    r"\(k − 1\)\(d − 1\)",
    r"/s⌋ \+ 1",
    r"\(i \+ 2p − k\)",
    r"\(k − 1\)/2",
    r"\b3-D\b",
    r"im2col",
    r"F\(2×2, 3×3\)",
    r"N/2",
    r"arxiv\.org/abs/[\d.]+",
]
"""What has a digit but claims nothing: names, and formulas."""


@pytest.mark.parametrize("lang", PAGES)
def test_every_number_follows_from_a_template(lang):
    text = BLOCK.sub("", PAGES[lang].read_text(encoding="utf-8"))
    text = re.sub(r"```python\n.*?```", "", text, flags=re.DOTALL)  # which is run
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


def with_blocks():
    """Every page; those with PyTorch are also read where it is installed."""
    for page in blocks.PAGES:
        needs = {need for block in blocks.blocks(page) for need in block.said("needs")}
        yield pytest.param(page, id=short(page), marks=pytest.mark.frameworks if "torch" in needs else ())


@pytest.mark.parametrize("page", [*with_blocks()])
def test_pages_show_what_happens(page, tmp_path, monkeypatch):
    """Bash starts our program for the README; on other pages it runs in this process, but in pipes and scripts."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    someone = blocks.Reader(folder, {"__name__": "a page"}, apart=page.name == "README.md")
    for block in blocks.blocks(page):
        try:
            someone.follow(block)
        except Exception as error:
            error.add_note(f"in the block at {short(page)}:{block.line}")
            raise


NEEDED = {need for page in blocks.PAGES for block in blocks.blocks(page) for need in block.said("needs")}


@pytest.mark.parametrize("need", sorted(NEEDED))
def test_what_blocks_need_is_there(need):
    """Says which blocks are left out; those with PyTorch run in `make test-frameworks`."""
    if blocks.installed(need):
        return
    reason = f"blocks that need {need} are left out"
    pytest.fail(reason) if "CI" in os.environ and need != "torch" else pytest.skip(reason)


def test_what_is_not_run_says_why():
    reasons = {reason for page in blocks.PAGES for block in blocks.blocks(page) for reason in block.said("not run")}
    assert reasons <= blocks.REASONS


WRONG = {
    "a command fails": "```sh\nconv-anim render nothing.yaml\n```",
    "other output": "```console\n$ echo three\nfour\n```",
    "output is missing": "```console\n$ echo three\n$ echo four\nfour\n```",
    "Python fails": "```python\nassert 1 == 2\n```",
    "another value": "```python\n>>> 1 + 1\n3\n\n```",
    "no spec": "```yaml\ninput: {size: [5, 5]}\nlayer: {type: cov}\n```",
    "no part of a spec": "```yaml\ntheme: drak\n```",
    "no such target": "```sh\nmake coffee\n```",
    "it would install": "```sh\npip install something\n```",
    "another spec than is drawn": "<!-- conv-anim: a.yaml spec=code -->\n\n```yaml\ninput: {size: [5, 5]}\n```",
    "in a list": "- so:\n\n  ```sh\n  false\n  ```",
}


@pytest.mark.parametrize("what", WRONG)
def test_a_page_that_is_wrong_is_noticed(what, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(WRONG[what])
    (tmp_path / "a.yaml").write_text("input: {size: [6, 6]}\nlayer: {type: conv, kernel_size: 3}\n")
    (block,) = blocks.blocks(page)
    with pytest.raises((AssertionError, conv_anim.SpecError)):
        blocks.Reader(tmp_path, {}).follow(block)


def test_notes_before_a_block(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- run: echo ready > a -->\n```console\n$ cat a\nready\n```\n"
        "<!-- file: b.txt -->\n```\nwords\n```\n```console\n$ cat b.txt\nwo…\n```\n"
        "<!-- not run: it installs -->\n```sh\npip install something\n```\n"
        "<!-- needs: no_such_module -->\n```python\nimport no_such_module\n```\n"
        "```python\n# c.py\nfound = 1\n```\n"
        "<!-- file: d.tex -->\n```latex\na \\\\\nb\n```\n"
        "```console\n$ cat \\\n>   d.tex\na \\\\\nb\n```\n"
    )
    someone = blocks.Reader(tmp_path, {})
    for block in blocks.blocks(page):
        someone.follow(block)
    assert (tmp_path / "c.py").is_file()
    assert someone.names["found"] == 1


def test_the_python_page_has_every_public_name_with_its_parameters():
    text = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")
    found = re.findall(r"^### `conv_anim\.(\w+)(.*)`$", text, re.MULTILINE)
    headings = dict(found)
    assert sorted(name for name, _ in found) == sorted(conv_anim.__all__)
    for public, said in headings.items():
        value = getattr(conv_anim, public)
        if inspect.isfunction(value):
            written = inspect.signature(eval(f"lambda {said[1:-1]}: 0"))
            plain = [p.replace(annotation=p.empty) for p in inspect.signature(value).parameters.values()]
            assert plain == list(written.parameters.values()), public


def anchors(page):
    """The places of a page that a link can lead to, as GitHub names them."""
    for token in blocks.tokens(page):
        if token.type == "heading_open":
            yield token.attrs["id"]
        elif token.type in {"html_block", "inline"}:
            yield from re.findall(r'<\w+ (?:id|name)="([^"]+)"', token.content)


def addresses(page):
    """What a page links to and shows, in Markdown and in HTML of its own."""
    for token in blocks.tokens(page):
        for each in [token, *(token.children or [])]:
            if each.type in {"link_open", "image"}:
                yield each.attrs.get("href") or each.attrs["src"]
            elif each.type in {"html_block", "html_inline"}:
                yield from re.findall(r'(?:href|src|srcset)="([^"]+)"', each.content)


@pytest.mark.repository
@pytest.mark.parametrize("page", blocks.PAGES, ids=short)
def test_links_lead_somewhere(page):
    wrong = []
    for address in addresses(page):
        url = urlsplit(address)
        if url.scheme:
            good = re.fullmatch(r"(https://[\w.-]+\.\w+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/\S*)?", address)
        else:
            target = (page.parent / unquote(url.path)).resolve() if url.path else page
            good = target.exists() and (not url.fragment or unquote(url.fragment) in anchors(target))
        wrong += [] if good else [address]
    assert wrong == []


def test_every_command_is_shown_somewhere():
    shown = " ".join(block.text for page in blocks.PAGES if page.name != "commands.md" for block in blocks.blocks(page))
    assert [command for command in COMMANDS if f"conv-anim {command}" not in shown] == []
