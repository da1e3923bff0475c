// Pieces of SVG.

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG element with these attributes (and text) at the end of `parent`; null: nowhere yet. */
export function make(parent, name, attributes = {}, text) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

/** Sets what differs: an attribute set to what it was is painted again all the same. */
export function set(element, attributes) {
  for (const key in attributes) if (element.getAttribute(key) !== attributes[key]) element.setAttribute(key, attributes[key]);
}
