// The page of a replay: unpacks the episode that stands in the page, and shows it.
import { unpacked } from "./episode.js";
import { Replay } from "./replay.js";
import style from "./page.css";

const sheet = document.createElement("style");
sheet.textContent = style;
document.head.append(sheet);
window.replay = { ready: false };
unpacked(document.getElementById("episode").textContent).then((episode) => {
  const made = new Replay(document.getElementById("replay"), episode);
  Object.assign(made, { ready: true });
  window.replay = made;
});
