
const REST = 400;

/** A text with what is wrong marked in it, and offers of what can stand where somebody writes. */
class Editor {
  /** `ask` asks for offers; `changed` is called when the text has. */
  constructor({ ask, changed, pasted }) {
    Object.assign(this, { ask, changed, pasted });
    this.text = $("text");
    this.list = $("offers");
    this.offers = [];
    this.at = 0;
    this.problems = [];
    this.text.addEventListener("input", (event) => this.typed(event));
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("scroll", () => this.follow());
    this.text.addEventListener("blur", () => this.close());
    this.text.addEventListener("click", () => this.close());
    this.text.addEventListener("paste", (event) => this.paste(event));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) this.take(Number(item.dataset.offer));
    });
  }

  get value() {
    return this.text.value;
  }

  /** Another text, of which only what is different is replaced; the writer stays where they are. */
  set(text) {
    const before = this.value;
    if (text === before) return;
    let start = 0;
    while (start < Math.min(before.length, text.length) && before[start] === text[start]) start += 1;
    let end = 0;
    const most = Math.min(before.length, text.length) - start;
    while (end < most && before[before.length - 1 - end] === text[text.length - 1 - end]) end += 1;
    this.text.setRangeText(text.slice(start, text.length - end), start, before.length - end, "preserve");
    this.mark();
  }

  // what is wrong

  /** Marks the places of problems, and lists them: the first ones not before the writer rests. */
  tell(problems) {
    clearTimeout(this.later);
    if (problems.length && !this.problems.length) this.later = setTimeout(() => this.listed(problems), REST);
    else this.listed(problems);
  }

  listed(problems) {
    this.problems = problems;
    this.mark();
    $("problems").hidden = !problems.length;
    $("problems").replaceChildren(...problems.map((problem) => this.told(problem)));
    this.text.setAttribute("aria-invalid", problems.length > 0);
  }

  told({ line, column, end, message, hint }) {
    const button = made("button", { type: "button" }, line ? `${line}:${column}` : "–");
    button.addEventListener("click", () => {
      this.text.focus();
      if (line) this.text.setSelectionRange(...this.range({ line, column, end }));
    });
    return made("li", {}, button, " ", message, ...(hint ? [made("small", {}, hint)] : []));
  }

  /** Where a problem begins and ends in the text, as numbers of characters. */
  range({ line, column, end }) {
    const lines = this.value.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const own = [...(lines[line - 1] ?? "")];
    const length = (count) => own.slice(0, count).join("").length;
    return [before + length(column - 1), before + length(end - 1)];
  }

  mark() {
    const ranges = this.problems.filter(({ line }) => line).map((problem) => this.range(problem));
    const pieces = [];
    let at = 0;
    for (const [start, end] of ranges.sort(([one], [other]) => one - other)) {
      if (start < at) continue;
      pieces.push(this.value.slice(at, start), made("mark", {}, this.value.slice(start, end) || " "));
      at = Math.max(end, start);
    }
    $("marks").replaceChildren(...pieces, `${this.value.slice(at)}\n`);
    this.follow();
  }

  follow() {
    $("marks").scrollTop = this.text.scrollTop;
    $("marks").scrollLeft = this.text.scrollLeft;
  }

  // what can stand there

  typed(event) {
    this.mark();
    this.changed();
    const word = event.inputType === "insertText" && /^[\w{, ]$/.test(event.data ?? "");
    const open = !this.list.hidden && event.inputType?.startsWith("delete");
    if (word || open) this.offer();
    else this.close();
  }

  async offer() {
    const text = this.value;
    const position = this.text.selectionStart;
    const { start, offers = [] } = await this.ask([...text.slice(0, position)].length);
    if (text !== this.value || position !== this.text.selectionStart) return;
    if (!offers.length) return this.close();
    this.start = [...text].slice(0, start).join("").length;
    this.offers = offers;
    this.list.replaceChildren(...offers.map(([name, doc], k) => this.item(name, doc, k)));
    this.list.hidden = false;
    this.place();
    this.choose(0);
  }

  item(name, doc, k) {
    const shown = name.replace(/: $/, "");
    return made("li", { role: "option", id: `offer${k}`, "data-offer": k }, made("b", {}, shown), made("small", {}, doc));
  }

  /** The list stands below the word that is begun. */
  place() {
    const before = made("span", {}, this.value.slice(0, this.start));
    const here = made("span", {}, "|");
    const ruler = $("marks").cloneNode();
    ruler.removeAttribute("id");
    ruler.style.visibility = "hidden";
    ruler.append(before, here);
    $("lines").append(ruler);
    const { offsetLeft, offsetTop, offsetHeight } = here;
    ruler.remove();
    const room = $("lines").clientWidth - this.list.offsetWidth;
    this.list.style.left = `${Math.max(0, Math.min(offsetLeft - this.text.scrollLeft, room))}px`;
    this.list.style.top = `${offsetTop + offsetHeight + 2 - this.text.scrollTop}px`;
  }

  choose(k) {
    this.at = (k + this.offers.length) % this.offers.length;
    for (const [number, item] of [...this.list.children].entries()) item.setAttribute("aria-selected", number === this.at);
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-activedescendant", `offer${this.at}`);
    const [name, doc] = this.offers[this.at];
    $("heard").textContent = `${name.replace(/: $/, "")}. ${doc}`;
  }

  take(k) {
    this.insert(this.offers[k][0], this.start, this.text.selectionStart);
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.offers = [];
    this.text.removeAttribute("aria-activedescendant");
  }

  /** Writes in the place of something, as if it were typed: it can be undone. */
  insert(words, start, end) {
    this.text.focus();
    this.text.setSelectionRange(start, end);
    if (!document.execCommand("insertText", false, words)) {
      this.text.setRangeText(words, start, end, "end");
      this.mark();
      this.changed();
    }
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === " " && event.ctrlKey) {
      this.offer();
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      this.choose(this.at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (open && (event.key === "Enter" || event.key === "Tab")) {
      this.take(this.at);
    } else if (open && event.key === "Escape") {
      this.close();
    } else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey) {
      this.newLine();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** As far to the right as the line above; farther below a key without a value. */
  newLine() {
    const { selectionStart, selectionEnd } = this.text;
    const line = this.value.slice(0, selectionStart).split("\n").at(-1);
    const indent = /^ */.exec(line)[0] + (/:\s*$/.test(line) ? "  " : "");
    this.insert(`\n${indent}`, selectionStart, selectionEnd);
  }

  async paste(event) {
    const words = event.clipboardData.getData("text/plain");
    if (!/^\s*(\w+\.)*[A-Z]\w*\(/.test(words)) return;
    event.preventDefault();
    const made = await this.pasted(words);
    if (made === null) this.insert(words, this.text.selectionStart, this.text.selectionEnd);
    else this.insert(made, 0, this.value.length);
  }
}
