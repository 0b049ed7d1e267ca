/* Comfort only: every page works without it (WebAuthn pages aside, which need the browser's API). */
(() => {
  "use strict";
  const SENDING = "Envoi…";
  const NO_BREAK = "\u00a0";

  /* A second click on a posted form does nothing; the button comes back with the page (back button, download). */
  const restore = (button) => {
    button.disabled = false;
    button.style.minWidth = "";
    button.textContent = "";
    button.append(...button.parts);
  };
  const hold = (button) => {
    button.parts = [...button.childNodes];
    button.style.minWidth = `${button.offsetWidth}px`; // or the second click would fall on the neighbour: « Annuler »
    button.textContent = SENDING;
    button.disabled = true;
    button.dataset.held = "";
  };
  const release = () => {
    for (const button of document.querySelectorAll("[data-held]")) {
      delete button.dataset.held;
      restore(button);
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (event.defaultPrevented || form.method !== "post" || !button || form.matches("[data-stays], [hx-post], [hx-put]")) return;
    if (button.matches("[hx-post], [hx-get], [data-stays]")) return;
    setTimeout(() => hold(button));
  });
  window.addEventListener("pageshow", release);

  /* Copy: <button type="button" data-copy="id of the text" hidden>. */
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText((source.value || source.innerText.trim()).replaceAll(NO_BREAK, " "));
    const said = document.getElementById("announcements");
    if (said) said.textContent = "Copié.";
    const before = [...button.childNodes];
    button.textContent = "Copié";
    setTimeout(() => button.replaceChildren(...before), 2000);
  };
  /* French punctuation stays on the line of its word, however narrow the screen. */
  const bind = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const bound = text.data.replace(/ (?=[:;?!»])|(?<=«) /g, NO_BREAK);
      if (bound !== text.data && !text.parentElement.closest("script, style, textarea")) text.data = bound;
    }
  };
  const prepare = (root) => {
    bind(root);
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
  };

  document.addEventListener("click", (event) => {
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    const closer = event.target.closest("[data-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
    const printer = event.target.closest("[data-print]");
    if (printer) window.print();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  /* <form data-auto-submit>: a choice applies at once; the button stays for typed text. */
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-auto-submit]") && event.target.matches("select, [type=checkbox], [type=radio]")) {
      form.requestSubmit();
    }
  });

  /* An error summary takes the focus; its links reach the field, or the first of a group. */
  const summary = (root) => root.querySelector(".error-summary");
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    const field = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
    (field || target).focus();
    (field || target).scrollIntoView({ block: "center" });
  });

  /* The key or the browser refused: say so in French (allauth only writes to the console). */
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const place = document.getElementById("key-error");
    if (place) place.hidden = false;
    if (place) place.focus();
  });

  document.addEventListener("DOMContentLoaded", () => {
    prepare(document.body);
    const found = summary(document);
    if (found) found.focus();
  });
  /* A fragment that could not be had: sign in again when the session ended, else say so. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const reached = new URL(event.detail.xhr.responseURL || location.href);
    if (!reached.pathname.startsWith("/compte/login/")) return;
    event.detail.shouldSwap = false;
    location.assign(`${reached.pathname}?next=${encodeURIComponent(location.pathname + location.search)}`);
  });
  const failed = () => {
    const said = document.createElement("div");
    said.className = "notice notice-danger";
    said.textContent = "La page n'a pas pu être mise à jour. Vérifiez votre connexion, rechargez la page, puis recommencez.";
    document.getElementById("messages")?.replaceChildren(said);
  };
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
})();
