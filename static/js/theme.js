// Light or dark: the reader's own choice, remembered. A plain script before the first paint, so that nothing flashes.
// Buttons: [data-theme-choice="auto|light|dark"], and [data-theme-switch], which goes round.

(() => {
  const root = document.documentElement;
  if (root.dataset.theme === "projector") return;
  const order = ["auto", "light", "dark"];
  const stored = () => {
    try {
      return localStorage.getItem("podium-theme");
    } catch {
      return null; // storage may be refused; then nothing is remembered
    }
  };

  function choose(name) {
    root.dataset.theme = name;
    try {
      localStorage.setItem("podium-theme", name);
    } catch {
      // as above
    }
    show();
  }

  function show() {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === root.dataset.theme));
    }
  }

  if (order.includes(stored())) root.dataset.theme = stored();
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) choose(choice.dataset.themeChoice);
    else if (event.target.closest("[data-theme-switch]")) {
      const dark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
      choose(dark ? "light" : "dark");
    }
  });
})();
