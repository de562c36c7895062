
/** A page with controls: which combination is shown, and its address. */
class States {
  constructor(player) {
    this.player = player;
    this.kept = new Map();
    this.texts = new Texts(player);
    player.settled = (how = "replaceState") => this.write(how);
    $("knobs").addEventListener("change", () => (this.dragged = null));
    addEventListener("popstate", () => this.read());
    addEventListener("hashchange", () => this.read());
    $("link").addEventListener("click", () => this.copy());
    this.take(player.figures);
    if (location.hash.length > 1) this.read();
  }

  /** Takes up figures; a control that was there before keeps its value. */
  take(figures) {
    for (const [path, value] of this.figures ? this.said() : []) this.kept.set(path, value);
    this.figures = figures;
    this.sizes = figures.controls.map(({ values }) => values.length);
    const first = this.chosenOf(figures.data.first);
    const kept = figures.controls.map(({ path, values }, k) => {
      const at = values.indexOf(this.kept.get(path));
      return at < 0 ? first[k] : at;
    });
    const chosen = figures.of(this.number(kept)) ? kept : first;
    const why = (numbers) => figures.why(this.number(numbers));
    const say = (...words) => this.player.say(...words);
    if (this.player.figures !== figures) this.player.take(figures, this.number(chosen));
    this.knobs = new Knobs(figures.controls, { chosen, why, say, turned: (k) => this.show(k) });
    this.reserve();
    this.show();
  }

  /** Room for the largest figure, so that nothing else moves when another one comes. */
  reserve() {
    const { figures, states } = this.figures.data;
    const sizes = states.filter((state) => figures[state]).map((state) => figures[state].size); // what is inside is no reason
    const width = Math.max(...figures.map(({ size }) => size[0]));
    const height = Math.max(...sizes.map((size) => size[1]));
    const share = Math.max(...sizes.map(([wide, high]) => high / wide));
    document.querySelector("main").style.width = `min(100%, ${width + 2}px + 2 * var(--edge))`;
    $("stage").style.minHeight = `min(${height}px, ${100 * share}vw)`;
  }

  /** The number of a combination: the last control changes first. */
  number(chosen) {
    return chosen.reduce((whole, at, k) => whole * this.sizes[k] + at, 0);
  }

  chosenOf(number) {
    const found = [];
    for (const size of this.sizes.toReversed()) {
      found.unshift(number % size);
      number = Math.floor(number / size);
    }
    return found;
  }

  /** The combination that the knobs say; one that cannot be says why, over the last picture. A knob that was
   * `turned` makes an entry in the history, but for one that is still dragged. */
  show(turned = null) {
    const state = this.number(this.knobs.chosen);
    const figure = this.figures.of(state);
    $("link").hidden = false;
    const why = this.figures.why(state);
    $("cannot").textContent = why && this.player.say("cannot", { why });
    $("cannot").hidden = !why;
    $("card").classList.toggle("void", Boolean(why));
    if (figure && figure !== this.player.around) {
      this.player.load(figure);
      this.knobs.refresh();
    }
    if (figure) {
      this.player.entitle();
      this.texts.show(figure);
    }
    if (turned !== null) this.write(this.dragged === turned ? "replaceState" : "pushState");
    this.dragged = turned;
  }

  // the address

  /** Every control with its value. */
  said() {
    return this.figures.controls.map(({ path, values }, k) => [path, values[this.knobs.chosen[k]]]);
  }

  address() {
    const { count, outer, shownStep } = this.player;
    const inside = outer ? [["inside", outer.spot + 1]] : [];
    const step = count > 1 ? [["step", shownStep]] : [];
    return `#${new URLSearchParams([...this.said(), ...inside, ...step])}`;
  }

  /** After the frame that shows it: a browser takes a while over it. */
  write(how) {
    const address = this.address();
    if (how === "pushState") this.pushes = true;
    clearTimeout(this.later);
    this.later = setTimeout(() => this.written(address), 0);
  }

  written(address) {
    const how = this.pushes ? "pushState" : "replaceState";
    this.pushes = false;
    try {
      history[how](null, "", address);
    } catch {
      // a page without an address of its own, as in a frame that is closed off
    }
  }

  /** Takes up what the address says; what it does not say is as at first. */
  read() {
    const said = new URLSearchParams(location.hash.slice(1));
    const first = this.chosenOf(this.figures.data.first);
    this.knobs.chosen = this.figures.controls.map(({ path, values }, k) => {
      const at = values.indexOf(said.get(path));
      return at < 0 ? first[k] : at;
    });
    this.knobs.refresh();
    const { settled } = this.player;
    this.player.settled = () => {};
    this.show();
    this.readInside(Number(said.get("inside")) - 1);
    this.readStep(Number(said.get("step") || NaN));
    this.player.settled = settled;
  }

  /** The figure inside a spot, or the one around. */
  readInside(spot) {
    const { player } = this;
    if (player.outer && player.outer.spot !== spot) player.back();
    const opens = player.data.spots[spot]?.opens ?? null;
    if (!player.outer && opens !== null) player.open(spot);
  }

  readStep(step) {
    if (!Number.isInteger(step) || step < 0) return;
    if (step !== this.player.shownStep) {
      this.player.go(step);
    } else {
      this.player.pause();
      this.player.refresh();
    }
  }

  async copy() {
    this.written(this.address());
    await copied($("link"), location.href, this.player);
  }
}

/** Copies a text, and says so on the button for a moment. */
async function copied(button, text, player) {
  const label = (button.dataset.label ??= button.textContent);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = made("textarea", { readonly: "" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  $("heard").textContent = button.textContent = player.say("copy.done");
  setTimeout(() => (button.textContent = label), 1500);
}

/** What stands below a figure: formulas, caption, programs and the spec; what is folded away is not written. */
class Texts {
  constructor(player) {
    this.player = player;
    $("framework").addEventListener("change", () => this.fold());
    for (const id of ["program", "spec"]) {
      $(`of-${id}`).addEventListener("toggle", () => this.fold());
      $(`copy-${id}`).addEventListener("click", () => copied($(`copy-${id}`), $(id).textContent, player));
    }
  }

  show(figure) {
    this.figure = figure;
    $("formulas").replaceChildren(...figure.formulas.map((line) => made("p", {}, line)));
    $("caption").textContent = figure.caption ?? "";
    $("caption").hidden = !figure.caption;
    $("of-program").hidden = !figure.programs.length;
    $("of-spec").hidden = !figure.spec;
    this.name();
    this.fold();
    $("beside").hidden = Boolean(this.player.outer);
  }

  /** Labels in the figure's language, and the frameworks that have a program. */
  name() {
    const names = this.figure.programs.map(([name]) => name);
    const form = [this.figure.lang, ...names].join();
    if (form === this.form) return;
    this.form = form;
    const before = $("framework").value;
    $("framework").replaceChildren(...names.map((name) => made("option", {}, name)));
    if (names.includes(before)) $("framework").value = before;
    $("framework").setAttribute("aria-label", this.player.say("framework"));
    for (const id of ["program", "spec"]) {
      $(`of-${id}`).querySelector("summary").textContent = this.player.say(id);
      $(`copy-${id}`).textContent = this.player.say("copy");
      delete $(`copy-${id}`).dataset.label;
    }
  }

  fold() {
    const found = this.figure.programs.find(([name]) => name === $("framework").value);
    if ($("of-program").open) $("program").textContent = found ? found[1] : "";
    if ($("of-spec").open) $("spec").textContent = this.figure.spec;
  }
}
