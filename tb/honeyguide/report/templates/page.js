"use strict";
// Sorts and filters tables, copies commands. The page says everything without it, too.
(() => {
  document.documentElement.classList.add("script");

  // A cell's value: data-value if it has one, a number if it reads like one, else its text.
  function valueOf(row, column) {
    const cell = row.cells[column];
    const text = cell ? cell.dataset.value ?? cell.textContent.trim() : "";
    const number = Number(text.replace(/,/g, "").replace(/%$/, ""));
    return text !== "" && Number.isFinite(number) ? number : text.toLowerCase();
  }

  function compare(a, b) {
    if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b);
    return typeof a === "number" ? -1 : 1;
  }

  function sortBy(table, column, direction) {
    const body = table.tBodies[0];
    const keyed = [...body.rows].map(row => [valueOf(row, column), row]);
    keyed.sort(([a], [b]) => direction * compare(a, b));
    body.append(...keyed.map(([, row]) => row));
  }

  function makeSortable(table) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (head.classList.contains("plain") || !head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const upwards = head.ariaSort !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", upwards ? "ascending" : "descending");
        sortBy(table, column, upwards ? 1 : -1);
      });
    });
  }

  // A row stays if every field that is set fits: the text is in the row, a choice is its data-<name>.
  function apply(form) {
    const table = document.getElementById(form.dataset.table);
    const wanted = [...new FormData(form)].filter(([, value]) => value !== "");
    const words = (form.elements.text.value || "").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = words.every(word => text.includes(word)) &&
        wanted.every(([name, value]) => name === "text" || row.dataset[name] === value);
      row.hidden = !fits;
      shown += fits;
    }
    form.querySelector("output").value = `${shown} of ${rows.length}`;
  }

  // What is chosen stands in the address, so that it can be handed on and survives a reload.
  function remember() {
    const all = new URLSearchParams();
    for (const form of document.querySelectorAll("form.filter"))
      for (const [name, value] of new FormData(form))
        if (value !== "") all.set(`${form.dataset.table}.${name}`, value);
    history.replaceState(null, "", all.size ? `#?${all}` : location.pathname + location.search);
  }

  function recall() {
    const all = new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");
    for (const form of document.querySelectorAll("form.filter"))
      for (const field of form.elements)
        if (field.name) field.value = all.get(`${form.dataset.table}.${field.name}`) ?? "";
  }

  async function copy(button) {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code); // the browser does not let us; Ctrl+C does it
      button.textContent = "selected";
    }
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  }

  const page = {
    // Puts rows into a table in its order, under its filter; for pages that are filled while shown.
    fill(id, rows) {
      const table = document.getElementById(id);
      table.tBodies[0].replaceChildren(...rows);
      const heads = [...table.tHead.rows[0].cells];
      const by = heads.findIndex(head => head.ariaSort);
      if (by >= 0) sortBy(table, by, heads[by].ariaSort === "ascending" ? 1 : -1);
      for (const form of document.querySelectorAll("form.filter"))
        if (form.dataset.table === id) apply(form);
    },
    // Shows only the rows of a table whose data-<name> is a value.
    only(id, name, value) {
      const form = document.querySelector(`form.filter[data-table="${id}"]`);
      form.reset();
      form.elements[name].value = value;
      apply(form);
      remember();
      document.getElementById(id).scrollIntoView();
    },
  };
  window.page = page;

  document.querySelectorAll("table.sort").forEach(makeSortable);
  recall();
  for (const form of document.querySelectorAll("form.filter")) {
    const changed = () => { apply(form); remember(); };
    form.addEventListener("input", changed);
    form.addEventListener("reset", () => setTimeout(changed));
    form.addEventListener("submit", event => event.preventDefault());
    apply(form);
  }
  document.addEventListener("click", event => {
    const button = event.target.closest(".copy");
    if (button) copy(button);
    const only = event.target.closest("[data-only]");
    if (only) page.only(...only.dataset.only.split(" "));
  });
  document.addEventListener("keydown", event => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    const field = document.querySelector("form.filter input");
    if (event.key === "/" && !typing && field) {
      event.preventDefault();
      field.focus();
    }
  });
})();
