/* Comfort of the batch table: an answer never lands on a cell being typed in. */
(() => {
  "use strict";
  document.addEventListener("input", (event) => {
    const lines = document.getElementById("lines");
    if (lines && lines.contains(event.target)) window.htmx.trigger(lines, "htmx:abort");
  });
})();
