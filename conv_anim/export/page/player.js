
/** Plays a figure in the page. */
class Player {
  constructor(figures) {
    this.speed = 1;
    this.playing = this.moves;
    this.frame = 0;
    this.cells = new Cells(this);
    this.settled = () => {};
    this.take(figures);
    this.listen();
  }

  /** Whether a figure plays by itself. */
  get moves() {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Takes up figures, and shows the one that is to be shown first. */
  take(figures, state = figures.data.first) {
    this.figures = figures;
    $("shared").replaceChildren(flattened(figures.data.definitions));
    this.load(figures.of(state));
  }

  /** Takes up a figure; one that comes after another, at the same step and with the same cell pinned. One that is
   * inside another has it around it: its data, its step, the spot that opened, and how far it was scrolled. */
  load(data, { step = null, outer = null } = {}) {
    const comes = data.insides && !this.data?.insides; // a network is there as a whole, and at rest
    if (comes) this.pause();
    const before = comes ? Infinity : this.data ? this.step : 0;
    this.outer = outer;
    const language = this.data?.lang;
    this.cells.leave(this.data, data);
    this.data = data;
    this.count = data.frames.length;
    this.rests = data.rests;
    this.runs = 0;
    this.frame = this.rests[Math.min(step ?? before, this.rests.length - 1)];
    this.paint();
    $("step").max = this.rests.length - 1;
    $("controls").hidden = this.count < 2;
    $("said").hidden = this.count < 2 && !data.spots.length;
    $("how").hidden = !data.spots.length && this.count < 2;
    if (language !== data.lang) this.name();
    $("how").textContent = this.how();
    $("inside").hidden = !outer;
    $("beside").hidden = Boolean(outer);
    this.cells.outline();
    this.refresh();
    this.wait();
  }

  how() {
    const keys = [...(this.data.spots.length ? ["how", "how.cells"] : []), ...(this.count > 1 ? ["how.keys"] : [])];
    const said = keys.map((key) => this.say(key));
    if (this.data.left_out) said.push(this.say("left_out", { count: this.data.left_out }));
    return said.join(this.data.lang === "en" ? " " : "");
  }

  /** The controls, in the figure's language. */
  name() {
    document.documentElement.lang = this.data.lang;
    const keys = { first: " (Home)", previous: " (←)", next: " (→)", last: " (End)", speed: "", step: "" };
    for (const [id, key] of Object.entries(keys)) {
      $(id).setAttribute("aria-label", this.say(id));
      $(id).title = this.say(id) + key;
    }
    $("controls").setAttribute("aria-label", this.say("controls"));
    $("unpin").textContent = this.say("unpin");
    $("link").textContent = this.say("link");
    $("back").textContent = `← ${this.say("back")}`;
  }

  /** What the page is called; a picture that has its title in it needs none above it. */
  entitle() {
    const { title, headed, description } = this.data;
    document.title = title || description;
    $("title").textContent = headed ? "" : title;
  }

  /** The picture before its first frame. */
  paint() {
    const { size: [width, height], description, background, still, kept, dark } = this.data;
    const picture = document.createElementNS(SVG, "svg");
    const said = { id: "picture", viewBox: `0 0 ${width} ${height}`, width, height, fill: "none", role: "group" };
    for (const [name, value] of Object.entries(said)) picture.setAttribute(name, value);
    picture.setAttribute("aria-label", description);
    picture.classList.toggle("dark", dark);
    picture.innerHTML = `<rect width="${width}" height="${height}" fill="${background}"/>
      <g>${this.elements(still)}</g><g id="kept">${this.elements(kept)}</g>
      <g id="shown"></g><g id="lit"></g><g id="spots"></g>`;
    if ($("picture")) $("picture").replaceWith(picture);
    else $("stage").replaceChildren(picture);
    this.kept = [...$("kept").children];
    this.keptShown = this.kept.length;
    this.drawn = null;
  }

  elements(numbers) {
    return numbers.map((k) => this.data.elements[k]).join("");
  }

  say(key, blanks = {}) {
    return this.data.phrases[key].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
  }

  // figures inside

  /** The figure that is shown, or in which it is opened. */
  get around() {
    return this.outer?.data ?? this.data;
  }

  /** Shows the figure inside a spot. */
  open(spot) {
    const outer = { data: this.data, step: this.step, spot, scrolled: [scrollX, scrollY] };
    const data = this.figures.figure(this.cells.spots[spot].opens);
    this.cells.unpin();
    this.playing = this.moves;
    this.load(data, { step: 0, outer });
    this.entitle();
    $("back").focus({ preventScroll: true });
    $(data.headed ? "inside" : "title").scrollIntoView({ block: "nearest" });
    this.settled("pushState");
  }

  /** Shows the figure around it again, as it was. */
  back() {
    const { data, step, spot, scrolled } = this.outer;
    this.cells.unpin();
    this.pause();
    this.load(data, { step });
    this.entitle();
    this.cells.areas[spot].focus({ preventScroll: true });
    scrollTo(...scrolled);
    this.settled("pushState");
  }

  // steps

  get step() {
    return this.stepOf(this.frame);
  }

  /** The step that a frame shows or leaves. */
  stepOf(frame) {
    return this.data.steps[frame];
  }

  /** The step that is seen: the one looked at, or where the animation is. */
  get shownStep() {
    return this.stepOf(this.drawn);
  }

  go(step) {
    this.cells.unpin();
    this.pause();
    this.runs = 0;
    this.frame = this.rests[Math.max(0, Math.min(step, this.rests.length - 1))];
    this.refresh(true);
    this.settled();
  }

  play() {
    this.cells.unpin();
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

  toggle() {
    if (this.playing) this.go(this.shownStep);
    else this.play();
  }

  /** Until the next frame is due; nothing runs while a spot is looked at. */
  wait() {
    clearTimeout(this.timer);
    if (!this.playing || this.cells.active !== null || this.count < 2) return;
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

  // what is seen and said

  /** Draws and tells the present state; what the reader asked for is announced. */
  refresh(asked = false) {
    const { frame, told } = this.cells.shown(this.frame);
    const step = this.stepOf(frame);
    this.draw(frame);
    this.cells.drift(step);
    this.cells.light();
    const position = this.say("step_of", { number: step, count: this.rests.length - 1 });
    const said = told ?? this.data.told[step];
    const whole = told !== null || this.count < 2 ? said || "" : this.say("told", { step: position, said });
    $("told").setAttribute("aria-live", asked ? "polite" : "off");
    $("told").textContent = whole.charAt(0).toUpperCase() + whole.slice(1);
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
    $("unpin").hidden = this.cells.pinned === null;
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

  // what the reader does

  listen() {
    const on = (id, act) => $(id).addEventListener("click", act);
    on("first", () => this.go(0));
    on("previous", () => this.go(this.shownStep - 1));
    on("play", () => this.toggle());
    on("next", () => this.go(this.shownStep + 1));
    on("last", () => this.go(this.rests.length - 1));
    on("back", () => this.back());
    $("step").addEventListener("input", () => this.go(Number($("step").value)));
    $("speed").addEventListener("change", () => {
      this.speed = Number($("speed").value);
      this.wait();
    });
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeprint", () => {
      clearTimeout(this.timer);
      if (this.playing && this.cells.active === null) this.draw(this.count - 1);
    });
    addEventListener("afterprint", () => {
      this.refresh();
      this.wait();
    });
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (event.target.matches("select, textarea, input:not([type=range])")) return;
    if (event.key === "Escape" && this.outer && this.cells.pinned === null) {
      this.back();
      return;
    }
    if (event.key === "Escape" && this.cells.active !== null) {
      this.cells.letGo();
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
    } else if (event.key === " " && !event.target.matches("button, summary")) {
      this.toggle();
    } else {
      return;
    }
    event.preventDefault();
  }
}
