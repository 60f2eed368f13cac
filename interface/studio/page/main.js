// The page: its panels, and the keys that all of them have.

import { annotator, get } from "./api.js";
import { element, field } from "./dom.js";
import { ExportPanel } from "./export.js";
import { HELP } from "./keys.js";
import { LabelPanel } from "./label.js";
import { ReviewPanel } from "./review.js";
import { ScorePanel } from "./score.js";
import { SettingsPanel } from "./settings.js";
import { Studio } from "./studio.js";
import { beginTheme } from "./theme.js";
import { TypesPanel } from "./types.js";

const studio = new Studio();
const label = new LabelPanel(studio);
const panels = {
  label,
  types: new TypesPanel(studio),
  score: new ScorePanel(studio),
  review: new ReviewPanel(studio),
  export: new ExportPanel(studio),
  settings: new SettingsPanel(studio),
};
let current = null;

studio.go = (name, focus) => {
  if (current) panels[current].close();
  current = name;
  for (const each of Object.keys(panels)) {
    const selected = each === name;
    const tab = document.getElementById(`tab-${each}`);
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
  }
  const view = document.getElementById("view");
  view.setAttribute("aria-labelledby", `tab-${name}`);
  view.replaceChildren();
  panels[name].open(view);
  if (focus) document.getElementById(focus)?.focus();
};

studio.openText = async (number) => {
  const item = await studio.act(() => get(`/api/texts/${number}`));
  if (!item) return;
  studio.go("label");
  label.take(item);
};

studio.changedTypes = () => label.reread();
studio.openNumber = () => label.openNumber;
studio.ontaken = () => label.takenByAnother();
studio.redraw = () => studio.go(current);
studio.onopen = () => {
  label.forget();
  studio.go(current);
};
studio.onstate = () => {
  const { state } = studio;
  document.getElementById("project-name").textContent = state.project.name;
  document.title = `${state.project.name} – NuNER studio`;
  const learner = document.getElementById("learner");
  learner.dataset.phase = state.learner.phase;
  const sentence = state.learner.phase === "failed" ? "no suggestions" : state.learner.sentence;
  if (learner.textContent !== sentence) learner.textContent = sentence;
  learner.title = state.learner.sentence;
  const undo = document.getElementById("undo");
  undo.title = state.undo ? `Undo: you ${state.undo.summary}` : "There is nothing saved to undo";
  if (current) panels[current].refresh();
};

function showKeys() {
  const dialog = element(
    "dialog",
    { "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    element("h2", { id: "keys-title" }, "Keys"),
    element("dl", { class: "keys" }, HELP.map(([keys, what]) => [element("dt", {}, element("kbd", {}, keys)), element("dd", {}, what)])),
    element("p", { class: "small muted" }, "With the mouse: click a word or drag over several, then a type. With Alt, exactly the characters that are dragged over."),
    element("form", { method: "dialog", class: "row" }, element("button", { class: "main", autofocus: true }, "Close")),
  );
  document.body.append(dialog);
  dialog.showModal();
}

function begin() {
  beginTheme();
  const tabs = Object.keys(panels);
  document.getElementById("tabs").addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) studio.go(tab.id.replace("tab-", ""));
  });
  document.getElementById("tabs").addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const name = tabs[(tabs.indexOf(current) + by + tabs.length) % tabs.length];
    studio.go(name);
    document.getElementById(`tab-${name}`).focus();
  });
  document.getElementById("undo").addEventListener("click", () => label.undo());
  document.getElementById("help").addEventListener("click", showKeys);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
    if (event.key === "?") showKeys();
    else if (event.key.toLowerCase() === "z" && !studio.busy && !studio.paused) label.undo();
    else return;
    event.preventDefault();
  });
}

/** Where several people label, everybody says who they are before the first text. */
async function introduce() {
  if (annotator.name || !studio.state.shared) return;
  const name = element("input", { maxlength: "100", autocomplete: "name", required: true });
  await new Promise((resolve) => {
    const dialog = element(
      "dialog",
      { "aria-labelledby": "who", oncancel: (event) => event.preventDefault(), onclose: () => { dialog.remove(); resolve(); } },
      element("h2", { id: "who" }, "Who are you?"),
      element("form", { method: "dialog", class: "stack" }, field("Your name, under which your labels are kept", name), element("button", { class: "main" }, "Begin")),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
  annotator.name = name.value.trim();
  await studio.beat("/api/open");
}

begin();
history.replaceState(null, "", "/"); // the token is in a cookie by now, and belongs on no screen
await studio.beat("/api/open");
while (!studio.state) await new Promise((resolve) => { setTimeout(resolve, 300); });
await introduce();
studio.go("label");
