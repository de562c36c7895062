#!/usr/bin/env bash
# Where is a subscript drawn? By up to 4 of the font's 2048 units elsewhere in matplotlib 3.10 than in 3.11, unhinted or not.
#
# Guessed: an outline that is loaded without hinting is the font's, scaled, whatever the release; at worst the last bit differs.
# Seen:    glyphs that are made of others (₁, ₂, … in DejaVu Sans) have their parts moved to whole pixels by the FreeType that
#          matplotlib 3.10 brings, although NO_HINTING is asked for. At 64 pixels, ₂ stands 4 units too low, at 256 as many too
#          high, from 1024 on it is right. The FreeType of matplotlib 3.11 leaves them where the font has them. The lowest
#          points of é and ½ are right in both.
# With:    matplotlib 3.10.8 (FreeType 2.6.1) and 3.11.2, the DejaVu Sans that both bring (the same file); 2026-11-29.
# Matters: text drawn as paths, as in SVG, PDF or an animation, is not the same pixels after an update. Loading outlines at
#          the size of the font's em, as the last column does, is right in both.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/lowest.py" <<'PY'
import os, matplotlib
from matplotlib.ft2font import FT2Font, LoadFlags
font = os.path.join(os.path.dirname(matplotlib.__file__), "mpl-data", "fonts", "ttf", "DejaVuSans.ttf")
def lowest(character, size):
    """The lowest point of an outline, in units of the font."""
    loaded = FT2Font(font)
    loaded.set_size(size, 72)
    loaded.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return round(min(y for _, y in loaded.get_path()[0][:-1].tolist()) * 2048 / size)
print(matplotlib.__version__, *(f"{c} {[lowest(c, size) for size in (64, 256, 1024, 2048)]}" for c in "₁₂é½"))
PY
for version in 3.10.8 3.11.2; do
	python3 -m venv "$work/$version"    # Python 3.11 or newer
	"$work/$version/bin/python" -m pip install -q --disable-pip-version-check "matplotlib==$version" numpy==2.4.6
	"$work/$version/bin/python" "$work/lowest.py"
done | tee "$work/told"
diff - "$work/told" <<'EXPECTED'
3.10.8 ₁ [-4, 4, 0, 0] ₂ [-4, 4, 0, 0] é [-29, -29, -29, -29] ½ [-29, -29, -29, -29]
3.11.2 ₁ [0, 0, 0, 0] ₂ [0, 0, 0, 0] é [-29, -29, -29, -29] ½ [-29, -29, -29, -29]
EXPECTED
