#!/usr/bin/env bash
# sharp filters an animation as one tall picture: a blur mixes each frame with the next, and a flip plays it backwards.
#
# Guessed: what sharp cannot do frame by frame it refuses, as it does rotate(90), trim and affine; the rest gives what it
#          does for each frame alone.
# Seen:    extend, extract, flop, threshold and a resize by "nearest" are so. blur, convolve, sharpen, median, clahe and
#          the smooth kinds of resize take the rows of the frames before and after for what is above and below. A black
#          frame between white ones, blurred with sigma 1, begins and ends with a row of 70; made twice as large, it begins
#          with a row of 128. flip and rotate(180) turn each frame over, and put the frames into the reverse order.
#          normalise has one scale for all frames: one of 100 and 150 stays as it is beside a black and a white one.
# With:    sharp 0.35.5 (libvips 8.18.7); 2026-12-01.
# Known:   flip: issue 3666, closed. The documentation says that "multi-page images can only be rotated by 180 degrees",
#          and pull request 3010 made what lacks support for pages fail "rather than silently". For filters: nothing found.
# Matters: many tools for web sites resize by sharp; the top and bottom rows of an animation then show other steps. Filter
#          each frame alone, { page: i }, and join them.
set -euo pipefail
command -v npm > /dev/null || { echo "needs node 20 or newer with npm: apt install nodejs npm" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --prefix "$work" sharp@0.35.5
cat > frames.mjs <<'EOF'
import sharp from "sharp";

const WIDTH = 12, HEIGHT = 10;
let seed = 1;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647; // the same on every machine
const frame = (cell) => Buffer.from(Array.from({ length: WIDTH * HEIGHT }, cell).flatMap((v) => [v, v, v]));
const flat = [0, 255, 0, 255].map((v) => frame(() => v));
const noise = [1, 2, 3, 4].map(() => frame(() => [0, 100, 150, 255][Math.floor(random() * 4)]));

/** The frames of an animated GIF through an operation, a byte a cell. */
async function animated(frames, operation) {
  const raw = { width: WIDTH, height: HEIGHT * frames.length, channels: 3, pageHeight: HEIGHT };
  const file = await sharp(Buffer.concat(frames), { raw }).gif({ delay: frames.map(() => 100), dither: 0 }).toBuffer();
  const result = await operation(sharp(file, { animated: true })).webp({ lossless: true }).toBuffer();
  const { pages, pageHeight } = await sharp(result, { animated: true }).metadata();
  const { data, info } = await sharp(result, { animated: true }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return split(data, info, pages, pageHeight);
}
/** Each frame alone through the operation. */
async function alone(frames, operation) {
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 };
  const results = [];
  for (const one of frames) {
    const { data, info } = await operation(sharp(one, { raw })).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    results.push(...split(data, info, 1, info.height));
  }
  return results;
}
const split = (data, { width, channels }, pages, height) => Array.from({ length: pages }, (_, page) =>
  Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) =>
    data[((page * height + y) * width + x) * channels])));
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Rows of each frame that are not what they are alone. */
const rows = (seen, right) => seen.map((map, i) => map.flatMap((row, y) => (same(row, right[i][y]) ? [] : [y])).join(" "));

const mean = { width: 3, height: 3, kernel: Array(9).fill(1) };
const operations = { // name: [operation, rows of the four frames that differ]
  "blur(1)": [(image) => image.blur(1), "9 | 0 9 | 0 9 | 0"],
  "convolve with a mean of 3x3": [(image) => image.convolve(mean), "9 | 0 9 | 0 9 | 0"],
  "sharpen({ sigma: 1 })": [(image) => image.sharpen({ sigma: 1 }), "8 9 | 0 1 8 9 | 0 1 8 9 | 0 1"],
  "median(3)": [(image) => image.median(3), "9 | 0 9 | 0 9 | 0"],
  "clahe of 4x4": [(image) => image.clahe({ width: 4, height: 4 }), "9 | 0 9 | 0 1 9 | 0 1"],
  "resize(24, 20)": [(image) => image.resize(24, 20), "18 | 0 2 18 | 0 2 18 | 0 2"],
  "resize(6, 5)": [(image) => image.resize(6, 5), "2 3 4 | 0 1 2 3 4 | 0 1 2 3 4 | 0 1 2"],
  "resize(24, 20, linear)": [(image) => image.resize(24, 20, { kernel: "linear" }), " | 0 | 0 | 0"],
  "resize(24, 20, nearest)": [(image) => image.resize(24, 20, { kernel: "nearest" }), " |  |  | "],
  "nothing": [(image) => image, " |  |  | "],
  "extend by copies": [(image) => image.extend({ top: 2, bottom: 1, extendWith: "copy" }), " |  |  | "],
  "extract": [(image) => image.extract({ left: 2, top: 3, width: 5, height: 4 }), " |  |  | "],
  "flop": [(image) => image.flop(), " |  |  | "],
  "threshold(120)": [(image) => image.threshold(120), " |  |  | "],
};
const facts = {}; // what: [seen, recorded]
for (const [name, [operation, recorded]] of Object.entries(operations)) {
  const seen = rows(await animated(noise, operation), await alone(noise, operation));
  facts[`${name}: wrong rows of the frames`] = [seen.join(" | "), recorded];
}
const column = (map) => map.map((row) => row[5]).join(" ");
for (const [name, recorded] of [["blur(1)", `70${" 0".repeat(8)} 70`], ["resize(24, 20)", `128${" 0".repeat(19)}`]]) {
  const black = (await animated(flat, operations[name][0]))[2];
  facts[`third frame, all black, between white ones, ${name}: its rows`] = [column(black), recorded];
}
const turns = { "flip": (image) => image.flip(), "rotate(180)": (image) => image.rotate(180) };
for (const [name, operation] of Object.entries(turns)) {
  const seen = await animated(noise, operation), right = await alone(noise, operation);
  const order = seen.map((map) => right.findIndex((other) => same(map, other)));
  facts[`${name}: which frame, turned over, comes first, second …`] = [order.join(" "), "3 2 1 0"];
}
const grey = frame(() => (random() < 0.5 ? 100 : 150)), spread = async (how) => {
  const values = (await how([flat[0], grey, flat[1]], (image) => image.normalise()))[1].flat();
  return `${Math.min(...values)} to ${Math.max(...values)}`;
};
facts["normalise, a frame of 100 and 150 between black and white"] = [await spread(animated), "100 to 150"];
facts["  the same alone"] = [await spread(alone), "7 to 242"];
for (const operation of ["rotate", "trim", "affine"]) {
  const argument = { rotate: 90, affine: [[1, 0.1], [0, 1]] }[operation];
  const refusal = await animated(noise, (image) => image[operation](argument)).then(() => "done", (error) => error.message);
  facts[operation] = [refusal, `${operation[0].toUpperCase()}${operation.slice(1)} is not supported for multi-page images`];
}

console.log("sharp", sharp.versions.sharp, "libvips", sharp.versions.vips, "node", process.version);
for (const [what, [value]] of Object.entries(facts)) console.log(`${what}: ${value}`);
const changed = Object.keys(facts).filter((what) => facts[what][0] !== facts[what][1]);
if (changed.length) { console.error("changed since 2026-12-01: " + changed.join(", ")); process.exit(1); }
EOF
node frames.mjs
