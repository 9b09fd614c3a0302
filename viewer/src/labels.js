// Names over heads, words in bubbles, names of things and places: as page elements, so that they are sharp.
import * as THREE from "three";
import { css, element } from "./dom.js";

const HOLD = 3;
const A_LETTER = 0.06;
const FADE = 0.6;
const NAMED = new Set(["pick", "lever", "switch", "heavy", "cart", "talk"]);

/** Seconds that words stay to be read. */
export function lasting(text) {
  return HOLD + A_LETTER * text.length;
}

export class Labels {
  constructor(layer, stage, episode) {
    Object.assign(this, { layer, stage, episode, wanted: true });
    this.people = new Map();
    for (const name of stage.people.keys()) {
      const label = element("div", "label person");
      const tag = element("span", "tag", name);
      tag.style.setProperty("--own", css(episode.colours[name] || [120, 120, 120]));
      const bubble = element("div", "bubble");
      label.append(bubble, tag);
      layer.append(label);
      this.people.set(name, { label, tag, bubble, words: "" });
    }
    this.things = stage.things.filter((thing) => thing.can.some((each) => NAMED.has(each))).map((thing) => (
      { thing, label: this.add("thing", thing.name) }));
    this.places = stage.places.filter((place) => !/^(crossing|stairs)$/.test(place.kind)).map((place) => {
      const corners = place.o.length / 2;
      let [x, y] = [0, 0];
      for (let each = 0; each < corners; each++) {
        x += place.o[2 * each] / corners;
        y += place.o[2 * each + 1] / corners;
      }
      return { place, at: new THREE.Vector3(x, y, place.z + 0.05 + place.rise / 2), label: this.add("place", place.name) };
    });
    this.caption = element("div", "caption");
    layer.append(this.caption);
  }

  add(kind, text) {
    const label = element("div", `label ${kind}`, text);
    this.layer.append(label);
    return label;
  }

  /** What somebody is saying at a time; the last words count. */
  words(name, time) {
    let found = null;
    for (const said of this.episode.speech) {
      if (said[0] > time + 1e-6) break;
      if (said[1] === name && time < said[0] + lasting(said[2])) found = said;
    }
    return found;
  }

  /** Whether an eye sees the head or the middle of a body. */
  seen(eye, key) {
    const high = key[6] === "lying" ? [0.2] : [1.6, 0.9];
    return high.some((each) => this.stage.clear(eye, new THREE.Vector3(key[1], key[2], key[3] + each)));
  }

  show(camera, time, cut, eyes) {
    const [width, height] = [this.layer.clientWidth, this.layer.clientHeight];
    const taken = [];
    const free = (box) => taken.every((each) => (
      box[0] > each[2] || box[2] < each[0] || box[1] > each[3] || box[3] < each[1]));
    const project = (spot) => {
      const point = spot.clone().project(camera);
      if (point.z > 1 || point.z < -1) return null;
      return [((point.x + 1) * width) / 2, ((1 - point.y) * height) / 2];
    };
    const eye = camera.position;
    const captions = [];
    const placed = [];
    for (const [name, { label, bubble, tag }] of this.people) {
      const key = this.stage.people.get(name).at;
      const said = this.words(name, time);
      if (said) {
        const way = said[3] === "talk" ? "" : `${said[3]}: `;
        bubble.replaceChildren(...(way ? [element("i", "", way)] : []), document.createTextNode(said[2]));
        bubble.style.opacity = Math.min(1, (said[0] + lasting(said[2]) - time) / FADE);
        bubble.className = `bubble ${said[3] === "whisper" ? "whisper" : said[3] === "shout" ? "shout" : ""}`;
      }
      bubble.hidden = !said;
      const high = key && key[6] === "lying" ? 0.6 : 2.02;
      const spot = key && new THREE.Vector3(key[1], key[2], key[3] + high);
      const point = spot && name !== eyes && project(spot);
      const near = point && point[0] > -20 && point[0] < width + 20 && point[1] > 0 && point[1] < height + 60;
      label.hidden = !near || (eyes && !this.seen(eye, key));
      if (said && label.hidden) captions.push([name, said]);
      if (label.hidden) continue;
      const dim = key[3] > cut - 0.02;
      tag.classList.toggle("dim", dim);
      const x = Math.min(width - 40, Math.max(40, point[0]));
      placed.push({ name, label, x, y: point[1], half: Math.max(tag.offsetWidth, said ? bubble.offsetWidth : 0) / 2 + 2,
        high: label.offsetHeight + 2 });
      label.style.zIndex = String(10000 - Math.round(eye.distanceTo(spot) * 10));
    }
    // The lowest stays over its head; those that it would hide move up.
    placed.sort((one, other) => other.y - one.y);
    for (const { label, x, half, high, ...each } of placed) {
      let { y } = each;
      const box = () => [x - half, y - high, x + half, y];
      for (let tries = 0; tries < 6 && !free(box()); tries++) {
        y = Math.min(...taken.filter((t) => x - half <= t[2] && x + half >= t[0] && y - high <= t[3] && y >= t[1])
          .map((t) => t[1])) - 2;
      }
      taken.push(box());
      label.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -100%)`;
    }
    this.caption.replaceChildren(...captions.map(([name, said]) => {
      const line = element("div", "words");
      const who = element("b", "", name);
      who.style.color = css(this.episode.colours[name] || [200, 200, 200]);
      line.append(who, document.createTextNode(` ${said[3] === "talk" ? "" : `(${said[3]}) `}${said[2]}`));
      line.style.opacity = Math.min(1, (said[0] + lasting(said[2]) - time) / FADE);
      return line;
    }));
    const reach = this.stage.bounds.radius * 3.2;
    const things = () => this.things.forEach(({ thing, label }) => {
      const spot = thing.group.position.clone();
      spot.z += thing.size[2] + 0.14;
      const point = this.wanted && thing.group.visible && eye.distanceTo(spot) < (eyes ? 9 : 30)
        && (!eyes || this.stage.clear(eye, spot)) && project(spot);
      this.put(label, point, taken, free, 1);
    });
    const places = () => this.places.forEach(({ at, label, place }) => {
      const point = this.wanted && !eyes && place.z < cut - 0.02 && eye.distanceTo(at) < reach && project(at);
      this.put(label, point, taken, free, 0.5);
    });
    things();
    places();
  }

  put(label, point, taken, free, anchor) {
    const size = (label.size ??= [label.textContent.length * 6.4 + 10, 16]);
    const box = point && [point[0] - size[0] / 2, point[1] - size[1] * anchor, point[0] + size[0] / 2, point[1] + size[1]];
    const seen = box && free(box) && box[0] > 0 && box[2] < this.layer.clientWidth && box[1] > 0;
    label.hidden = !seen;
    if (!seen) return;
    taken.push(box);
    label.style.transform = `translate(${point[0].toFixed(1)}px, ${point[1].toFixed(1)}px) translate(-50%, -${anchor * 100}%)`;
  }
}
