// Which key does what while a text is labelled.

const OF_TYPES = "123456789abcdefghijklmopqrtuvwy";

export const HELP = [
  ["Enter", "accept what is shown and go on"],
  ["1 – 9, letters", "give the picked words, or the chosen entity, a type"],
  ["← →", "pick a word; with Shift, more words"],
  [", .", "move the end of what is picked by a character"],
  ["↑ ↓", "choose another entity"],
  ["X", "reject the chosen entity, or the next suggestion"],
  ["S", "skip the text"],
  ["Z", "undo; once more, what was before"],
  ["N", "name another type"],
  ["Esc", "let go of what is picked; then to the panels"],
  ["?", "these keys"],
];

/** Give types keys, as far as there are any. */
export function keyOf(place) {
  return OF_TYPES[place] ?? null;
}

/** Tell which action a key stands for; null where the browser, or a control, has it. */
export function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return null;
  const inControl = event.target.closest("input, select, textarea, dialog");
  if (inControl || document.querySelector("dialog[open]")) return null;
  const onButton = event.target.closest("button, a, [role=tab]");
  if (onButton && ["Enter", " ", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(event.key)) return null;
  switch (event.key) {
    case "Enter": return { name: "accept" };
    case "ArrowLeft": return { name: "move", by: -1, extend: event.shiftKey };
    case "ArrowRight": return { name: "move", by: 1, extend: event.shiftKey };
    case "ArrowUp": return { name: "choose", by: -1 };
    case "ArrowDown": return { name: "choose", by: 1 };
    case ",": return { name: "stretch", by: -1 };
    case ".": return { name: "stretch", by: 1 };
    case "Delete":
    case "Backspace": return { name: "reject" };
    case "Escape": return { name: "release" };
    default:
  }
  const key = event.key.toLowerCase();
  if (key === "x") return { name: "reject" };
  if (key === "s") return { name: "skip" };
  if (key === "n") return { name: "add" };
  const place = key.length === 1 ? OF_TYPES.indexOf(key) : -1;
  return place < 0 ? null : { name: "type", place };
}
