#!/usr/bin/env bash
# Jimp's gaussian, "a true Gaussian blur", smears a dot to the right and downwards: it writes into the picture that it reads.
#
# Guessed: a Gaussian blur is the same in all directions: a dot becomes a round spot, and the blur of a mirrored picture is the
#          mirrored blur. Rounding apart, it is what a definition by loops gives.
# Seen:    of a dot of 255, radius 1, the row through it is 8, 31, 11, 8, 4, 2, 1 instead of 5, 25, 41, 25, 5: each cell is
#          written before the next one is computed, and even before its own window is read to the end. The spot has its
#          brightest cell above and left of the dot and a tail to the right and downwards; with radius 3, too. A vertical edge
#          is up to 47 of 255 off, and 39 from the mirrored blur of its mirror image. Flat pictures stay flat. blur is symmetric.
# With:    jimp 1.6.1 (@jimp/plugin-blur 1.6.1); 2026-11-30.
# Known:   nothing found.
# Matters: Jimp makes pictures in node without anything native; what its blur shows of a kernel is another kernel. Its convolution
#          with weights of one's own (convolution, not convolute) is right.
set -euo pipefail
command -v npm > /dev/null || { echo "needs node 20 or newer with npm: apt install nodejs npm" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --prefix "$work" jimp@1.6.1
cat > blur.mjs <<'EOF'
import { readFileSync } from "node:fs";
import { Jimp } from "jimp";

const SIZE = 11, MIDDLE = 5, range = Array.from({ length: SIZE }, (_, i) => i);
const cells = (make) => range.map((y) => range.map((x) => make(x, y)));
const mirrored = (picture) => picture.map((row) => [...row].reverse());
const turned = (picture) => picture[0].map((_, x) => picture.map((row) => row[x]));

function blurred(name, picture, radius) {
  const image = new Jimp({ width: SIZE, height: SIZE });
  picture.forEach((row, y) => row.forEach((v, x) => image.bitmap.data.set([v, v, v, 255], (y * SIZE + x) * 4)));
  const { data } = image[name](radius).bitmap;
  return cells((x, y) => data[(y * SIZE + x) * 4]);
}

function definition(picture, radius) { // weights exp(-d^2 / 2 r^2) divided by their sum, edges duplicated
  const reach = Math.ceil(radius * 2.57), clip = (i) => Math.min(Math.max(i, 0), SIZE - 1);
  return cells((x, y) => {
    let sum = 0, all = 0;
    for (let i = -reach; i <= reach; i++) for (let j = -reach; j <= reach; j++) {
      const weight = Math.exp(-(i * i + j * j) / (2 * radius * radius));
      sum += weight * picture[clip(y + i)][clip(x + j)];
      all += weight;
    }
    return Math.round(sum / all);
  });
}

const dot = cells((x, y) => (x === MIDDLE && y === MIDDLE ? 255 : 0)), edge = cells((x) => (x < MIDDLE ? 0 : 255));
const flat = cells(() => 200), same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const apart = (one, other) => Math.max(...one.flatMap((row, y) => row.map((v, x) => Math.abs(v - other[y][x]))));
console.log("jimp", JSON.parse(readFileSync("node_modules/jimp/package.json")).version, "node", process.version);
const seen = blurred("gaussian", dot, 1), right = definition(dot, 1);
for (const [what, map] of Object.entries({ "a dot of 255, radius 1": seen, "by the definition": right })) {
  console.log(what);
  for (const row of map) console.log("  ", row.map((v) => String(v).padStart(3)).join(" "));
}
const facts = { // what: [seen, recorded]
  "the row through the dot": [seen[MIDDLE].join(" "), "0 0 1 8 31 11 8 4 2 1 0"],
  "  by the definition": [right[MIDDLE].join(" "), "0 0 0 5 25 41 25 5 0 0 0"],
  "the column through the dot": [turned(seen)[MIDDLE].join(" "), "0 0 0 6 28 11 8 4 2 1 1"],
  "the spot is its mirror image, gaussian": [same(seen, mirrored(seen)), false],
  "the same, radius 3": [same(blurred("gaussian", dot, 3), mirrored(blurred("gaussian", dot, 3))), false],
  "the same, blur": [same(blurred("blur", dot, 1), mirrored(blurred("blur", dot, 1))), true],
  "an edge, from the definition": [apart(blurred("gaussian", edge, 1), definition(edge, 1)), 47],
  "  from its mirror image's blur": [apart(blurred("gaussian", edge, 1), mirrored(blurred("gaussian", mirrored(edge), 1))), 39],
  "flat stays flat": [same(blurred("gaussian", flat, 1), flat), true],
};
for (const [what, [value]] of Object.entries(facts)) console.log(what.padEnd(40), value);
const changed = Object.keys(facts).filter((what) => facts[what][0] !== facts[what][1]);
if (changed.length) { console.error("changed since 2026-11-30: " + changed.join(", ")); process.exit(1); }
EOF
node blur.mjs
