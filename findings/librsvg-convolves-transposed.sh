#!/usr/bin/env bash
# librsvg transposes the kernel of an SVG's own convolution, feConvolveMatrix: a filter for vertical edges finds level ones.
#
# Guessed: renderers agree with the formula of the SVG specification; what one may forget is that its kernel is turned by 180
#          degrees, that it is a true convolution.
# Seen:    resvg and Chromium 156 turn it so. librsvg, 2.63.2 as 2.54.7, reads the list of weights column by column besides: a
#          kernel that moves the picture one cell to the right moves it down. Kernels that are symmetric about their diagonal
#          (identity, box, Gauss, Laplace, a corner) come out right, so that the usual tests see nothing.
# With:    sharp 0.35.5 (librsvg 2.63.2), @resvg/resvg-js 2.6.2; 2026-11-29.
# Matters: feConvolveMatrix draws a convolution without any script, and librsvg draws SVG for GNOME, rsvg-convert and sharp.
#          A Sobel filter in a page's SVG becomes the other Sobel filter in its thumbnail.
set -euo pipefail
command -v npm > /dev/null || { echo "needs node 20 or newer with npm: apt install nodejs npm" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --prefix "$work" sharp@0.35.5 @resvg/resvg-js@2.6.2
cat > convolve.js <<'EOF'
const sharp = require("sharp"), { Resvg } = require("@resvg/resvg-js");
const SIZE = 8, picture = Array.from({ length: SIZE }, () => Array(SIZE).fill(0));
picture[3][4] = 40; // one bright cell: the result is the kernel around it

function svg(columns, rows, kernel) {
  const cells = picture.flatMap((row, y) => row.map((v, x) =>
    `<rect x="${x}" y="${y}" width="1" height="1" fill="rgb(${v},${v},${v})"/>`));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}"><filter id="f" x="0" y="0" width="${SIZE}"
    height="${SIZE}" filterUnits="userSpaceOnUse" color-interpolation-filters="sRGB"><feConvolveMatrix preserveAlpha="true"
    order="${columns} ${rows}" divisor="1" kernelMatrix="${kernel.join(" ")}"/></filter><g filter="url(#f)"
    shape-rendering="crispEdges">${cells.join("")}</g></svg>`;
}

function definition(columns, rows, kernel) { // the formula of the specification, target floor(order / 2), edges duplicated
  const clip = (i) => Math.min(Math.max(i, 0), SIZE - 1), targetX = Math.floor(columns / 2), targetY = Math.floor(rows / 2);
  return picture.map((row, y) => row.map((_, x) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++)
      sum += picture[clip(y - targetY + i)][clip(x - targetX + j)] * kernel[(rows - i - 1) * columns + columns - j - 1];
    return Math.min(Math.max(sum, 0), 255);
  }));
}

// [row, column, value] of each cell that is not black
const lit = (map) => JSON.stringify(map.flatMap((row, y) => row.flatMap((v, x) => (v > 1 ? [[y, x, v]] : []))));
const fold = (data, channels) => picture.map((row, y) => row.map((_, x) => data[(y * SIZE + x) * channels]));
const byColumns = (columns, rows, k) => k.map((_, i) => k[(i % columns) * rows + Math.floor(i / columns)]);
const cases = {
  "identity": [3, 3, [0, 0, 0, 0, 1, 0, 0, 0, 0]],
  "a cell to the right": [3, 3, [0, 0, 0, 0, 0, 1, 0, 0, 0]],
  "a cell down": [3, 3, [0, 0, 0, 0, 0, 0, 0, 1, 0]],
  "Sobel, vertical edges": [3, 3, [-1, 0, 1, -2, 0, 2, -1, 0, 1]],
  "2x2": [2, 2, [1, 2, 3, 4]],
  "3x2": [3, 2, [1, 2, 3, 4, 5, 6]],
};
(async () => {
  const { rsvg, sharp: own } = sharp.versions, resvgJs = require("@resvg/resvg-js/package.json").version;
  console.log(`librsvg ${rsvg} (sharp ${own}), resvg-js ${resvgJs}`);
  const changed = [];
  for (const [name, given] of Object.entries(cases)) {
    const text = svg(...given), right = lit(definition(...given));
    const resvg = lit(fold(new Resvg(text).render().pixels, 4));
    const { data, info } = await sharp(Buffer.from(text)).raw().toBuffer({ resolveWithObject: true });
    const librsvg = lit(fold(data, info.channels)), [columns, rows, kernel] = given;
    console.log(`${name}\n  definition ${right}\n  resvg      ${resvg}\n  librsvg    ${librsvg}`);
    const expected = lit(definition(columns, rows, byColumns(...given)));
    if (resvg !== right || librsvg !== expected) changed.push(name);
  }
  if (changed.length) { console.error("changed since 2026-11-29: " + changed.join(", ")); process.exit(1); }
})();
EOF
node convolve.js
