"use strict";
// Keeps the page of a regression that still runs up to date: loads progress.js again and again.
(() => {
  const STALE_S = 30;  // it is written every second, but for a pause while coverage is merged
  const number = value => value.toLocaleString("en");
  const state = document.getElementById("state");
  let stale = false;

  function set(name, text) {
    const place = document.querySelector(`[data-live="${name}"]`);
    if (place) place.textContent = text;
  }

  function cell(row, label, text, numeric) {
    const made = row.insertCell();
    made.dataset.label = label;
    made.textContent = text;
    if (numeric) made.className = "n";
    return made;
  }

  function rowOf(run) {
    const row = document.createElement("tr");
    Object.assign(row.dataset, { status: run.status, test: run.test, config: run.config, cause: "" });
    const status = document.createElement("span");
    status.className = `status ${run.status}`;
    status.textContent = run.status;
    cell(row, "status", "").append(status);
    cell(row, "test", run.test);
    cell(row, "configuration", run.config);
    cell(row, "seed", run.seed, true);
    cell(row, "seconds", run.seconds.toFixed(1), true);
    cell(row, "simulated ms", run.sim_ms.toFixed(2), true);
    cell(row, "message", run.message);
    const command = document.createElement("span");
    command.className = "command";
    const code = document.createElement("code");
    code.textContent = run.repeat;
    const button = document.createElement("button");
    button.className = "copy";
    button.type = "button";
    button.textContent = "copy";
    button.ariaLabel = `Copy: ${run.repeat}`;
    command.append(code, button);
    cell(row, "repeat", "").append(command);
    return row;
  }

  window.progress = now => {
    if (now.state === "ended") {
      location.reload(); // the page beside it is complete
      return;
    }
    const silent = Date.now() / 1000 - now.time;
    stale = silent > STALE_S;
    const left = now.left === null || now.left === undefined ? "" : `, ${Math.ceil(now.left)} s left`;
    state.textContent = stale
      ? `stopped: no sign of life for ${Math.round(silent)} s`
      : now.state === "running" ? `running: ${number(now.done)} of ${number(now.runs)}${left}` : now.state;
    state.className = `verdict ${stale || now.failed ? "bad" : "warn"}`;
    const bar = document.getElementById("progress");
    bar.ariaValueNow = now.done;
    bar.firstElementChild.style.width = `${100 * now.done / now.runs}%`;
    set("runs", `${number(now.done)} of ${number(now.runs)}`);
    set("passed", number(now.done - now.failed));
    set("failed", number(now.failed));
    set("missing", number(now.runs - now.done));
    set("rate", now.rate.toFixed(2));
    set("seconds", `${Math.round(now.seconds)} s`);
    document.title = `${now.done}/${now.runs}${now.failed ? `, ${now.failed} failed` : ""}`;
    if (!document.activeElement.closest("#all-runs")) page.fill("all-runs", now.latest.map(rowOf));
    const choices = { status: new Set(), test: new Set(), config: new Set() };
    for (const run of now.latest)
      for (const name in choices) choices[name].add(run[name]);
    for (const name in choices) {
      const list = document.querySelector(`form[data-table="all-runs"] [name="${name}"]`);
      const known = new Set([...list.options].map(option => option.value));
      for (const value of choices[name]) if (!known.has(value)) list.add(new Option(value));
    }
  };

  function load() {
    const script = document.createElement("script");
    script.src = `progress.js?${Date.now()}`;
    script.onload = script.onerror = () => {
      script.remove();
      setTimeout(load, stale ? 5000 : 1000);
    };
    document.head.append(script);
  }
  load();
})();
