// The AsyncAPI document: methods and notifications, and one WebSocket to try them on.

import { block, element, inline, paragraphs, unfolding } from "./dom.js";
import * as keys from "./keys.js";
import { resolve, schemaView } from "./schema.js";

// Lines that the page keeps of what went over the connection.
const LINES_MAX = 500;

/** The view: its body, and its contents. */
export function socketView(root) {
  const link = new Link(root);
  const operations = Object.entries(root.operations).map(([id, operation]) => ({ ...operation, id }));
  const ours = operations.filter((one) => one.action === "receive");
  const theirs = operations.filter((one) => one.action === "send");
  const channel = root.channels.session;
  const group = (title, text, members) => element("section", { class: "group" }, element("h2", {}, title), paragraphs(text),
    members.map((operation) => operationView(root, operation, link)));
  const codes = Object.entries(channel["x-close-codes"]);
  const body = element("div", {},
    element("section", { class: "group" },
      element("h2", {}, "The connection"),
      paragraphs(channel.description),
      element("h4", {}, "Query"), schemaView(root, channel.bindings.ws.query),
      element("h4", {}, "Close codes"),
      element("ul", { class: "fields" }, codes.map(([code, why]) =>
        element("li", {}, element("div", { class: "line" }, element("code", { class: "field" }, code), element("span", { class: "about" }, inline(why)))))),
      link.view()),
    group("To the server", "Every method, with its parameters and its result.", ours),
    group("From the server", "What comes without being asked for.", theirs));
  const entries = (members) => members.map((operation) => [`ws/${operation.id}`, operation.title]);
  return { body, contents: [["To the server", entries(ours)], ["From the server", entries(theirs)]] };
}

function operationView(root, operation, link) {
  const attributes = { class: "operation", id: `ws/${operation.id}`, "data-testid": `docs-ws-${operation.id.replaceAll(".", "-")}` };
  const sent = operation.action === "receive";
  const title = [
    element("span", { class: `verb ${sent ? "post" : "get"}` }, sent ? "→" : "←"),
    element("code", { class: "path" }, operation.title),
    element("span", { class: "summary" }, inline(operation.summary)),
  ];
  return unfolding(attributes, title, () => {
    const message = resolve(root, operation.messages[0]);
    const replies = (operation.reply?.messages ?? []).map((one) => resolve(root, one));
    const text = sent && message.examples?.[0]?.payload;
    return element("div", { class: "inside" },
      operation.description !== `${operation.summary}.` && paragraphs(operation.description),
      message.payload.properties?.params
        ? [element("h4", {}, "Parameters"), schemaView(root, message.payload.properties.params)]
        : [element("h4", {}, message.title), element("p", {}, inline(message.payload.description ?? message.title))],
      !sent && (message.examples ?? []).length > 0 && unfolding({ class: "more" }, "Examples", () =>
        message.examples.map((example, index) => block(example.payload, `Example ${index + 1}`))),
      replies.length > 0 && element("h4", {}, "Answers"),
      replies.map((reply) => unfolding({ class: "answer" }, reply.title, () => [
        (reply.examples ?? []).map((example) => block(example.payload, "Example")),
        schemaView(root, reply.payload.properties?.result ?? reply.payload.properties?.error ?? reply.payload)])),
      text && link.form(text));
  });
}

/** The connection of this page, with what went over it. */
class Link {
  constructor(root) {
    this.address = root.channels.session.address;
    this.socket = undefined;
    this.next = 100;
    this.waiting = new Map();
    this.state = element("span", { class: "note", role: "status", "data-testid": "docs-ws-state" }, "Not connected");
    this.button = element("button", { type: "button", "data-testid": "docs-ws-connect", onclick: () => this.toggle() }, "Connect");
    this.lines = element("ol", { class: "lines", tabindex: "0", role: "log", "aria-label": "What went over the connection", "data-testid": "docs-ws-log" });
  }

  view() {
    return element("section", { class: "try", "aria-label": "Connection" },
      element("h4", {}, "Try it"), element("div", { class: "buttons" }, this.button, this.state), this.lines);
  }

