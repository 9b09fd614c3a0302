// What was so at a moment, from the few moments that the page holds.

/** The place of the last key at or before a time; -1: the time is before all. */
export function before(track, time) {
  let low = 0;
  let high = track.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track[middle][0] <= time + 1e-9) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The key of a moment, its first `numbers` entries on the line between two keys; null: absent. */
export function between(track, time, numbers) {
  const place = Math.max(0, before(track, time));
  const key = track[place];
  if (key === undefined || key.length === 1) return null;
  const next = track[place + 1];
  if (!next || next.length === 1 || time <= key[0]) return key;
  const part = Math.min(1, (time - key[0]) / (next[0] - key[0]));
  const found = key.slice();
  for (let each = 1; each < numbers; each++) found[each] = key[each] + part * (next[each] - key[each]);
  return found;
}

/** Whether a door stands open, or a thing is on. */
export function state(track, time, first) {
  if (!track) return first;
  const place = before(track, time);
  return place < 0 ? first : track[place][1];
}

/** The same between 0 and 1: a door takes half a second to open or shut. */
export function eased(track, time, first) {
  const now = state(track, time, first) ? 1 : 0;
  if (!track) return now;
  const place = before(track, time);
  if (place < 1 && !(place === 0 && track[0][1] !== first)) return now;
  const part = Math.min(1, (time - track[place][0]) / 0.5);
  return now ? part * (2 - part) : 1 - part * (2 - part);
}
