// A text with its entities, as spans whose text together is exactly the text: offsets can be read off the page.

import { element } from "./dom.js";

// What has no shape of its own, or steers what stands beside it. Joiners belong to the words around them.
const INVISIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
const MOST_SHOWN = 2000;

/**
 * Show a text.
 * @param {Element} box where
 * @param {Characters} characters the text
 * @param {Array} entities each {start, end, type, score, suggested}
 * @param {Map} types number -> {name, color}
 * @param {{start: number, end: number}|null} picked the stretch that is to get a type
 * @param {number} chosen place of the entity that keys change, or -1
 */
export function showText(box, characters, entities, types, picked, chosen) {
  const cuts = new Set([0, characters.length]);
  for (const { start, end } of entities) cuts.add(start).add(end);
  if (picked) cuts.add(picked.start).add(picked.end);
  const sorted = [...cuts].sort((one, other) => one - other);
  const pieces = [];
  for (let i = 0; i + 1 < sorted.length; i += 1) {
    const [start, end] = [sorted[i], sorted[i + 1]];
    const around = entities
      .map((entity, place) => ({ ...entity, place }))
      .filter((entity) => entity.start <= start && end <= entity.end)
      .sort((one, other) => one.end - one.start - (other.end - other.start));
    const isPicked = picked && picked.start <= start && end <= picked.end;
    if (!around.length && !isPicked) {
      pieces.push(...visible(characters.slice(start, end)));
      continue;
    }
    pieces.push(piece(characters.slice(start, end), start, end, around, types, isPicked, chosen));
  }
  box.replaceChildren(...pieces);
}

function piece(text, start, end, around, types, isPicked, chosen) {
  const names = [];
  if (around.length) {
    const inner = around[0];
    names.push("in");
    if (inner.suggested) names.push("suggested");
    if (around.length > 1) names.push("deep");
    if (around.some((entity) => entity.start === start)) names.push("first");
    if (around.some((entity) => entity.end === end)) names.push("last");
    if (around.some((entity) => entity.place === chosen)) names.push("chosen");
  }
  if (isPicked) names.push("picked");
  const ending = around.filter((entity) => entity.end === end);
  const made = element("span", {
    class: names.join(" "),
    color: around.length ? types.get(around[0].type)?.color : null,
    "data-tag": ending.length ? ending.map((entity) => tagOf(entity, types)).join(" · ") : null,
  });
  made.append(...visible(text));
  return made;
}

function tagOf(entity, types) {
  const name = types.get(entity.type)?.name ?? "?";
  // Inside of a picture of text, nothing may turn the writing of what follows.
  const shown = name.replace(INVISIBLE, "\ufffd");
  return entity.suggested && entity.score !== null ? `${shown} ${Math.round(100 * entity.score)}%` : shown;
}

/** Cut a text so that characters that nobody sees are followed by their number. */
function visible(text) {
  const found = [...text.matchAll(INVISIBLE)];
  if (!found.length || found.length > MOST_SHOWN) return [text];
  const pieces = [];
  let behind = 0;
  for (const match of found) {
    pieces.push(text.slice(behind, match.index));
    const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    pieces.push(element("span", { class: "invisible", "data-code": `U+${code}` }, match[0]));
    behind = match.index + match[0].length;
  }
  pieces.push(text.slice(behind));
  return pieces.filter(Boolean);
}

/**
 * Tell which characters are selected with the mouse or a finger.
 * @returns {{start: number, end: number}|null} null where nothing of the text is
 */
export function selectedCharacters(box, characters) {
  const selection = getSelection();
  if (!selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!box.contains(range.startContainer) || !box.contains(range.endContainer)) return null;
  const start = characters.character(unitAt(box, range.startContainer, range.startOffset));
  const end = characters.character(unitAt(box, range.endContainer, range.endOffset));
  return { start, end };
}

function unitAt(box, node, offset) {
  const before = document.createRange();
  before.setStart(box, 0);
  before.setEnd(node, offset);
  return before.toString().length;
}
