#!/usr/bin/env bash
# An animated picture as a still, in documents and readers that do not move: which of its frames is shown?
#
# Guessed: the first one, for GIF and APNG alike, in every program.
# Seen:    MuPDF shows the last frame of a GIF, and the first of an APNG. Typst and WeasyPrint show the first of both.
#          Each frame here covers the whole picture, so that nothing is left of the one before.
# With:    PyMuPDF 2.0, typst 0.15.2, weasyprint 70.0, pypdfium2 5.15.2, pillow 13.0.0; 2026-11-29.
# Matters: an animation of a convolution begins with an empty output and ends with the result. In the first frame the reader of
#          a document sees nothing of it; put a still of the step that you mean beside the animation.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check PyMuPDF==2.0 typst==0.15.2 weasyprint==70.0 \
    pypdfium2==5.15.2 pillow==13.0.0
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import sys
from importlib.metadata import version
from pathlib import Path
import pymupdf, pypdfium2, typst, weasyprint
from PIL import Image

print(*(f"{name} {version(name)}" for name in ("PyMuPDF", "typst", "weasyprint")), sep="\n")
colours = {"first": (255, 0, 0), "middle": (0, 255, 0), "last": (0, 0, 255)}
frames = [Image.new("RGB", (40, 40), colour) for colour in colours.values()]
frames[0].save("three.gif", save_all=True, append_images=frames[1:], duration=500, loop=0)
frames[0].save("three.png", save_all=True, append_images=frames[1:], duration=500, loop=0)

def frame(image):
    """Which frame the middle of a picture shows."""
    shown = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    return min(colours, key=lambda name: sum(abs(one - other) for one, other in zip(shown, colours[name])))

def page(pdf):
    return pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil()

def mupdf(name):
    pymupdf.open(name)[0].get_pixmap().save("seen.png")
    return Image.open("seen.png")

def typst_pdf(name):
    Path("page.typ").write_text(f'#set page(width: 40pt, height: 40pt, margin: 0pt)\n#image("{name}", width: 40pt)')
    return page(typst.compile("page.typ"))

def weasyprint_pdf(name):
    style = "<style>@page { size: 40px; margin: 0 } body { margin: 0 } img { display: block }</style>"
    return page(weasyprint.HTML(string=f'{style}<img src="{name}">', base_url=".").write_pdf())

recorded = {
    "MuPDF": (mupdf, "last", "first"),
    "Typst": (typst_pdf, "first", "first"),
    "WeasyPrint": (weasyprint_pdf, "first", "first"),
}
changed = []
for program, (draw, *wanted) in recorded.items():
    seen = [frame(draw(name)) for name in ("three.gif", "three.png")]
    print(f"{program:12} GIF {seen[0]}, APNG {seen[1]}")
    changed += [program] if seen != wanted else []
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
