#!/usr/bin/env bash
# A feature map as a tiny picture in an SVG, enlarged: blocks or a blur, by renderer, by spelling, and by what typst writes.
#
# Guessed: a blur by default, blocks with image-rendering pixelated, in every renderer of today. One typst document looks the
#          same as PNG and as PDF.
# Seen:    resvg, and typst with it, obey style="image-rendering: pixelated" and ignore image-rendering="pixelated", though
#          both say the same. The older word, optimizeSpeed, makes blocks in resvg and librsvg, but a blur in Chromium 156. Only
#          the style makes blocks in all of them. And typst makes a blur in the PNG and blocks in the PDF of one document, for
#          an SVG as for a PNG of its own, until told `scaling: "pixelated"` or "smooth".
#          (By hand: librsvg 2.54.7, svglib 2.3.2 and MuPDF 2.0 always blur, CairoSVG 2.9.1 knows optimizeSpeed alone.)
# With:    resvg_py 0.5.0, typst 0.15.2, pypdfium2 5.15.2, pyvips 3.2.0 with pyvips-binary 8.18.7 (librsvg 2.63), pillow 13.0.0,
#          numpy 2.4.6; 2026-11-29.
# Matters: in a picture of numbers each cell is one number; a blur invents those between. Draw cells as rectangles, or write
#          the style and look at what the host makes of it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check resvg_py==0.5.0 typst==0.15.2 pypdfium2==5.15.2 \
    pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import base64, io, sys
from importlib.metadata import version
from pathlib import Path
import numpy as np, pypdfium2, pyvips, resvg_py, typst
from PIL import Image

print(*(f"{name} {version(name)}" for name in ("resvg_py", "typst", "pypdfium2", "pyvips-binary")), sep="\n")
Image.frombytes("RGB", (2, 2), bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0])).save("four.png")
data = base64.b64encode(Path("four.png").read_bytes()).decode()

def svg(attributes):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><image width="40" height="40" {attributes} '
            f'href="data:image/png;base64,{data}"/></svg>')

def typst_source(image):
    Path("figure.typ").write_text(f"#set page(width: 40pt, height: 40pt, margin: 0pt)\n#{image}")
    return "figure.typ"

def looks(image):
    """Four cells of four colours, or more colours than cells."""
    colours = len(np.unique(np.asarray(image)[..., :3].reshape(-1, 3), axis=0))
    return "blocks" if colours == 4 else "blur"

def png(image):
    return Image.open(io.BytesIO(typst.compile(typst_source(image), format="png", ppi=72.0)))

def pdf(image):
    return pypdfium2.PdfDocument(typst.compile(typst_source(image)))[0].render(scale=1).to_pil()

def written(attributes, draw):
    Path("figure.svg").write_text(svg(attributes))
    return draw('image("figure.svg", width: 40pt)')

renderers = {
    "resvg": lambda attributes: Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg(attributes))))),
    "librsvg": lambda attributes: pyvips.Image.svgload_buffer(svg(attributes).encode()).numpy(),
    "typst PNG": lambda attributes: written(attributes, png),
    "typst PDF": lambda attributes: written(attributes, pdf),
}
spellings = {  # attributes: what each renderer made of it
    "": ("blur", "blur", "blur", "blocks"),
    'style="image-rendering: pixelated"': ("blocks",) * 4,
    'image-rendering="pixelated"': ("blur", "blocks", "blur", "blocks"),
    'image-rendering="optimizeSpeed"': ("blocks",) * 4,
}
scalings = {"": ("blur", "blocks"), ', scaling: "pixelated"': ("blocks", "blocks"), ', scaling: "smooth"': ("blur", "blur")}
results = [(f"SVG {spelling}", [looks(draw(spelling)) for draw in renderers.values()], recorded, renderers)
           for spelling, recorded in spellings.items()]
results += [(f"typst image(png{scaling})", [looks(draw(f'image("four.png", width: 40pt{scaling})')) for draw in (png, pdf)],
             recorded, ("PNG", "PDF")) for scaling, recorded in scalings.items()]
for case, seen, _, names in results:
    print(f"{case:40}", ", ".join(f"{name} {look}" for name, look in zip(names, seen)))
changed = [case for case, seen, recorded, _ in results if tuple(seen) != recorded]
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
