"""Hypothesis: few examples, in CI more, always the same ones. Suites. A browser, for those that need one."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from conv_anim import fatal_errors
from tests.frameworks import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser, FloatRect, Page

settings.register_profile(
    "few", deadline=None, max_examples=30, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("few"), max_examples=100)
settings.register_profile(
    "thorough",
    settings.get_profile("few"),
    max_examples=1000,
    derandomize=False,
    database=DirectoryBasedExampleDatabase(".hypothesis/examples"),
)
settings.register_profile(
    "mutation", settings.get_profile("ci"), max_examples=50, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "few"))


SUITES = {
    "faults": {
        "test_boundaries", "test_damaged", "test_extending", "test_faults", "test_limits", "test_load", "test_opening",
        "test_overwriting", "test_same_bytes", "test_shortages", "test_whole_specs", "test_work",
    },
    "hosts": {
        "test_completion", "test_docs", "test_embed", "test_fence", "test_formats", "test_hooks", "test_html",
        "test_jupyter", "test_myst", "test_package", "test_pandoc", "test_play", "test_printing", "test_site",
        "test_sphinx", "test_states", "test_watch",
    },
    "drawings": {
        "test_channels", "test_controls", "test_guide", "test_isometric", "test_language", "test_making", "test_marks",
        "test_motion", "test_narrow", "test_pace", "test_panels", "test_pixels", "test_rules", "test_sequence",
        "test_shades", "test_swatches", "test_takeaways", "test_terms", "test_visual_code", "test_volume",
    },
}  # fmt: skip
"""Suites with targets of their own in the Makefile, and their modules: many processes, hosts, or all figures."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for suite, modules in SUITES.items():
            if item.path.stem in modules:
                item.add_marker(suite)


def pytest_collection_finish() -> None:
    """What thousands of tests are made of stays to the end: it need not be searched for garbage again and again."""
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is drawn is noted in a cache of its own; a bug is raised, not told."""

    def unforeseen(error: Exception, _file: str = "") -> NoReturn:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(fatal_errors, "unforeseen", unforeseen)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that is left out for want of a framework is marked; else it would run nowhere."""
    report = yield
    if report.skipped and ELSEWHERE in str(report.longrepr) and item.get_closest_marker("frameworks") is None:
        report.outcome, report.longrepr = "failed", f"{item.nodeid} lacks the mark 'frameworks'"
    return report


MEASURED = {"test_completion", "test_jupyter", "test_sphinx", "test_watch"}
"""Test modules whose processes count for the coverage; others are timed, killed, or listed by what they import."""


@pytest.fixture(scope="module", autouse=True)
def _unmeasured(request: pytest.FixtureRequest) -> Iterator[None]:
    """The processes that a test starts are left alone by the measurement of coverage, but for some."""
    with pytest.MonkeyPatch.context() as patch:
        if request.module.__name__.rpartition(".")[2] not in MEASURED:
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _signals() -> None:
    """What a shell has this process ignore, as it does in the background, its programs heed all the same."""
    usual = {
        signal.SIGINT: signal.default_int_handler,
        **dict.fromkeys((signal.SIGTERM, signal.SIGHUP), signal.SIG_DFL),
    }
    for number, handler in usual.items():
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, handler)


PATIENCE = 120_000
"""Milliseconds after which something in a page never comes, however slow the machine."""
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
"""The first takes half as much work: it has the engine alone, without windows, menus and what belongs to them."""
QUIET = ("background-networking", "component-update", "sync", "gpu", "quic", "dev-shm-usage")


def chromium() -> str | None:
    """Where a Chromium is."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium. Skips where there is none, but fails in CI."""
    where = chromium()
    if where is None:
        reason = "needs Chromium (apt install chromium-headless-shell, or chromium)"
        pytest.fail(reason) if "CI" in os.environ else pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    args = ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in QUIET)]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=where, args=args)
        yield running
        running.close()


def new_page(browser: Browser, **options: Any) -> Page:
    """A tab of its own, which waits as long as a slow machine takes; closing it is up to the test."""
    page = browser.new_page(**options)
    page.set_default_timeout(PATIENCE)
    return page


def frames_in(text: str, *, outputs: int) -> int:
    """How many frames a spec's GIF has; each of so many outputs has at least one of them."""
    from conv_anim import pipeline
    from conv_anim.diagnostics import Source
    from tests import pictures

    scene = pipeline.scene(pipeline.loaded(Source("spec.yaml", text)).spec)
    count = len(pictures.changes(scene))
    assert len(scene.rests) == outputs <= count
    return count


def until(page: Page, expression: str, given: Any = None) -> None:
    """Wait until a page has it so. Playwright's own way evaluates texts in the page, which our policy forbids."""
    for _ in range(PATIENCE // 20):
        if page.evaluate(expression, given):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"it never came: {expression}")


def screenshot(page: Page, width: int, height: int) -> bytes:
    """The upper left of a page as a PNG. Chromium without a screen now and then draws no frame for one: ask again."""
    from playwright.sync_api import TimeoutError as NoFrameError

    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": height}
    try:
        return page.screenshot(clip=clip, timeout=10_000)
    except NoFrameError:
        return page.screenshot(clip=clip)
