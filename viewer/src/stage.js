// The scene: what never moves, doors, things and people, and the light on them.
import * as THREE from "three";
import { figure, pose } from "./people.js";
import { before, between, state } from "./tracks.js";
import { CEILING, Pile, box, cut, glass, mixed, round, surface, tinted } from "./surfaces.js";

const CYLINDERS = /^(cup|mug|glass|bottle|vase|plate|bowl|bucket|can|pot|lamp|candle|ball|coin|clock)$/;
const PEOPLE = /\b(victim|person|shopkeeper|guard|keeper|patient)\b/;

export class Stage {
  constructor(episode) {
    this.episode = episode;
    this.scene = new THREE.Scene();
    const { solids, floors, places, doors, things } = episode.scene;
    this.bounds = bounds(floors.length ? floors : solids);
    this.still(solids, floors);
    this.lights();
    this.doors = doors.map((door) => this.door(door));
    this.things = things.map((thing) => this.thing(thing));
    this.people = new Map();
    for (const name of Object.keys(episode.bodies)) {
      const person = figure(episode.colours[name] || [140, 140, 140]);
      this.people.set(name, person);
      this.scene.add(person.group);
    }
    this.strides = new Map(Object.entries(episode.bodies).map(([name, track]) => [name, strides(track)]));
    this.covers = [...solids.filter((each) => each.k !== "tree" && each.l > 1.8), ...floors.map((floor) => (
      { o: floor.o, l: Math.min(...floor.z), h: Math.max(...floor.z) }))];
    this.places = places;
    this.opaque = solids.filter((each) => !each.clear && each.k !== "window");
    const flat = floors.filter((each) => Math.max(...each.z) - Math.min(...each.z) < 0.02).map((each) => each.z[0]);
    this.storeys = [...new Set(flat)].sort((a, b) => a - b).filter((z, at, all) => at === 0 || z - all[at - 1] > 1.5);
  }

  still(solids, floors) {
    const [pile, panes] = [new Pile(), new Pile()];
    for (const solid of solids) {
      if (solid.k === "window") panes.prism(solid.o, solid.l, solid.h, [176, 206, 222]);
      else pile.prism(solid.o, solid.l, solid.h, solid.c, solid.g, solid.k !== "tree", solid.k === "roof" ? CEILING : solid.c);
    }
    // Streets lie under pavements: what is written later lies a hair higher.
    floors.forEach((floor, number) => {
      const lift = (0.004 * (number % 8)) / 8;
      pile.floor(floor.o, floor.z.map((z) => z + lift), floor.c, floor.g, Math.min(...floor.z) > 1.5);
    });
    this.scene.add(pile.mesh());
    if (panes.position.length) this.scene.add(panes.mesh(glass, false));
    const { x, y, radius } = this.bounds;
    const table = new THREE.Mesh(
      new THREE.CircleGeometry(radius * 6, 64), new THREE.ShadowMaterial({ opacity: 0.13 }));
    table.position.set(x, y, -0.05);
    table.receiveShadow = true;
    this.scene.add(table);
  }

  lights() {
    const sky = new THREE.HemisphereLight(0xf4f7ff, 0xd6cabb, 2.0);
    sky.position.set(0, 0, 1);
    const sun = new THREE.DirectionalLight(0xfff0d8, 2.25);
    sun.castShadow = true;
    sun.shadow.mapSize.set(2048, 2048);
    sun.shadow.bias = -0.0006;
    sun.shadow.normalBias = 0.03;
    sun.shadow.radius = 3;
    Object.assign(this, { sun, sky });
    this.scene.add(sky, sun, sun.target);
    this.shine(this.bounds.x, this.bounds.y, this.bounds.radius);
  }

  /** Turns the sun so that what is within `radius` of a point throws shadows. */
  shine(x, y, radius) {
    const wide = Math.min(radius * 1.06, 130);
    const { sun } = this;
    sun.target.position.set(x, y, 0);
    sun.position.set(x - 0.46 * 3 * wide, y - 0.38 * 3 * wide, 0.8 * 3 * wide);
    const camera = sun.shadow.camera;
    Object.assign(camera, { left: -wide, right: wide, top: wide, bottom: -wide, near: 0.5, far: 6 * wide });
    camera.updateProjectionMatrix();
  }

  door(door) {
    const pile = new Pile();
    const leaf = [0, -door.thick / 2, door.width, -door.thick / 2, door.width, door.thick / 2, 0, door.thick / 2];
    pile.prism(leaf, 0, door.height, door.c, "plain", false);
    pile.prism([0.84, -0.09, 0.9, -0.09, 0.9, 0.09, 0.84, 0.09].map((v, i) => (i % 2 ? v : v * door.width)),
      1.0, 1.06, [226, 196, 120], "plain", false);
    const mesh = pile.mesh();
    const [ux, uy] = door.along;
    mesh.position.set(door.at[0] - (ux * door.width) / 2, door.at[1] - (uy * door.width) / 2, door.z);
    const closed = Math.atan2(uy, ux);
    this.scene.add(mesh);
    return { ...door, mesh, closed };
  }

