/* Comfort of the arrival page: the searched name fills the form, Enter goes on to the people found. */
(() => {
  "use strict";
  const form = document.getElementById("arrival");
  if (!form) return;

  const fill = () => {
    const fresh = form.querySelector("#who [data-birth-name]");
    if (!fresh) return;
    for (const [name, value] of [["birth_name", fresh.dataset.birthName], ["first_names", fresh.dataset.firstNames]]) {
      const field = form.elements[name];
      if (!field.value || field.value === field.filled) field.value = field.filled = value;
    }
  };

  let entered = false;
  document.addEventListener("submit", (event) => {
    if (event.target.id === "search") entered = true;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "who") return;
    fill();
    const said = document.getElementById("announcements");
    const found = form.querySelector("#who legend");
    if (said && found) said.textContent = found.textContent;
    const first = form.querySelector("#who input[type=radio]:checked, #who input[type=radio]");
    if (entered && first) first.focus();
    entered = false;
  });

  /* The town is asked of those born abroad only. */
  const town = document.getElementById("town");
  const show = (foreign) => {
    if (town) town.hidden = !foreign;
  };
  if (town && !town.querySelector("input").value && !("foreign" in town.dataset)) show(false);
  form.addEventListener("place", (event) => show(event.detail.foreign));
})();
