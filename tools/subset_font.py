"""Cuts the Chinese font that figures need out of Noto Sans TC: the characters of our own texts, in two weights.

    npm pack @expo-google-fonts/noto-sans-tc
    python tools/subset_font.py expo-google-fonts-noto-sans-tc-*.tgz

Needs fontTools, which comes with matplotlib. The licence (SIL OFL) is put beside the fonts.
"""

from __future__ import annotations

import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from conv_anim.scene.wording.phrases import zh_tw

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "conv_anim" / "painting" / "data"
WEIGHTS = {"NotoSansTC-Regular-subset.ttf": "400Regular", "NotoSansTC-Bold-subset.ttf": "700Bold"}
"""What is made, and the weight in the package."""
MORE = "，。、；：？！「」『』（）《》〈〉【】～％"
"""Punctuation that texts of users have."""


def texts() -> Iterator[str]:
    """All that is drawn, or may be, in our own figures."""
    yield from zh_tw.PHRASES.values()
    for path in [*(ROOT / "templates").rglob("*.yaml"), *(ROOT / "docs").glob("*.zh-TW.md")]:
        yield path.read_text(encoding="utf-8")
    yield MORE


def characters() -> str:
    """Those of Chinese writing; the others are in DejaVu Sans."""
    found = {character for text in texts() for character in text}
    return "".join(sorted(c for c in found if east_asian_width(c) in {"W", "F"}))


def subset(font: bytes, wanted: str) -> bytes:
    """A font with the wanted characters only, without hints and layout rules; the same bytes every time."""
    options = Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[0, 1, 2, 13, 14])
    made = TTFont(BytesIO(font), recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(text=wanted)
    subsetter.subset(made)
    written = BytesIO()
    made.save(written)
    return written.getvalue()


def main(package: Path) -> None:
    wanted = characters()
    with tarfile.open(package) as archive:
        for name, weight in WEIGHTS.items():
            font = archive.extractfile(f"package/{weight}/NotoSansTC_{weight}.ttf")
            assert font is not None
            made = subset(font.read(), wanted)
            (DATA / name).write_bytes(made)
            sys.stdout.write(f"{name}: {len(wanted)} characters, {len(made) // 1024} kB\n")
        licence = archive.extractfile("package/LICENSE_FONT")
        assert licence is not None
        (DATA / "NotoSansTC-OFL.txt").write_bytes(licence.read())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
