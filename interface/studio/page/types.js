// The types: add, rename, describe, merge, delete, recolor. What labels that are there would become is said before.

import { get, post } from "./api.js";
import { ask, button, count, element, field } from "./dom.js";

/** The panel. */
export class TypesPanel {
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

  refresh() {
    const shown = JSON.stringify([...this.studio.types.values()]);
    // Not while somebody types.
    if (this.view && shown !== this.shown && !this.view.contains(document.activeElement)) this.draw();
  }

  draw() {
    const types = [...this.studio.types.values()];
    this.shown = JSON.stringify(types);
    this.view.replaceChildren(element(
      "div",
      { class: "stack" },
      this.adding(),
      element(
        "section",
        { class: "card" },
        element("h2", {}, types.length ? count(types.length, "type") : "No type yet"),
        element("p", { class: "small muted" }, "Names and descriptions are what suggestions start from: say what is meant as you would tell a colleague."),
        types.map((type) => this.row(type)),
      ),
    ));
  }

  adding() {
    const name = element("input", { id: "new-name", maxlength: "200", autocomplete: "off", required: true });
    const description = element("input", { maxlength: "2000", autocomplete: "off", placeholder: "what it means, where the name does not say it" });
    const form = element(
      "form",
      {
        class: "add-type",
        onsubmit: async (event) => {
          event.preventDefault();
          const body = { name: name.value, description: description.value };
          if (await this.change(() => post("/api/types", body))) document.getElementById("new-name").focus();
        },
      },
      field("Name of a new type", name),
      field("Description", description),
      element("button", { type: "submit", class: "main" }, "Add"),
    );
    return element("section", { class: "card" }, form);
  }

  row(type) {
    const name = element("input", { value: type.name, maxlength: "200", autocomplete: "off", "aria-label": `Name of ${type.name}`, onchange: () => this.rename(type, name) });
    const description = element("input", { value: type.description, placeholder: "description", maxlength: "2000", autocomplete: "off", "aria-label": `Description of ${type.name}`, onchange: () => this.describe(type, description.value) });
    const color = element("input", { type: "color", value: type.color, "aria-label": `Color of ${type.name}`, onchange: () => this.change(() => post(`/api/types/${type.number}/color`, { color: color.value })) });
    const others = [...this.studio.types.values()].filter((other) => other.number !== type.number);
    const into = element(
      "select",
      { "aria-label": `Merge ${type.name} into another type`, onchange: () => this.merge(type, Number(into.value), into) },
      element("option", { value: "" }, "Merge into …"),
      others.map((other) => element("option", { value: String(other.number) }, other.name)),
    );
    into.value = "";
    return element(
      "div",
      { class: "type-row", role: "group", "aria-label": type.name, color: type.color },
      color,
      name,
      element("div", { class: "described" }, description),
      element(
        "div",
        { class: "row" },
        others.length ? into : null,
        button("Delete", () => this.remove(type), { class: "danger", "aria-label": `Delete ${type.name}` }),
      ),
      element("p", { class: "of" }, type.labels ? `${count(type.labels, "label")} so far` : "no label yet"),
    );
  }

  async rename(type, input) {
    const { labels, texts } = await get(`/api/types/${type.number}/effect`);
    const sentence = labels
      ? `${count(labels, "label")} in ${count(texts, "text")} will be called “${input.value.trim()}”, and suggestions start from that name.`
      : "It has no label yet; suggestions start from the new name.";
    if (labels && !(await ask(`Rename “${type.name}”?`, [sentence, "Undo takes it back."], "Rename"))) {
      input.value = type.name;
      return;
    }
    if (!(await this.change(() => post(`/api/types/${type.number}/name`, { name: input.value })))) input.value = type.name;
  }

  async describe(type, description) {
    await this.change(() => post(`/api/types/${type.number}/description`, { description }));
  }

  async merge(type, into, control) {
    const other = this.studio.types.get(into);
    const { labels, texts, doubled } = await get(`/api/types/${type.number}/effect?into=${into}`);
    const sentences = [`${count(labels, "label")} in ${count(texts, "text")} will be “${other.name}”; “${type.name}” goes.`];
    if (doubled) sentences.push(`${count(doubled, "of them has", "of them have")} that type already, and will be one label.`);
    sentences.push("Undo takes it back.");
    control.value = "";
    if (await ask(`Merge “${type.name}” into “${other.name}”?`, sentences, "Merge")) {
      await this.change(() => post(`/api/types/${type.number}/merge`, { into }));
    }
  }

  async remove(type) {
    const { labels, texts } = await get(`/api/types/${type.number}/effect`);
    const sentence = labels ? `Its ${count(labels, "label")} in ${count(texts, "text")} go with it.` : "It has no label.";
    if (await ask(`Delete “${type.name}”?`, [sentence, "Undo takes it back."], "Delete", true)) {
      await this.change(() => post(`/api/types/${type.number}/delete`));
    }
  }

  async change(request) {
    const answer = await this.studio.act(request);
    if (answer) {
      await this.studio.changedTypes();
      if (this.view) this.draw();
    }
    return answer;
  }
}