  thing(thing) {
    const [wide, deep, high] = thing.size;
    const group = new THREE.Group();
    const shell = thing.can.includes("container") && thing.can.includes("open");
    const parts = {};
    if (PEOPLE.test(thing.kind) || (thing.can.includes("talk") && high > 1.2)) {
      const person = figure(thing.c, false);
      const lying = high < 1;
      pose(person, [0, 0, 0, 0, 0, 0, lying ? "lying" : "standing"], { metres: 0 });
      if (lying) person.stands.position.x = 0.8;
      if (lying && deep > wide) person.group.rotation.z = Math.PI / 2;
      group.add(person.group);
    } else {
      const pile = new Pile();
      const dim = shell ? thing.c : thing.c;
      if (CYLINDERS.test(thing.kind)) pile.prism(round(Math.min(wide, deep) / 2), 0, high, dim, "plain", false);
      else if (thing.kind === "key") {
        pile.prism(box(Math.max(wide, 0.22), 0.06), 0, 0.05, dim, "plain", false);
        pile.prism(round(0.08).map((v, i) => (i % 2 ? v : v - 0.1)), 0, 0.06, dim, "plain", false);
      } else pile.prism(box(wide, deep), 0, high, dim, thing.g, false);
      parts.closed = pile.mesh();
      group.add(parts.closed);
      if (shell) {
        const [x, y, wall] = [wide / 2, deep / 2, Math.min(0.04, wide / 5, deep / 5)];
        const tray = new Pile();
        const inside = mixed(thing.c, [40, 34, 30], 0.35);
        tray.prism(box(wide - wall, deep - wall), 0, wall, inside, "plain", false);
        tray.prism([-x, -y, x, -y, x, -y + wall, -x, -y + wall], 0, high, thing.c, "plain", false);
        tray.prism([-x, y - wall, x, y - wall, x, y, -x, y], 0, high, thing.c, "plain", false);
        tray.prism([-x, -y, -x + wall, -y, -x + wall, y, -x, y], 0, high, thing.c, "plain", false);
        tray.prism([x - wall, -y, x, -y, x, y, x - wall, y], 0, high, thing.c, "plain", false);
        parts.open = tray.mesh();
        group.add(parts.open);
      } else if (thing.can.includes("switch") || thing.can.includes("lever")) {
        const glow = new THREE.Mesh(
          new THREE.SphereGeometry(Math.max(0.12, wide * 0.6), 20, 14),
          new THREE.MeshBasicMaterial({ color: tinted([255, 226, 140]), transparent: true, opacity: 0.85 }));
        glow.position.z = high;
        parts.glow = glow;
        group.add(glow);
      }
    }
    this.scene.add(group);
    return { ...thing, group, parts };
  }

  /** Puts everything where it is at a time. */
  show(time, hidden = "") {
    const { episode } = this;
    for (const door of this.doors) {
      const open = eased(episode.doors[door.name], time, door.open);
      door.mesh.rotation.z = door.closed + open * 1.48;
      door.mesh.visible = door.z < cut.value - 0.02;
    }
    for (const [name, person] of this.people) {
      const key = between(episode.bodies[name], time, 6);
      person.group.visible = key !== null && name !== hidden && key[3] < cut.value - 0.02;
      person.at = key;
      if (key) pose(person, key, this.stride(name, time, key));
    }
    for (const thing of this.things) {
      const key = episode.things[thing.name] && between(episode.things[thing.name], time, 5);
      const [x, y, z] = key ? key.slice(1, 4) : thing.at;
      thing.group.position.set(x, y, z);
      thing.group.rotation.z = key ? (key[4] * Math.PI) / 180 : 0;
      thing.holder = key ? key[5] : "";
      if (thing.holder) this.carry(thing, thing.holder.split("+"));
      thing.group.visible = thing.group.position.z < cut.value - 0.02 && key !== null
        && !(hidden && thing.holder === hidden && thing.group.position.z > 1.2);
      const on = state(episode.states[thing.name], time, thing.on);
      if (thing.parts.open) [thing.parts.open.visible, thing.parts.closed.visible] = [on, !on];
      if (thing.parts.glow) thing.parts.glow.visible = on;
    }
  }

  carry(thing, holders) {
    const spots = holders.map((name) => this.people.get(name)?.at).filter(Boolean);
    if (!spots.length) return;
    let [x, y, z] = [0, 0, 0];
    for (const [, bx, by, bz, heading] of spots) {
      const ahead = spots.length > 1 ? 0 : 0.34 + Math.min(thing.size[0], thing.size[1]) / 2;
      x += (bx + ahead * Math.cos((heading * Math.PI) / 180)) / spots.length;
      y += (by + ahead * Math.sin((heading * Math.PI) / 180)) / spots.length;
      z += (bz + 0.96) / spots.length;
    }
    const shared = this.things.filter((each) => each.holder === thing.holder && each !== thing);
    const first = shared.some((each) => each.name < thing.name);
    thing.group.position.set(x, y, z - (spots.length > 1 ? thing.size[2] / 2 : 0) + (first ? 0.2 : 0));
    thing.group.rotation.z = (spots[0][4] * Math.PI) / 180;
  }

