/* A searchable list over what works without it: a <select data-combobox>, or an <input data-suggest="address">.
   WAI-ARIA combobox with a listbox: arrows move, Enter or Tab takes, Escape closes, typing filters. */
(() => {
  "use strict";
  const MOST = 12;
  const WAIT = 200;
  let count = 0;

  const plain = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();

  /* 3: a whole word or shortcut; 2: the start of the label; 1: the start of each word typed; 0: no. */
  const rank = (option, typed) => {
    if (option.words.includes(typed)) return 3;
    if (option.plain.startsWith(typed)) return 2;
    const words = `${option.plain} ${option.words.join(" ")}`.split(" ");
    return typed.split(" ").every((one) => words.some((word) => word.startsWith(one))) ? 1 : 0;
  };

  class Combobox {
    constructor(input, search, take) {
      this.input = input;
      this.search = search;
      this.take = take;
      this.options = [];
      this.active = -1;
      this.list = document.createElement("ul");
      this.list.id = `list-${(count += 1)}`;
      this.list.className = "combo-list";
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", input.dataset.listLabel || "Propositions");
      this.list.hidden = true;
      input.after(this.list);
      for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id], ["autocomplete", "off"]]) {
        input.setAttribute(name, value);
      }
      input.addEventListener("input", () => this.look());
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const item = event.target.closest("[role=option]");
        if (item) this.choose(Number(item.dataset.rank));
      });
    }

    async look() {
      const asked = (this.asked = this.input.value);
      const found = await this.search(asked);
      if (asked === this.asked && document.activeElement === this.input) this.show(found);
    }

    show(options) {
      this.options = options.slice(0, MOST);
      this.active = this.options.length && this.input.value.trim() ? 0 : -1;
      this.list.replaceChildren(
        ...this.options.map((option, rank) => {
          const item = document.createElement("li");
          item.id = `${this.list.id}-${rank}`;
          item.dataset.rank = rank;
          item.setAttribute("role", "option");
          item.textContent = option.label;
          if (option.hint) {
            const hint = document.createElement("small");
            hint.textContent = option.hint;
            item.append(" ", hint);
          }
          return item;
        }),
      );
      this.list.hidden = !this.options.length;
      this.input.setAttribute("aria-expanded", String(!this.list.hidden));
      this.mark();
      const said = document.getElementById("announcements");
      if (said) said.textContent = this.options.length ? `${this.options.length} propositions` : "Aucune proposition";
    }

    mark() {
      for (const item of this.list.children) {
        const current = Number(item.dataset.rank) === this.active;
        item.setAttribute("aria-selected", String(current));
        if (current) item.scrollIntoView({ block: "nearest" });
      }
      if (this.active < 0) this.input.removeAttribute("aria-activedescendant");
      else this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    }

    key(event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (this.list.hidden) return this.look();
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.active = (this.active + step + this.options.length) % this.options.length;
        return this.mark();
      }
      if (event.key === "Escape" && !this.list.hidden) {
        event.stopPropagation();
        return this.close();
      }
      if ((event.key === "Enter" || event.key === "Tab") && !this.list.hidden && this.active >= 0) {
        if (event.key === "Enter") event.preventDefault();
        this.choose(this.active);
      }
      return undefined;
    }

    choose(rank) {
      const option = this.options[rank];
      this.input.value = option.label;
      this.asked = option.label;
      this.close();
      this.take(option);
    }

    close() {
      this.list.hidden = true;
      this.active = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));

  /* The <select> stays, hidden: it is what the form sends. */
  const overSelect = (select) => {
    const options = [...select.options]
      .filter((one) => one.value)
      .map((one) => ({ value: one.value, label: one.text, plain: plain(one.text), words: (one.dataset.words || "").split("|").filter(Boolean) }))
      .map((one) => ({ ...one, hint: one.words.filter((word) => word.length < 6 && !word.includes(" ")).slice(0, 3).join(", ").toUpperCase() }));
    const input = document.createElement("input");
    input.type = "text";
    input.className = "form-control";
    input.id = select.id;
    input.placeholder = select.dataset.combobox;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    if (select.getAttribute("aria-invalid")) input.classList.add("is-invalid");
    if (select.value) input.value = select.selectedOptions[0].text;
    select.id = `${select.id}-value`;
    select.hidden = true;
    select.classList.add("d-none");
    const holder = document.createElement("div");
    holder.className = "combo";
    select.after(holder);
    holder.append(input);
    const search = (text) => {
      const typed = plain(text);
      if (!typed) return options;
      return options.map((one) => [rank(one, typed), one]).filter(([found]) => found).sort((a, b) => b[0] - a[0]).map(([, one]) => one);
    };
    const box = new Combobox(input, search, (option) => {
      select.value = option.value;
      changed(select);
    });
    input.addEventListener("click", () => box.show(search("")));
    input.addEventListener("change", (event) => {
      event.stopPropagation();
      const exact = options.find((one) => one.plain === plain(input.value) || one.words.includes(plain(input.value)));
      if (exact) input.value = exact.label;
      select.value = exact ? exact.value : "";
      changed(select);
    });
  };

  /* Suggestions come from the server as the <option>s of a list; an INSEE code that begins with 99 is a country. */
  const ABROAD = /\(99\d{3}\)$/;
  const suggestions = async (address, text) => {
    const answer = await fetch(`${address}?${new URLSearchParams({ q: text })}`);
    if (!answer.ok) return [];
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...page.querySelectorAll("option")].map((one) => ({ label: one.value, hint: one.textContent.trim() }));
  };
  const overInput = (input) => {
    const holder = document.createElement("div");
    holder.className = "combo";
    input.before(holder);
    holder.append(input);
    let timer = 0;
    const search = (text) =>
      new Promise((resolve) => {
        clearTimeout(timer);
        if (text.trim().length < 2) return resolve([]);
        timer = setTimeout(async () => resolve(await suggestions(input.dataset.suggest, text)), WAIT);
        return undefined;
      });
    const tell = () => input.dispatchEvent(new CustomEvent("place", { bubbles: true, detail: { foreign: ABROAD.test(input.value) } }));
    new Combobox(input, search, () => {
      tell();
      changed(input);
    });
    input.addEventListener("change", tell);
  };

  const enhance = (root) => {
    for (const select of root.querySelectorAll("select[data-combobox]:not([hidden])")) overSelect(select);
    for (const input of root.querySelectorAll("input[data-suggest]:not([role])")) overInput(input);
  };
  document.addEventListener("DOMContentLoaded", () => enhance(document));
  document.addEventListener("htmx:afterSettle", (event) => enhance(event.target));
})();
