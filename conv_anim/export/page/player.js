"use strict";

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const MOST_NAMED = 12;

/** An area that stands for a cell: its name, outline and steps; the spots and cells it is linked to, and those of the
 * same cell; what is told of an output without a step; whether it lies elsewhere in each step. */
const spotOf = ([name, ring, steps, linked, names, same, told, drifts]) =>
  ({ name, ring, steps, linked, names, same, told, drifts });

/** Plays a figure in the page. */
class Player {
  constructor(data) {
    this.speed = 1;
    this.playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.frame = 0;
    this.load(data);
    this.listen();
  }

  /** Takes up a figure; one that comes after another, at the same step and with the same cell pinned. */
  load(data) {
    const step = this.data ? this.step : 0;
    const pinned = this.pinned ?? null;
    const name = pinned === null ? null : this.data.names[this.spots[pinned].name];
    this.data = data;
    this.count = data.frames.length;
    this.rests = data.rests;
    this.spots = data.spots.map(spotOf);
    this.pointed = this.drifted = null;
    this.pinned = pinned in this.spots && data.names[this.spots[pinned].name] === name ? pinned : null;
    this.runs = 0;
    this.frame = this.rests[Math.min(step, this.rests.length - 1)];
    this.paint();
    $("step").max = this.rests.length - 1;
    $("controls").hidden = this.count < 2;
    $("said").hidden = this.count < 2 && !this.spots.length;
    $("how").hidden = !this.spots.length && this.count < 2;
    $("how").textContent = [this.spots.length ? "how" : "", this.count > 1 ? "how.keys" : ""]
      .map((key) => key && this.say(key))
      .join(" ");
    this.name();
    this.outline();
    this.refresh();
    this.wait();
  }

  /** The controls, in the figure's language. */
  name() {
    const keys = { first: " (Home)", previous: " (←)", next: " (→)", last: " (End)", speed: "", step: "" };
    for (const [id, key] of Object.entries(keys)) {
      $(id).setAttribute("aria-label", this.say(id));
      $(id).title = this.say(id) + key;
    }
    $("controls").setAttribute("aria-label", this.say("controls"));
    $("unpin").textContent = this.say("unpin");
  }

  /** The picture before its first frame. */
  paint() {
    const { size: [width, height], description, background, definitions, still, kept, dark } = this.data;
    const picture = document.createElementNS(SVG, "svg");
    const said = { id: "picture", viewBox: `0 0 ${width} ${height}`, width, height, fill: "none", role: "img" };
    for (const [name, value] of Object.entries(said)) picture.setAttribute(name, value);
    picture.setAttribute("aria-label", description);
    picture.classList.toggle("dark", dark);
    picture.innerHTML = `<defs>${definitions}</defs><rect width="${width}" height="${height}" fill="${background}"/>
      <g>${this.elements(still)}</g><g id="kept">${this.elements(kept)}</g>
      <g id="shown"></g><g id="lit"></g><g id="spots"></g>`;
    $("stage").replaceChildren(picture);
    this.kept = [...$("kept").children];
    this.keptShown = this.kept.length;
    this.drawn = null;
  }

  elements(numbers) {
    return numbers.map((k) => this.data.elements[k]).join("");
  }

  /** The areas that can be pointed at. */
  outline() {
    const group = $("spots");
    this.areas = this.spots.map((_, k) => {
      const area = document.createElementNS(SVG, "path");
      area.dataset.spot = k;
      return area;
    });
    group.replaceChildren(...this.areas);
  }

  say(key, blanks = {}) {
    return this.data.phrases[key].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
  }

  // steps

  get step() {
    return this.stepOf(this.frame);
  }

  /** The step that a frame shows or leaves. */
  stepOf(frame) {
    return this.data.steps[frame];
  }

  go(step) {
    this.unpin();
    this.pause();
    this.runs = 0;
    this.frame = this.rests[Math.max(0, Math.min(step, this.rests.length - 1))];
    this.refresh(true);
  }

