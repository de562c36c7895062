"""Sphinx's directive ``conv-anim``: a spec's path, or the spec itself, becomes a figure.

``extensions = ["conv_anim.embed.sphinx"]`` in conf.py. A page keeps a place for the figure, and what it shows is drawn
when a builder asks for it: an animation for HTML, a PDF or a PNG of the last step for print. A picture is called after
its spec and a digest of it, so that it is drawn once.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from conv_anim import __version__, opening, pipeline
from conv_anim.diagnostics import Code, Problem, Source, SpecError
from conv_anim.embed.figure import STILL, Figure, darkened, figure, said
from conv_anim.embed.html import DARK, PAPER, RESTING
from conv_anim.embed.sphinx_nodes import (
    close_picture,
    open_picture,
    paper_image,
    picture,
    placeholder,
    source_image,
    write_paper,
    write_source,
)
from conv_anim.export import files
from conv_anim.inputs import Noting
from conv_anim.limits import USUAL
from conv_anim.spec.appearance import LANGS
from conv_anim.spec.formats import FORMATS, IMAGES
from conv_anim.spec.themes import THEMES
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.util.typing import ExtensionMetadata

    from conv_anim.pipeline import Loaded

LOG = logging.getLogger(__name__)
PRINTED = {f.media: f.name for f in FORMATS.own.values() if not f.all_frames}
"""What is drawn for builders other than HTML, by what they support, the best first."""

AS_IT_IS = "dark-light"
"""The class of an image that themes of the PyData family leave as it is on dark pages; others they make greyer."""

NOT_IN_EPUB = ("apng", "webp")
"""Formats that an EPUB leaves out, or that its readers need not show."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """What Sphinx calls."""
    app.add_directive("conv-anim", Directive)
    app.add_node(placeholder)
    app.add_node(picture, html=(open_picture, close_picture))
    app.add_node(source_image, html=(write_source, None))
    app.add_node(paper_image, html=(write_paper, None))
    app.connect("doctree-resolved", draw)
    return {"version": __version__, "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}


# reading a page


def _one_of(names: Iterable[str]) -> Callable[[str], str]:
    return lambda argument: directives.choice(argument, tuple(names))


class Directive(SphinxDirective):
    """``.. conv-anim:: spec.yaml``, or the spec as its content."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "alt": directives.unchanged_required,
        "caption": directives.unchanged_required,
        "width": directives.length_or_percentage_or_unitless,
        "align": _one_of(("left", "center", "right")),
        "class": directives.class_option,
        "name": directives.unchanged_required,
        "format": _one_of(IMAGES),
        "theme": _one_of(THEMES),
        "lang": _one_of(LANGS),
        "step": directives.nonnegative_int,
        "still": _one_of(("true", "false")),
        "dark": _one_of(("true", "false")),
        "print": _one_of(("true", "false")),
    }

    def run(self) -> list[nodes.Node]:
        """The nodes that take the directive's place; problems are shown on the page."""
        try:
            held = self._place(self._loaded())
        except SpecError as error:
            self.env.note_reread()  # so that the next run reports it again
            return [self._told(error)]
        self.set_source_info(held)
        found = [held] if "caption" not in self.options else [self._captioned(held)]
        self.add_name(found[0])
        return list(found)

    def _loaded(self) -> tuple[Source, Path, Loaded]:
        """The spec, its folder, and what was read of it. Raises SpecError."""
        if bool(self.arguments) == bool(self.content):
            what = "this directive takes a spec's path, or a spec as its content"
            raise SpecError([Problem(Code.SYNTAX, what, hint=".. conv-anim:: figures/one.yaml")])
        source, folder = self._file() if self.arguments else self._content()
        reading = Noting(folder)
        try:
            return source, folder, pipeline.loaded(source, changes=self._changes, files=reading)
        finally:
            for path in reading.read:
                self.env.note_dependency(str(path.resolve()))

    @property
    def _changes(self) -> list[str]:
        return [f"theme={self.options['theme']}"] if "theme" in self.options else []

    def _file(self) -> tuple[Source, Path]:
        from conv_anim import inputs

        name, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(name)
        if not Path(path).is_file():
            what, hint = f"there is no spec '{self.arguments[0]}'", "the path is relative to this page"
            raise SpecError([Problem(Code.UNREADABLE, what, hint=hint)])
        return Source(name, inputs.source(Path(path)).text), Path(path).parent

    def _content(self) -> tuple[Source, Path]:
        """The spec in the page, with the lines and columns that it has there."""
        page, line = self.get_source_info()
        lines = _lines(Path(page))
        indented = ((k, lines[k].removesuffix(self.content[0])) for k in range(line - 1, len(lines)))
        before, indent = next((found for found in indented if self._stands(lines, *found)), (line, ""))
        text = "".join(f"{indent}{each}\n" for each in self.content)
        name = relpath(page, self.env.srcdir)
        return Source(name, "\n" * before + text), Path(page).parent

    def _stands(self, lines: list[str], first: int, indent: str) -> bool:
        """Whether the content is what stands from a line on."""
        there = [line.strip() for line in lines[first : first + len(self.content)]]
        return not indent.strip() and there == [line.strip() for line in self.content]

    def _place(self, found: tuple[Source, Path, Loaded]) -> placeholder:
        """Raises SpecError for what cannot be drawn."""
        source, folder, loaded = found
        step = self.options.get("step")
        alt = self.options.get("alt") or said(loaded, self.options.get("lang"))
        shown = figure(loaded, format_=self.options.get("format"), step=step, alt=alt)
        held = placeholder(
            spec=source, folder=str(folder), changes=self._changes, format=shown.format, step=step, alt=alt
        )
        held["still"] = self.options.get("still", "true") == "true"
        held["dark"] = self.options.get("dark", "false") == "true"
        held["print"] = self.options.get("print", self.options.get("still", "true")) == "true"
        held["shape"] = {name: self.options[name] for name in ("width", "align") if name in self.options}
        held["classes"] += self.options.get("class", [])
        return held

    def _captioned(self, held: placeholder) -> nodes.figure:
        """As docutils' figure directive makes it."""
        align = held["shape"].pop("align", None)
        text, messages = self.state.inline_text(self.options["caption"], self.lineno)
        whole = nodes.figure("", held, nodes.caption(self.options["caption"], "", *text), *messages)
        self.set_source_info(whole)
        self.set_source_info(whole[1])
        if align is not None:
            whole["align"] = align
        return whole

    def _told(self, error: SpecError) -> nodes.Node:
        """A warning for each problem, and all of them in the page."""
        for problem in error.problems:
            hint = f"; {problem.hint}" if problem.hint else ""
            known = problem.span is not None or problem.file
            where = str(self.env.srcdir / problem.place) if known else self.get_location()
            LOG.warning("%s [%s]%s", problem.message, problem.code, hint, location=where, type="conv_anim")
        text = "\n\n".join(map(str, error.problems))
        return nodes.literal_block(text, text, classes=["conv-anim-problem"], language="none")


