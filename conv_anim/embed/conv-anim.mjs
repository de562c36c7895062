/* A plugin for MyST's mystmd and Jupyter Book 2: a directive whose spec becomes a figure.

    ```{conv-anim} figures/dilated.yaml
    :caption: Nine cells, two apart, make each output.
    ```

The spec's path is relative to the page; or the spec is the directive's content. Pictures lie in conv-anim-figures beside
the page. */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { dirname } from "node:path";

const FOLDER = "conv-anim-figures";
const TEXTS = ["caption", "name", "class", "align", "width", "alt", "format", "theme"];

function run(folder, args, input) {
  const done = spawnSync("conv-anim", args, { cwd: folder, input, encoding: "utf8" });
  if (done.error) throw new Error(`conv-anim could not be run; is it installed (pip install conv-anim)? ${done.error.message}`);
  if (done.status !== 0) throw new Error(done.stderr.trim());
  return done.stdout;
}

function drawn(folder, { arg, body, options }) {
  if (Boolean(arg) === Boolean(body)) throw new Error("this directive takes a spec's path, or a spec as its content");
  const changes = options.theme ? ["--set", `theme=${options.theme}`] : [];
  const step = options.step === undefined ? [] : ["--step", String(options.step)];
  const { description } = JSON.parse(run(folder, ["explain", arg ?? "-", "--json", ...changes], body ?? ""));
  const format = options.format ?? (step.length ? "png" : "gif");
  const source = JSON.stringify([arg, body, changes, step]);
  const name = `${createHash("sha256").update(source).digest("hex").slice(0, 12)}.${format}`;
  run(folder, ["render", arg ?? "-", "-o", `${FOLDER}/${name}`, ...changes, ...step], body ?? "");
  return { url: `${FOLDER}/${name}`, alt: options.alt ?? description };
}

const directive = {
  name: "conv-anim",
  doc: "A figure of a convolution, drawn from a spec.",
  arg: { type: String, doc: "The spec's path, relative to the page." },
  options: { ...Object.fromEntries(TEXTS.map((name) => [name, { type: String }])), step: { type: Number } },
  body: { type: String, doc: "Or the spec." },
  run(data, page) {
    const options = data.options ?? {};
    try {
      const { url, alt } = drawn(dirname(page.path), { ...data, options });
      const { caption, name, width, align } = options;
      const image = { type: "image", url, alt, width, align, class: options.class };
      if (!caption) return [image];
      const said = { type: "caption", children: [{ type: "paragraph", children: [{ type: "text", value: caption }] }] };
      return [{ type: "container", kind: "figure", identifier: name, label: name, children: [image, said] }];
    } catch (error) {
      const told = page.message(error.message, data.node);
      told.fatal = true;
      return [{ type: "code", lang: "text", value: error.message }];
    }
  },
};

export default { name: "conv-anim", directives: [directive] };
