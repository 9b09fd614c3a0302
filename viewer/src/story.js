// The story line by line: words with who heard them, events, parts of the task, rewards.
import { coloured, element, signed } from "./dom.js";

export class Story {
  constructor(root, episode, replay) {
    this.root = root;
    this.lines = told(episode).map((line) => {
      const row = element("button", `line ${line.kind}`);
      const who = element("b", "", line.who || "");
      if (line.who) coloured(who, episode.colours[line.who] || [120, 120, 120]);
      const text = element("span", "text");
      text.append(who, document.createTextNode(` ${line.text} `), element("small", "", line.note));
      row.append(element("time", "", episode.clock(line.at)), text);
      row.onclick = () => replay.seek(line.at);
      root.append(row);
      return { at: line.at, row };
    });
    if (!this.lines.length) root.append(element("p", "empty", "Nobody spoke, and nothing happened."));
    this.last = null;
  }

  /** Its tab has come up: the line of now is brought into sight. */
  turned(time) {
    this.last = null;
    this.show(time);
  }

  show(time) {
    const place = this.lines.findLastIndex(({ at }) => at <= time + 1e-6);
    if (place === this.last) return;
    this.last = place;
    this.lines.forEach(({ row }, number) => {
      row.classList.toggle("later", number > place);
      row.classList.toggle("now", number === place);
    });
    const row = this.lines[Math.max(0, place)]?.row;
    if (row && this.root.offsetParent) this.root.scrollTop = row.offsetTop - this.root.clientHeight / 2;
  }
}

/** Everything that is told, in the order of time: {at, who, kind, text, note}. */
function told(episode) {
  const lines = [
    ...episode.speech.map(([at, who, text, way, hearers]) => ({ at, who, kind: "speech", text, note: heard(way, hearers) })),
    ...episode.events.map(([at, kind, who, text]) => ({ at, who, kind: "event", text: kind, note: text })),
    ...episode.subgoals.map(([at, name, is, who]) => (
      { at, who, kind: is ? "done" : "undone", text: name, note: is ? "done" : "undone" })),
    ...episode.rewards.map(([at, who, amount, parts]) => (
      { at, who, kind: amount < 0 ? "reward minus" : "reward", text: signed(amount), note: Object.keys(parts).join(", ") })),
  ];
  return lines.sort((one, other) => one.at - other.at);
}

function heard(way, hearers) {
  if (way === "to") return hearers.length ? `to ${hearers.join(", ")}` : "";
  return `${way === "talk" ? "" : `${way}, `}${hearers.length ? `heard by ${hearers.join(", ")}` : "heard by nobody"}`;
}