  play() {
    this.unpin();
    if (this.frame === this.count - 1) this.frame = 0;
    this.playing = true;
    this.runs = 0;
    this.refresh();
    this.wait();
  }

  pause() {
    this.playing = false;
    clearTimeout(this.timer);
  }

  /** Until the next frame is due; nothing runs while a spot is looked at. */
  wait() {
    clearTimeout(this.timer);
    if (!this.playing || this.active !== null || this.count < 2) return;
    this.timer = setTimeout(() => this.advance(), this.data.times[this.frame] / this.speed);
  }

  advance() {
    if (this.frame < this.count - 1) {
      this.frame += 1;
    } else if (this.data.loop && ++this.runs >= this.data.loop) {
      this.pause();
    } else {
      this.frame = 0;
    }
    this.refresh();
    this.wait();
  }

  // spots

  /** The spot that is looked at: a pinned one goes before the one under the pointer. */
  get active() {
    return this.pinned ?? this.pointed;
  }

  point(spot) {
    if (this.pointed === spot) return;
    this.pointed = spot;
    if (this.pinned !== null) return;
    this.refresh();
    this.wait();
  }

  pin(spot) {
    this.pinned = this.pinned === spot ? null : spot;
    if (this.pinned === null) this.pointed = null;
    this.refresh(true);
    this.wait();
  }

  unpin() {
    this.pinned = this.pointed = null;
  }

  /** Of the steps about a spot, the one nearest to where the animation is. */
  nearest(spot) {
    const far = (step) => Math.abs(step - this.step);
    return spot.steps.reduce((best, step) => (far(step) < far(best) ? step : best));
  }

  /** Of a cell without a step: how it is made, or where it goes. */
  linked(spot) {
    if (spot.told) return spot.told;
    const cell = this.say("map.input", { cell: this.data.names[spot.name] });
    const names = spot.names.map((k) => this.data.names[k]);
    const key = `reaches${{ 0: ".none", 1: ".one" }[names.length] ?? ""}`;
    return this.say(key, { cell, count: names.length, cells: this.listed(names) });
  }

  listed(names) {
    const most = names.length > MOST_NAMED + 1 ? MOST_NAMED : names.length;
    const cells = names.slice(0, most).join(this.say("enumeration"));
    return most < names.length ? this.say("more", { cells, count: names.length - most }) : cells;
  }

  // what is seen and said

  /** Draws and tells the present state; what the reader asked for is announced. */
  refresh(asked = false) {
    const spot = this.active === null ? null : this.spots[this.active];
    const reaching = spot !== null && !spot.steps.length;
    const frame = spot === null || reaching ? this.frame : this.rests[this.nearest(spot)];
    const step = this.stepOf(frame);
    this.draw(frame);
    this.drift(step);
    this.light(spot, reaching);
    const position = this.say("step_of", { number: step, count: this.rests.length - 1 });
    const said = reaching ? this.linked(spot) : this.data.told[step];
    const told = reaching || this.count < 2 ? said || "" : this.say("told", { step: position, said });
    $("told").setAttribute("aria-live", asked ? "polite" : "off");
    $("told").textContent = told.charAt(0).toUpperCase() + told.slice(1);
    $("step").value = step;
    $("step").setAttribute("aria-valuetext", position);
    $("position").textContent = this.say("position", { number: step, count: this.rests.length - 1 });
    this.dress(step);
  }

  /** The buttons as they are now. */
  dress(step) {
    const label = this.say(this.playing ? "pause" : "play");
    $("play").classList.toggle("playing", this.playing);
    $("play").setAttribute("aria-label", label);
    $("play").title = label;
    $("unpin").hidden = this.pinned === null;
    for (const id of ["first", "previous"]) $(id).setAttribute("aria-disabled", step === 0);
    for (const id of ["next", "last"]) $(id).setAttribute("aria-disabled", step === this.rests.length - 1);
  }

  draw(frame) {
    if (frame === this.drawn) return;
    const wanted = this.data.keeps[frame];
    for (; this.keptShown > wanted; this.keptShown--) this.kept[this.keptShown - 1].classList.add("off");
    for (; this.keptShown < wanted; this.keptShown++) this.kept[this.keptShown].classList.remove("off");
    $("shown").innerHTML = this.elements(this.data.frames[frame]);
    this.drawn = frame;
  }

