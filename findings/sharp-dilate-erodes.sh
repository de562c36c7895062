#!/usr/bin/env bash
# sharp's dilate makes what is bright smaller and its erode makes it larger; of greys they make numbers that were not there.
#
# Guessed: dilate is the maximum of a square of cells, erode the minimum, as in OpenCV, SciPy, scikit-image and Pillow.
# Seen:    they are the other way round, as if the foreground were dark: dilate wipes out a white dot, erode makes a white
#          square of it. And they are not a maximum and a minimum, but the bits of all cells joined: dilate is a bitwise
#          AND over the square, erode a bitwise OR, exactly, for widths 1 to 3, for the three channels, with copies of the
#          border's cells. Of a cell of 100 among cells of 50, dilate makes 32 and erode 118; of 127 and 128 they make 0
#          and 255. Where there are only 0 and 255, it is the minimum and the maximum.
# With:    sharp 0.35.5 (libvips 8.18.7); 2026-12-01.
# Known:   pull request 1744 asks why libvips "seems to invert the image". sharp's documentation says "Expand foreground
#          objects", without more; that of libvips, whose own dilation widens what is white, says that pictures should have
#          0 and 255, and that it is a logical OR. In sharp's issues nothing found about greys.
# Matters: a mask with a soft edge, a heat map or a text with smooth edges comes out as noise, and a mask of an object that
#          should grow shrinks. Threshold first, and swap the two.
set -euo pipefail
command -v npm > /dev/null || { echo "needs node 20 or newer with npm: apt install nodejs npm" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --prefix "$work" sharp@0.35.5
cat > morphology.mjs <<'EOF'
import sharp from "sharp";

const WIDTH = 9, HEIGHT = 7;
let seed = 1;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647; // the same on every machine
const picture = (cell) => Array.from({ length: HEIGHT }, (_, y) => Array.from({ length: WIDTH }, (_, x) => cell(x, y)));
const dot = (inner, outer) => picture((x, y) => (x === 4 && y === 3 ? inner : outer));

/** A picture of three channels, each with its own map, through sharp: the maps. */
async function filtered(name, width, maps) {
  const data = Buffer.from(picture((x, y) => maps.map((map) => map[y][x])).flat(2));
  const result = await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })[name](width).raw().toBuffer();
  return maps.map((_, channel) => picture((x, y) => result[(y * WIDTH + x) * 3 + channel]));
}
/** All cells of the square around each cell, those of the border doubled, joined by a function. */
function joined(map, width, join) {
  const clip = (i, size) => Math.min(Math.max(i, 0), size - 1);
  return picture((x, y) => {
    let result = map[y][x];
    for (let i = -width; i <= width; i++) for (let j = -width; j <= width; j++) {
      result = join(result, map[clip(y + i, HEIGHT)][clip(x + j, WIDTH)]);
    }
    return result;
  });
}
const joins = { minimum: Math.min, maximum: Math.max, AND: (a, b) => a & b, OR: (a, b) => a | b };
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const thrice = (map) => [map, map, map];

const facts = {}; // what: [seen, recorded]
const row = (maps) => maps[0][3].join(" ");
for (const [name, wiped, white, grey, half] of [["dilate", 0, "0 0 0 0 0 0 0 0 0", 32, 0],
  ["erode", 9, "0 0 0 255 255 255 0 0 0", 118, 255]]) {
  const seen = await filtered(name, 1, thrice(dot(255, 0)));
  facts[`${name} a white dot: white cells, the row through it`] = [
    `${seen[0].flat().filter((v) => v === 255).length}, ${row(seen)}`, `${wiped}, ${white}`];
  const greys = `50 50 50 ${grey} ${grey} ${grey} 50 50 50`, halves = `127 127 127 ${half} ${half} ${half} 127 127 127`;
  facts[`${name} a cell of 100 among 50`] = [row(await filtered(name, 1, thrice(dot(100, 50)))), greys];
  facts[`${name} a cell of 128 among 127`] = [row(await filtered(name, 1, thrice(dot(128, 127)))), halves];
}
for (const [kind, cell, dilated, eroded] of [
  ["greys", () => Math.floor(random() * 256), "AND", "OR"],
  ["black and white", () => (random() < 0.3 ? 255 : 0), "minimum, AND", "maximum, OR"],
]) {
  for (const [name, recorded] of Object.entries({ dilate: dilated, erode: eroded })) {
    for (const width of [1, 2, 3]) {
      const fits = new Set(Object.keys(joins));
      for (let i = 0; i < 20; i++) {
        const maps = [picture(cell), picture(cell), picture(cell)], seen = await filtered(name, width, maps);
        for (const join of fits) if (!same(seen, maps.map((map) => joined(map, width, joins[join])))) fits.delete(join);
      }
      facts[`${name}(${width}) of 20 pictures of ${kind} is`] = [[...fits].join(", "), recorded];
    }
  }
}
console.log("sharp", sharp.versions.sharp, "libvips", sharp.versions.vips, "node", process.version);
for (const [what, [value]] of Object.entries(facts)) console.log(`${what}: ${value}`);
const changed = Object.keys(facts).filter((what) => facts[what][0] !== facts[what][1]);
if (changed.length) { console.error("changed since 2026-12-01: " + changed.join(", ")); process.exit(1); }
EOF
node morphology.mjs
