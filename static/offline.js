// Chooses the language of the page that says that the server is needed, and goes on once the server answers.

// How often the server is asked after, in milliseconds.
const EVERY = 3000;
// A server that takes a connection and says nothing is as good as none.
const DEADLINE = 2500;

const root = document.documentElement;
root.dataset.language = language();
root.lang = root.dataset.language;
setInterval(look, EVERY);
addEventListener("online", look);

function language() {
  let chosen;
  try {
    chosen = localStorage.getItem("sockyard.language");
  } catch {
    // A browser that stores nothing has its own languages.
  }
  for (const tag of [chosen, ...navigator.languages]) {
    const lower = (tag ?? "").toLowerCase();
    if (lower.startsWith("en")) {
      return "en";
    }
    if (lower.startsWith("zh")) {
      return /-(hant|tw|hk|mo)/.test(lower) ? "zh-Hant" : "zh-Hans";
    }
  }
  return "en";
}

async function look() {
  try {
    await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(DEADLINE) });
  } catch {
    // Not yet.
    return;
  }
  location.reload();
}
