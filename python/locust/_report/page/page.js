"use strict";
(() => {
  const readouts = JSON.parse(document.getElementById("readouts").textContent);
  const element = (name, style, text) => {
    const made = document.createElement(name);
    made.className = style || "";
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // The theme: the system's, until the reader chooses the other one.
  const root = document.documentElement;
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const button = document.getElementById("theme");
  const label = () => { button.textContent = dark() ? "Light" : "Dark"; };
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; label(); });
  label();

  const spoken = document.getElementById("spoken");

  // Plots: what the values are under the pointer, or where the arrow keys have moved.
  for (const [key, readout] of Object.entries(readouts)) {
    const area = document.getElementById("plot-" + key);
    if (!area || !readout.x.length) continue;
    const cursor = element("div", "cursor"), box = element("div", "readout");
    let at = -1;
    const hide = () => { cursor.remove(); box.remove(); at = -1; };
    const show = (index) => {
      at = Math.max(0, Math.min(index, readout.x.length - 1));
      cursor.style.left = readout.x[at] * 100 + "%";
      box.replaceChildren(element("p", "", readout.titles[at]));
      readout.series.forEach((series, number) => {
        if (area.querySelectorAll("g")[number].classList.contains("off")) return;
        const row = element("div"), name = element("span", "", series.label);
        name.style.setProperty("--c", series.colour);
        row.append(name, element("b", "", series.texts[at]));
        box.append(row);
      });
      const right = readout.x[at] > 0.5;
      box.style.left = right ? "auto" : `calc(${readout.x[at] * 100}% + .75rem)`;
      box.style.right = right ? `calc(${(1 - readout.x[at]) * 100}% + .75rem)` : "auto";
      area.append(cursor, box);
    };
    const nearest = (event) => {
      const place = area.getBoundingClientRect();
      const x = (event.clientX - place.left) / place.width;
      let best = 0;
      readout.x.forEach((stop, index) => { if (Math.abs(stop - x) < Math.abs(readout.x[best] - x)) best = index; });
      show(best);
    };
    area.addEventListener("pointermove", nearest);
    area.addEventListener("pointerdown", nearest);
    area.addEventListener("pointerleave", hide);
    area.addEventListener("blur", hide);
    area.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      show(at < 0 ? (step > 0 ? 0 : readout.x.length - 1) : at + step);
      spoken.textContent = [...box.children].map((row) => row.innerText.replaceAll("\n", " ")).join(", ");
    });
  }

  // Legends that switch their series.
  for (const entry of document.querySelectorAll(".legend button")) {
    entry.addEventListener("click", () => {
      const on = entry.getAttribute("aria-pressed") !== "true";
      entry.setAttribute("aria-pressed", on);
      document.getElementById("plot-" + entry.dataset.plot).querySelectorAll("g")[entry.dataset.series].classList.toggle("off", !on);
    });
  }

  // Charts of which one is shown.
  for (const select of document.querySelectorAll(".choice select")) {
    select.hidden = false;
    const choose = () => { for (const option of select.options) document.getElementById(option.value).hidden = !option.selected; };
    select.addEventListener("change", choose);
    choose();
  }

  // Tables: numbers from the largest, text from A.
  for (const table of document.querySelectorAll("table.sortable")) {
    table.querySelectorAll("th button").forEach((head) => head.addEventListener("click", () => {
      const column = head.closest("th"), number = column.cellIndex, numeric = column.classList.contains("number");
      const before = column.getAttribute("aria-sort");
      const down = before ? before === "ascending" : numeric;
      for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
      column.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => numeric ? Number(row.cells[number].dataset.value) : row.cells[number].textContent;
      const compare = (a, b) => numeric ? a - b : a.localeCompare(b, undefined, { numeric: true });
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort((a, b) => compare(value(a), value(b)) * (down ? -1 : 1)));
    }));
  }

  // On paper nothing can be unfolded.
  addEventListener("beforeprint", () => { for (const folded of document.querySelectorAll("details")) folded.open = true; });
})();
