"use strict";

const $ = (id) => document.getElementById(id);
const SIDES = ["input", "kernel", "output"];
const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and what is in it; text stays text. */
function made(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

/** Definitions of texts, each of its glyphs as one path: to draw a text, a browser then has one thing to copy. */
function flattened(definitions) {
  const texts = document.createElementNS(SVG, "defs");
  texts.innerHTML = definitions;
  for (const text of texts.querySelectorAll("g")) {
    const path = document.createElementNS(SVG, "path");
    const glyph = (use) => `M${use.getAttribute("x") ?? 0},0${texts.querySelector(use.getAttribute("href")).getAttribute("d")}`;
    path.id = text.id;
    path.setAttribute("transform", text.getAttribute("transform"));
    path.setAttribute("d", [...text.children].map(glyph).join(""));
    text.replaceWith(path);
  }
  for (const glyph of texts.querySelectorAll("[id^=g]")) glyph.remove();
  return texts;
}

/** The figures of a page, and what they have in common. */
class Figures {
  constructor(data) {
    this.data = data;
    this.known = new Map();
    this.controls = data.controls;
  }

  /** The figure of a combination, by its number; null where it cannot be. */
  of(state) {
    const number = this.data.states[state];
    return typeof number === "string" ? null : this.figure(number);
  }

  /** A figure, by its own number. */
  figure(number) {
    if (!this.known.has(number)) this.known.set(number, this.together(this.data.figures[number]));
    return this.known.get(number);
  }

  /** Why a combination cannot be; empty if it can. */
  why(state) {
    const number = this.data.states[state];
    return typeof number === "string" ? number : "";
  }

  together(figure) {
    const { elements, names, rings, lines, languages } = this.data;
    const spots = figure.spots.map(([side, name, ring, steps, linked = [], named = [], same = [], ...more], k) => {
      const [told = -1, drifts = 0, opens = 0] = more;
      return {
        side: SIDES[side],
        name: names[name],
        ring: rings[ring],
        steps,
        linked,
        names: named.map((number) => names[number]),
        same: same.length ? same : [k],
        told: told < 0 ? "" : lines[told],
        drifts,
        opens: figure.insides?.[opens - 1] ?? null, // the number of the figure inside
        cell: figure.cells?.[k],
      };
    });
    const text = (numbers) => numbers.map((k) => lines[k]);
    return {
      ...figure,
      elements,
      spots,
      phrases: { ...languages[figure.lang], ...figure.phrases },
      told: text(figure.told),
      formulas: text(figure.formulas ?? []),
      programs: Object.entries(figure.programs ?? {}).map(([name, numbers]) => [name, text(numbers).join("\n")]),
      spec: text(figure.spec ?? []).join("\n"),
    };
  }
}

/** The data that is in the page. */
async function unpacked() {
  const bytes = Uint8Array.from(atob($("data").textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}
