"""The formats of pictures: what they are called, and the suffixes of file names that stand for them."""

from __future__ import annotations

SINGLE = ("gif", "png", "apng", "webp", "mp4", "svg", "pdf", "html")
"""One picture, still or moving."""
LAYOUTS = ("storyboard", "strip")
"""Several steps on one page: in a grid, or in one row."""
PRINTED = ("png", "svg", "pdf")
"""What a layout can be."""
NAMES = (*SINGLE, *(f"{layout}.{kind}" for layout in LAYOUTS for kind in PRINTED), "pages.pdf")
FORMATS: dict[str, str] = {f".{name}": name for name in NAMES}
"""By suffix."""
SHORT: dict[str, str] = {"storyboard": "storyboard.png", "strip": "strip.png", "pages": "pages.pdf"}
"""What the command line also understands."""
KNOWN = ".gif, .png, .apng, .webp, .mp4, .svg, .pdf, .html, .storyboard.png, .strip.png (or .svg, .pdf) or .pages.pdf"
"""The suffixes, for a message."""


def split(name: str) -> tuple[str, str] | None:
    """A file name without its suffix, and the format: the longest suffix that is known; None if there is none."""
    lowered = name.lower()
    found = [suffix for suffix in FORMATS if lowered.endswith(suffix) and len(name) > len(suffix)]
    if not found:
        return None
    suffix = max(found, key=len)
    return name[: -len(suffix)], FORMATS[suffix]
