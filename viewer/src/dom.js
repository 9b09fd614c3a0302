// Small pieces of the page. What agents wrote only ever becomes text, never markup.

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
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

export function clock(seconds) {
  const whole = Math.max(0, seconds);
  const minutes = Math.floor(whole / 60);
  return `${minutes}:${(whole - 60 * minutes).toFixed(1).padStart(4, "0")}`;
}

export function signed(amount) {
  return `${amount < 0 ? "\u2212" : "+"}${Math.abs(Math.round(amount * 1000) / 1000)}`;
}
