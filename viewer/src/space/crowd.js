// Room for labels: where a point of the scene is on the page, and what is still free there.

export class Crowd {
  constructor(camera, width, height) {
    Object.assign(this, { camera, width, height, taken: [] });
  }

  /** Where a point is on the page, pixels; null: behind the eye. */
  project(spot) {
    const point = spot.clone().project(this.camera);
    if (point.z > 1 || point.z < -1) return null;
    return [((point.x + 1) * this.width) / 2, ((1 - point.y) * this.height) / 2];
  }

  /** Whether a point is on the page, or hardly off it. */
  holds([x, y]) {
    return x > -20 && x < this.width + 20 && y > 0 && y < this.height + 60;
  }

  isFree(box) {
    return this.taken.every((each) => box[0] > each[2] || box[2] < each[0] || box[1] > each[3] || box[3] < each[1]);
  }

  /** Puts a label of a size over a point if there is room; `anchor`: which part of it is over the point. */
  put(label, point, [wide, high], anchor) {
    const box = point && [point[0] - wide / 2, point[1] - high * anchor, point[0] + wide / 2, point[1] + high * (1 - anchor)];
    const seen = box && this.isFree(box) && box[0] > 0 && box[2] < this.width && box[1] > 0 && box[3] < this.height;
    label.hidden = !seen;
    if (!seen) return;
    this.taken.push(box);
    move(label, point[0], point[1], anchor);
  }

  /** Puts a label over a point, or higher where it would hide another; `shift`: how far its middle is from the point. */
  stack(label, x, y, half, high, shift = 0) {
    const box = () => [x + shift - half, y - high, x + shift + half, y];
    for (let tries = 0; tries < 8 && !this.isFree(box()); tries++) {
      const [left, top, right, bottom] = box();
      y = Math.min(...this.taken.filter((t) => left <= t[2] && right >= t[0] && top <= t[3] && bottom >= t[1]).map((t) => t[1])) - 2;
    }
    y = Math.max(y, high);
    this.taken.push(box());
    move(label, x, y, 1);
  }
}

function move(label, x, y, anchor) {
  label.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -${anchor * 100}%)`;
}
