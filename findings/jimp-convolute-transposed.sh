#!/usr/bin/env bash
# Jimp has convolute and convolution, which read one kernel differently: convolute transposes it, and finds the other edges.
#
# Guessed: two names of one thing; a list of rows is read row by row, and the only question is whether the kernel is turned by
#          180 degrees, as in a true convolution.
# Seen:    neither turns it: both correlate. convolution reads it by rows, convolute by columns: a Sobel filter is the other one,
#          and a kernel of one row, [1, 2, 3], weights a column, from the cell downwards and not around it.
#          Kernels that are symmetric about their diagonal look right: a box, Gauss, Laplace, and the example in the
#          documentation of both.
# With:    jimp 1.6.1; 2026-11-30.
# Known:   issue 749 asks for even kernels. Nothing found of the transposition.
# Matters: a filter for vertical edges finds level ones, by two letters in a name.
set -euo pipefail
command -v npm > /dev/null || { echo "needs node 20 or newer with npm: apt install nodejs npm" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --prefix "$work" jimp@1.6.1
cat > convolve.mjs <<'EOF'
import { readFileSync } from "node:fs";
import { Jimp } from "jimp";

const SIZE = 8, dot = Array.from({ length: SIZE }, () => Array(SIZE).fill(0));
dot[3][4] = 10;

function run(name, kernel, picture = dot) {
  const image = new Jimp({ width: SIZE, height: SIZE });
  picture.forEach((row, y) => row.forEach((v, x) => image.bitmap.data.set([v, v, v, 255], (y * SIZE + x) * 4)));
  const { data } = image[name](kernel).bitmap;
  return picture.map((row, y) => row.map((_, x) => data[(y * SIZE + x) * 4]));
}

function definition(kernel, picture = dot) { // a correlation, edges duplicated, the middle cell of an odd kernel
  const rows = kernel.length, columns = kernel[0].length, clip = (i) => Math.min(Math.max(i, 0), SIZE - 1);
  return picture.map((row, y) => row.map((_, x) => {
    let sum = 0;
    kernel.forEach((weights, i) => weights.forEach((weight, j) => {
      sum += weight * picture[clip(y + i - (rows - 1) / 2)][clip(x + j - (columns - 1) / 2)];
    }));
    return Math.min(Math.max(sum, 0), 255);
  }));
}

const transposed = (kernel) => kernel[0].map((_, j) => kernel.map((row) => row[j])), text = JSON.stringify;
const lit = (map) => text(map.flatMap((row, y) => row.flatMap((v, x) => (v ? [[y, x, v]] : []))));
const cases = {
  "3x3": [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
  "Sobel, vertical edges": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
  "symmetric": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
};
console.log("jimp", JSON.parse(readFileSync("node_modules/jimp/package.json")).version, "node", process.version);
const changed = [];
for (const [name, kernel] of Object.entries(cases)) {
  const byRows = lit(run("convolution", kernel)), byColumns = lit(run("convolute", kernel)), right = lit(definition(kernel));
  console.log(`${name}\n  definition  ${right}\n  convolution ${byRows}\n  convolute   ${byColumns}`);
  if (byRows !== right || byColumns !== lit(definition(transposed(kernel)))) changed.push(name);
}
const thin = { "a row, [[1, 2, 3]]": [[1, 2, 3]], "a column, [[1], [2], [3]]": [[1], [2], [3]] };
for (const [name, kernel] of Object.entries(thin)) {
  const byRows = lit(run("convolution", kernel)), off = lit(run("convolute", kernel)), right = lit(definition(kernel));
  console.log(`${name}\n  definition  ${right}\n  convolution ${byRows}\n  convolute   ${off}`);
  const recorded = kernel.length === 1 ? "[[1,4,30],[2,4,20],[3,4,10]]" : "[[4,3,30],[4,4,20],[4,5,10]]";
  if (byRows !== right || off !== recorded) changed.push(name);
}
if (changed.length) { console.error("changed since 2026-11-30: " + changed.join(", ")); process.exit(1); }
EOF
node convolve.mjs
