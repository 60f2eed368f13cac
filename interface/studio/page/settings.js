// Which text comes next, what may overlap, who labels.

import { post } from "./api.js";
import { copied } from "./export.js";
import { count, element, field, named, percent } from "./dom.js";

const ORDERS = [
  ["instructive", "The most instructive", "one of those about which the model is least sure"],
  ["random", "Any", "drawn at random"],
  ["in order", "One after the other", "in the order of the file"],
];

/** The panel. */
export class SettingsPanel {
  constructor(studio) {
    this.studio = studio;
  }

  open(view) {
    this.view = view;
    this.draw();
  }

  close() {
    this.view = null;
  }

  refresh() {}

  draw() {
    this.view.replaceChildren(element("div", { class: "columns" }, element("div", { class: "stack" }, this.order(), this.labels()), this.people()));
  }

  order() {
    const choices = ORDERS.map(([value, title, about]) => {
      const control = element("input", { type: "radio", name: "order", value, onchange: () => this.studio.setOrder(value) });
      control.checked = this.studio.order === value;
      return element("label", { class: "choice" }, control, element("span", {}, title, element("br"), element("span", { class: "small muted" }, about)));
    });
    return element(
      "section",
      { class: "card stack" },
      element("fieldset", {}, element("legend", {}, "Which text comes next"), choices),
      element("p", { class: "small muted" }, "Now and then comes one of those set aside at random to measure on, whatever is chosen here."),
    );
  }

  labels() {
    const { settings } = this.studio.state;
    const nested = element("input", { type: "checkbox", id: "nested", onchange: () => this.set({ nested: nested.checked }) });
    nested.checked = settings.nested;
    return element(
      "section",
      { class: "card" },
      element(
        "fieldset",
        {},
        element("legend", {}, "Entities in entities"),
        element(
          "label",
          { class: "choice" },
          nested,
          element("span", {}, "A text’s entities may lie within one another", element("br"), element("span", { class: "small muted" }, "such as a city in the name of a university; training takes the outer one")),
        ),
      ),
    );
  }

  people() {
    const { state } = this.studio;
    const share = element("input", { type: "number", min: "0", max: "100", step: "1", id: "double", value: String(Math.round(100 * state.settings.double_share)), onchange: () => this.set({ double_share: Number(share.value) / 100 }) });
    const name = element("input", { id: "annotator", value: state.annotator, maxlength: "100", autocomplete: "off" });
    const me = element(
      "form",
      { class: "who", onsubmit: (event) => { event.preventDefault(); this.studio.setAnnotator(name.value); } },
      field("Your name, under which your labels are kept", name),
      element("button", { type: "submit" }, "That is me"),
    );
    return element(
      "section",
      { class: "card stack" },
      element("h2", {}, "People"),
      me,
      element(
        "ul",
        { class: "people" },
        state.annotators.map((one) => element("li", {}, named(one.name), element("span", { class: "muted" }, count(one.texts, "text")))),
      ),
      field("Percent of the texts that two people label, to see whether they agree", share),
      state.address
        ? copied("For the others: they open this address and say who they are", state.address)
        : element("p", { class: "small muted" }, "Others can label with you where the studio was started with --host 0.0.0.0. Nobody gets a text that somebody else has."),
      element("p", { class: "small muted" }, `Of all texts ${percent(state.counts.held_out / Math.max(1, state.counts.texts))} are set aside to measure on; that share is chosen when a project begins.`),
    );
  }

  async set(change) {
    const answer = await this.studio.act(() => post("/api/settings", { ...this.studio.state.settings, ...change }));
    if (this.view) this.draw();
    return answer;
  }
}
