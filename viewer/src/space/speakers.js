// Names over heads with what they are doing, and their words in bubbles; who is out of sight has its words below.
import * as THREE from "three";
import { coloured, css, element } from "../dom.js";

const HOLD = 3;
const A_LETTER = 0.06;
const FADE = 0.6;
const MARGIN = 4;
/** More people than this have only their names over their heads. */
const MANY = 3;
const OVER_HEAD = { standing: 2.02, lying: 0.6 };

export class Speakers {
  constructor(layer, stage, episode) {
    Object.assign(this, { layer, stage, episode });
    this.people = [...stage.people.keys()].map((name) => {
      const [label, bubble] = [element("div", "label person"), element("div", "bubble")];
      const tag = coloured(element("span", "tag", name), this.colour(name));
      const doing = element("small", "doing");
      label.append(bubble, tag, doing);
      layer.append(label);
      const turns = episode.turns.filter((turn) => turn.agent === name);
      return { name, label, tag, bubble, doing, turns };
    });
    this.caption = element("div", "caption");
    layer.append(this.caption);
  }

  colour(name) {
    return this.episode.colours[name] || [120, 120, 120];
  }

  /** What somebody is saying at a time; the last words count. */
  words(name, time) {
    return this.episode.speech.findLast(([at, who, text]) => (
      who === name && at <= time + 1e-6 && time < at + lasting(text)));
  }

  /** Whether an eye sees the head or the middle of a body. */
  isSeen(eye, key) {
    const high = key[6] === "lying" ? [0.2] : [1.6, 0.9];
    return high.some((each) => this.stage.clear(eye, new THREE.Vector3(key[1], key[2], key[3] + each)));
  }

  show(crowd, time, eyes, cut) {
    const placed = [];
    const captions = [];
    const crowded = this.people.length > MANY;
    for (const person of this.people) {
      const said = this.words(person.name, time);
      const spot = this.spot(person, crowd, eyes);
      person.label.hidden = !spot;
      if (said && !spot) captions.push([person.name, said]);
      if (!spot) continue;
      const does = person.turns.findLast((turn) => turn.at <= time + 1e-6)?.does ?? "";
      this.write(person, said, said || eyes || crowded || does === "wait" ? "" : does);
      if (said) person.bubble.style.opacity = fading(said, time);
      person.tag.classList.toggle("dim", this.stage.people.get(person.name).at[3] > cut - 0.02);
      placed.push({ ...person, ...spot });
    }
    // The lowest stays over its head; those that it would hide move up.
    placed.sort((one, other) => other.y - one.y);
    for (const { label, bubble, x, y, size: [half, high] } of placed) {
      // Words stay on the page; the name stays over the head.
      const shift = Math.min(crowd.width - half - MARGIN, Math.max(half + MARGIN, x)) - x;
      bubble.style.setProperty("--shift", `${shift}px`);
      crowd.stack(label, x, y, half, high, shift);
    }
    this.below(captions, time);
  }

  /** Writes what stands over a head, and measures it; only where it changes, because to measure takes time. */
  write(person, said, does) {
    const { label, tag, bubble, doing } = person;
    const written = JSON.stringify([said, does]);
    if (written === person.written) return;
    person.written = written;
    [bubble.hidden, doing.hidden, doing.textContent] = [!said, !does, does];
    if (said) {
      const [, , text, way] = said;
      bubble.replaceChildren(...(way === "talk" ? [] : [element("i", "", `${way}: `)]), document.createTextNode(text));
      bubble.className = `bubble ${way}`;
    }
    person.size = [Math.max(tag.offsetWidth, bubble.offsetWidth, doing.offsetWidth) / 2 + 2, label.offsetHeight + 2];
  }

  /** Where the label of somebody goes; null: it is not to be seen. */
  spot({ name, label }, crowd, eyes) {
    const key = this.stage.people.get(name).at;
    if (!key || name === eyes) return null;
    const head = new THREE.Vector3(key[1], key[2], key[3] + (OVER_HEAD[key[6]] ?? OVER_HEAD.standing));
    const point = crowd.project(head);
    const eye = crowd.camera.position;
    if (!point || !crowd.holds(point) || (eyes && !this.isSeen(eye, key))) return null;
    label.style.zIndex = String(10000 - Math.round(eye.distanceTo(head) * 10));
    return { x: point[0], y: point[1] };
  }

  below(captions, time) {
    const written = JSON.stringify(captions);
    if (written !== this.written) {
      this.written = written;
      this.caption.replaceChildren(...captions.map(([name, [, , text, way]]) => {
        const [line, who] = [element("div", "words"), element("b", "", name)];
        who.style.color = css(this.colour(name));
        line.append(who, document.createTextNode(` ${way === "talk" ? "" : `(${way}) `}${text}`));
        return line;
      }));
    }
    captions.forEach(([, said], number) => {
      this.caption.children[number].style.opacity = fading(said, time);
    });
  }
}

/** Seconds that words stay to be read. */
export function lasting(text) {
  return HOLD + A_LETTER * text.length;
}

function fading([at, , text], time) {
  return Math.min(1, (at + lasting(text) - time) / FADE);
}
