#!/usr/bin/env bash
# In TensorFlow.js a dilated pool with padding "same" takes the border for zeros: the maximum of −4 and −6 is 0 there.
#
# Guessed: as without dilation: a maximum or a mean is that of the cells that are there.
# Seen:    tf.pool with dilations beyond 1 and "same" makes the border of zeros: a maximum of negative cells is 0, and a mean
#          counts the cells outside. Without dilation, and with "valid", both are those of the cells that are there. The border
#          is as long as it should be.
# With:    @tensorflow/tfjs-core and @tensorflow/tfjs-backend-cpu 4.22.0; 2026-11-30.
# Known:   nothing found. The pool is made of one without dilation between spaceToBatchND and its inverse, which pads with zeros.
# Matters: a dilated maximum over values of both signs, or over scores that are logarithms, has a frame of zeros.
set -euo pipefail
command -v npm > /dev/null || { echo "needs node 20 or newer with npm: apt install nodejs npm" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --prefix "$work" @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
cat >pools.js <<'EOF'
const tf = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");

const CELLS = [-4, -3, -6, -1, -8, -2, -5];
const KERNEL = 3;
const round = cells => cells.map(cell => Math.round(cell * 1000) / 1000);

// What is in the window of three around each cell, so far apart; zeros outside, or nothing.
function pooled(kind, dilation, zeros) {
  return CELLS.map((_, i) => {
    let cells = [-1, 0, 1].map(k => CELLS[i + k * dilation]);
    cells = zeros ? cells.map(cell => cell ?? 0) : cells.filter(cell => cell !== undefined);
    return kind === "max" ? Math.max(...cells) : cells.reduce((a, b) => a + b) / cells.length;
  });
}

(async () => {
  await tf.setBackend("cpu");
  const row = tf.tensor4d(CELLS, [1, 1, CELLS.length, 1]);
  const changed = [];
  console.log("tfjs-core", tf.version_core, "cells", CELLS.join(" "));
  for (const kind of ["max", "avg"]) {
    for (const dilation of [1, 2, 3]) {
      const seen = round(Array.from(tf.pool(row, [1, KERNEL], kind, "same", [1, dilation], [1, 1]).dataSync()));
      const there = round(pooled(kind, dilation, false)), zeros = round(pooled(kind, dilation, true));
      const what = seen.join() === there.join() ? "the cells that are there" : seen.join() === zeros.join() ? "zeros outside" : "?";
      console.log(`   ${kind}, same, dilation ${dilation}: ${seen.join(" ")} (${what})`);
      if (what !== (dilation === 1 ? "the cells that are there" : "zeros outside")) changed.push(`${kind} ${dilation}`);
    }
    const valid = round(Array.from(tf.pool(row, [1, KERNEL], kind, "valid", [1, 2], [1, 1]).dataSync()));
    console.log(`   ${kind}, valid, dilation 2: ${valid.join(" ")}`);
    if (valid.join() !== round(pooled(kind, 2, false).slice(2, -2)).join()) changed.push(`${kind} valid`);
  }
  if (changed.length) {
    console.error("changed since 2026-11-30: " + changed.join(", "));
    process.exit(1);
  }
})();
EOF
node pools.js
