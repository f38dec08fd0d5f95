// Runs in every document of the measured page, before its own program. It only looks.

window.bench = (() => {
  const find = (name) => document.querySelector(`[data-testid="${name}"]`);
  const marks = {};
  const taken = { frames: [], gaps: [], tasks: [] };
  let on = false;

  // The program's memory: what it exports is seen as it starts.
  let memory = null;
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await original.apply(WebAssembly, given);
      memory ??= (made.instance ?? made).exports.memory ?? null;
      return made;
    };
  }

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (on) taken.tasks.push(entry.duration);
  }).observe({ type: "longtask" });

  // What a first visit has to wait for: the form for a new socket takes a click, and the socket is there.
  function watchOpening() {
    const button = find("new-socket-create");
    const state = find("connection-state")?.dataset.state;
    if (!marks.usable && button && !button.disabled && state === "open") {
      marks.usable = performance.now();
      marks.transferred = transferred();
      button.click();
    }
    if (marks.usable && find("socket-card")) {
      marks.socket = performance.now();
      marks.transferredInAll = transferred();
      return;
    }
    requestAnimationFrame(watchOpening);
  }

  function transferred() {
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return entries.reduce((sum, entry) => sum + entry.transferSize, 0);
  }

  // Frames, by their own times, and the gaps between them as the clock shows.
  function record() {
    let last = 0;
    let lastClock = 0;
    taken.frames = [];
    taken.gaps = [];
    taken.tasks = [];
    on = true;
    requestAnimationFrame(function frame(time) {
      const clock = performance.now();
      if (last && time > last) taken.frames.push(time - last);
      if (lastClock) taken.gaps.push(clock - lastClock);
      [last, lastClock] = [time, clock];
      if (on) requestAnimationFrame(frame);
    });
  }

  function stop() {
    on = false;
    return taken;
  }

  // How many lines the page says that it has: of "5 lines", "1 of 5 lines"; null while it says how far a filter is.
  function lines() {
    const words = find("log-count")?.textContent.match(/([\d\s]+) lines?$/);
    return words ? Number(words[1].replace(/\s/g, "")) : null;
  }

  const frame = () => new Promise((done) => requestAnimationFrame(done));

  // Drags the bar from the end to the beginning, jumps about, and goes on in steps of a wheel.
  async function scroll(steps) {
    const rows = document.querySelector(".log-rows");
    const room = rows.scrollHeight - rows.clientHeight;
    for (let step = 0; step <= steps; step += 1) {
      rows.scrollTop = room * (1 - step / steps);
      await frame();
    }
    // Repeatable and spread over the whole list: multiples of the golden section.
    for (let step = 1; step <= steps; step += 1) {
      rows.scrollTop = room * ((step * 0.618034) % 1);
      await frame();
    }
    for (let step = 0; step <= steps; step += 1) {
      rows.scrollTop -= 100;
      await frame();
    }
  }

  // The row at the top of those in view: its number, and where it stands.
  function topRow() {
    const list = document.querySelector(".log-rows").getBoundingClientRect();
    const rows = [...document.querySelectorAll(".log-row[data-seq]")];
    const places = rows.map((row) => [Number(row.dataset.seq), row.getBoundingClientRect().top]);
    return places.filter(([, top]) => top >= list.top).sort(([, one], [, other]) => one - other)[0];
  }

  // Where a row stands; null while it is not among those in view.
  function placeOf(number) {
    return document.querySelector(`.log-row[data-seq="${number}"]`)?.getBoundingClientRect().top ?? null;
  }

  // Goes to the middle of the list, and stays there.
  async function toTheMiddle() {
    const rows = document.querySelector(".log-rows");
    rows.scrollTop = (rows.scrollHeight - rows.clientHeight) / 2;
    await frame();
    await frame();
  }

  // Types into a field as a person who pastes.
  function put(name, text) {
    const field = find(name);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  return {
    marks,
    watchOpening,
    record,
    stop,
    scroll,
    put,
    frame,
    topRow,
    placeOf,
    toTheMiddle,
    firstPaint: () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
    lines,
    countText: () => find("log-count")?.textContent ?? "",
    memoryBytes: () => memory?.buffer.byteLength ?? null,
  };
})();
