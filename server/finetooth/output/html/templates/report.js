"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;

  // -- light and dark -----------------------------------------------------------------------------------
  const button = by("theme");
  const themes = ["auto", "light", "dark"];
  const recall = () => { try { return localStorage.getItem("finetooth-theme"); } catch { return null; } };
  const keep = (name) => { try { localStorage.setItem("finetooth-theme", name); } catch { /* a view without storage */ } };
  // An editor that shows the page says by a class of its body what its own theme is.
  const host = () => ["dark", "high-contrast", "light"].find((name) => document.body.classList.contains(`vscode-${name}`));
  const show = (name) => {
    const given = host();
    if (name === "auto" && given) root.dataset.theme = given === "light" ? "light" : "dark";
    else if (name === "auto") delete root.dataset.theme;
    else root.dataset.theme = name;
    button.querySelector("b").textContent = name;
  };
  let theme = themes.includes(recall()) ? recall() : "auto";
  show(theme);
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    keep(theme);
    show(theme);
  });

  // -- links into what is closed, and printing it ----------------------------------------------------------
  const reveal = () => {
    let target = null;
    try { target = by(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target.tagName === "ARTICLE") {
      target.closest("details").scrollIntoView();
      target.focus({ preventScroll: true });
    }
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest ? event.target.closest("a[href^='#']") : null;
    if (link && link.hash === location.hash) reveal();
  });
  reveal();
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details.rule:not([open])");
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of opened) one.open = false; });

  // -- where one is ------------------------------------------------------------------------------------------
  const links = new Map(all(".top nav a").map((link) => [link.hash.slice(1), link]));
  if ("IntersectionObserver" in window) {
    const seen = new Set();
    const watch = new IntersectionObserver((entries) => {
      for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target.id);
      const first = [...links.keys()].find((id) => seen.has(id));
      for (const [id, link] of links) {
        if (id === first) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }, { rootMargin: "-80px 0px -50% 0px" });
    for (const section of all("main > section")) watch.observe(section);
  }

  // -- findings ----------------------------------------------------------------------------------------------
  const controls = by("controls");
  if (controls) {
    const rules = all("details.rule");
    const texts = rules.map((rule) => rule.textContent.toLowerCase());
    const open = by("all");
    const filter = () => {
      const wanted = new Set(all("input:checked", controls).map((box) => box.value));
      const words = by("search").value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      rules.forEach((rule, index) => {
        const fits = wanted.has(rule.dataset.severity) && words.every((word) => texts[index].includes(word));
        rule.hidden = !fits;
        count += fits;
      });
      by("no-match").hidden = count > 0;
      by("matches").textContent = `${count} of ${rules.length} rules shown`;
    };
    controls.hidden = false;
    controls.addEventListener("input", filter);
    open.addEventListener("click", () => {
      const opening = open.getAttribute("aria-pressed") !== "true";
      for (const rule of rules) rule.open = opening;
      open.setAttribute("aria-pressed", String(opening));
      open.textContent = opening ? "Close all" : "Open all";
    });
  }

  // -- the map -------------------------------------------------------------------------------------------------
  const plot = by("plot");
  if (!plot) return;
  const { files, kinds, points } = JSON.parse(by("points").textContent);
  const [X, Y, KIND, FILE, LINE, PROMPT, CODES] = [0, 1, 2, 3, 4, 5, 6];
  const ring = by("ring"), tip = by("tip"), panel = by("point"), plane = by("plane"), legend = by("legend");
  const shown = new Set(kinds.map((_, kind) => kind));
  const marked = (at) => !/^(plain|group-)/.test(kinds[points[at][KIND]]);
  const titles = new Map(all("li", legend).map((item) => [item.querySelector("input").value, item.querySelector("span").textContent]));
  const { width, height } = plot.viewBox.baseVal;
  let current = -1;

  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  const describe = (at, into) => {
    const point = points[at];
    const where = files.length > 1 ? `${files[point[FILE]]}:${point[LINE]}` : `line ${point[LINE]}`;
    const head = document.createElement("p");
    head.append(element("b", where), ` ${titles.get(kinds[point[KIND]])}${point[CODES] ? ` (${point[CODES]})` : ""}`);
    into.replaceChildren(head);
    if (point[PROMPT]) {
      const body = document.createElement("p");
      body.append(element("bdi", point[PROMPT]));
      into.append(body);
    }
  };
  const go = (at, hovering) => {
    if (at < 0 || (at === current && !hovering)) return;
    current = at;
    const [x, y] = points[at];
    ring.setAttribute("cx", x);
    ring.setAttribute("cy", y);
    ring.removeAttribute("hidden");
    describe(at, panel);
    tip.hidden = !hovering;
    if (!hovering) return;
    describe(at, tip);
    const scale = plane.getBoundingClientRect().width / width;
    tip.style.left = x > width / 2 ? "auto" : `${x * scale + 16}px`;
    tip.style.right = x > width / 2 ? `${(width - x) * scale + 16}px` : "auto";
    tip.style.top = y > height / 2 ? "auto" : `${y * scale + 8}px`;
    tip.style.bottom = y > height / 2 ? `${(height - y) * scale + 8}px` : "auto";
  };
  const leave = () => { tip.hidden = true; };
  const best = (cost) => {
    let found = -1, least = Infinity;
    points.forEach((point, at) => {
      if (!shown.has(point[KIND])) return;
      const value = cost(point, at);
      if (value < least) [found, least] = [at, value];
    });
    return found;
  };
  const under = (event) => {
    const box = plot.getBoundingClientRect(), scale = box.width / width;
    const x = (event.clientX - box.left) / scale, y = (event.clientY - box.top) / scale;
    const near = (point, at) => Math.hypot(point[X] - x, point[Y] - y) - (marked(at) ? 4 : 0);
    const at = best(near);
    return at >= 0 && near(points[at], at) * scale < 18 ? at : -1;
  };
  plot.addEventListener("pointermove", (event) => {
    const at = under(event);
    if (at < 0) leave();
    else go(at, true);
  });
  plot.addEventListener("pointerdown", (event) => { const at = under(event); if (at >= 0) go(at, true); });
  plot.addEventListener("pointerleave", leave);
  plot.addEventListener("blur", () => ring.setAttribute("hidden", ""));
  plot.setAttribute("tabindex", "0");
  const start = () => { const first = points.findIndex((point, at) => shown.has(point[KIND]) && marked(at)); return first < 0 ? best(() => 0) : first; };
  plot.addEventListener("focus", () => { if (current < 0) go(start(), false); else ring.removeAttribute("hidden"); });
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const order = points.map((_, at) => at).filter(marked)
    .sort((a, b) => points[a][KIND] - points[b][KIND] || points[a][FILE] - points[b][FILE] || points[a][LINE] - points[b][LINE]);
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = ways[event.key];
    if (way) {
      event.preventDefault();
      if (current < 0) return go(start(), false);
      const [x, y] = points[current];
      // Along the way counts once, away from it twice; behind does not count.
      return go(best((point, at) => {
        const dx = point[X] - x, dy = point[Y] - y;
        const along = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
        return at === current || along <= 0 || aside > 1.5 * along ? Infinity : along + 2 * aside;
      }), false);
    }
    const step = { n: 1, p: -1 }[event.key.toLowerCase()];
    if (step) {
      event.preventDefault();
      const there = order.filter((at) => shown.has(points[at][KIND]));
      const index = there.indexOf(current);
      if (there.length) go(there[(index < 0 ? (step > 0 ? 0 : there.length - 1) : index + step + there.length) % there.length], false);
    }
    if (event.key === "Escape") plot.blur();
  });
  legend.classList.add("live");
  for (const box of all("input", legend)) box.hidden = false;
  legend.addEventListener("input", (event) => {
    const kind = kinds.indexOf(event.target.value);
    shown[event.target.checked ? "add" : "delete"](kind);
    for (const path of all(".points", plot)) path.classList.toggle("off", !shown.has(kinds.indexOf(path.dataset.kind)));
    if (current >= 0 && !shown.has(points[current][KIND])) { ring.setAttribute("hidden", ""); leave(); current = -1; }
  });
})();
