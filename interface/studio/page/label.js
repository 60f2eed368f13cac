// The panel in which texts are labelled, one at a time.

import { get, post } from "./api.js";
import { button, count, element, say, show } from "./dom.js";
import { actionOf } from "./keys.js";
import { foundList, palette } from "./label_parts.js";
import { OpenText } from "./open_text.js";
import { innermost, trimmed } from "./picking.js";
import { sittingFigures } from "./score.js";
import { selectedCharacters, showText } from "./text_view.js";
import { tellKnowledge, welcome } from "./welcome.js";

const FINGER_SECONDS = 0.6;

/** What is shown, and what keys, mouse and the server do to the text that is open. */
export class LabelPanel {
  constructor(studio) {
    this.studio = studio;
    this.item = null; // what the server gave last; its number is null where no text is left
    this.text = null;
    this.sticky = null; // the type of whatever is picked next
    this.box = element("div", {
      class: "text", id: "text", tabindex: "0", role: "group", dir: "auto", translate: "no",
      onclick: (event) => this.clicked(event),
    });
    document.addEventListener("selectionchange", () => this.selectionChanged());
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  open(view) {
    this.view = view;
    this.welcoming = false;
    if (this.item === null && this.studio.types.size) this.next();
    this.draw();
  }

  close() {
    this.view = null;
  }

  /** Take what the server gives: a text, or that there is none left. */
  take(item) {
    this.item = item;
    this.text = item.number === null ? null : new OpenText(item, this.studio, (sentence) => this.changed(sentence));
    say(this.text?.describe() ?? "There is no text left.");
    this.draw();
    if (!this.view) return;
    this.box.scrollTop = 0;
    this.box.focus({ preventScroll: true });
  }

  changed(sentence) {
    if (this.text.picked && this.sticky !== null && !this.extending) {
      this.text.mark(this.text.picked, this.sticky);
      return;
    }
    if (sentence) say(sentence);
    this.draw();
  }

  // What is shown

  draw() {
    if (!this.view) return;
    if (!this.studio.types.size && !this.welcoming) {
      this.welcoming = true;
      show(this.view, welcome(this.studio, () => this.begin()));
      this.view.querySelector("input").focus();
    } else if (this.welcoming) {
      // Until all types that come to mind are named.
    } else if (this.text) {
      const hadFocus = this.view.contains(document.activeElement);
      const scrolled = this.box.scrollTop;
      show(this.view, element("div", { class: "sitting" }, this.card(), sittingFigures(this.studio)));
      this.box.scrollTop = scrolled;
      if (hadFocus) this.box.focus({ preventScroll: true });
      this.box.querySelector(".chosen, .picked")?.scrollIntoView({ block: "nearest" });
    } else {
      show(this.view, this.item ? this.finished() : element("div", { class: "card empty" }, "The first text is on its way."));
    }
  }

  card() {
    const { types, state } = this.studio;
    const { text, item } = this;
    this.box.setAttribute("aria-label", `Text ${item.number}: ${item.text.slice(0, 1000)}`);
    showText(this.box, text.characters, text.entities, types, text.picked, text.chosen);
    const about = [
      element("span", {}, `Text ${item.number.toLocaleString("en")} of ${state.counts.texts.toLocaleString("en")}`),
      item.why ? element("span", {}, item.why) : null,
      item.held_out ? element("span", { class: "flag" }, "set aside to measure on") : null,
      text.draft.touched ? element("span", {}, "not saved yet") : null,
    ];
    return element(
      "section",
      { class: "card", "aria-label": "The text" },
      palette(types, this),
      element("p", { class: "about" }, about),
      this.box,
      foundList(text, types),
      element(
        "div",
        { class: "actions" },
        button(["Accept and go on ", element("kbd", {}, "Enter")], () => this.accept(), { class: "main", id: "accept", "aria-keyshortcuts": "Enter" }),
        button(["Skip ", element("kbd", {}, "S")], () => this.skip(), { id: "skip", "aria-keyshortcuts": "s" }),
        button(["Reject ", element("kbd", {}, "X")], () => this.text.reject(), { id: "reject", "aria-keyshortcuts": "x" }),
      ),
    );
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
    if (this.welcoming) tellKnowledge(this.studio);
    if (!this.studio.types.size || !this.view || this.welcoming || this.refreshing) return;
    this.refreshing = true;
    if (this.item === null) await this.next();
    else if (this.text && !this.item.ready && !this.text.draft.touched && this.studio.state.learner.ready) await this.reread();
    this.refreshing = false;
  }

  /** What is suggested, or marked, may have changed. */
  async reread() {
    if (!this.text) return;
    const { types } = this.studio;
    if (this.text.draft.touched && this.text.entities.every((entity) => types.has(entity.type))) {
      this.draw();
      return;
    }
    const { number } = this.text;
    const item = await this.studio.act(() => get(`/api/texts/${number}`), { quiet: true });
    if (!item || this.text?.number !== number) return;
    this.text.draft.drop();
    this.take(item);
  }

  /** The text that is open and has not been answered before. */
  get openNumber() {
    return this.text && !this.item.answered ? this.item.number : null;
  }

  takenByAnother() {
    if (this.text?.draft.touched) return; // then it is a second opinion
    this.studio.tell(`While you were away, somebody else got text ${this.item.number}: here is another one.`);
    this.next();
  }

  forget() {
    this.item = null;
    this.text = null;
  }

  // What is done

  begin() {
    this.welcoming = false;
    this.draw();
    return this.next();
  }

  async next() {
    const answer = await this.studio.act(() => post("/api/next", { order: this.studio.order }));
    if (answer) this.take(answer.item);
  }

  async accept() {
    await this.finish("accept", { labels: this.text.draft.labels, key_presses: this.text.draft.presses });
  }

  async skip() {
    await this.finish("skip", {});
  }

  async finish(verb, body) {
    const { number, draft } = this.text;
    const answer = await this.studio.act(() => post(`/api/texts/${number}/${verb}`, { ...body, order: this.studio.order }));
    if (!answer) return;
    draft.drop();
    this.take(answer.item);
  }

  /** Take one step back: here, or on the server. */
  async undo() {
    if (this.view && this.text?.undo()) return;
    const { undo } = this.studio.state;
    if (!undo) {
      this.studio.tell("There is nothing to undo.");
      return;
    }
    const answer = await this.studio.act(() => post("/api/undo", { operation: undo.number }));
    if (!answer) return;
    this.studio.tell(`Undone: you ${undo.summary}.`);
    if (answer.item) {
      this.text?.draft.drop();
      if (!this.view) this.studio.go("label");
      this.take(answer.item);
    } else {
      await this.reread();
      this.studio.redraw();
    }
  }

  /** Give what is picked or chosen a type; without either, whatever is picked next. */
  giveType(type) {
    if (this.text.subject) {
      this.text.mark(this.text.subject, type);
      return;
    }
    this.sticky = this.sticky === type ? null : type;
    say(this.sticky === null ? "No type is held." : `${this.studio.types.get(type).name}: for what is picked next.`);
    this.draw();
  }

  // Keys, mouse and fingers

  pressed(event) {
    if (!this.view || !this.text || !this.studio.types.size) return;
    const action = actionOf(event);
    if (!action || this.studio.busy || this.studio.paused) return;
    event.preventDefault();
    this.text.draft.presses += 1;
    this.extending = action.extend || action.name === "stretch";
    this.do(action);
    this.extending = false;
  }

  do(action) {
    switch (action.name) {
      case "accept": return this.accept();
      case "skip": return this.skip();
      case "reject": return this.text.reject();
      case "add": return this.studio.go("types", "new-name");
      case "move": return this.text.move(getComputedStyle(this.box).direction === "rtl" ? -action.by : action.by, action.extend);
      case "stretch": return this.text.stretch(action.by);
      case "choose": return this.text.chooseNext(action.by);
      case "release": return this.release();
      default: {
        const type = [...this.studio.types.keys()][action.place];
        return type === undefined ? undefined : this.giveType(type);
      }
    }
  }

  release() {
    if (this.text.subject || this.sticky !== null) {
      this.sticky = null;
      this.text.choose(-1);
    } else {
      document.querySelector("[role=tab][aria-selected=true]").focus();
    }
  }

  clicked(event) {
    if (!this.text || this.studio.busy || this.studio.paused) return;
    const { text } = this;
    text.draft.presses += 1;
    const stretch = selectedCharacters(this.box, text.characters);
    if (!stretch) return;
    const word = text.words.around(stretch.start, Math.max(stretch.end, stretch.start + 1));
    if (stretch.start < stretch.end) {
      getSelection().removeAllRanges();
      // With Alt, exactly what is selected; without, whole words.
      text.pick(event.altKey ? trimmed(stretch, text.characters) : word);
      return;
    }
    const inside = innermost(text.entities, stretch.start);
    if (inside >= 0 && text.chosen !== inside) text.choose(inside);
    else if (word && text.picked && event.shiftKey) {
      text.pick({ start: Math.min(word.start, text.picked.start), end: Math.max(word.end, text.picked.end) });
    } else text.pick(word);
  }

  /** Fingers select with handles, and nothing tells when they are done. */
  selectionChanged() {
    clearTimeout(this.settling);
    if (!this.view || !this.text || !matchMedia("(pointer: coarse)").matches) return;
    this.settling = setTimeout(() => {
      const stretch = this.text && selectedCharacters(this.box, this.text.characters);
      if (stretch && stretch.start < stretch.end) this.text.pick(this.text.words.around(stretch.start, stretch.end));
    }, 1000 * FINGER_SECONDS);
  }
}
