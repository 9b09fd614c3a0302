// Names of people, things and places: page elements, so that they are sharp. What the task is about comes first.
import * as THREE from "three";
import { element } from "../dom.js";
import { done } from "../episode.js";
import { Crowd } from "./crowd.js";
import { middle } from "./shapes.js";
import { Speakers, lasting } from "./speakers.js";
import { cut } from "./surfaces.js";
import { isPerson } from "./things.js";

const NAMED = new Set(["pick", "lever", "switch", "heavy", "cart", "talk"]);
const UNNAMED = /^(crossing|stairs)$/;
/** Places that there are many of; they are named only from near by. */
const SMALL = /^(doorstep|yard|bay)$/;
const NEAR = { eyes: 9, outside: 30, small: 55 };
const A_LETTER = 6.4;
const HIGH = 20;

export class Labels {
  constructor(layer, stage, episode) {
    Object.assign(this, { layer, stage, episode, wanted: true });
    this.speakers = new Speakers(layer, stage, episode);
    const parts = Object.keys(episode.weights);
    this.main = [];
    this.things = [];
    for (const thing of stage.things) {
      const own = parts.filter((part) => part.startsWith(`${thing.name} `));
      const replies = episode.replies.filter(([, name]) => name === thing.name);
      if (own.length || replies.length || isPerson(thing)) this.main.push(this.aim(thing, own, replies));
      else if (thing.can.some((each) => NAMED.has(each))) this.things.push({ thing, ...this.add("thing", thing.name) });
    }
    this.places = stage.places.filter((place) => !UNNAMED.test(place.kind)).map((place) => ({
      place, at: new THREE.Vector3(...middle(place.o), place.z + 0.05 + place.rise / 2), ...this.add("place", place.name) }))
      .sort((one, other) => SMALL.test(one.place.kind) - SMALL.test(other.place.kind));
  }

  add(kind, text) {
    const label = element("div", `label ${kind}`, text);
    this.layer.append(label);
    return { label, size: [text.length * A_LETTER + 10, 16] };
  }

  /** A thing that the task is about: a dot for each part of the task that begins with its name, and what it answers. */
  aim(thing, parts, replies) {
    const { label } = this.add(`aim ${isPerson(thing) ? "human" : ""}`, thing.name);
    const words = label.appendChild(element("q"));
    const dots = parts.map((part) => {
      const dot = element("i");
      label.append(dot);
      return { part, dot };
    });
    return { thing, label, dots, words, replies, wide: thing.name.length * 7 + 22 + 11 * parts.length };
  }

  show(camera, time, eyes) {
    const crowd = new Crowd(camera, this.layer.clientWidth, this.layer.clientHeight);
    this.speakers.show(crowd, time, eyes, cut.value);
    const found = done(this.episode, time);
    for (const { dots } of this.main) for (const { part, dot } of dots) dot.classList.toggle("done", found.has(part));
    const eye = camera.position;
    const over = (thing, far) => {
      const spot = thing.group.position.clone();
      spot.z += thing.holder ? 0.5 : thing.size[2] + 0.14;
      const own = eyes && thing.holder.split("+").includes(eyes);
      const seen = this.wanted && !own && thing.group.visible && eye.distanceTo(spot) < far && (!eyes || this.stage.clear(eye, spot));
      return seen && crowd.project(spot);
    };
    for (const { thing, label, words, replies, wide } of this.main) {
      const point = over(thing, eyes ? NEAR.outside : Infinity);
      label.hidden = !point || !crowd.holds(point);
      if (label.hidden) continue;
      const [, , text] = replies.findLast(([at, , each]) => at <= time + 1e-6 && time < at + lasting(each)) ?? [0, "", ""];
      [words.textContent, words.hidden] = [text, !text];
      crowd.stack(label, ...point, (wide + text.length * A_LETTER) / 2, HIGH);
    }
    for (const { thing, label, size } of this.things) crowd.put(label, over(thing, eyes ? NEAR.eyes : NEAR.outside), size, 1);
    const reach = this.stage.bounds.radius * 3.2;
    for (const { at, label, place, size } of this.places) {
      const near = eye.distanceTo(at) < (SMALL.test(place.kind) ? NEAR.small : reach);
      crowd.put(label, this.wanted && !eyes && near && place.z < cut.value - 0.02 && crowd.project(at), size, 0.5);
    }
  }
}