  /** Puts the spots where they lie in a step. */
  drift(step) {
    const drift = this.data.drifts[step] ?? [];
    if (String(drift) === String(this.drifted)) return;
    this.drifted = drift;
    for (const [k, area] of this.areas.entries()) area.setAttribute("d", this.outlineOf(this.spots[k]));
  }

  /** Where a spot lies now: all of an outline but its first point is relative. */
  outlineOf(spot) {
    const [right, down] = spot.drifts ? this.drifted.slice(2 * spot.drifts - 2) : [];
    if (!(right || down)) return spot.ring;
    return spot.ring.replace(/^M([-.\d]+),?(-?[.\d]+)/, (_, x, y) => `M${Number(x) + right},${Number(y) + down}`);
  }

  light(spot, reaching) {
    const own = spot === null ? [] : spot.same;
    const far = reaching ? spot.linked : [];
    const drawn = (kind) => (k) => this.ring(kind, this.outlineOf(this.spots[k]), this.data.names[this.spots[k].name]);
    const veil = reaching ? [this.veil([...own, ...far])] : [];
    $("lit").replaceChildren(...veil, ...far.map(drawn("far")), ...own.map(drawn("halo")), ...own.map(drawn("at")));
  }

  ring(kind, outline, name = "") {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", outline);
    path.setAttribute("class", kind);
    path.dataset.cell = name;
    return path;
  }

  /** Dims all but some spots. */
  veil(spots) {
    const [width, height] = this.data.size;
    const holes = [...new Set(spots.map((k) => this.outlineOf(this.spots[k])))];
    const path = this.ring("veil", `M0,0h${width}v${height}h-${width}z${holes.join("")}`);
    path.setAttribute("fill", this.data.background);
    return path;
  }

  // what the reader does

  listen() {
    const on = (id, act) => $(id).addEventListener("click", act);
    on("first", () => this.go(0));
    on("previous", () => this.go(this.shownStep - 1));
    on("play", () => this.toggle());
    on("next", () => this.go(this.shownStep + 1));
    on("last", () => this.go(this.rests.length - 1));
    on("unpin", () => this.pin(this.pinned));
    $("step").addEventListener("input", () => this.go(Number($("step").value)));
    $("speed").addEventListener("change", () => {
      this.speed = Number($("speed").value);
      this.wait();
    });
    document.addEventListener("keydown", (event) => this.key(event));
    const spotAt = (event) => event.target.dataset?.spot;
    $("stage").addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch") this.point(spotAt(event) === undefined ? null : Number(spotAt(event)));
    });
    $("stage").addEventListener("pointerleave", () => this.point(null));
    $("stage").addEventListener("click", (event) => {
      if (spotAt(event) !== undefined) this.pin(Number(spotAt(event)));
      else if (this.pinned !== null) this.pin(this.pinned);
    });
  }

  /** The step that is seen: the one looked at, or where the animation is. */
  get shownStep() {
    return this.stepOf(this.drawn);
  }

  toggle() {
    if (this.playing) {
      const step = this.shownStep;
      this.go(step);
    } else {
      this.play();
    }
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("select")) return;
    if (event.key === "Escape" && this.active !== null) {
      this.unpin();
      this.refresh(true);
      this.wait();
      return;
    }
    const slides = event.target.matches("input");
    const steps = {
      ArrowLeft: this.shownStep - 1,
      ArrowRight: this.shownStep + 1,
      Home: 0,
      End: this.rests.length - 1,
    };
    if (this.count < 2) return;
    if (event.key in steps && !slides) {
      this.go(steps[event.key]);
    } else if (event.key === " " && !event.target.matches("button")) {
      this.toggle();
    } else {
      return;
    }
    event.preventDefault();
  }
}

/** The figure that is in the page. */
async function unpacked() {
  const bytes = Uint8Array.from(atob($("data").textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}
