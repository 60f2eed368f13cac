// The text that is open: what is marked in it, what is picked, and what becomes of both.

import { count } from "./dom.js";
import { Draft, withEntity } from "./draft.js";
import { Characters, Words } from "./offsets.js";
import { moved } from "./picking.js";

export class OpenText {
  /**
   * @param {Object} item what the server gave
   * @param {Studio} studio
   * @param {function(string=)} changed called after each change, with what to say about it
   */
  constructor(item, studio, changed) {
    this.item = item;
    this.studio = studio;
    this.changed = changed;
    this.characters = new Characters(item.text);
    this.words = new Words(item.words);
    this.draft = new Draft(studio.draftKey, item);
    this.picked = null;
    this.chosen = this.entities.findIndex((entity) => entity.suggested);
  }

  get number() {
    return this.item.number;
  }

  get entities() {
    return this.draft.entities;
  }

  /** What keys are about: the stretch that is picked, or the entity that is chosen. */
  get subject() {
    return this.picked ?? this.entities[this.chosen] ?? null;
  }

  quote(entity) {
    return this.characters.slice(entity.start, entity.end);
  }

  nameOf(type) {
    return this.studio.types.get(type)?.name ?? "?";
  }

  describe() {
    return `Text ${this.number}. ${count(this.entities.length, "suggestion")}. ${this.item.text.slice(0, 400)}`;
  }

  choose(place) {
    this.chosen = place;
    this.picked = null;
    const entity = this.entities[place];
    const sure = entity?.suggested ? `, suggested, ${Math.round(100 * entity.score)} percent` : "";
    this.changed(entity ? `${this.quote(entity)}: ${this.nameOf(entity.type)}${sure}.` : undefined);
  }

  chooseNext(by) {
    const { length } = this.entities;
    if (length) this.choose(this.chosen < 0 ? (by > 0 ? 0 : length - 1) : (this.chosen + by + length) % length);
  }

  pick(stretch) {
    this.picked = stretch;
    this.chosen = -1;
    this.changed(stretch ? `${this.quote(stretch)} is picked.` : undefined);
  }

  /** Pick the word before or behind, or one more. */
  move(by, extend) {
    const stretch = moved(this.subject, this.words, by, extend);
    if (stretch) this.pick(stretch);
  }

  /** Move the end of what is picked by a character. */
  stretch(by) {
    if (!this.subject) return;
    const { start, end } = this.subject;
    this.pick({ start, end: Math.min(this.characters.length, Math.max(start + 1, end + by)) });
  }

  /** Make an entity of a stretch, or give one that is there another type. */
  mark({ start, end }, type) {
    const entity = { start, end, type, score: null, suggested: false };
    const { entities, refusal } = withEntity(this.entities, entity, this.studio.state.settings.nested);
    if (refusal) {
      this.studio.tell(
        `“${this.quote(entity)}” overlaps “${this.quote(refusal)}” (${this.nameOf(refusal.type)}): `
        + "take that away first, or allow entities in entities in the settings.",
      );
      return;
    }
    this.draft.change(entities);
    this.picked = null;
    this.chosen = this.entities.findIndex((one) => one.start === start && one.end === end && one.type === type);
    this.changed(`${this.quote(entity)}: ${this.nameOf(type)}.`);
  }

  /** Take an entity away: that of a place, the chosen one, or the first suggestion. */
  reject(place = this.chosen) {
    if (place < 0) place = this.entities.findIndex((entity) => entity.suggested);
    if (place < 0) {
      this.studio.tell("Nothing is chosen: ↑ and ↓ choose an entity.");
      return;
    }
    const gone = this.entities[place];
    this.draft.change(this.entities.filter((_, other) => other !== place));
    this.picked = null;
    this.chosen = this.entities.findIndex((entity) => entity.suggested && entity.start >= gone.start);
    this.changed(`${this.quote(gone)} is no ${this.nameOf(gone.type)}.`);
  }

  /** Take back what was marked last; tells whether there was something. */
  undo() {
    if (!this.draft.undo()) return false;
    this.picked = null;
    this.chosen = -1;
    this.changed("Undone.");
    return true;
  }
}
