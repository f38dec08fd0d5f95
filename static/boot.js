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
  const chinese = navigator.language.toLowerCase().startsWith("zh");
  boot.classList.add("boot-failed");
  boot.textContent = chinese
    ? `頁面無法載入：${error.message ?? error}。請重新載入；瀏覽器必須支援 WebAssembly。`
    : `The page could not be loaded: ${error.message ?? error}. Reload it; the browser must support WebAssembly.`;
}

// Where the server cannot be reached, a page says so. A browser offers this on HTTPS and on this machine alone, and may
// refuse it: nothing else needs it.
if (window.isSecureContext && "serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch((error) => console.warn("sockyard:", error));
}
