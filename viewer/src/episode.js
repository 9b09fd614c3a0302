// The episode as the page holds it, and how its time is told.

export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const episode = JSON.parse(await new Response(stream).text());
  episode.clock = episode.unit === "steps" ? (time) => `step ${Math.floor(time + 1e-6)}` : clock;
  return episode;
}

function clock(seconds) {
  const whole = Math.max(0, seconds);
  const minutes = Math.floor(whole / 60);
  return `${minutes}:${(whole - 60 * minutes).toFixed(1).padStart(4, "0")}`;
}

/** Which parts of the task are done at a time: name to [when, by whom]. */
export function done(episode, time) {
  const found = new Map();
  for (const [at, name, is, by] of episode.subgoals) {
    if (at > time + 1e-6) continue;
    if (is) found.set(name, [at, by]);
    else found.delete(name);
  }
  return found;
}
