// Offsets of the studio count characters (code points); strings of JavaScript and the DOM count UTF-16 units.

/** A text whose characters can be counted. */
export class Characters {
  constructor(text) {
    this.text = text;
    // Of character number i, its first unit; null where both counts are one.
    this.units = /[\ud800-\udbff][\udc00-\udfff]/.test(text) ? unitsOf(text) : null;
    this.length = this.units ? this.units.length - 1 : text.length;
  }

  /** The unit with which a character begins. */
  unit(character) {
    return this.units ? this.units[character] : character;
  }

  /** The character to which a unit belongs. */
  character(unit) {
    if (!this.units) return unit;
    let low = 0;
    let high = this.units.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.units[middle] <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  slice(start, end) {
    return this.text.slice(this.unit(start), this.unit(end));
  }
}

function unitsOf(text) {
  const units = [];
  let unit = 0;
  for (const character of text) {
    units.push(unit);
    unit += character.length;
  }
  units.push(unit);
  return Int32Array.from(units);
}

/** The words of a text, as the encoder reads them. */
export class Words {
  /** @param {number[]} flat start and end of each, one after another */
  constructor(flat) {
    this.flat = flat;
    this.length = flat.length / 2;
  }

  start(word) {
    return this.flat[2 * word];
  }

  end(word) {
    return this.flat[2 * word + 1];
  }

  /** The word at a character, or the next one behind it; the last one at the end. */
  at(character) {
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end(middle) > character) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The whole words that a stretch of characters touches; null where it touches none. */
  around(start, end) {
    if (!this.length) return null;
    const first = this.at(start);
    let last = first;
    while (last + 1 < this.length && this.start(last + 1) < end) last += 1;
    const [from, to] = [this.start(first), this.end(last)];
    return from < Math.max(end, start + 1) && to > start ? { start: from, end: to } : null;
  }
}
