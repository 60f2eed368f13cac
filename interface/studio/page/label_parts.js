// The types to choose from, above a text, and the entities that are in it, below.

import { button, element, named } from "./dom.js";
import { keyOf } from "./keys.js";

/** The types, each with its key. */
export function palette(types, panel) {
  const chips = [...types.values()].map((type, place) => {
    const key = keyOf(place);
    return element(
      "button",
      {
        type: "button",
        class: "chip",
        color: type.color,
        title: type.description || null,
        "aria-pressed": String(panel.sticky === type.number),
        "aria-keyshortcuts": key,
        onclick: () => panel.giveType(type.number),
      },
      key ? element("kbd", {}, key.toUpperCase()) : null,
      named(type.name),
    );
  });
  const asking = panel.picked !== null || panel.chosen >= 0;
  return element(
    "div",
    { class: asking ? "palette asking" : "palette", role: "group", "aria-label": "Types: give one to what is picked" },
    chips,
    button("", () => panel.studio.go("types", "new-name"), { class: "chip add", "aria-keyshortcuts": "n", "aria-label": "Add a type" }),
  );
}

/** The entities as a list that can be gone through without seeing the text. */
export function foundList(entities, types, characters, panel) {
  return element(
    "ul",
    { class: "found", "aria-label": "Entities of this text" },
    entities.map((entity, place) => {
      const words = characters.slice(entity.start, entity.end);
      const type = types.get(entity.type);
      const choice = element(
        "select",
        { "aria-label": `Type of ${words}`, onchange: () => { panel.chosen = place; panel.picked = null; panel.giveType(Number(choice.value)); } },
        [...types.values()].map((each) => element("option", { value: String(each.number) }, each.name)),
      );
      choice.value = String(entity.type);
      return element(
        "li",
        { color: type?.color, "aria-current": place === panel.chosen ? "true" : null },
        button("", () => panel.choose(place), { class: "what", "aria-label": `Choose ${words}` }),
        choice,
        sureness(entity),
        button("×", () => panel.reject(place), { class: "round plain", "aria-label": `Take away ${words}` }),
      );
    }),
  );
}

function sureness(entity) {
  if (!entity.suggested) return element("span", { class: "sure" }, "yours");
  const share = Math.round(100 * entity.score);
  return element(
    "span",
    { class: "sure" },
    `${share} % sure`,
    element("meter", { min: "0", max: "1", value: entity.score, "aria-label": `The suggestion is ${share} percent sure` }),
  );
}
