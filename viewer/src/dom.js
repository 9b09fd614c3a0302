// Small pieces of the page. What agents wrote only ever becomes text, never markup.

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** The same in somebody's colour. */
export function coloured(made, colour) {
  made.style.setProperty("--own", css(colour));
  return made;
}

export function drawn(tag, attributes, parent) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent?.append(made);
  return made;
}

/** A small picture of 16 by 16. */
export function icon(path) {
  const svg = drawn("svg", { width: 16, height: 16, viewBox: "0 0 16 16", fill: "currentColor", "aria-hidden": "true" });
  drawn("path", { d: path }, svg);
  return svg;
}

export function css(colour) {
  return `rgb(${colour.map(Math.round).join(" ")})`;
}

export function signed(amount) {
  return `${amount < 0 ? "\u2212" : "+"}${Math.abs(Math.round(amount * 1000) / 1000)}`;
}
