// What all panels share: the state of the server, how something is done there, and what is said when that fails.

import { annotator, Lost, post, Refusal } from "./api.js";
import { notice, tell } from "./notices.js";

const STARTING = 150;
const OFTEN = 500;
const SELDOM = 3000;
const SLEPT = 60_000;
const ELSEWHERE = 409;
const STRANGER = 403;
const ORDER = "nuner-studio-order";

export class Studio {
  constructor() {
    this.state = null;
    this.types = new Map();
    this.busy = false;
    this.paused = false;
    this.onstate = () => {};
    this.beating = 0;
    this.told = 0;
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.beat(); });
    addEventListener("online", () => this.beat());
  }

  get order() {
    return localStorage.getItem(ORDER) ?? "instructive";
  }

  /** Where the browser keeps what is marked and not saved. */
  get draftKey() {
    return `nuner-studio-draft:${this.state.project.identity}:${this.state.annotator}`;
  }

  colorOf(name) {
    return [...this.types.values()].find((type) => type.name === name)?.color;
  }

  tell(sentence) {
    tell(sentence);
  }

  /** Take the state that came with an answer. */
  update(state) {
    this.state = state;
    this.types = new Map(state.types.map((type) => [type.number, type]));
    this.paused = state.elsewhere;
    notice("lost", null);
    notice("problem", state.problem, { bad: true });
    notice("learner", state.learner.phase === "failed" ? state.learner.sentence : null, { bad: true });
    notice("elsewhere", state.elsewhere ? "You have this studio open in another tab, where your sitting goes on." : null, {
      action: "Go on here",
      onclick: () => this.takeOver(),
    });
    this.onstate();
  }

  /** Show the server that somebody is here, and learn what is new. */
  async beat(path = "/api/beat") {
    clearTimeout(this.beating);
    const slept = this.told && Date.now() - this.told > SLEPT;
    this.told = Date.now();
    try {
      const answer = await post(path, { text: this.openNumber?.() ?? null });
      this.update(answer.state);
      if (slept) tell("This page was asleep; it is up to date again.");
      if (answer.taken) this.ontaken?.();
    } catch (error) {
      this.failed(error);
    }
    clearTimeout(this.beating);
    this.beating = setTimeout(() => this.beat(), this.pause());
  }

  /** Milliseconds to the next look: shortest while somebody waits for the first suggestion. */
  pause() {
    if (!this.state || this.lost) return OFTEN;
    const { learner, jobs } = this.state;
    if (learner.phase === "starting") return STARTING;
    return learner.phase === "reading" || Object.values(jobs).some((job) => job?.phase === "running") ? OFTEN : SELDOM;
  }

  async takeOver() {
    await this.beat("/api/open");
    this.onopen?.();
  }

  /**
   * Have the server do something. Where it does not answer, the page says so and asks again until it does.
   * @returns {Promise<Object|null>} the answer; null where it refused, which was said then
   */
  async act(request, { quiet = false } = {}) {
    if (this.busy && !quiet) return null;
    if (!quiet) this.busy = true;
    document.body.classList.toggle("waiting", this.busy);
    try {
      for (;;) {
        try {
          const answer = await request();
          this.lost = false;
          if (answer.state) this.update(answer.state);
          notice("refused", null);
          return answer;
        } catch (error) {
          this.failed(error);
          if (!(error instanceof Lost)) return null;
          await new Promise((resolve) => { setTimeout(resolve, OFTEN); });
        }
      }
    } finally {
      if (!quiet) this.busy = false;
      document.body.classList.toggle("waiting", this.busy);
    }
  }

  failed(error) {
    if (error instanceof Lost) {
      this.lost = true;
      notice("lost", "The studio does not answer: it was stopped, or the connection is lost. What it confirmed is saved; the rest goes on by itself when it is back.", {
        bad: true, action: "Try now", onclick: () => this.beat(),
      });
      const learner = document.getElementById("learner");
      learner.dataset.phase = "lost";
      learner.textContent = "no connection";
      return;
    }
    if (!(error instanceof Refusal)) throw error;
    this.lost = false;
    notice("lost", null);
    if (error.status === ELSEWHERE) this.beat();
    else if (error.status === STRANGER) notice("stranger", error.message, { bad: true });
    else notice("refused", error.message, { bad: true, action: "All right", onclick: () => notice("refused", null) });
  }

  setOrder(order) {
    localStorage.setItem(ORDER, order);
  }

  async setAnnotator(name) {
    if (!name.trim()) {
      tell("A name needs letters.");
      return;
    }
    annotator.name = name.trim();
    await this.takeOver();
  }
}
