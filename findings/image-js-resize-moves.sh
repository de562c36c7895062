#!/usr/bin/env bash
# image-js moves a picture by half a cell of the result when it resizes it, so one resized to its own size is blurred.
#
# Guessed: cells lie over each other by their middles or by their corners, and a picture of the same size stays as it is.
# Seen:    with bilinear and bicubic interpolation cell o of the result is read at o/factor − 1/2, for every factor: half a
#          cell of the result before where middles put it. At factor 1 each cell is the mean of two neighbours in each
#          direction, at factor 1/2 all is a whole cell of the input too far to the right. "nearest" takes cell ⌊o/factor⌋.
# With:    image-js 1.7.0; 2026-11-30.
# Known:   nothing found.
# Matters: bilinear is what resize does unless told otherwise; boxes and masks that are scaled beside the picture do not fit it.
set -euo pipefail
command -v npm > /dev/null || { echo "needs node 20 or newer with npm: apt install nodejs npm" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --prefix "$work" image-js@1.7.0
cat > resize.mjs <<'EOF'
import { readFileSync } from "node:fs";
import { Image } from "image-js";

console.log("image-js", JSON.parse(readFileSync("node_modules/image-js/package.json")).version);
const STEP = 20;

// A ramp of so many columns, resized to others: where in the input each cell of the middle row was read.
function places(columns, wanted, interpolationType) {
  const ramp = new Image(columns, 4, { colorModel: "GREY" });
  for (let r = 0; r < 4; r++) for (let c = 0; c < columns; c++) ramp.setValue(c, r, 0, STEP * c);
  const out = ramp.resize({ width: wanted, height: 4, interpolationType });
  return Array.from({ length: wanted }, (_, c) => out.getValue(c, 2, 0) / STEP);
}

// Half a grey value, and a bicubic's overshoot at the ends, in cells.
const close = (a, b) => a.every((value, i) => Math.abs(value - b[i]) < 0.1);
const changed = [];
for (const kind of ["nearest", "bilinear", "bicubic"]) {
  for (const [columns, wanted] of [[8, 8], [4, 8], [8, 4], [3, 6], [5, 7]]) {
    const seen = places(columns, wanted, kind), within = place => Math.min(Math.max(place, 0), columns - 1);
    const cells = Array.from({ length: wanted }, (_, o) => o);
    const middles = cells.map(o => within((o + 0.5) * columns / wanted - 0.5));
    const moved = cells.map(o => within(o * columns / wanted - 0.5));
    const nearest = cells.map(o => Math.floor(o * columns / wanted));
    const what = kind === "nearest" ? (close(seen, nearest) ? "right" : "?")
      : close(seen, moved) ? "half a cell of the result off" : close(seen, middles) ? "right" : "?";
    console.log(`   ${kind} ${columns} to ${wanted}: read at ${seen.map(place => Math.round(place * 100) / 100).join(" ")} (${what})`);
    if (what !== (kind === "nearest" ? "right" : "half a cell of the result off")) changed.push(`${kind} ${columns} to ${wanted}`);
  }
}
if (changed.length) {
  console.error("changed since 2026-11-30: " + changed.join(", "));
  process.exit(1);
}
EOF
node resize.mjs
