"use strict";
for (const box of document.querySelectorAll("[data-table]")) {
  const table = box.querySelector("table");
  const body = table.tBodies[0];
  const tools = box.querySelector(".tools");
  const search = tools.querySelector("input");
  const size = tools.querySelector("select");
  const [before, after] = tools.querySelectorAll(".pager button");
  const count = tools.querySelector(".count");
  const rows = Array.from(body.rows);
  const words = rows.map((row) => row.textContent.toLowerCase());
  let order = rows.map((_, place) => place);
  let page = 0;
  tools.hidden = false;

  const show = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = order.filter((place) => wanted.every((word) => words[place].includes(word)));
    const each = Number(size.value) || found.length || 1;
    const last = Math.max(0, Math.ceil(found.length / each) - 1);
    page = Math.min(page, last);
    const shown = found.slice(page * each, (page + 1) * each);
    for (const row of rows) row.hidden = true;
    for (const place of shown) {
      rows[place].hidden = false;
      body.append(rows[place]);
    }
    before.disabled = page === 0;
    after.disabled = page === last;
    const first = found.length ? page * each + 1 : 0;
    count.textContent = `${first}–${page * each + shown.length} of ${found.length}` +
      (found.length < rows.length ? ` found, ${rows.length} in all` : "");
  };

  const value = (place, column) => {
    const cell = rows[place].cells[column];
    const number = cell.dataset.value;
    if (number === undefined) return cell.textContent;
    return number === "" ? Infinity : Number(number);
  };

  table.querySelectorAll("thead button").forEach((button, column) => {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const natural = rows[0] && rows[0].cells[column].dataset.value === undefined;
      order = rows.map((_, place) => place);
      order.sort((one, other) => {
        const [a, b] = [value(one, column), value(other, column)];
        if (!natural && (a === Infinity || b === Infinity)) return a === b ? 0 : a < b ? -1 : 1;
        const less = natural ? a.localeCompare(b, undefined, { numeric: true }) : a - b;
        return up ? less : -less;
      });
      page = 0;
      show();
    });
  });
  search.addEventListener("input", () => { page = 0; show(); });
  size.addEventListener("change", () => { page = 0; show(); });
  before.addEventListener("click", () => { page -= 1; show(); });
  after.addEventListener("click", () => { page += 1; show(); });
  show();
}
addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll("details")) box.open = true;
});
