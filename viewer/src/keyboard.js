// What the keys do.

/** Listens; `tools` are the keys of the scene, letter to button. */
export function listen(replay, tools) {
  const { episode } = replay;
  const names = Object.keys(episode.colours);
  const marks = [...new Set([0, ...episode.turns.map((turn) => turn.at), replay.length])].sort((a, b) => a - b);
  const acts = {
    " ": () => (replay.playing ? replay.pause() : replay.play()),
    arrowright: () => replay.seek(replay.time + 1),
    arrowleft: () => replay.seek(replay.time - 1),
    ".": () => replay.seek(marks.find((at) => at > replay.time + 1e-3)),
    ",": () => replay.seek(marks.findLast((at) => at < replay.time - 1e-3)),
    home: () => replay.seek(0),
    end: () => replay.seek(replay.length),
    "+": () => replay.player.shift(1),
    "-": () => replay.player.shift(-1),
    0: () => replay.view("", false),
    e: () => replay.view(replay.chosen || names[0], !replay.eyes),
    ...Object.fromEntries(Object.entries(tools).map(([key, button]) => [key, () => button.click()])),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /SELECT|TEXTAREA/.test(event.target.tagName)) return;
    const key = event.key.toLowerCase();
    const name = names[Number(key) - 1];
    // A button that has the focus is pressed by the space bar, not the film.
    if (key === " " && event.target.tagName === "BUTTON") return;
    if (name) replay.view(name, replay.eyes);
    else if (acts[key]) acts[key]();
    else return;
    event.preventDefault();
  });
}
