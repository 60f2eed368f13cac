// What is there before the first type has a name.

import { button, count, element, field, named, show } from "./dom.js";
import { post } from "./api.js";

/** Ask for the names of the first types; `begin` is called when they are there. */
export function welcome(studio, begin) {
  const chosen = [];
  const list = element("div", { class: "named", "aria-label": "Types so far" });
  const name = element("input", { id: "first-name", autocomplete: "off", maxlength: "200", placeholder: "such as product" });
  const start = button("Show me the first text", async () => {
    if (name.value.trim()) await add();
    if (chosen.length && !name.value.trim()) begin();
  }, { class: "main", id: "begin", disabled: true });
  name.addEventListener("input", () => { start.disabled = !chosen.length && !name.value.trim(); });

  async function add() {
    const answer = await studio.act(() => post("/api/types", { name: name.value, description: "" }), { quiet: true });
    if (!answer) return;
    chosen.push(name.value.trim());
    name.value = "";
    show(list, chosen.map((each) => element("span", { class: "chip", color: studio.colorOf(each) }, named(each))));
    start.disabled = false;
    name.focus();
  }

  const form = element(
    "form",
    {
      class: "stack",
      onsubmit: (event) => {
        event.preventDefault();
        if (name.value.trim()) add();
        else if (chosen.length) start.click();
      },
    },
    field("A type of entity, by the name that you would call it", name),
    element("div", { class: "row" }, element("button", { type: "submit" }, "Add type "), start),
  );
  return element(
    "section",
    { class: "welcome stack" },
    element("h2", {}, "What are you looking for?"),
    element(
      "p",
      { class: "muted" },
      `${count(studio.state.counts.texts, "text")} wait. Name the types of entities to find in them, one after the other: `
      + "type a name and press Enter. Types can be renamed, merged and added at any time.",
    ),
    element("div", { class: "card stack" }, list, form),
    element("p", { class: "muted small", id: "knows" }, knowledge(studio)),
  );
}

/** The encoder is loaded while types are named: say then what to expect. */
export function tellKnowledge(studio) {
  const told = document.getElementById("knows");
  if (told && told.textContent !== knowledge(studio)) told.textContent = knowledge(studio);
}

function knowledge({ state }) {
  const { phase, knows_names: knowsNames } = state.learner;
  if (phase === "failed") return "There will be no suggestions.";
  if (knowsNames === null) return "The encoder is being loaded.";
  return knowsNames
    ? "Suggestions come from the first text on, out of the names alone: those that say what is meant work best."
    : "Suggestions come as soon as a few texts are labelled.";
}
