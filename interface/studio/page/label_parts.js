// The types to choose from, above a text, and the entities that are in it, below.

import { button, element, named } from "./dom.js";
import { keyOf } from "./keys.js";

/** The types, each with its key. */
export function palette(types, panel) {
  const chips = [...types.values()].map((type, place) => {
    const key = keyOf(place);
    return button(
      [key ? element("kbd", {}, key.toUpperCase()) : "", named(type.name)],
      () => panel.giveType(type.number),
      {
        class: "chip",
        color: type.color,
        title: type.description || null,
        "aria-label": type.name,
        "aria-pressed": String(panel.sticky === type.number),
        "aria-keyshortcuts": key,
      },
    );
  });
  return element(
    "div",
    { class: panel.text.subject ? "palette asking" : "palette", role: "group", "aria-label": "Types: give one to what is picked" },
    chips,
    button(["Add a type ", element("kbd", {}, "N")], () => panel.studio.go("types", "new-name"), { class: "chip add", "aria-keyshortcuts": "n" }),
  );
}

/** The entities as a list that can be gone through without seeing the text. */
export function foundList(text, types) {
  return element("ul", { class: "found", "aria-label": "Entities of this text" }, text.entities.map((entity, place) => {
    const words = text.quote(entity);
    const choice = element(
      "select",
      { "aria-label": `Type of ${words}`, onchange: () => text.mark(entity, Number(choice.value)) },
      [...types.values()].map((type) => element("option", { value: String(type.number) }, type.name)),
    );
    choice.value = String(entity.type);
    return element(
      "li",
      { color: types.get(entity.type)?.color, "aria-current": place === text.chosen ? "true" : null },
      button(named(words), () => text.choose(place), { class: "what", "aria-label": `Choose ${words}` }),
      choice,
      sureness(entity),
      button("×", () => text.reject(place), { class: "round plain", "aria-label": `Take away ${words}` }),
    );
  }));
}

function sureness(entity) {
  if (!entity.suggested) return element("span", { class: "sure" }, "yours");
  const share = Math.round(100 * entity.score);
  return element(
    "span",
    { class: "sure" },
    `${share}% sure`,
    element("meter", { min: "0", max: "1", value: entity.score, "aria-label": `The suggestion is ${share} percent sure` }),
  );
}
