#!/usr/bin/env bash
# SimpleITK's Expand with a spline makes white of black and black of white at an edge; Resample to the same places does not.
#
# Guessed: what is beyond 0 or 255 is kept at 0 or 255, by every filter; fractions are rounded, or by all of them cut.
# Seen:    of an edge from 0 to 255, twice as large, Expand and Resample make the same floats, with a B-spline and with
#          windowed sincs. Of bytes Resample makes 0 0 54 200 255 255 there, and Expand 243 232 54 200 23 12: what overshoots
#          is taken modulo 256. Fractions are cut by Mean, BoxMean, BinomialBlur, Bilateral, Expand and Resample, and
#          rounded by BinShrink. Moved by half a cell and back five times, linearly, bytes lose 4 levels, floats none.
# With:    SimpleITK 2.5.7, and the same with 2.4.1 and 2.3.1; numpy 2.4.6; on x86-64, as C++ leaves such a cast open;
#          2026-12-01.
# Known:   SimpleITK issue 2657 is about sums that overflow. Of this nothing found.
# Matters: an enlarged mask or photograph has bright and dark lines along its edges; one moved again and again gets darker.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check SimpleITK==2.5.7 numpy==2.4.6
cd "$work"
cat >edges.py <<'EOF'
import sys
import numpy as np, SimpleITK as sitk

print("SimpleITK", sitk.Version_VersionString(), "numpy", np.__version__)
rng = np.random.default_rng(0)
changed = []

def record(what, seen, recorded):
    print(f"   {what}: {seen}")
    if seen != recorded:
        changed.append(what)

def image(cells, kind):
    return sitk.Cast(sitk.GetImageFromArray(np.asarray(cells, np.float64)), kind)

def array(picture):
    return sitk.GetArrayFromImage(picture)

BYTES, FLOATS = sitk.sitkUInt8, sitk.sitkFloat64
edge = np.tile(np.repeat([0, 255], 6), (12, 1))

print("an edge from 0 to 255, twice as large, its middle")
middle = slice(9, 15)
for name in ("Linear", "BSpline", "HammingWindowedSinc", "LanczosWindowedSinc"):
    kind = getattr(sitk, "sitk" + name)
    seen = {}
    for pixels in (FLOATS, BYTES):
        expanded = sitk.Expand(image(edge, pixels), [2, 2], kind)
        resampled = sitk.Resample(image(edge, pixels), expanded, sitk.Transform(), kind)    # to the same places
        seen["Expand", pixels], seen["Resample", pixels] = array(expanded)[11], array(resampled)[11]
    exact = seen["Expand", FLOATS]
    print(f"   {name}: as floats {exact[middle].round(1)}, as bytes Expand {seen['Expand', BYTES][middle]}, "
          f"Resample {seen['Resample', BYTES][middle]}")
    record("the same as floats", bool(np.allclose(exact, seen["Resample", FLOATS])), True)
    wrapped, clipped = np.trunc(exact) % 256, np.trunc(exact.clip(0, 255))
    record("Expand: cut to whole numbers, then modulo 256", bool((seen["Expand", BYTES] == wrapped).all()), True)
    record("Resample: kept from 0 to 255, then cut", bool((seen["Resample", BYTES] == clipped).all()), True)
    record("they differ", bool((seen["Expand", BYTES] != seen["Resample", BYTES]).any()), name != "Linear")

print("how fractions of noise become bytes")
noise = rng.integers(0, 256, (48, 48))
shift = sitk.TranslationTransform(2, [0.3, 0.6])
filters = {
    "BinShrink by 2": lambda picture: sitk.BinShrink(picture, [2, 2]),
    "BinShrink by 3": lambda picture: sitk.BinShrink(picture, [3, 3]),
    "Mean of 3x3": lambda picture: sitk.Mean(picture, [1, 1]),
    "BoxMean of 3x3": lambda picture: sitk.BoxMean(picture, [1, 1]),
    "BinomialBlur": lambda picture: sitk.BinomialBlur(picture, 1),
    "Bilateral": lambda picture: sitk.Bilateral(picture, 1.5, 60.0),
    "Expand, linear": lambda picture: sitk.Expand(picture, [2, 2]),
    "Resample, linear": lambda picture: sitk.Resample(picture, picture, shift, sitk.sitkLinear, 0.0),
}
for name, apply in filters.items():
    exact, got = array(apply(image(noise, FLOATS))), array(apply(image(noise, BYTES)))
    whole = np.abs(exact - exact.round()) < 1e-6    # rounding errors decide there
    how = [word for word, right in (("rounded", np.floor(exact + 0.5)), ("cut", np.floor(exact)))
           if (got == right)[~whole].all()]
    record(name, how, ["rounded"] if name.startswith("BinShrink") else ["cut"])

print("moved by half a cell and back, both ways, five times, linear: the mean away from the border")
half, inside = [sitk.TranslationTransform(2, [way * 0.5] * 2) for way in (1, -1)], (slice(12, -12),) * 2
for name, pixels, recorded in (("floats", FLOATS, 0), ("bytes", BYTES, 4)):
    picture = image(rng.integers(100, 156, (64, 64)), pixels)
    before = array(picture)[inside].mean()
    for _ in range(5):
        for way in half:
            picture = sitk.Resample(picture, picture, way, sitk.sitkLinear, 0.0)
    record(f"{name}, less by about", round(float(before - array(picture)[inside].mean())), recorded)
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" edges.py
