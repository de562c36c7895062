"""What a page takes in a real browser: how large it is, and how long until another figure is seen."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from statistics import median, quantiles
from typing import TYPE_CHECKING

from measure import Row, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

CONTROLLED = """
input: {size: [7, 7]}
layer: {type: conv, kernel_size: 3}
view: flat
controls:
  layer.kernel_size: [3, 5]
  layer.stride: [1, 2, 3]
  layer.padding: [0, 1]
  layer.dilation: [1, 2]
"""
WRITTEN = "title: Mine\ninput: {size: [7, 7]}\nlayer: {type: conv, kernel_size: 3}\nview: flat\n"
TURNED = """async () => {
  const seen = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const inputs = [...document.querySelectorAll("#knobs input")];
  const times = [];
  for (let round = 0; round < 40; round++) {
    const input = inputs[round % inputs.length];
    const began = performance.now();
    input.value = (Number(input.value) + 1) % (Number(input.max) + 1);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await seen();
    times.push(performance.now() - began);
  }
  return times;
}"""
"""Milliseconds from each turn of a control to the end of the frame that shows it."""
TYPED = """async () => {
  const text = document.getElementById("text");
  const times = [];
  for (let round = 0; round < 40; round++) {
    text.focus();
    text.setSelectionRange(11, 11);
    const shown = new Promise((done) => {
      new PerformanceObserver((_, observer) => {
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(done, 0));
      }).observe({ entryTypes: ["mark"] });
    });
    const began = performance.now();
    document.execCommand("insertText", false, "x");
    await shown;
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 50));
  }
  return times;
}"""
"""Milliseconds from each key to the end of the frame that shows what was written."""


def busy() -> str | None:
    """Why what is measured in milliseconds would say nothing."""
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    return f"this machine has {cores} cores and a load of {load:.1f}" if load > 0.75 * cores else None


@contextmanager
def opened(address: str) -> Iterator[Page]:
    """A page in Chromium, that of the tests. Raises LookupError where there is none."""
    from shutil import which

    from playwright.sync_api import sync_playwright

    where = next(filter(None, map(which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if where is None:
        raise LookupError("Chromium is not on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900}, reduced_motion="reduce")
        page.goto(address)
        page.wait_for_selector("#knobs .knob")
        yield page
        browser.close()


def a_page_with_controls(folder: Path) -> Iterator[Row | Skipped]:
    from conv_anim import pipeline
    from conv_anim.diagnostics import Source

    path = folder / "page.html"
    path.write_bytes(pipeline.drawn_as(pipeline.loaded(Source("spec", CONTROLLED)).spec, "html"))
    yield Row("a page of 24 combinations of 7x7, kB", path.stat().st_size / 1000, 250, ".0f")
    name = "another combination, ms at the 95th percentile"
    try:
        with opened(path.as_uri()) as page:
            page.evaluate(TURNED)
            times = page.evaluate(TURNED)
    except LookupError as error:
        yield Skipped(name, str(error))
        return
    yield Skipped(name, why) if (why := busy()) else Row(name, quantiles(times, n=20)[-1], 50, ".0f")


def a_key_in_play(folder: Path) -> Iterator[Row | Skipped]:
    from conv_anim.app import play_page

    name = "play: from a key to the picture of 25 steps, ms"
    server = play_page.server("mine.yaml", WRITTEN, folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with opened(server.address) as page:
            page.evaluate(TYPED)
            times = page.evaluate(TYPED)
    except LookupError as error:
        yield Skipped(name, str(error))
        return
    finally:
        server.shutdown()
        server.server_close()
    yield Skipped(name, why) if (why := busy()) else Row(name, median(times), 100, ".0f")
