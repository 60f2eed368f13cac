// What is marked in the text that is open, before it is saved. It outlives a reload of the page.

/** The entities of an open text, and the steps that led to them. */
export class Draft {
  /**
   * @param {string} key of the project and its annotator, under which the browser keeps it
   * @param {Object} item what the server gave
   */
  constructor(key, item) {
    this.key = key;
    this.number = item.number;
    this.entities = item.entities;
    this.past = [];
    this.presses = 0;
    const kept = read(key);
    if (kept?.number === item.number) {
      this.entities = kept.entities;
      this.past = kept.past;
      this.presses = kept.presses;
    }
  }

  get touched() {
    return this.past.length > 0;
  }

  /** Put other entities in the place of those that are there. */
  change(entities) {
    this.past.push(this.entities);
    this.entities = [...entities].sort((one, other) => one.start - other.start || other.end - one.end);
    this.keep();
  }

  /** Take the last step back; tells whether there was one. */
  undo() {
    if (!this.past.length) return false;
    this.entities = this.past.pop();
    this.keep();
    return true;
  }

  keep() {
    const { number, entities, past, presses } = this;
    try {
      localStorage.setItem(this.key, JSON.stringify({ number, entities, past, presses }));
    } catch {
      // The browser keeps nothing, or no more: then a reload costs what is not saved.
    }
  }

  drop() {
    localStorage.removeItem(this.key);
  }

  /** What the server is to save. */
  get labels() {
    return this.entities.map(({ start, end, type, suggested }) => ({ start, end, type, suggested }));
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/**
 * Add an entity to others.
 * @returns {{entities: Array}|{refusal: Object}} all entities, or the one that is in the way
 */
export function withEntity(entities, entity, nested) {
  const kept = [];
  for (const other of entities) {
    const same = other.start === entity.start && other.end === entity.end;
    const apart = other.end <= entity.start || entity.end <= other.start;
    const within =
      (other.start <= entity.start && entity.end <= other.end) ||
      (entity.start <= other.start && other.end <= entity.end);
    if (same || (!apart && other.suggested && !(nested && within))) continue;
    if (!apart && !(nested && within)) return { refusal: other };
    kept.push(other);
  }
  return { entities: [...kept, entity] };
}
