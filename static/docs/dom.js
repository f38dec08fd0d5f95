// Making elements. Nothing here or elsewhere takes HTML from a text: what a server or a person wrote stays text.

/** An element with attributes, listeners (`on…`) and children; children that are nothing are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

/** A text in which `this` is code. */
export function inline(text) {
  return String(text ?? "")
    .split("`")
    .map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** The paragraphs of a text. */
export function paragraphs(text) {
  return String(text ?? "")
    .split(/\n{2,}/)
    .filter((part) => part !== "")
    .map((part) => element("p", {}, inline(part)));
}

/** A JSON value as a block of text. */
export function block(value, name) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return element("pre", { class: "block", tabindex: "0", role: "region", "aria-label": name }, text);
}

/** A part that is filled when it is first opened. */
export function unfolding(attributes, summary, fill) {
  const details = element("details", attributes, element("summary", {}, summary));
  const open = () => {
    if (!details.open || details.dataset.filled) return;
    details.dataset.filled = "yes";
    details.append(...[fill()].flat(Infinity));
  };
  details.addEventListener("toggle", open);
  return details;
}

/** A button that copies what `text()` gives. */
export function copyButton(text) {
  const button = element("button", { type: "button", class: "quiet" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      // Only a secure origin may write to the clipboard.
      button.textContent = "Cannot copy";
    }
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  return button;
}
