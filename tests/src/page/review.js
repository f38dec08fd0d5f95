// What a careful reader would find wrong with the page as it is seen. Returns a sentence for each finding.

function review(sameEverywhere) {
  const findings = [];
  const width = document.documentElement.clientWidth;
  const height = document.documentElement.clientHeight;
  const name = (element) => {
    const id = element.dataset?.testid ? `[${element.dataset.testid}]` : `.${element.className}`;
    return `${element.tagName.toLowerCase()}${id} ${JSON.stringify((element.textContent || "").trim().slice(0, 40))}`;
  };
  const isSeen = (element) => {
    const box = element.getBoundingClientRect();
    // What a closed menu holds has a box as well.
    const isDrawn = element.checkVisibility({ visibilityProperty: true });
    return isDrawn && box.width > 1 && box.height > 1 && !element.closest(".visually-hidden");
  };
  // The part of an element that its scrolling and clipping ancestors let through.
  const seenBox = (element) => {
    const own = element.getBoundingClientRect();
    const box = { left: Math.max(own.left, 0), top: Math.max(own.top, 0) };
    box.right = Math.min(own.right, width);
    box.bottom = Math.min(own.bottom, height);
    for (let outer = element.parentElement; outer; outer = outer.parentElement) {
      const style = getComputedStyle(outer);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const bounds = outer.getBoundingClientRect();
      box.left = Math.max(box.left, bounds.left);
      box.top = Math.max(box.top, bounds.top);
      box.right = Math.min(box.right, bounds.right);
      box.bottom = Math.min(box.bottom, bounds.bottom);
    }
    return box;
  };
  const elements = [...document.querySelectorAll("body *")].filter(isSeen);

  if (document.documentElement.scrollWidth > width) findings.push("wide: the page scrolls sideways");
  for (const element of elements) {
    const style = getComputedStyle(element);
    const clips = (value) => value === "hidden" || value === "clip";
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (element.getBoundingClientRect().right > width + 1) {
      let outer = element.parentElement;
      while (outer && getComputedStyle(outer).overflowX === "visible") outer = outer.parentElement;
      if (!outer) findings.push(`wide: ${name(element)}`);
    }
    if (!hasText || element.closest("[aria-hidden=true], .dump, svg, option")) continue;
    const cutSideways = clips(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
    const cutBelow = clips(style.overflowY) && element.scrollHeight > element.clientHeight + 2;
    if (cutSideways && style.textOverflow !== "ellipsis") findings.push(`cut: ${name(element)}`);
    if (cutBelow && style.webkitLineClamp === "none") findings.push(`cut below: ${name(element)}`);
  }

  const controls = elements.filter((element) => element.matches("button, a[href], input, select, textarea, summary"));
  for (const control of controls) {
    const box = seenBox(control);
    if (box.right - box.left < 4 || box.bottom - box.top < 4) continue;
    const at = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    if (!at || control.contains(at) || at.contains(control) || at.closest("label")?.contains(control)) continue;
    // An open dialog or menu stands over the rest of the page; what is in it must not be covered itself.
    const above = at.closest("dialog[open], .menu-panel");
    if (above && !above.contains(control)) continue;
    findings.push(`covered: ${name(control)} by ${name(at)}`);
  }

  if (document.documentElement.lang.startsWith("zh")) {
    const same = new Set(sameEverywhere);
    const skipped = "body [lang=en], code, pre, kbd, textarea, .log-rows, .code-sheet, .parameter, .dump, .guess, .tcp-state, [data-testid=network-chip], svg, script";
    const look = (text, where) => {
      // The hexadecimal digits of a session's number now and then look like a word.
      const words = text.replace(/s_[0-9a-f]+/g, "").match(/[A-Za-z][A-Za-z.]{2,}/g) || [];
      const foreign = words.filter((word) => {
        const plain = word.toLowerCase().replace(/\.+$/, "");
        // Names with signs between their parts, and in capitals only, are constants and states.
        return !same.has(plain) && word !== word.toUpperCase();
      });
      if (foreign.length) findings.push(`untranslated: ${foreign.join(" ")} in ${where}`);
    };
    for (const element of elements) {
      if (element.closest(skipped)) continue;
      for (const node of element.childNodes) if (node.nodeType === 3) look(node.data, name(element));
      for (const attribute of ["aria-label", "title", "placeholder"]) {
        const text = element.getAttribute(attribute);
        if (text) look(text, `${attribute} of ${name(element)}`);
      }
    }
  }
  return [...new Set(findings)];
}
