// The stage in three dimensions: draws the scene from any side, or through an agent's eyes.
import * as THREE from "three";
import { element } from "../dom.js";
import { Cameras } from "./cameras.js";
import { Labels } from "./labels.js";
import { Stage } from "./stage.js";
import { cut } from "./surfaces.js";

/** Where a house is cut open above the floor that somebody walks on: low enough to look in, metres. */
const OPEN = 1.5;
const WHOLE = 1e4;
const HIGHEST = 24;
const LIGHT = { air: "#e9e8e3", sky: "#c9dbe6" };
const NIGHT = { air: "#1b1e24", sky: "#8fa9bb" };

export class Space {
  constructor(root, episode) {
    Object.assign(this, { root, episode, whole: "Overview", time: 0, chosen: "", eyes: false, roofs: "auto", dirty: true });
    this.layer = element("div", "layer");
    this.canvas = element("canvas");
    this.canvas.setAttribute("aria-label", "the scene in three dimensions");
    root.append(this.canvas, this.layer);
    this.stage = new Stage(episode);
    this.labels = new Labels(this.layer, this.stage, episode);
    this.renderer = renderer(root, this.canvas);
    this.cameras = new Cameras(this.canvas, this.stage, () => {
      this.dirty = true;
    });
    this.tones();
    // High walls hide what happens: only where there are streets, and nobody ever goes indoors, all stays whole.
    this.covered = !episode.scene.places.some((place) => place.kind === "street") || Object.values(episode.bodies).some((track) => (
      track.some((key, place) => key.length > 1 && place % 3 === 0 && this.stage.indoors(key))));
    this.stage.show(0);
    cut.value = this.height();
  }

  tones() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const paint = () => {
      this.tone = dark.matches ? NIGHT : LIGHT;
      this.dirty = true;
    };
    dark.addEventListener("change", paint);
    paint();
  }

  tools(make) {
    this.lift = make("Roofs", "lift the roofs, or put them on (R)", () => this.setRoofs(this.height() < WHOLE ? "on" : "off"));
    this.levels = this.stage.storeys.length < 2 ? [] : this.stage.storeys.map((_, number) => (
      make(number ? `Floor ${number}` : "Ground floor", "what is on this floor", () => this.setRoofs(number))));
    this.named = make("Labels", "names of things and places (L)", () => {
      this.labels.wanted = !this.labels.wanted;
      this.dirty = true;
    });
    return { r: this.lift, l: this.named };
  }

  read(asked) {
    if (asked.has("roofs")) this.setRoofs(asked.get("roofs") === "on" ? "on" : "off");
  }

  /** At once where the camera is flying to. */
  arrive() {
    this.cameras.arrive();
    cut.value = this.height();
    this.show(this.time);
  }

  setRoofs(which) {
    this.roofs = which;
    this.dirty = true;
  }

  follow(chosen, eyes) {
    const changed = chosen !== this.chosen;
    Object.assign(this, { chosen, eyes, dirty: true });
    this.cameras.follow(chosen, eyes, changed, this.height() < WHOLE);
  }

  show(time) {
    this.time = time;
    this.stage.show(time, this.eyes ? this.chosen : "");
    // Shadows are drawn again only where something moved: looking around costs half.
    this.renderer.shadowMap.needsUpdate = this.dirty = true;
  }

  body(name) {
    const at = this.stage.people.get(name)?.at;
    return at ? { x: at[1], y: at[2], z: at[3], heading: at[4], posture: at[6] } : null;
  }

  /** What its card says of somebody: where it is, and what it holds. */
  about(name) {
    const at = this.stage.people.get(name)?.at;
    const held = this.stage.things.filter((thing) => thing.holder.split("+").includes(name)).map((thing) => thing.name);
    const where = at ? this.stage.place(at) : "";
    return { ...(at ? where && { "is in": where } : { is: "not there" }), ...(held.length && { holds: held.join(", ") }) };
  }

  /** Where the scene is cut open now, metres. */
  height() {
    if (this.eyes || this.roofs === "on") return WHOLE;
    const at = this.chosen && this.stage.people.get(this.chosen)?.at;
    if (typeof this.roofs === "number") return this.stage.storeys[this.roofs] + OPEN;
    if (at && (this.roofs === "off" || this.stage.indoors(at))) return this.stage.storey(at[3]) + OPEN;
    if (this.roofs === "auto" && (!this.covered || at)) return WHOLE;
    const inside = [...this.stage.people.values()].map((each) => each.at)
      .filter((key) => key && (this.roofs === "off" || this.stage.indoors(key))).map((key) => key[3]);
    return this.stage.storey(inside.length ? Math.max(...inside) : 0) + OPEN;
  }

  fit() {
    const [width, height] = [this.root.clientWidth, this.root.clientHeight];
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    this.cameras.fit(width / height, this.chosen);
    // At once: a canvas of another size is empty.
    this.draw();
  }

  frame(passed) {
    const wanted = this.height();
    if (cut.value !== wanted) {
      const [now, aim] = [Math.min(cut.value, HIGHEST), Math.min(wanted, HIGHEST)];
      const next = now + (aim - now) * Math.min(1, passed * 7);
      cut.value = Math.abs(next - aim) < 0.02 || this.eyes ? wanted : next;
      this.show(this.time);
    }
    this.cameras.move(passed);
    if (this.dirty) this.draw();
  }

  draw() {
    this.dirty = false;
    this.lift?.classList.toggle("on", this.height() === WHOLE);
    this.named?.classList.toggle("on", this.labels.wanted);
    this.levels?.forEach((button, number) => button.classList.toggle("on", this.roofs === number));
    const { stage, cameras } = this;
    const at = this.eyes && stage.people.get(this.chosen)?.at;
    const camera = at ? cameras.within(at) : cameras.outer;
    stage.lamps(Boolean(at) && stage.indoors(at));
    const tone = new THREE.Color(at ? this.tone.sky : this.tone.air);
    const far = at ? 160 : stage.bounds.radius * 8;
    stage.scene.background = tone;
    stage.scene.fog = new THREE.Fog(tone, far * 0.25, far);
    const focus = at ? camera.position : cameras.controls.target;
    const reach = Math.min(stage.bounds.radius, at ? 45 : Math.max(16, focus.distanceTo(camera.position) * 1.5));
    const { x, y } = reach >= stage.bounds.radius ? stage.bounds : focus;
    if (stage.shine(x, y, reach)) this.renderer.shadowMap.needsUpdate = true;
    this.renderer.render(stage.scene, camera);
    this.labels.show(camera, this.time, this.eyes ? this.chosen : "");
  }
}

function renderer(root, canvas) {
  try {
    const made = new THREE.WebGLRenderer({ canvas, antialias: true, preserveDrawingBuffer: true });
    made.setPixelRatio(Math.min(2, window.devicePixelRatio));
    made.shadowMap.enabled = true;
    made.shadowMap.type = THREE.PCFShadowMap;
    [made.shadowMap.autoUpdate, made.shadowMap.needsUpdate] = [false, true];
    return made;
  } catch (error) {
    root.replaceChildren(element("p", "sorry", "This browser cannot draw in three dimensions (WebGL 2)."));
    throw error;
  }
}
