// Loads the page's wasm. It is a file of its own because the content security policy allows no inline script.

const boot = document.getElementById("boot");

// Chosen colours come first, so that the page does not flash in the others.
try {
  document.documentElement.dataset.theme = localStorage.getItem("sockyard.theme") || "system";
} catch {
  // A browser that stores nothing shows the system's colours.
}

try {
  const { default: init } = await import("/sockyard_web.js");
  await init({ module_or_path: "/sockyard_web_bg.wasm" });
  boot.remove();
} catch (error) {
  console.error(error);
  const why = error.message ?? error;
  const texts = {
    en: `The page could not be loaded: ${why}. Reload it; the browser must support WebAssembly.`,
    "zh-Hant": `頁面無法載入：${why}。請重新載入；瀏覽器必須支援 WebAssembly。`,
    "zh-Hans": `页面无法加载：${why}。请重新加载；浏览器必须支持 WebAssembly。`,
  };
  const tag = language();
  document.documentElement.lang = tag;
  boot.classList.add("boot-failed");
  boot.textContent = texts[tag];
}

// The language that was chosen, or the first of the browser's that the page has.
function language() {
  let chosen;
  try {
    chosen = localStorage.getItem("sockyard.language");
  } catch {
    // A browser that stores nothing has its own languages.
  }
  for (const tag of [chosen, ...navigator.languages]) {
    const lower = (tag ?? "").toLowerCase();
    if (lower.startsWith("en")) return "en";
    if (lower.startsWith("zh")) return /-(hant|tw|hk|mo)/.test(lower) ? "zh-Hant" : "zh-Hans";
  }
  return "en";
}

// Where the server cannot be reached, a page says so. A browser offers this on HTTPS and on this machine alone, and may
// refuse it: nothing else needs it.
if (window.isSecureContext && "serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch((error) => console.warn("sockyard:", error));
}
