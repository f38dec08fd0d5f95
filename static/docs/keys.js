// Tokens, and what earlier answers of this page were about: every form begins with them.

const OWNER = "sockyard.token";
const SESSION = "sockyard.session";
const SESSION_TOKEN = "sockyard.session-token";

const listeners = new Set();
const known = { owner: "", session: "", sessionToken: "", socket: "" };

function read(storage, key) {
  try {
    return storage().getItem(key) ?? "";
  } catch {
    // A browser may store nothing.
    return "";
  }
}

/** Takes the owner's token out of the address, as the main page does, or what the browser has kept. */
export function load() {
  const fragment = location.hash.match(/^#token=([^&]*)/);
  if (fragment) {
    known.owner = fragment[1];
    history.replaceState(null, "", location.pathname + location.search);
    try {
      localStorage.setItem(OWNER, known.owner);
    } catch {
      // Then it is known to this page alone.
    }
  } else {
    known.owner = read(() => localStorage, OWNER);
  }
  // The session of the main page, where it was open in this tab.
  known.session = read(() => sessionStorage, SESSION);
  known.sessionToken = read(() => sessionStorage, SESSION_TOKEN);
}

export const get = (name) => known[name];

/** Changes one of them and tells the forms. `origin` is the field in which it was typed. */
export function set(name, value, origin) {
  if (known[name] === value) return;
  known[name] = value;
  for (const listener of listeners) listener(name, value, origin);
}

export const listen = (listener) => listeners.add(listener);

/** Keeps what an answer tells of a session or a socket. */
export function learn(operation, body) {
  if (!body || typeof body !== "object") return;
  if (operation === "session.open") {
    set("session", body.session);
    set("sessionToken", body.token);
    set("socket", "");
  }
  if (operation === "socket.create") set("socket", String(body.socket));
  if (operation === "socket.accept") set("socket", String(body.connection));
}