  stride(name, time, key) {
    const track = this.episode.bodies[name];
    const place = Math.max(0, before(track, time));
    const from = track[place];
    const ahead = track[place + 1];
    const moving = Boolean(ahead && ahead.length > 1 && Math.hypot(ahead[1] - from[1], ahead[2] - from[2]) > 0.01);
    const metres = this.strides.get(name)[place] + Math.hypot(key[1] - from[1], key[2] - from[2]);
    return { metres, moving };
  }

  /** Lights the lamps of somebody who looks about indoors. */
  lamps(on) {
    this.sky.intensity = on ? 2.9 : 2.0;
  }

  /** Whether nothing that stands there hides one point from another. */
  clear(from, to) {
    const hides = (each) => crosses(each.o, each.l, each.h, from, to);
    const shut = (door) => {
      const open = Math.abs(door.mesh.rotation.z - door.closed) > 0.3;
      const [[x, y], [ux, uy], half, thin] = [door.at, door.along, door.width / 2, door.thick / 2];
      const corners = [[-half, -thin], [half, -thin], [half, thin], [-half, thin]];
      const outline = corners.flatMap(([a, b]) => [x + a * ux - b * uy, y + a * uy + b * ux]);
      return !open && crosses(outline, door.z, door.z + door.height, from, to);
    };
    return !this.opaque.some(hides) && !this.doors.some(shut);
  }

  /** The level of the storey that a height belongs to. */
  storey(z) {
    return this.storeys.filter((each) => each <= z + 0.6).pop() ?? 0;
  }

  /** Whether there is a roof or another storey over somebody. */
  indoors(key) {
    const [, x, y, z] = key;
    return this.covers.some((each) => each.l > z + 1.8 && inside(each.o, x, y));
  }

  place(key) {
    const found = this.places.filter((each) => inside(each.o, key[1], key[2]) && Math.abs(each.z - key[3]) < 1.6);
    return found.length ? found[found.length - 1].name : "";
  }
}

function eased(track, time, first) {
  const now = state(track, time, first) ? 1 : 0;
  if (!track) return now;
  const place = before(track, time);
  if (place < 1 && !(place === 0 && track[0][1] !== first)) return now;
  const part = Math.min(1, (time - track[place][0]) / 0.5);
  return now ? part * (2 - part) : 1 - part * (2 - part);
}

function strides(track) {
  let metres = 0;
  return track.map((key, place) => {
    const last = track[place - 1];
    if (last && last.length > 1 && key.length > 1) metres += Math.hypot(key[1] - last[1], key[2] - last[2]);
    return metres;
  });
}

/** Whether a straight line goes through an upright prism: cut by each side in turn, then by its two ends. */
function crosses(outline, low, high, from, to) {
  let [enter, leave] = [0, 1];
  const [dx, dy, dz] = [to.x - from.x, to.y - from.y, to.z - from.z];
  const within = (distance, speed) => {
    if (Math.abs(speed) < 1e-12) return distance >= 0;
    if (speed > 0) enter = Math.max(enter, -distance / speed);
    else leave = Math.min(leave, -distance / speed);
    return enter < leave;
  };
  const count = outline.length / 2;
  for (let each = 0; each < count; each++) {
    const next = (each + 1) % count;
    const [ax, ay] = [outline[2 * each], outline[2 * each + 1]];
    const [ex, ey] = [outline[2 * next] - ax, outline[2 * next + 1] - ay];
    if (!within(ex * (from.y - ay) - ey * (from.x - ax), ex * dy - ey * dx)) return false;
  }
  return within(from.z - low, dz) && within(high - from.z, -dz);
}

export function inside(outline, x, y) {
  const count = outline.length / 2;
  for (let each = 0; each < count; each++) {
    const next = (each + 1) % count;
    const [ax, ay, bx, by] = [outline[2 * each], outline[2 * each + 1], outline[2 * next], outline[2 * next + 1]];
    if ((bx - ax) * (y - ay) - (by - ay) * (x - ax) < -1e-9) return false;
  }
  return true;
}

function bounds(shapes) {
  let [west, south, east, north, low, high] = [Infinity, Infinity, -Infinity, -Infinity, 0, 0];
  for (const { o } of shapes) {
    for (let each = 0; each < o.length; each += 2) {
      [west, east] = [Math.min(west, o[each]), Math.max(east, o[each])];
      [south, north] = [Math.min(south, o[each + 1]), Math.max(north, o[each + 1])];
    }
  }
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  return { west, east, south, north, x, y, low, high, radius: Math.hypot(east - west, north - south) / 2 };
}
