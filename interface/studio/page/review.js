// What deserves a second look: labels that a confident model doubts, and texts that two people labelled differently.

import { get, post } from "./api.js";
import { button, count, element, named, percent } from "./dom.js";
import { Characters } from "./offsets.js";

const AROUND = 120;

/** The panel. */
export class ReviewPanel {
  constructor(studio) {
    this.studio = studio;
    this.review = null;
  }

  open(view) {
    this.view = view;
    this.view.replaceChildren(element("div", { class: "card empty", role: "status" }, "Reading your labels once more …"));
    this.load();
  }

  close() {
    this.view = null;
  }

  refresh() {}

  async load() {
    this.review = await this.studio.act(() => get("/api/review"), { quiet: true });
    if (this.review && this.view) this.draw();
  }

  draw() {
    const { doubts, conflicts, agreement } = this.review;
    this.view.replaceChildren(element(
      "div",
      { class: "stack" },
      agreement ? this.agreed(agreement) : null,
      conflicts.length ? element(
        "section",
        { class: "card" },
        element("h2", {}, `${count(conflicts.length, "text")} to decide`),
        element("p", { class: "small muted" }, "Two people labelled them differently. Until somebody decides, what was saved first counts."),
        conflicts.map((conflict) => this.conflict(conflict)),
      ) : null,
      element(
        "section",
        { class: "card" },
        element("h2", {}, "Did you mean …?"),
        element("p", { class: "small muted" }, "Labels that the model would have set otherwise, the surest first. It learns from all the others: what stands here is worth a look, not wrong."),
        doubts.length
          ? doubts.map((doubt) => this.doubt(doubt))
          : element("div", { class: "empty" }, element("strong", {}, "Nothing to doubt"), element("p", {}, "Labels and model agree, or there are too few labels yet.")),
      ),
    ));
  }

  agreed({ texts, f1, kappa }) {
    return element(
      "section",
      { class: "card stack" },
      element("h2", {}, "Agreement"),
      element(
        "div",
        { class: "beside-each-other" },
        measure("Texts labelled twice", String(texts)),
        measure("F1 of one against the other", percent(f1)),
        measure("Cohen’s kappa of their words", kappa === null ? "–" : kappa.toFixed(2)),
      ),
    );
  }

  doubt(doubt) {
    const { types } = this.studio;
    const { labelled, suggested } = doubt;
    const shown = labelled ?? suggested;
    const name = (entity) => types.get(entity.type)?.name ?? "?";
    let question;
    if (!labelled) question = ["The model sees a ", bold(name(suggested)), ` here (${percent(doubt.confidence)} sure), and you marked nothing.`];
    else if (!suggested) question = ["You marked a ", bold(name(labelled)), `; the model sees nothing here (${percent(doubt.confidence)} sure).`];
    else question = ["You marked ", bold(name(labelled)), ", the model reads ", bold(name(suggested)), ` (${percent(doubt.confidence)} sure). Did you mean that?`];
    const row = element(
      "div",
      { class: "doubt", role: "group", "aria-label": `Text ${doubt.number}` },
      quote(doubt.text, shown, types),
      element("p", {}, ...question, suggested && labelled && differ(labelled, suggested)
        ? [" It reads “", named(new Characters(doubt.text).slice(suggested.start, suggested.end)), "”."] : null),
      element(
        "div",
        { class: "row" },
        button(labelled ? (suggested ? "Change it" : "Take it away") : "Mark it", () => this.follow(doubt), { class: "main" }),
        button("Leave it", () => { this.review.doubts = this.review.doubts.filter((other) => other !== doubt); this.draw(); }),
        button("Open the text", () => this.studio.openText(doubt.number), { class: "plain" }),
      ),
    );
    return row;
  }

  async follow(doubt) {
    const body = { labelled: doubt.labelled, suggested: doubt.suggested };
    if (await this.studio.act(() => post(`/api/texts/${doubt.number}/follow`, body))) {
      this.review.doubts = this.review.doubts.filter((other) => other !== doubt);
      if (this.view) this.draw();
    }
  }

  conflict(conflict) {
    const { types } = this.studio;
    return element(
      "div",
      { class: "doubt", role: "group", "aria-label": `Text ${conflict.number}` },
      element(
        "div",
        { class: "pair" },
        conflict.answers.map((answer) => element(
          "div",
          {},
          element("h3", {}, named(answer.annotator)),
          quoteAll(conflict.text, answer.labels, types),
          button("This one", () => this.decide(conflict, answer), { "aria-label": `Take what ${answer.annotator} says` }),
        )),
      ),
    );
  }

  async decide(conflict, answer) {
    if (await this.studio.act(() => post(`/api/texts/${conflict.number}/decide`, { labels: answer.labels }))) await this.load();
  }
}

function measure(title, value) {
  return element("div", { class: "measure" }, element("span", { class: "small muted" }, title), element("strong", { class: "figure" }, value));
}

function bold(text) {
  return element("strong", {}, named(text));
}

function differ(one, other) {
  return one.start !== other.start || one.end !== other.end;
}

/** A stretch of a text, with what stands around it. */
function quote(text, entity, types) {
  const characters = new Characters(text);
  const start = Math.max(0, entity.start - AROUND);
  const end = Math.min(characters.length, entity.end + AROUND);
  return element(
    "p",
    { class: "quote", dir: "auto" },
    start ? "… " : null,
    characters.slice(start, entity.start),
    element("mark", { color: types.get(entity.type)?.color }, characters.slice(entity.start, entity.end)),
    characters.slice(entity.end, end),
    end < characters.length ? " …" : null,
  );
}

function quoteAll(text, labels, types) {
  const characters = new Characters(text);
  const pieces = [];
  let behind = 0;
  for (const label of labels) {
    const type = types.get(label.type);
    if (label.start < behind) continue; // inside of another one
    pieces.push(
      characters.slice(behind, label.start),
      element("mark", { color: type?.color, title: type?.name }, characters.slice(label.start, label.end), " ", element("small", {}, named(type?.name ?? "?"))),
    );
    behind = label.end;
  }
  pieces.push(characters.slice(behind, characters.length));
  return element("p", { class: "quote", dir: "auto" }, pieces);
}