def _lines(page: Path) -> list[str]:
    """Of a page as it is written; none if it cannot be read as Sphinx does by default."""
    with suppress(OSError, UnicodeDecodeError), opening.opened(page) as file:
        return opening.taken(file, USUAL.file_size).decode("utf-8").splitlines()
    return []


# what a builder gets


def draw(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Put images where the page has places for them."""
    for held in list(tree.findall(placeholder)):
        held.replace_self(_drawn(app, held, page))


def _drawn(app: Sphinx, held: placeholder, page: str) -> list[nodes.Node]:
    from conv_anim import inputs

    loaded = pipeline.loaded(held["spec"], changes=held["changes"], files=inputs.Folder(Path(held["folder"])))
    format_ = _format_for(app.builder, held["format"])
    if format_ is None:
        return [_image(nodes.image, held, f"{_stem(held)}.png")]
    shown = figure(loaded, format_=format_, step=held["step"], alt=held["alt"])
    image = _image(nodes.image, held, _file(app, page, held, loaded, shown))
    if app.builder.format == "html":
        image["classes"].append(AS_IT_IS)
    night = replace(loaded, spec=darkened(loaded.spec)) if held["dark"] and app.builder.format == "html" else None
    stills = shown.moves and held["still"]
    prints = shown.animated and held["print"] and app.builder.name != "epub"
    wanted: list[tuple[str, Loaded, str]] = []
    if night is not None and stills:
        wanted.append((f"{DARK} and {RESTING}", night, STILL))
    if stills or prints:
        media = ", ".join([RESTING] * stills + [PAPER] * prints)
        wanted.append((media, loaded, STILL))
    if night is not None:
        wanted.append((DARK, night, shown.format))
    sources = [_source(app, page, held, replaced) for replaced in wanted]
    if not sources:
        return [image]
    for each in (*sources, image):
        each["classes"].append("no-scaled-link")
    paper = [paper_image(uri=each["uri"]) for each in sources if PAPER in each["media"]]
    return [picture("", *sources, image), *paper]


def _source(app: Sphinx, page: str, held: placeholder, wanted: tuple[str, Loaded, str]) -> nodes.image:
    """What stands in for an image, for readers that a media query names."""
    media, loaded, format_ = wanted
    shown = figure(loaded, format_=format_, step=held["step"], alt=held["alt"])
    image = _image(source_image, held, _file(app, page, held, loaded, shown))
    image["media"] = media
    return image


def _format_for(builder: Builder, wished: str) -> str | None:
    """What a builder shows; None if it shows no images."""
    if builder.name == "epub" and wished in NOT_IN_EPUB:
        return "gif"
    if builder.format == "html":
        return wished
    return next((PRINTED[kind] for kind in builder.supported_image_types if kind in PRINTED), None)


def _image(kind: type[nodes.image], held: placeholder, uri: str) -> nodes.image:
    named = {name: held[name] for name in ("names", "ids", "classes")} if kind is nodes.image else {}
    return kind(uri=uri, candidates={"*": uri}, alt=held["alt"], **held["shape"], **named)


def _stem(held: placeholder) -> str:
    """What a picture is called after: the spec's file, or the page that holds it."""
    return Path(held["spec"].name).stem


def _file(app: Sphinx, page: str, held: placeholder, loaded: Loaded, shown: Figure) -> str:
    """The picture, drawn unless it is there; Sphinx copies it to where the builder has its images."""
    digest = sha256(f"{__version__} {shown.format} {shown.step} {loaded.spec!r}".encode()).hexdigest()
    path = Path(app.doctreedir) / "conv-anim" / f"{_stem(held)}-{digest[:12]}.{shown.format}"
    if not path.is_file():
        files.write(path, shown.encoded())
    app.env.images.add_file(page, str(path))
    return str(path)
