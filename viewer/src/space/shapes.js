// Outlines on the ground: flat lists of corners, x and y in turn, counter-clockwise.

export function inside(outline, x, y) {
  return sides(outline).every(([ax, ay, bx, by]) => (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -1e-9);
}

/** Whether a straight line goes through an upright prism: cut by each side in turn, then by its two ends. */
export function crosses(outline, low, high, from, to) {
  let [enter, leave] = [0, 1];
  const [dx, dy, dz] = [to.x - from.x, to.y - from.y, to.z - from.z];
  const within = (distance, speed) => {
    if (Math.abs(speed) < 1e-12) return distance >= 0;
    if (speed > 0) enter = Math.max(enter, -distance / speed);
    else leave = Math.min(leave, -distance / speed);
    return enter < leave;
  };
  return sides(outline).every(([ax, ay, bx, by]) => {
    const [ex, ey] = [bx - ax, by - ay];
    return within(ex * (from.y - ay) - ey * (from.x - ax), ex * dy - ey * dx);
  }) && within(from.z - low, dz) && within(high - from.z, -dz);
}

export function middle(outline) {
  const count = outline.length / 2;
  const sum = (first) => outline.reduce((total, value, each) => (each % 2 === first ? total + value : total), 0);
  return [sum(0) / count, sum(1) / count];
}

export function bounds(shapes) {
  const [xs, ys] = [0, 1].map((first) => shapes.flatMap(({ o }) => o.filter((_, each) => each % 2 === first)));
  const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  const [west, east, south, north] = [least(xs), most(xs), least(ys), most(ys)];
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  return { west, east, south, north, x, y, radius: Math.hypot(east - west, north - south) / 2 };
}

export function box(width, depth) {
  const [x, y] = [width / 2, depth / 2];
  return [-x, -y, x, -y, x, y, -x, y];
}

export function round(radius, corners = 20) {
  return Array.from({ length: corners }, (_, each) => (2 * Math.PI * each) / corners)
    .flatMap((angle) => [radius * Math.cos(angle), radius * Math.sin(angle)]);
}

const known = new WeakMap();

function sides(outline) {
  const count = outline.length / 2;
  const made = known.get(outline) ?? Array.from({ length: count }, (_, each) => {
    const next = (each + 1) % count;
    return [outline[2 * each], outline[2 * each + 1], outline[2 * next], outline[2 * next + 1]];
  });
  known.set(outline, made);
  return made;
}
