
const WAIT = 250;
const SAVED = { gif: "GIF", svg: "SVG", pdf: "PDF", html: "HTML" };

/** The page of `conv-anim play`: an editor, what can be turned, and the figure; the server answers its questions. */
class Play {
  constructor(states) {
    this.states = states;
    this.player = states.player;
    this.token = new URLSearchParams(location.search).get("token");
    this.waiting = null;
    this.edited = null;
    this.busy = false;
    this.editor = new Editor({
      ask: (position) => this.ask("/complete", { text: this.editor.value, position }),
      changed: () => this.draw(),
      pasted: (words) => this.convert(words),
    });
    this.editing();
    this.name();
    $("of-program").addEventListener("toggle", () => this.programs());
    this.draw();
  }

  async ask(path, question) {
    const headers = { "Content-Type": "application/json", "X-Conv-Anim-Token": this.token };
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(question), cache: "no-store" });
    if (!response.ok) throw new Error(await response.text());
    return response.headers.get("Content-Type").includes("json") && path !== "/save" ? response.json() : response;
  }

  // the figure

  /** Draws the text, or with `change` another one; of what is asked for meanwhile, the newest alone. */
  async draw(change = {}) {
    this.waiting = { ...this.waiting, ...change };
    if (this.busy) return;
    this.busy = true;
    while (this.waiting) {
      const asked = this.waiting;
      this.waiting = null;
      await this.drawn(asked);
    }
    this.busy = false;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.greyed(), WAIT);
  }

  async drawn(change) {
    const text = this.editor.value;
    try {
      const { text: newer, figure, knobs, problems } = await this.ask("/draw", { text, ...change });
      if (newer !== undefined && newer !== text) {
        if (this.editor.value === text) this.editor.set(newer);
        else this.waiting = { ...change, ...this.waiting }; // somebody wrote meanwhile: once more
      }
      this.editor.tell(problems);
      $("card").classList.toggle("void", problems.length > 0);
      if (figure) {
        this.turnables(knobs);
        this.show(figure);
      }
    } catch (error) {
      this.gone = true;
      $("notes").textContent = error instanceof TypeError ? this.player.say("play.gone") : error.message;
    }
  }

  show(figure) {
    const figures = new Figures(figure);
    const { player } = this;
    player.take(figures);
    this.place();
    this.name();
    player.entitle();
    if (this.gone) $("notes").textContent = "";
    this.gone = false;
    this.code = null;
    this.states.texts.show({ ...player.data, programs: this.shown ?? [] });
    $("of-program").hidden = false;
    this.programs();
    performance.mark("conv-anim:shown");
  }

  /** What stands around the editor, in the figure's language. */
  name() {
    const say = (key) => this.player.say(key);
    if (this.language === this.player.data.lang) return;
    this.language = this.player.data.lang;
    for (const [id, key] of Object.entries({ text: "spec", offers: "play.offers", problems: "play.problems", saves: "play.save" })) {
      $(id).setAttribute("aria-label", say(key));
    }
    $("hint").textContent = say("play.hint");
    this.pencil.textContent = say("edit");
    this.buttons();
  }

  async programs() {
    if (!$("of-program").open || this.code === this.editor.value) return;
    this.code = this.editor.value;
    const { programs = [] } = await this.ask("/programs", { text: this.code });
    this.shown = programs.map(([name, text]) => [name, text]);
    this.states.texts.show({ ...this.player.data, programs: this.shown });
  }

  // what can be turned

  /** A knob for each place of the text: there with the figure, so that it does not move when somebody clicks. */
  turnables(knobs) {
    const chosen = knobs.map((knob) => knob.chosen);
    const form = JSON.stringify(knobs.map(({ path, values }) => [path, values]));
    if (form === this.form) {
      this.states.knobs.chosen = chosen;
      this.states.knobs.refresh();
      return;
    }
    this.form = form;
    this.whys = [];
    const focused = document.activeElement.getAttribute("aria-labelledby");
    const turned = (k, now) => this.draw({ values: [[knobs[k].path, knobs[k].values[now[k]]]] });
    const why = (numbers, k, value) => this.whys[k]?.[value] ?? "";
    this.states.knobs = new Knobs(knobs, { chosen, why, turned, say: (...words) => this.player.say(...words) });
    if (focused) document.querySelector(`#knobs [aria-labelledby="${focused}"]`)?.focus();
  }

  /** What cannot be is asked for when nobody writes: it takes as long as many figures take to be read. */
  async greyed() {
    const text = this.editor.value;
    const { whys } = await this.ask("/whys", { text }).catch(() => ({}));
    if (!whys || text !== this.editor.value || this.busy) return;
    this.whys = whys;
    this.states.knobs.refresh();
  }

  // layers of frameworks, and files

  async convert(words) {
    const { text, problems = [], notes = [] } = await this.ask("/convert", { text: words });
    $("notes").textContent = [...problems.map(({ message, hint }) => `${message}${hint ? ` (${hint})` : ""}`), ...notes].join("; ");
    return text ?? null;
  }

  buttons() {
    const save = (name, act) => {
      const button = made("button", { type: "button" }, name);
      button.addEventListener("click", async () => {
        button.setAttribute("aria-busy", "true");
        await act().catch((error) => ($("notes").textContent = error.message));
        button.removeAttribute("aria-busy");
      });
      return button;
    };
    const say = (key) => this.player.say(key);
    const formats = Object.entries(SAVED).map(([format, name]) => save(name, () => this.save(format)));
    const spec = save(say("spec"), async () => this.keep(new Blob([this.editor.value]), "yaml"));
    const code = save(say("program"), () => this.saveProgram());
    $("saves").replaceChildren(...formats, spec, code);
  }

  async save(format) {
    const response = await this.ask("/save", { text: this.editor.value, format });
    if (response.headers.get("Content-Type").includes("json")) {
      this.editor.tell((await response.json()).problems);
      return;
    }
    this.keep(await response.blob(), format);
  }

  async saveProgram() {
    const { programs = [], problems = [] } = await this.ask("/programs", { text: this.editor.value });
    if (problems.length) this.editor.tell(problems);
    const found = programs.find(([name]) => name === $("framework").value) ?? programs[0];
    if (found) this.keep(new Blob([found[1]]), "py");
  }

  keep(blob, suffix) {
    const link = made("a", { href: URL.createObjectURL(blob), download: `${$("editor").dataset.name}.${suffix}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  // numbers in their cells

  editing() {
    this.pencil = made("button", { id: "edit", type: "button", hidden: "" }, this.player.say("edit"));
    $("said").append(this.pencil);
    this.pencil.addEventListener("click", () => this.edit(this.player.cells.pinned));
    $("stage").addEventListener("dblclick", (event) => this.edit(event.target.dataset?.spot));
    $("stage").addEventListener("keydown", (event) => {
      const spot = event.target.dataset?.spot;
      if (spot === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "F2" || /^[-\d.]$/.test(event.key)) {
        this.edit(spot, event.key === "F2" ? "" : event.key);
        event.preventDefault();
        event.stopPropagation();
      }
    });
    const dress = this.player.dress.bind(this.player);
    this.player.dress = (step) => {
      dress(step);
      this.pencil.hidden = this.player.cells.pinned === null || !this.editable(this.player.cells.pinned);
    };
  }

  editable(spot) {
    const { side, cell } = this.player.cells.spots[spot];
    return side !== "output" && Boolean(cell);
  }

  /** A number in the place of a cell; Enter takes it, Escape lets it be. */
  edit(number, begun = "") {
    if (number === undefined || number === null || !this.editable(Number(number))) return;
    const spot = this.player.cells.spots[number];
    this.player.pause();
    const label = this.player.cells.named(spot);
    const field = made("input", { id: "number", type: "text", inputmode: "decimal", "aria-label": label, autocomplete: "off" });
    field.value = begun;
    let done = false;
    const end = (takes) => {
      if (done) return;
      const value = Number(field.value.replace(",", ".").replace("−", "-"));
      const wrong = field.value.trim() === "" || !Number.isFinite(value);
      if (takes && wrong && field.value.trim()) return field.setAttribute("aria-invalid", "true");
      done = true;
      this.edited = null;
      field.remove();
      this.player.cells.areaOf(spot)?.focus();
      if (takes && !wrong) this.draw({ cell: { side: spot.side, at: spot.cell, value } });
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        end(event.key === "Enter");
        event.preventDefault();
      }
      event.stopPropagation();
    });
    field.addEventListener("blur", () => end(false));
    $("stage").append(field);
    this.edited = { field, spot, end };
    this.place();
    field.focus();
  }

  /** Puts the number that is being edited where its cell is now; where there is no such cell any more, it ends. */
  place() {
    if (!this.edited) return;
    const { field, spot, end } = this.edited;
    const area = this.player.cells.areaOf(spot)?.getBoundingClientRect();
    if (!area) return end(false);
    const stage = $("stage").getBoundingClientRect();
    const [width, height] = [Math.max(area.width, 44), Math.max(area.height, 32)];
    const [left, top] = [area.x + area.width / 2 - stage.x - width / 2, area.y + area.height / 2 - stage.y - height / 2];
    field.style.cssText = `left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`;
  }
}

unpacked().then((data) => new Play(new States(new Player(new Figures(data)))));
