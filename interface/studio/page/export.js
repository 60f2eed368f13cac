// Training of the whole recognizer, what comes of it, and the labels in the formats of other tools.

import { post } from "./api.js";
import { button, count, element, percent, say } from "./dom.js";

const FORMATS = [
  ["jsonl", "JSON Lines", "text and character offsets"],
  ["conll", "CoNLL", "a word and its tag a line"],
  ["spacy", "spaCy", ".spacy, for spacy train"],
  ["prodigy", "Prodigy", "tasks with spans"],
  ["doccano", "doccano", "JSON Lines to import"],
  ["label-studio", "Label Studio", "tasks with annotations"],
];

/** The panel. */
export class ExportPanel {
  constructor(studio) {
    this.studio = studio;
  }

  open(view) {
    this.view = view;
    this.shown = null;
    this.refresh();
  }

  close() {
    this.view = null;
  }

  refresh() {
    const { state } = this.studio;
    const shown = JSON.stringify([state.jobs, state.counts.labelled, state.learner.encoder, state.score.curve.at(-1)]);
    if (!this.view || shown === this.shown) return;
    this.shown = shown;
    const focused = document.activeElement?.id;
    this.view.replaceChildren(element("div", { class: "columns" }, this.training(), this.labels()));
    if (focused) document.getElementById(focused)?.focus();
  }

  training() {
    const { state } = this.studio;
    const { train } = state.jobs;
    return element(
      "section",
      { class: "card stack" },
      element("h2", {}, "The recognizer"),
      element("p", { class: "muted" }, "While you label, only a thin layer on the encoder learns. Training changes the whole encoder: it takes minutes, goes on behind while you label, and mostly finds more."),
      train ? this.progress("train", train) : null,
      train?.result ? this.result(train.result) : null,
      train?.phase === "running" ? null : element(
        "div",
        { class: "row" },
        button(train?.result ? "Train again" : "Train the recognizer", () => this.start("train"), {
          class: "main", id: "train", disabled: state.counts.labelled === 0,
        }),
        state.counts.labelled === 0 ? element("span", { class: "small muted" }, "after the first labels") : null,
      ),
    );
  }

  progress(kind, job) {
    const parts = [element("p", { role: "status" }, job.sentence)];
    if (job.phase === "running") {
      parts.push(
        element("progress", { max: 1, value: job.share, "aria-label": "Progress" }),
        button("Stop", () => this.studio.act(() => post(`/api/jobs/${kind}/stop`)), { id: `stop-${kind}` }),
      );
    }
    return element("div", { class: "stack", id: `job-${kind}`, "data-phase": job.phase }, parts);
  }

  result(result) {
    const { state } = this.studio;
    const { onnx } = state.jobs;
    return element(
      "div",
      { class: "stack" },
      element(
        "div",
        { class: "beside-each-other" },
        figure("F1 of the recognizer", percent(result.f1), `on ${count(result.test_sentences, "text")} set aside`),
        result.instant_f1 === null ? null : figure("F1 while labelling", percent(result.instant_f1), "the thin layer, same texts"),
      ),
      result.held_out ? element("p", { class: "small muted" }, result.held_out) : null,
      copied("The recognizer’s folder", result.folder),
      copied("Serve it over HTTP", `nuner serve ${quoted(result.folder)}`),
      copied("Read a file with it", `nuner predict ${quoted(result.folder)} texts.csv -o entities.csv`),
      onnx ? this.progress("onnx", onnx) : null,
      onnx?.result ? copied("The ONNX folder", onnx.result.folder) : null,
      element(
        "div",
        { class: "row" },
        onnx?.phase === "running" || onnx?.result ? null : button("Export as ONNX", () => this.start("onnx"), { id: "onnx" }),
        state.learner.encoder === result.folder
          ? element("span", { class: "small muted" }, "Suggestions come from this recognizer now.")
          : button("Second round: suggest with this recognizer", () => this.studio.act(() => post("/api/encoder")), { id: "second-round" }),
      ),
    );
  }

  async start(kind) {
    const answer = await this.studio.act(() => post(`/api/jobs/${kind}`));
    if (answer) this.refresh();
  }

  labels() {
    const { counts } = this.studio.state;
    return element(
      "section",
      { class: "card stack" },
      element("h2", {}, "The labels"),
      element("p", { class: "muted" }, `${count(counts.labelled, "labelled text")}, as other tools read them. The project itself is one file, which nuner finetune --data takes as it is.`),
      counts.labelled
        ? element("div", { class: "formats" }, FORMATS.map(([name, title, about]) => element(
          "a",
          { href: `/api/labels/${name}`, download: true, id: `labels-${name}` },
          element("strong", {}, title),
          element("span", { class: "small muted" }, about),
        )))
        : element("p", { class: "muted" }, "There is none yet."),
      copied("The project", this.studio.state.project.path),
    );
  }
}

function figure(title, value, about) {
  return element(
    "div",
    { class: "measure" },
    element("span", { class: "small muted" }, title),
    element("strong", { class: "figure" }, value),
    element("span", { class: "small muted" }, about),
  );
}

/** Something to take along, with a button that does it. */
export function copied(title, text) {
  const code = element("code", {}, text);
  const take = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
      take.textContent = "Copied";
    } catch {
      // Without TLS, browsers give no clipboard on other hosts than this one.
      getSelection().selectAllChildren(code);
    }
  }, { "aria-label": `Copy: ${title}` });
  return element("div", { class: "field small" }, element("span", { class: "muted" }, title), element("div", { class: "copy" }, code, take));
}

/** Write a path so that a shell takes it for one word. */
function quoted(path) {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

