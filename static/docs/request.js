// One form that sends a request and shows what came back, with the same request for curl.

import { block, copyButton, element } from "./dom.js";
import * as keys from "./keys.js";

// A live stream has no end, and the page's memory has.
const SHOWN_MAX = 200_000;
const SUGGESTED = { session: "session", socket: "socket" };

/** The form of an operation. */
export function requestForm(root, operation) {
  const fields = operation.parameters.map((parameter) => parameterField(parameter));
  const content = operation.requestBody?.content["application/json"];
  const examples = Object.entries(content?.examples ?? {});
  const body = content && element("textarea", { rows: "6", spellcheck: "false", "data-testid": "docs-body" });
  if (body && examples.length > 0) body.value = pretty(examples[0][1].value);
  const chooser = examples.length > 1 && element("select", {
    onchange: (event) => {
      body.value = pretty(examples[event.target.selectedIndex][1].value);
      refresh();
    },
  }, examples.map(([name]) => element("option", {}, name)));
  const kinds = Object.keys(Object.values(operation.responses)[0]?.content ?? {});
  const accept = kinds.includes("text/event-stream") &&
    element("select", {}, kinds.map((kind) => element("option", {}, kind)));
  const curl = element("pre", { class: "block curl", tabindex: "0", role: "region", "aria-label": "The same with curl" });
  const send = element("button", { type: "submit", class: "send", "data-testid": "docs-send" }, "Send");
  const stop = element("button", { type: "button", class: "quiet", hidden: true }, "Stop");
  const outcome = element("div", { class: "outcome", "aria-live": "polite", "data-testid": "docs-outcome" });

  const request = () => {
    let path = operation.path;
    const query = new URLSearchParams();
    const headers = {};
    for (const { parameter, input } of fields) {
      const value = input.value.trim();
      if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value === "") continue;
      else if (parameter.in === "query") query.set(parameter.name, value);
      else headers[parameter.name] = value;
    }
    const schemes = operation.security.flatMap(Object.keys);
    const token = schemes.includes("sessionsToken") ? keys.get("sessionToken") : schemes.includes("ownersToken") && keys.get("owner");
    if (token) headers.Authorization = `Bearer ${token}`;
    if (accept) headers.Accept = accept.value;
    const text = body?.value.trim();
    if (text) headers["Content-Type"] = "application/json";
    const asked = query.toString();
    return { url: path + (asked && `?${asked}`), method: operation.verb.toUpperCase(), headers, body: text || undefined };
  };
  const refresh = () => (curl.textContent = curlOf(request()));
  keys.listen(refresh);

  const form = element("form", { class: "try" },
    element("h4", {}, "Try it"),
    fields.length > 0 && element("div", { class: "inputs" }, fields.map((field) => field.label)),
    chooser && element("label", {}, element("span", {}, "Example"), chooser),
    accept && element("label", {}, element("span", {}, "Accept"), accept),
    body && element("label", {}, element("span", {}, "Body"), body),
    element("div", { class: "buttons" }, send, stop),
    outcome,
    element("div", { class: "with-curl" }, element("h5", {}, "The same with curl"), copyButton(() => curl.textContent)), curl);
  form.addEventListener("input", refresh);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const controller = new AbortController();
    stop.onclick = () => controller.abort();
    send.disabled = true;
    stop.hidden = false;
    await perform(operation, request(), controller.signal, outcome);
    send.disabled = false;
    stop.hidden = true;
  });
  refresh();
  return form;
}

function parameterField(parameter) {
  const choices = parameter.schema.enum;
  const input = choices
    ? element("select", {}, !parameter.required && element("option", { value: "" }, ""), choices.map((one) => element("option", {}, one)))
    : element("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  const key = SUGGESTED[parameter.name];
  if (key && parameter.in === "path") {
    input.value = keys.get(key) || (key === "socket" ? String(parameter.example ?? "") : "");
    input.addEventListener("input", () => keys.set(key, input.value.trim(), input));
    keys.listen((name, value, origin) => {
      if (name === key && origin !== input) input.value = value;
    });
  }
  input.dataset.testid = `docs-param-${parameter.name}`;
  const label = element("label", {}, element("span", {}, parameter.name, parameter.required && " *"), input);
  return { parameter, input, label };
}

async function perform(operation, request, signal, outcome) {
  const started = performance.now();
  const took = () => `${(performance.now() - started).toFixed(1)} ms`;
  outcome.replaceChildren(element("p", { class: "note" }, "Waiting…"));
  try {
    const response = await fetch(request.url, { ...request, signal, cache: "no-store" });
    const kind = response.ok ? "good" : "bad";
    const line = element("p", { class: "result" },
      element("span", { class: `status ${kind}`, "data-testid": "docs-status" }, String(response.status)),
      ` ${response.statusText} · ${took()}`);
    const headers = element("details", { class: "more" }, element("summary", {}, "Headers"),
      block([...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n"), "Headers of the answer"));
    const shown = block("", "Body of the answer");
    shown.dataset.testid = "docs-answer";
    outcome.replaceChildren(line, headers, shown);
    const text = await readAll(response, shown);
    const parsed = jsonOf(text);
    if (parsed !== undefined) shown.textContent = pretty(parsed);
    if (text === "") shown.replaceWith(element("p", { class: "note" }, "The answer has no body."));
    if (response.ok) keys.learn(operation.operationId, parsed);
  } catch (error) {
    const why = error.name === "AbortError" ? "Stopped" : error.message;
    outcome.append(element("p", { class: "error" }, `${why} after ${took()}`));
  }
}

/** The body as it comes; a live stream is shown line by line. */
async function readAll(response, shown) {
  if (!response.body) return "";
  const decoder = new TextDecoder();
  let text = "";
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    shown.textContent = text.length > SHOWN_MAX ? `…${text.slice(-SHOWN_MAX)}` : text;
    if (done) return text;
    if (text.length > 2 * SHOWN_MAX) text = text.slice(-SHOWN_MAX);
  }
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const pretty = (value) => JSON.stringify(value, null, 2);
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function curlOf({ url, method, headers, body }) {
  const parts = ["curl -i"];
  if (method !== "GET" && !(method === "POST" && body)) parts.push(`-X ${method}`);
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body) parts.push(`-d ${quoted(body)}`);
  parts.push(quoted(location.origin + url));
  return parts.join(" \\\n  ");
}
