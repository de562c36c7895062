"""Markdown pages whose blocks are filled with figures: what each page becomes, and the pictures that it shows."""

from __future__ import annotations

import re
from os.path import normpath
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from conv_anim import inputs, pipeline
from conv_anim.app.build import Job
from conv_anim.claims import Claims
from conv_anim.diagnostics import Code, Problem, Source, SpecError
from conv_anim.embed import html, listings
from conv_anim.embed.blocks import blocks
from conv_anim.embed.figure import STILL, Figure, darkened, figure, said, usual_format
from conv_anim.limits import USUAL
from conv_anim.spec.formats import IMAGES, split
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conv_anim.embed.blocks import FigureBlock
    from conv_anim.embed.page_files import Page
    from conv_anim.limits import Limits
    from conv_anim.pipeline import Loaded

SPEC_OF: Mapping[str, str] = {"en": "The spec: {}", "zh-TW": "規格：{}"}
OWN_SPEC: Mapping[str, str] = {"en": "The spec", "zh-TW": "規格"}
SPECIAL = re.compile(r"[\\\[\]*_`<&|{]")
"""What means something in Markdown, or in MDX."""
TOLD_TO_EDITORS = re.compile(r"# yaml-language-server:.*\n")


@dataclass(frozen=True, slots=True)
class Fill:
    """What a block becomes, and the pictures that it shows."""

    block: FigureBlock
    text: str
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says about all pages."""

    folder: Path | None = None
    """Where pictures go whose blocks do not say; beside their spec if None."""
    check: bool = False
    limits: Limits = USUAL


def fills(page: Page, wanted: Wanted, claims: Claims | None = None) -> list[Fill]:
    """What becomes of the blocks of a page; ``claims`` note what is read. Raises SpecError with all their problems."""
    made: list[Fill] = []
    problems: list[Problem] = []
    for block in blocks(page.source):
        try:
            made.append(_PendingBlock(page, block, wanted, Claims() if claims is None else claims).fill())
        except SpecError as error:
            problems += (p if p.place else replace(p, span=block.marker) for p in error.problems)
    if problems:
        raise SpecError(problems)
    return made


def filled(page: Page, fills_: Iterable[Fill]) -> bytes:
    """The page with its blocks filled."""
    parts, at = [], 0
    for fill in fills_:
        parts += [page.source.text[at : fill.block.start], fill.text]
        at = fill.block.end
    return page.with_text("".join([*parts, page.source.text[at:]]))


@dataclass(frozen=True, slots=True)
class _PendingBlock:
    """A block of a page on its way to be filled."""

    page: Page
    block: FigureBlock
    wanted: Wanted
    claims: Claims

    def fill(self) -> Fill:
        """Raises SpecError."""
        options = self.block.options
        loaded = self._loaded()
        path, format_ = self._target(loaded)
        self._check_place(path)
        alt, limits = options.alt or said(loaded, options.lang), self.wanted.limits
        shown = figure(loaded, format_=format_, step=options.step, alt=alt, limits=limits)
        jobs = self._jobs(shown, Job(loaded.spec, format_, path, options.step, self.wanted.check, limits))
        by_file = {job.file: job for job in jobs.values()}
        return Fill(self.block, self._text(shown, jobs), tuple(by_file.values()))

    def _jobs(self, shown: Figure, light: Job) -> dict[str, Job]:
        """The pictures of the block, by what they are for: the names of `html.Addresses`."""
        options, still = self.block.options, replace(light, format=STILL, step=None)
        jobs = {"light": light}
        if shown.moves and options.still:
            jobs["poster"] = still
        if options.dark:
            night = {"light": "dark", "poster": "dark_poster"}
            jobs |= {
                night[name]: replace(job, spec=darkened(job.spec), path=_dark(job.path)) for name, job in jobs.items()
            }
        if options.print and shown.animated:
            jobs["printed"] = still
        return jobs

    # the spec

    def _loaded(self) -> Loaded:
        changes = () if self.block.options.theme is None else (f"theme={self.block.options.theme}",)
        spec = self.block.spec
        if isinstance(spec, Source):
            return self._noted(spec, self.page.path.parent, changes)
        path = self._spec_path(spec.text)
        if not path.is_file():
            what, hint = f"there is no spec '{spec.text}'", f"the path is relative to this page: {path} is looked for"
            if self._may_touch(path):
                hint = inputs.similar(path, spec.text, inputs.SPECS, hint)
            raise SpecError([Problem(Code.UNREADABLE, what, span=spec.span, hint=hint)])
        if not self._may_touch(path):
            what = f"'{spec.text}' lies outside this folder and the page's"
            hint = "run the command in a folder that holds both; --allow-outside reads it all the same"
            raise SpecError([Problem(Code.UNREADABLE, what, span=spec.span, hint=hint)])
        self.claims.reads([path], self._place)
        return self._noted(path, path.parent, changes)

    def _noted(self, spec: Path | Source, folder: Path, changes: tuple[str, ...]) -> Loaded:
        """A spec, whose data files are noted whether it can be read or not."""
        noting = inputs.Noting(folder, self.wanted.limits)
        try:
            return pipeline.loaded(spec, changes=changes, files=noting, limits=self.wanted.limits)
        finally:
            self.claims.reads(noting.read, str(spec) if isinstance(spec, Path) else self._place)

    @property
    def _place(self) -> str:
        return f"the block at {self.block.marker.source.name}:{self.block.marker.line}"

    def _spec_path(self, name: str) -> Path:
        return Path(normpath(self.page.path.parent / name))

    # its picture

    def _target(self, loaded: Loaded) -> tuple[Path, str]:
        """The picture's path without its suffix, and its format."""
        options = self.block.options
        if options.file is not None:
            stem, format_ = options.file
            return Path(normpath(self.page.path.parent / stem)), format_
        named = next((parts for parts in map(split, loaded.spec.output) if parts and parts[1] in IMAGES), None)
        stem, format_ = named or (self._stem(), usual_format(loaded, options.step))
        if options.step is not None:
            stem, format_ = f"{stem}-step-{options.step}", "png"
        if options.theme is not None:
            stem = f"{stem}-{options.theme}"
        return Path(normpath(self._folder() / stem)), options.format or format_

    def _stem(self) -> str:
        spec = self.block.spec
        if not isinstance(spec, Source):
            return Path(spec.text).stem
        what, hint = "this figure has no name", "give it one: <!-- conv-anim output=figures/name.gif"
        raise SpecError([Problem(Code.MISSING_KEY, what, span=self.block.marker, hint=hint)])

    def _folder(self) -> Path:
        options, spec = self.block.options, self.block.spec
        if options.output is not None:
            return self.page.path.parent / options.output
        if self.wanted.folder is not None:
            return self.wanted.folder
        return self.page.path.parent if isinstance(spec, Source) else self._spec_path(spec.text).parent

    def _may_touch(self, path: Path) -> bool:
        """Specs and pictures lie below the current folder, the page's or the one that the command line names."""
        allowed = [Path(), self.page.path.parent, *([self.wanted.folder] if self.wanted.folder else [])]
        return self.wanted.limits.outside or any(inputs.is_within(path, folder) for folder in allowed)

    def _check_place(self, path: Path) -> None:
        """Raise SpecError if no picture may be written there."""
        if not self._may_touch(path.parent):
            what = f"the picture would be written outside this folder and the page's: {path}"
            hint = "run the command in a folder that holds both, or name one with -o; or --allow-outside"
            raise SpecError([Problem(Code.OUTPUT, what, span=self.block.marker, hint=hint)])

    # its text

    def _text(self, shown: Figure, jobs: dict[str, Job]) -> str:
        """What stands between the markers: in one line if they do, else on lines of its own."""
        between = self.page.source.text[self.block.start : self.block.end]
        *lines, prefix = between.split("\n")
        listing = self._listing()
        if not lines and not listing:
            return self._image(shown, jobs)
        prefix = prefix if not prefix.strip(" \t>") else ""
        made = ["", self._image(shown, jobs), "", *listing]
        text = "".join(f"{line}{self.page.newline}" for line in ["", *(f"{prefix}{x}".rstrip() for x in made)]) + prefix
        return between if listings.alike(between, text) else text

    def _image(self, shown: Figure, jobs: dict[str, Job]) -> str:
        """A plain image of Markdown where that says all, since every site builder knows it; else HTML."""
        if len(jobs) > 1 or self.block.options.width is not None:
            return self._html(shown, jobs)
        return f"![{SPECIAL.sub(_escaped, shown.alt)}]({html.address(jobs['light'].file, self.page.path)})"

    def _html(self, shown: Figure, jobs: dict[str, Job]) -> str:
        where = html.Addresses(**{name: html.source(job.file, self.page.path) for name, job in jobs.items()})
        image = html.image(shown, where.light, width=self.block.options.width)
        written = html.adaptive(image, where)
        return html.as_jsx(written) if self._mdx else written

    @property
    def _mdx(self) -> bool:
        """Whether its markers are comments of MDX."""
        return self.page.source.text.startswith("{", self.block.end)

    def _listing(self) -> list[str]:
        """The lines of the spec, open or to unfold, and an empty one; none unless requested."""
        told = self.block.options.spec
        if told == "none":
            return []
        text, title = self._spec_text()
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        code = [f"{fence}yaml", *text.splitlines(), fence, ""]
        begun = ["<details>"] if self._mdx else []  # which takes an element that others stand in by its lines
        head = f"{'' if begun else '<details>'}<summary>{title}</summary>"
        return code if told == "code" else [*begun, head, "", *code, "</details>", ""]

    def _spec_text(self) -> tuple[str, str]:
        """The spec without what only editors read, and what it is called."""
        spec, lang = self.block.spec, self.block.options.lang or "en"
        if isinstance(spec, Source):
            return dedent(spec.text).strip("\n"), OWN_SPEC[lang]
        path = self._spec_path(spec.text)
        link = f'<a href="{html.address(path, self.page.path)}">{html.attribute(path.name)}</a>'
        return TOLD_TO_EDITORS.sub("", inputs.source(path, self.wanted.limits).text).strip("\n"), SPEC_OF[lang].format(
            link
        )


def _dark(path: Path) -> Path:
    """What the dark picture beside another one is called."""
    return path.with_name(f"{path.name}-dark")


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"
