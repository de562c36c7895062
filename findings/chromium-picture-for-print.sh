#!/usr/bin/env bash
# <picture> with <source media="print">: does a browser put that image on paper?
#
# Guessed: yes, at least where the image is a data: address, for which nothing has to be fetched; and a copy of it that is hidden
#          in the page makes no difference.
# Seen:    Chromium prints the image of the screen, also with data: addresses and with a second query that joins in. As soon as
#          the page has the same image once more, `hidden loading="lazy"`, it prints the right one: before it prints, it loads
#          what is lazy, and a source only counts if it has been loaded. `content: url(…)` in a style for print works at once.
#          Firefox 153.8.0esr printed the source without any of that, by browsingContext.print; it is not run here.
# With:    Chromium 156.0.8078.108, playwright 1.65.2, pypdfium2 5.15.2, pillow 13.0.0; 2026-11-29.
# Matters: a GIF of a convolution is printed as its first frame, which is empty. A still for paper has to be brought along like
#          this.
set -euo pipefail
browser=$(command -v chromium || command -v chromium-browser)    # apt install chromium
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check playwright==1.65.2 pypdfium2==5.15.2 pillow==13.0.0
cd "$work"
"$work/venv/bin/python" - "$browser" <<'EOF'
import sys
from base64 import b64encode
from pathlib import Path
import pypdfium2
from PIL import Image
from playwright.sync_api import sync_playwright

colours = {"screen": (0, 0, 255), "paper": (255, 0, 0)}
for name, colour in colours.items():
    Image.new("RGB", (60, 60), colour).save(f"{name}.png")
data = {name: "data:image/png;base64," + b64encode(Path(f"{name}.png").read_bytes()).decode() for name in colours}
picture = '<picture><source media="{}" srcset="{}" /><img src="{}" /></picture>'
hidden = '<img src="paper.png" hidden="" loading="lazy" />'
pages = {
    "a source for print": picture.format("print", "paper.png", "screen.png"),
    "of data: addresses": picture.format("print", data["paper"], data["screen"]),
    "for print or less motion": picture.format("(prefers-reduced-motion: reduce), print", "paper.png", "screen.png"),
    "with a hidden lazy image": picture.format("print", "paper.png", "screen.png") + hidden,
    "content in a style": "<style>@media print { img { content: url(paper.png) } }</style><img src='screen.png' />",
}
seen = {}
with sync_playwright() as playwright:
    running = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
    print(f"Chromium {running.version}")
    for name, html in pages.items():
        Path("page.html").write_text(f"<!doctype html><body style='margin: 0'>{html}")
        tab = running.new_context().new_page()
        tab.goto(Path("page.html").absolute().as_uri())
        tab.pdf(path="page.pdf", print_background=True)
        shown = {pixel for _, pixel in pypdfium2.PdfDocument("page.pdf")[0].render().to_pil().convert("RGB").getcolors(9999)}
        seen[name] = [which for which, colour in colours.items() if colour in shown]
        print(f"{name}: {' and '.join(seen[name])}")
    running.close()
wanted = dict(zip(pages, [["screen"]] * 3 + [["paper"]] * 2))
sys.exit(0 if seen == wanted else f"changed: expected {wanted}")
EOF