  toggle() {
    if (this.socket) this.socket.close(1000);
    else this.open().catch(() => {});
  }

  /** An open WebSocket. */
  open() {
    if (this.socket) return this.opened;
    const protocols = ["sockyard.v1"];
    if (keys.get("owner")) protocols.push(`sockyard.token.${keys.get("owner")}`);
    const url = location.origin.replace("http", "ws") + this.address;
    this.say("Connecting…", "Disconnect");
    const socket = new WebSocket(url, protocols);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onmessage = ({ data }) => this.received(data);
    this.opened = new Promise((done, fail) => {
      socket.onopen = () => done(socket);
      socket.onclose = ({ code, reason }) => {
        this.socket = undefined;
        this.waiting.clear();
        // 1006 stands for an upgrade that was refused, too, of which a browser tells nothing more.
        const hint = code === 1006 ? ": is the owner's token right?" : reason && `: ${reason}`;
        this.say(`Closed with ${code}${hint}`, "Connect");
        fail(new Error("closed"));
      };
    });
    this.opened.then(() => this.say("Connected", "Disconnect"), () => {});
    return this.opened;
  }

  say(state, button) {
    this.state.textContent = state;
    this.button.textContent = button;
  }

  received(data) {
    if (typeof data !== "string") {
      this.line("←", `${data.byteLength} bytes in a binary frame`);
      return;
    }
    this.line("←", data);
    const message = JSON.parse(data);
    const id = Array.isArray(message) ? JSON.stringify(message.map((one) => one.id)) : message.id;
    this.waiting.get(id)?.(message);
    this.waiting.delete(id);
    if (message.method === "session.hello") {
      keys.set("session", message.params.session);
      keys.set("sessionToken", message.params.token);
    }
  }

  line(direction, text) {
    this.lines.append(element("li", {}, element("span", { class: "direction" }, direction), " ", element("code", {}, text)));
    while (this.lines.childElementCount > LINES_MAX) this.lines.firstChild.remove();
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  /** A form that sends one message. */
  form(example) {
    const body = element("textarea", { rows: "7", spellcheck: "false", "data-testid": "docs-body" });
    body.value = JSON.stringify(this.numbered(example), null, 2);
    const outcome = element("div", { class: "outcome", "aria-live": "polite", "data-testid": "docs-outcome" });
    const form = element("form", { class: "try" }, element("h4", {}, "Try it"),
      element("label", {}, element("span", {}, "Message"), body),
      element("div", { class: "buttons" }, element("button", { type: "submit", class: "send", "data-testid": "docs-send" }, "Send")), outcome);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const say = (...shown) => outcome.replaceChildren(...shown);
      say(element("p", { class: "note" }, "Waiting…"));
      const started = performance.now();
      try {
        const socket = await this.open();
        const text = body.value;
        const id = idOf(text);
        this.waiting.set(id, (answer) => {
          const kind = answer.error ? "bad" : "good";
          const shown = block(answer, "The answer");
          shown.dataset.testid = "docs-answer";
          say(element("p", { class: "result" }, element("span", { class: `status ${kind}` }, answer.error ? "error" : "result"),
            ` · ${(performance.now() - started).toFixed(1)} ms`), shown);
          keys.learn(idMethod(text), answer.result);
        });
        this.line("→", compact(text));
        socket.send(text);
        if (id === undefined) say(element("p", { class: "note" }, "Sent; a message without an id has no answer."));
      } catch (error) {
        say(element("p", { class: "error" }, `Not connected: ${error.message}`));
      }
    });
    return form;
  }

  /** The example with ids of its own, so that answers find their forms. */
  numbered(example) {
    if (Array.isArray(example)) return example.map((one) => this.numbered(one));
    this.next += 1;
    return { ...example, id: this.next };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    // It is sent as it is; the server says what is wrong with it, with the id null.
    return { id: null };
  }
}

function idOf(text) {
  const message = parsed(text);
  return Array.isArray(message) ? JSON.stringify(message.map((one) => one.id)) : message?.id;
}

const idMethod = (text) => parsed(text)?.method;
const compact = (text) => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
};
