// Requests to the server that this page came from.

/** The server refused something, and says why in a sentence. */
export class Refusal extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** The server did not answer. */
export class Lost extends Error {}

const PATIENCE = 30_000;
const NAME = "nuner-studio-annotator";
// Of this page alone: the server tells by it that the sitting goes on in another tab.
const TAB = crypto.getRandomValues(new Uint32Array(2)).join("-");

export const annotator = {
  get name() {
    return localStorage.getItem(NAME) ?? "";
  },
  set name(name) {
    localStorage.setItem(NAME, name);
  },
};

async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: {
        "Content-Type": "application/json",
        "Studio-Tab": TAB,
        "Studio-Annotator": encodeURIComponent(annotator.name),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
      cache: "no-store",
    });
    if (answer.ok) return await answer.json();
  } catch (error) {
    throw new Lost(String(error));
  }
  let sentence = `The studio answered ${answer.status}.`;
  try {
    sentence = (await answer.json()).detail ?? sentence;
  } catch {
    // It is a proxy that answers.
  }
  throw new Refusal(answer.status, sentence);
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
