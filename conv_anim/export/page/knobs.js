
/** What the reader can change: a slider, a stepper or a switch for each control. */
class Knobs {
  /** `chosen` holds the number of each control's value; `why` says why a value cannot be, `turned` what happens. */
  constructor(controls, { chosen, why, turned, say }) {
    Object.assign(this, { controls, chosen, why, turned, say });
    const kinds = { slider: this.slider, stepper: this.stepper, switch: this.switch };
    this.shown = controls.map((control, k) => kinds[control.kind].call(this, control, k));
    $("knobs").replaceChildren(...this.shown.map(({ whole }) => whole));
    $("knobs").hidden = !controls.length;
    this.refresh();
  }

  set(k, value) {
    const most = this.controls[k].values.length - 1;
    const wanted = Math.max(0, Math.min(most, value));
    if (wanted === this.chosen[k]) return;
    this.chosen = this.chosen.with(k, wanted);
    this.refresh();
    this.turned(k, this.chosen);
  }

  /** Every knob as it stands, and what it cannot be. */
  refresh() {
    for (const [k, { show }] of this.shown.entries()) {
      const whys = this.controls[k].values.map((_, value) => this.why(this.chosen.with(k, value), k, value));
      show(this.chosen[k], whys);
    }
    $("knobs").setAttribute("aria-label", this.say("knobs"));
  }

  named(control, k) {
    return made("span", { class: "name", id: `knob${k}`, title: control.path }, control.label);
  }

  slider(control, k) {
    const last = control.values.length - 1;
    const input = made("input", { type: "range", min: 0, max: last, step: 1, "aria-labelledby": `knob${k}` });
    const value = made("output");
    const ticks = control.values.map((text, at) => {
      const tick = made("span", {}, text);
      tick.style.left = `${(100 * at) / last}%`;
      tick.addEventListener("click", () => this.set(k, at));
      return tick;
    });
    input.addEventListener("input", () => this.set(k, Number(input.value)));
    const ruler = made("div", { class: "ticks", "aria-hidden": "true" }, ...ticks);
    const whole = made("div", { class: "knob slider" }, this.named(control, k), value, input, ruler);
    const show = (chosen, whys) => {
      input.value = chosen;
      value.textContent = control.values[chosen];
      input.setAttribute("aria-valuetext", this.told(control.values[chosen], whys[chosen]));
      this.grey(ticks, whys);
    };
    return { whole, show };
  }

  stepper(control, k) {
    const options = control.values.map((text, at) => made("option", { value: at }, text));
    const select = made("select", { "aria-labelledby": `knob${k}` }, ...options);
    const turn = (by, sign) => {
      const button = made("button", { type: "button", "aria-hidden": "true", tabindex: -1 }, sign);
      button.addEventListener("click", () => this.set(k, this.chosen[k] + by));
      return button;
    };
    const [less, more] = [turn(-1, "‹"), turn(1, "›")];
    select.addEventListener("change", () => this.set(k, Number(select.value)));
    const line = made("div", { class: "line" }, less, select, more);
    const whole = made("div", { class: "knob stepper" }, this.named(control, k), line);
    const show = (chosen, whys) => {
      select.value = chosen;
      less.disabled = chosen === 0;
      more.disabled = chosen === options.length - 1;
      this.grey(options, whys);
    };
    return { whole, show };
  }

  switch(control, k) {
    const attributes = { type: "button", role: "switch", "aria-labelledby": `knob${k}` };
    const button = made("button", attributes, made("span"));
    button.addEventListener("click", () => this.set(k, 1 - this.chosen[k]));
    const whole = made("div", { class: "knob switch" }, this.named(control, k), button);
    const show = (chosen, whys) => {
      button.setAttribute("aria-checked", control.values[chosen] === "true");
      this.grey([button], [whys[1 - chosen]]);
    };
    return { whole, show };
  }

  grey(elements, whys) {
    for (const [at, element] of elements.entries()) {
      element.classList.toggle("cannot", Boolean(whys[at]));
      element.title = whys[at] ? this.say("cannot", { why: whys[at] }) : "";
    }
  }

  told(value, why) {
    return why ? `${value}. ${this.say("cannot", { why })}` : value;
  }
}
