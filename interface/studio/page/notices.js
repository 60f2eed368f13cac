// What is said above the panels until it is no longer so.

import { button, element, say } from "./dom.js";

const SHORT = 7000;
const shown = new Map();
let fading = 0;

/**
 * Say something that stays.
 * @param {string} key what it is about; the next notice about that takes its place
 * @param {string|null} sentence null takes it away
 * @param {{bad?: boolean, action?: string, onclick?: Function}} how
 */
export function notice(key, sentence, how = {}) {
  if (shown.get(key)?.sentence === sentence) return;
  shown.get(key)?.box.remove();
  shown.delete(key);
  if (sentence === null) return;
  const box = element(
    "div",
    { class: how.bad ? "notice bad" : "notice", id: `notice-${key}` },
    element("p", {}, how.bad ? element("strong", {}, sentence) : sentence),
    how.action ? button(how.action, how.onclick) : null,
  );
  shown.set(key, { sentence, box });
  document.getElementById("notices").append(box);
}

/** Say something that is soon over. */
export function tell(sentence) {
  clearTimeout(fading);
  notice("told", null);
  notice("told", sentence);
  say(sentence);
  fading = setTimeout(() => notice("told", null), SHORT);
}
