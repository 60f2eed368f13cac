// The panel in which texts are labelled, one at a time.

import { get, post } from "./api.js";
import { button, count, element, say, show } from "./dom.js";
import { Draft, withEntity } from "./draft.js";
import { foundList, palette } from "./label_parts.js";
import { actionOf } from "./keys.js";
import { Characters, Words } from "./offsets.js";
import { selectedCharacters, showText } from "./text_view.js";
import { sittingFigures } from "./score.js";
import { welcome } from "./welcome.js";

/** The open text, what is marked in it, and what keys and pointer do to that. */
export class LabelPanel {
  constructor(studio) {
    this.studio = studio;
    this.item = null;
    this.picked = null;
    this.chosen = -1;
    this.sticky = null;
    this.box = element("div", {
      class: "text",
      id: "text",
      tabindex: "0",
      role: "group",
      dir: "auto",
      translate: "no",
      spellcheck: "false",
      onclick: (event) => this.clicked(event),
    });
    document.addEventListener("selectionchange", () => this.selectionChanged());
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  // What is shown

  open(view) {
    this.view = view;
    if (this.item === null && this.studio.types.size) this.next();
    this.draw();
  }

  close() {
    this.view = null;
  }

  /** Take what the server gives: a text, or that there is none left. */
  take(item) {
    this.item = item;
    this.picked = null;
    this.chosen = -1;
    if (item.number === null) {
      this.draft = null;
      say("There is no text left.");
    } else {
      this.characters = new Characters(item.text);
      this.words = new Words(item.words);
      this.draft = new Draft(this.studio.draftKey, item);
      this.chosen = this.draft.entities.findIndex((entity) => entity.suggested);
      say(`Text ${item.number}. ${count(this.draft.entities.length, "suggestion")}. ${item.text.slice(0, 400)}`);
    }
    this.draw();
    if (this.view) {
      this.box.scrollTop = 0;
      this.box.focus({ preventScroll: true });
    }
  }

  draw() {
    if (!this.view) return;
    if (!this.studio.types.size) {
      show(this.view, welcome(this.studio, () => this.next()));
      this.view.querySelector("input").focus();
      return;
    }
    if (!this.item) {
      show(this.view, element("div", { class: "card empty" }, "The first text is on its way."));
      return;
    }
    if (this.item.number === null) {
      show(this.view, this.finished());
      return;
    }
    const { types, state } = this.studio;
    this.box.setAttribute("aria-label", `Text ${this.item.number}: ${this.item.text.slice(0, 1000)}`);
    showText(this.box, this.characters, this.draft.entities, types, this.picked, this.chosen);
    const main = element(
      "section",
      { class: "card", "aria-label": "The text" },
      palette(types, this),
      element(
        "p",
        { class: "about" },
        element("span", {}, `Text ${this.item.number.toLocaleString("en")} of ${state.counts.texts.toLocaleString("en")}`),
        element("span", {}, this.item.why),
        this.item.held_out ? element("span", { class: "flag" }, "set aside to measure on") : null,
        this.draft.touched ? element("span", {}, "not saved yet") : null,
      ),
      this.box,
      foundList(this.draft.entities, types, this.characters, this),
      element(
        "div",
        { class: "actions" },
        button("", () => this.accept(), { class: "main", id: "accept", "aria-keyshortcuts": "Enter" }),
        button("", () => this.skip(), { id: "skip", "aria-keyshortcuts": "s" }),
        button("", () => this.reject(), { id: "reject", "aria-keyshortcuts": "x" }),
      ),
    );
    main.querySelector("#accept").append("Accept and go on ", element("kbd", {}, "Enter"));
    main.querySelector("#skip").append("Skip ", element("kbd", {}, "S"));
    main.querySelector("#reject").append("Reject ", element("kbd", {}, "X"));
    const hadFocus = document.activeElement === this.box;
    const scrolled = this.box.scrollTop;
    show(this.view, element("div", { class: "sitting" }, main, sittingFigures(state, types)));
    this.box.scrollTop = scrolled;
    if (hadFocus) this.box.focus({ preventScroll: true });
    this.box.querySelector(".chosen, .picked")?.scrollIntoView({ block: "nearest" });
  }

  finished() {
    const { counts } = this.studio.state;
    return element(
      "div",
      { class: "card empty" },
      element("strong", {}, "There is no text left for you."),
      element("p", {}, `${count(counts.labelled, "text")} labelled, ${counts.skipped.toLocaleString("en")} skipped.`),
      button("Train and export", () => this.studio.go("export"), { class: "main" }),
    );
  }

  /** The server has news: suggestions for the text that is open, perhaps. */
  async refresh() {
    if (!this.studio.types.size || !this.view) return;
    if (this.item === null) {
      await this.next();
    } else if (this.item.number !== null && !this.item.ready && !this.draft.touched && this.studio.canSuggest) {
      const item = await get(`/api/texts/${this.item.number}`);
      if (item.ready && item.number === this.item.number && !this.draft.touched) this.take(item);
    }
  }

  // What is done

  async next() {
    const answer = await this.studio.act(() => post("/api/next"));
    if (answer) this.take(answer.item);
  }

  async accept() {
    await this.finish("accept", { labels: this.draft.labels, key_presses: this.draft.presses });
  }

  async skip() {
    await this.finish("skip", {});
  }

  async finish(verb, body) {
    const draft = this.draft;
    const answer = await this.studio.act(() => post(`/api/texts/${draft.number}/${verb}`, body));
    if (!answer) return;
    draft.drop();
    this.take(answer.item);
  }

  /** Take one step back: here, or on the server. */
  async undo() {
    if (this.view && this.draft?.undo()) {
      this.chosen = -1;
      this.picked = null;
      say("Undone.");
      this.draw();
      return;
    }
    const answer = await this.studio.act(() => post("/api/undo"));
    if (!answer) return;
    if (answer.undone === null) this.studio.tell("There is nothing to undo.");
    else this.studio.tell(`Undone: ${answer.undone}.`);
    if (answer.item) {
      this.draft?.drop();
      this.take(answer.item);
    } else if (this.item?.number) {
      this.take(await get(`/api/texts/${this.item.number}`));
    }
  }

  /** Give what is picked, or the entity that is chosen, a type; without either, the type of what is picked next. */
  giveType(type) {
    if (this.picked) {
      this.mark(this.picked.start, this.picked.end, type);
    } else if (this.chosen >= 0) {
      const entity = this.draft.entities[this.chosen];
      this.mark(entity.start, entity.end, type);
    } else {
      this.sticky = this.sticky === type ? null : type;
      say(this.sticky === null ? "No type is chosen." : `${this.studio.types.get(type).name}: for what is picked next.`);
      this.draw();
    }
  }

  mark(start, end, type) {
    const entity = { start, end, type, score: null, suggested: false };
    const { entities, refusal } = withEntity(this.draft.entities, entity, this.studio.state.settings.nested);
    const words = this.characters.slice(start, end);
    if (refusal) {
      const other = `“${this.characters.slice(refusal.start, refusal.end)}” (${this.studio.types.get(refusal.type)?.name})`;
      this.studio.tell(`“${words}” overlaps ${other}: take that away first, or allow entities in entities in the settings.`);
      return;
    }
    this.draft.change(entities);
    this.picked = null;
    this.chosen = this.draft.entities.findIndex((one) => one.start === start && one.end === end && one.type === type);
    getSelection().removeAllRanges();
    say(`${words}: ${this.studio.types.get(type).name}.`);
    this.draw();
  }

  /** Take an entity away: that of a place, the chosen one, or the first suggestion. */
  reject(place = this.chosen) {
    const { entities } = this.draft;
    if (place < 0) place = entities.findIndex((entity) => entity.suggested);
    if (place < 0) {
      this.studio.tell("Nothing is chosen: ↑ and ↓ choose an entity.");
      return;
    }
    const gone = entities[place];
    this.draft.change(entities.filter((_, other) => other !== place));
    this.picked = null;
    this.chosen = this.draft.entities.findIndex((entity) => entity.suggested && entity.start >= gone.start);
    say(`${this.characters.slice(gone.start, gone.end)} is no ${this.studio.types.get(gone.type)?.name}.`);
    this.draw();
  }

  choose(place) {
    this.chosen = place;
    this.picked = null;
    const entity = this.draft.entities[place];
    if (entity) {
      const sure = entity.suggested ? `, suggested, ${Math.round(100 * entity.score)} percent` : "";
      say(`${this.characters.slice(entity.start, entity.end)}: ${this.studio.types.get(entity.type)?.name}${sure}.`);
    }
    this.draw();
  }

  pick(stretch) {
    this.picked = stretch;
    this.chosen = -1;
    if (stretch) {
      if (this.sticky !== null) {
        this.mark(stretch.start, stretch.end, this.sticky);
        return;
      }
      say(`${this.characters.slice(stretch.start, stretch.end)} is picked.`);
    }
    this.draw();
  }

  // Keys

  pressed(event) {
    if (!this.view || !this.item || this.item.number === null || !this.studio.types.size) return;
    const action = actionOf(event);
    if (!action || this.studio.busy || this.studio.paused) return;
    event.preventDefault();
    this.draft.presses += 1;
    if (action.name === "accept") this.accept();
    else if (action.name === "skip") this.skip();
    else if (action.name === "reject") this.reject();
    else if (action.name === "add") this.studio.go("types", "new-name");
    else if (action.name === "move") this.move(action.by, action.extend);
    else if (action.name === "stretch") this.stretch(action.by);
    else if (action.name === "choose") this.chooseNext(action.by);
    else if (action.name === "release") this.release();
    else if (action.name === "type") this.typeAt(action.place);
  }

  typeAt(place) {
    const type = [...this.studio.types.keys()][place];
    if (type !== undefined) this.giveType(type);
  }

  release() {
    if (this.picked || this.chosen >= 0 || this.sticky !== null) {
      this.sticky = null;
      this.choose(-1);
    } else {
      document.querySelector("[role=tab][aria-selected=true]").focus();
    }
  }

  chooseNext(by) {
    const { length } = this.draft.entities;
    if (!length) return;
    this.choose(this.chosen < 0 ? (by > 0 ? 0 : length - 1) : (this.chosen + by + length) % length);
  }

  move(by, extend) {
    if (!this.words.length) return;
    if (getComputedStyle(this.box).direction === "rtl") by = -by;
    const from = this.picked ?? this.draft.entities[this.chosen] ?? null;
    const last = this.words.length - 1;
    if (!from) {
      const word = by > 0 ? 0 : last;
      this.pick({ start: this.words.start(word), end: this.words.end(word), anchor: word });
      return;
    }
    const anchor = from.anchor ?? this.words.at(from.start);
    const first = this.words.at(from.start);
    const final = this.words.at(from.end - 1);
    if (!extend) {
      const word = Math.min(last, Math.max(0, by > 0 ? (from.anchor === undefined ? first : final) + by : first + by));
      this.pick({ start: this.words.start(word), end: this.words.end(word), anchor: word });
      return;
    }
    const edge = Math.min(last, Math.max(0, (first < anchor ? first : final) + by));
    const [low, high] = [Math.min(anchor, edge), Math.max(anchor, edge)];
    const sticky = this.sticky;
    this.sticky = null; // more may follow
    this.pick({ start: this.words.start(low), end: this.words.end(high), anchor });
    this.sticky = sticky;
  }

  stretch(by) {
    const from = this.picked ?? this.draft.entities[this.chosen];
    if (!from) return;
    const end = Math.min(this.characters.length, Math.max(from.start + 1, from.end + by));
    this.picked = { ...from, end };
    this.chosen = -1;
    say(this.characters.slice(from.start, end));
    this.draw();
  }

  // Mouse and fingers

  clicked(event) {
    if (!this.item?.text || this.studio.busy) return;
    this.draft.presses += 1;
    const stretch = selectedCharacters(this.box, this.characters);
    if (!stretch) return;
    if (stretch.start < stretch.end) {
      // With Alt, exactly what is selected; without, whole words.
      const exact = event.altKey ? this.withoutBlanks(stretch) : this.words.around(stretch.start, stretch.end);
      getSelection().removeAllRanges();
      this.pick(exact);
      return;
    }
    const at = stretch.start;
    const inside = this.draft.entities
      .map((entity, place) => ({ ...entity, place }))
      .filter((entity) => entity.start <= at && at < entity.end)
      .sort((one, other) => one.end - one.start - (other.end - other.start));
    if (inside.length && this.chosen !== inside[0].place) {
      this.choose(inside[0].place);
      return;
    }
    const word = this.words.around(at, at + 1);
    if (word && this.picked && event.shiftKey) {
      this.pick({ start: Math.min(word.start, this.picked.start), end: Math.max(word.end, this.picked.end) });
    } else {
      this.pick(word);
    }
  }

  /** Fingers select with handles, and nothing tells when they are done. */
  selectionChanged() {
    clearTimeout(this.settling);
    if (!this.view || !this.item?.text || !matchMedia("(pointer: coarse)").matches) return;
    this.settling = setTimeout(() => {
      const stretch = selectedCharacters(this.box, this.characters);
      if (stretch && stretch.start < stretch.end) this.pick(this.words.around(stretch.start, stretch.end));
    }, 600);
  }

  withoutBlanks({ start, end }) {
    while (start < end && !this.characters.slice(start, start + 1).trim()) start += 1;
    while (start < end && !this.characters.slice(end - 1, end).trim()) end -= 1;
    return start < end ? { start, end } : null;
  }
}

