// Elements are made of nodes alone: a text from outside never becomes markup.

/**
 * Make an element.
 * @param {string} tag
 * @param {Object} properties attributes; `on…` are listeners, `color` is the color of a type, `value` the value of a control
 * @param {...(Node|string|null)} children strings become text
 */
export function element(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** Make an element of a picture. */
export function drawn(tag, properties = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

function filled(made, properties, children) {
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "color") made.style.setProperty("--type", value);
    else if (name === "value") made.value = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  return made;
}

/** Name something from outside, which may be written in any direction. */
export function named(text) {
  return element("bdi", {}, text);
}

/** Put other children into an element. */
export function show(parent, ...children) {
  parent.replaceChildren(...children.flat().filter(Boolean));
}

export function button(text, onclick, properties = {}) {
  return element("button", { type: "button", onclick, ...properties }, text);
}

/** Label a control. */
export function field(text, control) {
  return element("label", { class: "field" }, text, control);
}

/** Tell what happened to those who do not see the page. */
export function say(sentence) {
  const said = document.getElementById("said");
  // The same sentence twice is two events.
  said.textContent = said.textContent === sentence ? `${sentence}\u00a0` : sentence;
}

/**
 * Ask before something is done.
 * @returns {Promise<boolean>} whether to do it
 */
export function ask(title, sentences, action, danger = false) {
  return new Promise((resolve) => {
    const dialog = element(
      "dialog",
      { "aria-labelledby": "ask-title", onclose: () => { resolve(dialog.returnValue === "yes"); dialog.remove(); } },
      element("h2", { id: "ask-title" }, title),
      sentences.map((sentence) => element("p", {}, sentence)),
      element(
        "form",
        { method: "dialog", class: "row" },
        element("button", { value: "no" }, "Cancel"),
        element("button", { value: "yes", class: danger ? "danger" : "main", autofocus: true }, action),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Write a number as people read it. */
export function count(number, singular, plural = `${singular}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? singular : plural}`;
}

export function percent(share, digits = 0) {
  return share === null || share === undefined ? "–" : `${(100 * share).toFixed(digits)}%`;
}
