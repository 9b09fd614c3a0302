// The scene: what never moves, doors, things and people, and the light on them.
import * as THREE from "three";
import { Footprints } from "./footprints.js";
import { figure, pose } from "./people.js";
import { bounds, crosses, inside } from "./shapes.js";
import { CEILING, Pile, cut, glass } from "./surfaces.js";
import { solid } from "./things.js";
import { before, between, eased, state } from "./tracks.js";

export class Stage {
  constructor(episode) {
    this.episode = episode;
    this.scene = new THREE.Scene();
    const { solids, floors, places, doors, things } = episode.scene;
    this.bounds = bounds(floors.length ? floors : solids);
    this.still(solids, floors);
    this.lights();
    this.doors = doors.map((door) => this.door(door));
    this.things = things.map((thing) => {
      const made = solid(thing);
      this.scene.add(made.group);
      return { ...thing, ...made, holder: "" };
    });
    this.people = new Map();
    for (const name of Object.keys(episode.bodies)) {
      const colour = episode.colours[name] || [140, 140, 140];
      const person = { ...figure(colour), steps: new Footprints(episode.bodies[name], colour) };
      this.people.set(name, person);
      this.scene.add(person.group, person.steps.mesh);
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

  /** Turns the sun so that what is within `radius` of a point throws shadows; tells whether it was elsewhere. */
  shine(x, y, radius) {
    const lit = [x, y, radius].map((value) => value.toFixed(2)).join();
    if (lit === this.lit) return false;
    this.lit = lit;
    const wide = Math.min(radius * 1.06, 130);
    const { sun } = this;
    sun.target.position.set(x, y, 0);
    sun.position.set(x - 0.46 * 3 * wide, y - 0.38 * 3 * wide, 0.8 * 3 * wide);
    const camera = sun.shadow.camera;
    Object.assign(camera, { left: -wide, right: wide, top: wide, bottom: -wide, near: 0.5, far: 6 * wide });
    camera.updateProjectionMatrix();
    return true;
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

  /** Puts everything where it is at a time. */
  show(time, hidden = "") {
    const { episode } = this;
    for (const door of this.doors) {
      const open = eased(episode.doors[door.name], time, door.open);
      door.mesh.rotation.z = door.closed + open * 1.48;
      door.mesh.visible = door.z < cut.value - 0.02;
      door.mesh.scale.z = Math.max(0.01, Math.min(1, (cut.value - door.z) / door.height));
    }
    for (const [name, person] of this.people) {
      const key = between(episode.bodies[name], time, 6);
      person.group.visible = key !== null && name !== hidden && key[3] < cut.value - 0.02;
      person.at = key;
      person.steps.show(time, Boolean(hidden));
      for (const ghost of person.ghosts) ghost.visible = !hidden;
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
      for (const ghost of thing.parts.ghosts ?? []) ghost.visible = !hidden;
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

function strides(track) {
  let metres = 0;
  return track.map((key, place) => {
    const last = track[place - 1];
    if (last && last.length > 1 && key.length > 1) metres += Math.hypot(key[1] - last[1], key[2] - last[2]);
    return metres;
  });
}
