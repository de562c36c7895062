#!/usr/bin/env bash
# A picture in a PDF that must not be interpolated is interpolated all the same while its cells are small: by PDFium up to 2.5
# pixels a cell, by MuPDF up to 2.
#
# Guessed: /Interpolate false, which is also what holds without a word, gives blocks whenever a picture is enlarged.
# Seen:    a chessboard of black and white cells has greys at 1.25 to 2.5 pixels a cell in PDFium and at 1.25 to 2 in MuPDF, at
#          exactly 2 pixels too, where blocks would fit; from 2.75 and 2.2 pixels on it has blocks. The number of cells makes no
#          difference. With /Interpolate true both smooth at every size but 1.
# With:    pypdfium2 5.15.2 (PDFium 159.0.8149), PyMuPDF 2.0, numpy 2.4.6, Pillow 13.0.0; 2026-11-30.
# Known:   PDF leaves to a program what it does; of these limits nothing found.
# Matters: pictures of 28x28 cells, set small on a page, are blurred on a screen and sharp when one zooms in; a thumbnail
#          of a page shows edges that are not in the data.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check \
	pypdfium2==5.15.2 PyMuPDF==2.0.0 numpy==2.4.6 pillow==13.0.0
cd "$work"
cat >render.py <<'EOF'
import sys, zlib
from importlib.metadata import version
import numpy as np, pymupdf, pypdfium2

print("pypdfium2", version("pypdfium2"), "PDFium", pypdfium2.PDFIUM_INFO.version, "PyMuPDF", version("PyMuPDF"))
POINTS = 40

def page(cells, interpolate):
    """Return a PDF whose page is a chessboard: an image of so many cells a side, a byte each."""
    board = (np.indices((cells, cells)).sum(0) % 2 * 255).astype(np.uint8)
    data, said = zlib.compress(board.tobytes()), "" if interpolate is None else f"/Interpolate {interpolate} "
    content = f"q {POINTS} 0 0 {POINTS} 0 0 cm /I Do Q".encode()
    image = f"<< /Type /XObject /Subtype /Image /Width {cells} /Height {cells} /ColorSpace /DeviceGray /BitsPerComponent 8 "
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {POINTS} {POINTS}] /Contents 4 0 R "
        "/Resources << /XObject << /I 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        f"{image}/Filter /FlateDecode {said}/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + end

def pdfium(file, scale):
    return np.asarray(pypdfium2.PdfDocument(file)[0].render(scale=scale).to_pil().convert("L"))

def mupdf(file, scale):
    sheet, matrix = pymupdf.open(stream=file, filetype="pdf")[0], pymupdf.Matrix(scale, scale)
    picture = sheet.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY)
    return np.frombuffer(picture.samples, np.uint8).reshape(picture.height, picture.stride)[:, :picture.width]

SIZES = 1, 1.25, 1.5, 1.75, 2, 2.2, 2.5, 2.75, 3, 4, 5, 8, 20
changed = []
for render, last in ((pdfium, 2.5), (mupdf, 2)):
    for interpolate in (None, "false", "true"):
        for cells in (8, 16):
            file = page(cells, interpolate)
            grey = [size for size in SIZES if set(np.unique(render(file, size * cells / POINTS)).tolist()) - {0, 255}]
            print(f"   {render.__name__}, /Interpolate {interpolate or 'not said'}, {cells}x{cells} cells: greys at",
                  *grey, "pixels a cell")
            if grey != [size for size in SIZES if size > 1 and (interpolate == "true" or size <= last)]:
                changed.append(f"{render.__name__} {interpolate} {cells}")
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" render.py
