// Things: boxes, containers that open, keys, cups, lamps that glow; and people who are part of the scene.
import * as THREE from "three";
import { figure, pose } from "./people.js";
import { box, round } from "./shapes.js";
import { Pile, mixed, tinted } from "./surfaces.js";

const CYLINDERS = /^(cup|mug|glass|bottle|vase|plate|bowl|bucket|can|pot|lamp|candle|ball|coin|clock)$/;
const PEOPLE = /\b(victim|person|shopkeeper|guard|keeper|patient)\b/;
const GLOW = [255, 226, 140];

/** Whether a thing has the shape of somebody. */
export function isPerson(thing) {
  return PEOPLE.test(thing.kind) || (thing.can.includes("talk") && thing.size[2] > 1.2);
}

/** The figure of a thing, its foot at the origin; `parts`: those that show whether it is open or on. */
export function solid(thing) {
  const group = new THREE.Group();
  const parts = {};
  if (isPerson(thing)) {
    const person = somebody(thing);
    parts.ghosts = person.ghosts;
    group.add(person.group);
    return { group, parts };
  }
  parts.closed = closed(thing).mesh();
  group.add(parts.closed);
  if (thing.can.includes("container") && thing.can.includes("open")) {
    parts.open = tray(thing).mesh();
    group.add(parts.open);
  } else if (thing.can.includes("switch") || thing.can.includes("lever")) {
    parts.glow = new THREE.Mesh(
      new THREE.SphereGeometry(Math.max(0.12, thing.size[0] * 0.6), 20, 14),
      new THREE.MeshBasicMaterial({ color: tinted(GLOW), transparent: true, opacity: 0.85 }));
    parts.glow.position.z = thing.size[2];
    group.add(parts.glow);
  }
  return { group, parts };
}

function somebody(thing) {
  const person = figure(thing.c, false);
  const [wide, deep, high] = thing.size;
  const lying = high < 1;
  pose(person, [0, 0, 0, 0, 0, 0, lying ? "lying" : "standing"], { metres: 0 });
  if (lying) person.stands.position.x = 0.8;
  if (lying && deep > wide) person.group.rotation.z = Math.PI / 2;
  return person;
}

function closed({ kind, size: [wide, deep, high], c, g }) {
  const pile = new Pile();
  if (CYLINDERS.test(kind)) pile.prism(round(Math.min(wide, deep) / 2), 0, high, c, "plain", false);
  else if (kind === "key") {
    pile.prism(box(Math.max(wide, 0.22), 0.06), 0, 0.05, c, "plain", false);
    pile.prism(round(0.08).map((v, i) => (i % 2 ? v : v - 0.1)), 0, 0.06, c, "plain", false);
  } else pile.prism(box(wide, deep), 0, high, c, g, false);
  return pile;
}

/** A container without its lid. */
function tray({ size: [wide, deep, high], c }) {
  const [x, y, wall] = [wide / 2, deep / 2, Math.min(0.04, wide / 5, deep / 5)];
  const pile = new Pile();
  pile.prism(box(wide - wall, deep - wall), 0, wall, mixed(c, [40, 34, 30], 0.35), "plain", false);
  pile.prism([-x, -y, x, -y, x, -y + wall, -x, -y + wall], 0, high, c, "plain", false);
  pile.prism([-x, y - wall, x, y - wall, x, y, -x, y], 0, high, c, "plain", false);
  pile.prism([-x, -y, -x + wall, -y, -x + wall, y, -x, y], 0, high, c, "plain", false);
  pile.prism([x - wall, -y, x, -y, x, y, x - wall, y], 0, high, c, "plain", false);
  return pile;
}
