// Which stretch of a text is picked next.

/**
 * Go on by a word.
 * @param {{start: number, end: number, anchor?: number}|null} from what is picked now; the anchor is the word that stays when
 *   more are picked
 * @param {Words} words
 * @param {number} by 1 or -1
 * @param {boolean} extend whether what is picked grows or shrinks, and does not move
 */
export function moved(from, words, by, extend) {
  const last = words.length - 1;
  if (last < 0) return null;
  if (!from) return stretchOf(words, by > 0 ? 0 : last);
  const first = words.at(from.start);
  const final = words.at(from.end - 1);
  if (!extend) return stretchOf(words, bounded((by > 0 ? final : first) + by, last));
  const anchor = from.anchor ?? first;
  const edge = bounded((first < anchor ? first : final) + by, last);
  return { ...stretchOf(words, Math.min(anchor, edge), Math.max(anchor, edge)), anchor };
}

function bounded(word, last) {
  return Math.min(last, Math.max(0, word));
}

function stretchOf(words, first, final = first) {
  return { start: words.start(first), end: words.end(final), anchor: first };
}

/** Leave out the blanks around a stretch; null if nothing is left. */
export function trimmed({ start, end }, characters) {
  while (start < end && !characters.slice(start, start + 1).trim()) start += 1;
  while (start < end && !characters.slice(end - 1, end).trim()) end -= 1;
  return start < end ? { start, end } : null;
}

/** The place of the shortest entity around a character; -1 if there is none. */
export function innermost(entities, character) {
  let found = -1;
  entities.forEach(({ start, end }, place) => {
    if (character < start || end <= character) return;
    if (found < 0 || end - start < entities[found].end - entities[found].start) found = place;
  });
  return found;
}
