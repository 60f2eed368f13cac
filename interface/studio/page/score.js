// How well it goes: the score as it grows, by type, and what to do next.

import { count, drawn, element, named, percent } from "./dom.js";

const HEIGHT = 300;
const WIDEST = 1040;
const MARGIN = { left: 34, right: 12, top: 14, bottom: 42 };

/** The panel. */
export class ScorePanel {
  constructor(studio) {
    this.studio = studio;
  }

  open(view) {
    this.view = view;
    this.refresh();
  }

  close() {
    this.view = null;
  }

  refresh() {
    if (!this.view) return;
    const { state, types } = this.studio;
    const { score } = state;
    this.view.replaceChildren(element(
      "div",
      { class: "stack" },
      element(
        "section",
        { class: "card stack" },
        element("h2", {}, "F1 against labelled texts"),
        score.curve.length ? chart(score.curve, Math.min(WIDEST, this.view.clientWidth - 64)) : nothingYet(state),
        score.curve.length ? element("p", { class: "small muted" }, measuredOn(state)) : null,
      ),
      element(
        "div",
        { class: "columns" },
        element("section", { class: "card stack" }, element("h2", {}, "What helps most now"), adviceList(score.advice)),
        element("section", { class: "card stack" }, element("h2", {}, "By type"), byType(score, types)),
      ),
    ));
  }
}

function measuredOn(state) {
  const { counts } = state;
  return `F1 of entities, found and typed exactly, on ${count(counts.held_out_labelled, "text")} that you labelled and the `
    + "model never learns from; the band is where it lies with 95% probability, from drawing these texts again.";
}

function nothingYet(state) {
  return element(
    "div",
    { class: "empty" },
    element("strong", {}, "No score yet"),
    element(
      "p",
      {},
      `Of all texts ${count(state.counts.held_out, "one is", "are")} set aside at random to measure on. `
      + `${count(state.counts.held_out_labelled, "of them is", "of them are")} labelled; a score comes with a few more.`,
    ),
  );
}

function adviceList(advice) {
  if (!advice.length) return element("p", { class: "muted" }, "Label on: there is too little to tell yet.");
  return element("ul", { class: "advice" }, advice.map((sentence) => element("li", {}, sentence)));
}

function byType(score, types) {
  if (!score.types.length) return element("p", { class: "muted" }, "No type was measured yet.");
  const rows = score.types.map((one) => {
    const type = types.get(one.type);
    return element(
      "tr",
      {},
      element("td", { color: type?.color }, element("span", { class: "dot" }), " ", named(type?.name ?? "?")),
      element("td", {}, percent(one.f1)),
      element("td", {}, one.low === null ? "–" : `${percent(one.low)} – ${percent(one.high)}`),
      element("td", {}, String(one.labels)),
      element("td", {}, String(one.measured)),
    );
  });
  const headings = ["Type", "F1", "band", "labels", "measured on"].map((name) => element("th", { scope: "col" }, name));
  return element("div", { class: "scrolls" }, element("table", {}, element("thead", {}, element("tr", {}, headings)), element("tbody", {}, rows)));
}

/** The curve with its band, as wide as there is room, so that letters are as large as all others. */
function chart(curve, width) {
  const most = Math.max(10, ...curve.map((point) => point.texts));
  const x = (texts) => MARGIN.left + (texts / most) * (width - MARGIN.left - MARGIN.right);
  const y = (f1) => HEIGHT - MARGIN.bottom - f1 * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const last = curve.at(-1);
  const picture = drawn(
    "svg",
    { class: "chart", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-labelledby": "chart-title" },
    drawn("title", { id: "chart-title" }, `F1 is ${percent(last.f1)} with ${count(last.texts, "labelled text")}, between ${percent(last.low)} and ${percent(last.high)}.`),
  );
  for (const f1 of [0, 0.25, 0.5, 0.75, 1]) {
    picture.append(
      drawn("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(f1), y2: y(f1) }),
      drawn("text", { x: MARGIN.left - 8, y: y(f1) + 4, "text-anchor": "end" }, `${100 * f1}`),
    );
  }
  for (const texts of ticks(most)) {
    picture.append(drawn("text", { x: x(texts), y: HEIGHT - MARGIN.bottom + 20, "text-anchor": "middle" }, texts.toLocaleString("en")));
  }
  picture.append(
    drawn("text", { x: width - MARGIN.right, y: HEIGHT - 4, "text-anchor": "end" }, "labelled texts"),
    drawn("path", { class: "band", d: bandOf(curve, x, y) }),
    drawn("path", { class: "line", d: lineOf(curve, x, y) }),
  );
  picture.append(drawn("circle", { class: "point", cx: x(last.texts), cy: y(last.f1), r: 5 }));
  return picture;
}

function lineOf(curve, x, y) {
  return curve.map((point, place) => `${place ? "L" : "M"}${x(point.texts).toFixed(1)} ${y(point.f1).toFixed(1)}`).join("");
}

function bandOf(curve, x, y) {
  const up = curve.map((point) => `${x(point.texts).toFixed(1)} ${y(point.high).toFixed(1)}`);
  const down = curve.map((point) => `${x(point.texts).toFixed(1)} ${y(point.low).toFixed(1)}`).reverse();
  return `M${[...up, ...down].join("L")}Z`;
}

function ticks(most) {
  const rough = most / 5;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * ten).find((each) => each >= rough);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** What stands beside a text: how far, how well. */
export function sittingFigures({ state, types }) {
  const { counts, score } = state;
  const last = score.curve.at(-1);
  return element(
    "aside",
    { class: "beside", "aria-label": "How far you are" },
    element(
      "section",
      { class: "card" },
      element("h3", { class: "muted" }, "Labelled"),
      element("p", { class: "figure", id: "labelled" }, counts.labelled.toLocaleString("en"), " ", element("small", {}, `of ${count(counts.texts, "text")}`)),
      element("progress", { max: counts.texts, value: counts.labelled, "aria-label": "Share of the texts that is labelled" }),
      counts.skipped ? element("p", { class: "small muted" }, `${counts.skipped.toLocaleString("en")} skipped`) : null,
    ),
    element(
      "section",
      { class: "card" },
      element("h3", { class: "muted" }, "F1 on texts set aside"),
      last
        ? element("p", { class: "figure" }, percent(last.f1), " ", element("small", {}, `${percent(last.low)} – ${percent(last.high)}`))
        : element("p", { class: "small muted" }, `after a few of these texts (${counts.held_out_labelled} so far)`),
      score.curve.length > 1 ? spark(score.curve) : null,
      score.advice.length ? element("p", { class: "small" }, score.advice[0]) : null,
    ),
    element(
      "section",
      { class: "card" },
      element("h3", { class: "muted" }, "Labels by type"),
      element(
        "ul",
        { class: "bars" },
        [...types.values()].map((type) => element(
          "li",
          { color: type.color },
          element("span", { class: "dot" }),
          named(type.name),
          element("span", { class: "muted" }, type.labels.toLocaleString("en")),
        )),
      ),
    ),
  );
}

function spark(curve) {
  const [least, most] = [curve[0].texts, curve.at(-1).texts];
  const x = (texts) => ((texts - least) / Math.max(1, most - least)) * 260;
  const y = (f1) => 54 - 52 * f1;
  return drawn(
    "svg",
    { class: "spark", viewBox: "0 0 260 56", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("path", { class: "band", d: bandOf(curve, x, y) }),
    drawn("path", { class: "line", d: lineOf(curve, x, y) }),
  );
}
