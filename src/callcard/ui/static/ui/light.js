// Light or dark, before anything is painted. Not a module: those run too late.
(() => {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = root.dataset.light;
    root.dataset.bsTheme = chosen === "auto" ? (device.matches ? "dark" : "light") : chosen;
  };
  device.addEventListener("change", apply);
  new MutationObserver(apply).observe(root, { attributeFilter: ["data-light"] });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
  apply();
})();
