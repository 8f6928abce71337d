/** An element with these properties and, under `data`, data-* attributes; `children` are elements or text. */
export function element(tag, { data = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, data);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function icon(name) {
  const made = element("i", { className: `icon icon-${name}` });
  made.ariaHidden = "true";
  return made;
}
