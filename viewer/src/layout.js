// The parts of the page: what it is about, the stage, what stands beside it, and time below.
import { element } from "./dom.js";

/** Lays the page out and returns its parts; `turned` is called when another tab is shown. */
export function layout(root, episode, turned) {
  const parts = { stage: element("main", "stage"), tools: element("div", "tools"), parts: element("span", "pill") };
  const side = element("aside", "side");
  const bottom = element("footer", "bottom");
  Object.assign(parts, tabs(side, turned));
  parts.player = element("div", "player");
  parts.timeline = element("div", "timeline");
  bottom.append(parts.player, parts.timeline);
  root.append(header(episode, parts.parts), parts.stage, side, bottom);
  return parts;
}

function header(episode, parts) {
  const top = element("header", "top");
  const titles = element("div", "titles");
  titles.append(element("h1", "", episode.world.replace(/-v\d+$/, "").replace(/.*:/, "").replaceAll("_", " ")));
  titles.append(element("p", "", episode.purpose));
  const facts = element("div", "facts");
  const pill = (text, kind = "") => facts.append(element("span", `pill ${kind}`, text));
  const { success } = episode.outcome;
  if (Object.keys(episode.weights).length) facts.append(parts);
  if (episode.failure) pill(`broken off: ${episode.failure}`, "bad");
  else if (typeof success === "boolean") pill(success ? "success" : "no success", success ? "good" : "bad");
  if (episode.outcome.winner) pill(`${episode.outcome.winner} won`, "good");
  for (const reason of new Set(Object.values(episode.endings).map(([, each]) => each))) pill(reason);
  pill(`seed ${episode.seed}`);
  top.append(titles, facts);
  return top;
}

function tabs(side, turned) {
  const [agents, lines, bar] = [element("div", "agents"), element("div", "lines"), element("nav", "tabs")];
  const tab = (text, shown, hidden) => {
    const button = element("button", "", text);
    button.onclick = () => {
      [shown.hidden, hidden.hidden] = [false, true];
      for (const each of bar.children) each.classList.toggle("on", each === button);
      turned();
    };
    bar.append(button);
    return button;
  };
  tab("Agents", agents, lines).classList.add("on");
  const story = tab("Story", lines, agents);
  lines.hidden = true;
  side.append(bar, agents, lines);
  return { agents, lines, story };
}
