
const MOST_NAMED = 12;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The cells of a figure: pointed at, pinned, and walked through by keys. */
class Cells {
  constructor(player) {
    this.player = player;
    this.spots = [];
    this.areas = [];
    this.pointed = this.pinned = this.drifted = null;
    this.listen();
  }

  get data() {
    return this.player.data;
  }

  /** Before another figure comes: what is pinned stays pinned if its cell is still there. */
  leave(before, data) {
    const kept = (k) => (k === null ? -1 : data.spots.findIndex((spot) => this.alike(spot, before.spots[k])));
    const pinned = before ? kept(this.pinned) : -1;
    this.spots = data.spots;
    this.pinned = pinned < 0 ? null : pinned;
    this.pointed = this.drifted = null;
  }

  alike(one, other) {
    return one.side === other.side && one.name === other.name;
  }

  /** The areas that can be pointed at; one of them is in the tab order. */
  outline() {
    const focused = this.areas.indexOf(document.activeElement);
    this.areas = this.spots.map((spot, k) => {
      const area = document.createElementNS(SVG, "path");
      area.dataset.spot = k;
      area.setAttribute("role", "button");
      area.setAttribute("tabindex", k === (this.pinned ?? 0) ? 0 : -1);
      area.setAttribute("aria-label", this.named(spot));
      return area;
    });
    $("spots").replaceChildren(...this.areas);
    this.pressed = null;
    if (focused >= 0) this.areas[Math.min(focused, this.areas.length - 1)]?.focus();
  }

  /** Where a spot, or the one like it in another figure, can be pointed at. */
  areaOf(spot) {
    return this.areas[this.spots.findIndex((other) => this.alike(other, spot))];
  }

  named(spot) {
    return this.player.say(`map.${spot.side}`, { cell: spot.name });
  }

  // what is looked at

  /** The spot that is looked at: a pinned one goes before the one under the pointer. */
  get active() {
    return this.pinned ?? this.pointed;
  }

  point(spot, asked = false) {
    if (this.pointed === spot) return;
    this.pointed = spot;
    if (this.pinned !== null) return;
    this.player.refresh(asked);
    this.player.wait();
  }

  /** Opens the figure inside a spot, or pins the spot. */
  press(spot) {
    if (this.spots[spot].opens === null) this.pin(spot);
    else this.player.open(spot);
  }

  pin(spot) {
    this.pinned = this.pinned === spot ? null : spot;
    if (this.pinned === null) this.pointed = null;
    this.player.refresh(true);
    this.player.wait();
  }

  unpin() {
    this.pinned = this.pointed = null;
  }

  letGo() {
    this.unpin();
    this.player.refresh(true);
    this.player.wait();
  }

  /** The frame to show where the animation is at one, and what is told of a cell that has no step. */
  shown(frame) {
    const spot = this.active === null ? null : this.spots[this.active];
    if (spot === null) return { frame, told: null };
    if (!spot.steps.length) return { frame, told: this.linked(spot) };
    return { frame: this.data.rests[this.nearest(spot)], told: null };
  }

  /** Of the steps about a spot, the one nearest to where the animation is. */
  nearest(spot) {
    const far = (step) => Math.abs(step - this.player.step);
    return spot.steps.reduce((best, step) => (far(step) < far(best) ? step : best));
  }

  /** Of a cell without a step: how it is made, or where it goes. */
  linked(spot) {
    if (spot.told) return spot.told;
    const key = `reaches${{ 0: ".none", 1: ".one" }[spot.names.length] ?? ""}`;
    const cell = this.named(spot);
    return this.player.say(key, { cell, count: spot.names.length, cells: this.listed(spot.names) });
  }

  listed(names) {
    const most = names.length > MOST_NAMED + 1 ? MOST_NAMED : names.length;
    const cells = names.slice(0, most).join(this.player.say("enumeration"));
    return most < names.length ? this.player.say("more", { cells, count: names.length - most }) : cells;
  }

  // where they are

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

  light() {
    const spot = this.active === null ? null : this.spots[this.active];
    const reaching = spot !== null && !spot.steps.length;
    const own = spot === null ? [] : spot.same;
    const far = reaching ? spot.linked : [];
    const drawn = (kind) => (k) => this.ring(kind, this.outlineOf(this.spots[k]), this.spots[k].name);
    const veil = reaching && !this.data.insides ? [this.veil([...own, ...far])] : [];
    $("lit").replaceChildren(...veil, ...far.map(drawn("far")), ...own.map(drawn("halo")), ...own.map(drawn("at")));
    if (this.pressed !== this.pinned) {
      this.areas[this.pressed]?.removeAttribute("aria-pressed");
      this.areas[this.pinned]?.setAttribute("aria-pressed", "true");
      this.pressed = this.pinned;
    }
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
    const spotAt = (event) => event.target.dataset?.spot;
    const stage = $("stage");
    stage.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch") this.point(spotAt(event) === undefined ? null : Number(spotAt(event)));
    });
    stage.addEventListener("pointerleave", () => this.point(null));
    stage.addEventListener("click", (event) => {
      if (spotAt(event) !== undefined) this.press(Number(spotAt(event)));
      else if (this.pinned !== null) this.pin(this.pinned);
    });
    stage.addEventListener("focusin", (event) => {
      if (spotAt(event) === undefined) return;
      this.rove(Number(spotAt(event)));
      if (event.target.matches(":focus-visible")) this.point(Number(spotAt(event)), true);
    });
    stage.addEventListener("focusout", () => this.point(null));
    stage.addEventListener("keydown", (event) => this.key(event));
    $("unpin").addEventListener("click", () => this.pin(this.pinned));
  }

  /** One spot alone is in the tab order. */
  rove(spot) {
    for (const area of this.areas) area.setAttribute("tabindex", Number(area.dataset.spot) === spot ? 0 : -1);
  }

  key(event) {
    const at = event.target.dataset?.spot;
    if (at === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in ARROWS) this.areas[this.beside(Number(at), ARROWS[event.key])]?.focus();
    else if (event.key === "Enter" || event.key === " ") this.press(Number(at));
    else return;
    event.preventDefault();
  }

  /** The nearest spot in a direction: ahead, and no farther aside than ahead. */
  beside(spot, [right, down]) {
    const middles = this.areas.map((area) => {
      const { x, y, width, height } = area.getBBox();
      return [x + width / 2, y + height / 2];
    });
    const [x, y] = middles[spot];
    const far = ([a, b]) => {
      const ahead = (a - x) * right + (b - y) * down;
      const aside = Math.abs((a - x) * down) + Math.abs((b - y) * right);
      return ahead > 1 && aside <= ahead ? ahead + 2 * aside : Infinity;
    };
    const ways = middles.map(far);
    const least = Math.min(...ways);
    return least === Infinity ? spot : ways.indexOf(least);
  }
}
