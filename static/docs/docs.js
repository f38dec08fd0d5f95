// The page `/docs`: the two documents that the server serves of itself, to read and to try.

import { element, inline, paragraphs } from "./dom.js";
import * as keys from "./keys.js";
import { restView } from "./rest.js";
import { socketView } from "./socket.js";

const THEME = "sockyard.theme";
const content = document.getElementById("content");
const links = document.getElementById("links");

function theme() {
  const select = document.getElementById("theme");
  let chosen = "system";
  try {
    chosen = localStorage.getItem(THEME) || "system";
  } catch {
    // A browser that stores nothing shows the system's colours.
  }
  const show = (name) => (document.documentElement.dataset.theme = name);
  show(chosen);
  select.value = chosen;
  select.addEventListener("change", () => {
    show(select.value);
    try {
      localStorage.setItem(THEME, select.value);
    } catch {
      // Then it holds for this visit.
    }
  });
}

async function fetched(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** The tokens, for every form of the page. */
function keyFields() {
  const field = (name, label, secret) => {
    const input = element("input", {
      type: secret ? "password" : "text", autocomplete: "off", spellcheck: "false", "data-testid": `docs-key-${name}`,
    });
    input.value = keys.get(name);
    input.addEventListener("input", () => keys.set(name, input.value.trim(), input));
    keys.listen((changed, value, origin) => {
      if (changed === name && origin !== input) input.value = value;
    });
    return element("label", {}, element("span", {}, label), input);
  };
  return element(
    "section", { class: "keys", "aria-label": "Tokens" },
    element("div", { class: "key-fields" },
      field("owner", "Owner's token", true), field("session", "Session"), field("sessionToken", "Session's token", true)),
    element("p", { class: "note" }, inline(
      "The owner's token stands behind `#token=` in the address that the server printed. Opening a session below fills in the others.")),
  );
}

function head(document, path) {
  return element(
    "section", { class: "intro" },
    element("h1", {}, document.info.title, element("span", { class: "version" }, `${document.info.version}`)),
    paragraphs(document.info.description),
    element("p", {}, element("a", { href: path }, path.split("/").pop())),
  );
}

function contents(groups) {
  links.replaceChildren(...groups.map(([name, entries]) => [
    element("h2", {}, name),
    element("ul", {}, entries.map(([id, text]) => element("li", {}, element("a", { href: `#${id}` }, text)))),
  ]).flat());
}

async function main() {
  theme();
  keys.load();
  const [openapi, asyncapi] = await Promise.all([fetched("/api/v1/openapi.json"), fetched("/api/v1/asyncapi.json")]);
  const views = {
    rest: { tab: "tab-rest", ...restView(openapi), head: () => head(openapi, "/api/v1/openapi.json") },
    ws: { tab: "tab-ws", ...socketView(asyncapi), head: () => head(asyncapi, "/api/v1/asyncapi.json") },
  };
  const fields = keyFields();
  let shown;
  const show = () => {
    const wanted = decodeURIComponent(location.hash.slice(1));
    const view = wanted.startsWith("ws") ? views.ws : views.rest;
    if (view !== shown) {
      shown = view;
      view.top ??= view.head();
      content.replaceChildren(view.top, fields, view.body);
      contents(view.contents);
      for (const one of Object.values(views)) {
        const current = one === view ? "page" : null;
        const tab = document.getElementById(one.tab);
        if (current) tab.setAttribute("aria-current", current);
        else tab.removeAttribute("aria-current");
      }
    }
    const target = wanted && document.getElementById(wanted);
    if (target && target.tagName === "DETAILS") {
      target.open = true;
      target.scrollIntoView();
      target.querySelector("summary").focus({ preventScroll: true });
    } else {
      scrollTo(0, 0);
    }
    // On a phone the contents would cover what was chosen in them.
    if (matchMedia("(max-width: 900px)").matches) document.getElementById("contents").open = false;
  };
  addEventListener("hashchange", show);
  show();
}

main().catch((error) => {
  console.error(error);
  content.replaceChildren(element("p", { role: "alert", class: "error" }, `The descriptions could not be loaded: ${error.message}`));
});
