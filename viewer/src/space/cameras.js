// From where one looks: the whole scene, beside somebody, or through its eyes.
import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

/** How much is to be seen above the highest floor, metres. */
const ROOM = 2.5;
const EYES = { standing: 1.6, lying: 0.25 };
/** A side is taken only if the scene looks so much larger from it. */
const WORTH = 0.92;

export class Cameras {
  constructor(canvas, stage, changed) {
    Object.assign(this, { stage, changed, flight: null, followed: "" });
    this.outer = upright(42, 0.1, 2000);
    this.inner = upright(60, 0.08, 600);
    this.controls = new OrbitControls(this.outer, canvas);
    Object.assign(this.controls, { maxPolarAngle: 1.5, minDistance: 2, maxDistance: stage.bounds.radius * 5,
      enableDamping: true, dampingFactor: 0.12, zoomToCursor: true });
    this.controls.addEventListener("change", changed);
    this.controls.addEventListener("start", () => {
      this.touched = true;
      this.flight = null;
    });
  }

  fit(aspect, chosen) {
    this.outer.aspect = this.inner.aspect = aspect;
    this.outer.updateProjectionMatrix();
    // Agents see 90 degrees from side to side; a wide picture shows a little more than that.
    this.inner.fov = Math.min(75, (2 * Math.atan(1 / Math.max(1, aspect)) * 180) / Math.PI + 8);
    this.inner.updateProjectionMatrix();
    if (chosen || this.touched) return;
    this.overview();
    this.arrive();
  }

  follow(name, eyes, changed, cutOpen) {
    this.touched = false;
    this.controls.enabled = !eyes;
    Object.assign(this, { followed: eyes ? "" : name, last: null });
    if (!name) this.overview();
    else if (!eyes && changed) this.approach(name, cutOpen);
  }

  /** The whole scene, as near as everything still fits, from the side that shows it largest. */
  overview() {
    const sides = [0, 1, 3, 2].map((turn) => this.side((turn * Math.PI) / 2));
    const best = sides.reduce((found, each) => (each.far < found.far * WORTH ? each : found));
    this.fly(best.target, best.target.clone().addScaledVector(best.from, best.far));
  }

  /** From where, onto what and how far off everything fits, below the buttons; a few rounds settle it. */
  side(turn) {
    const { west, east, south, north, x, y, radius } = this.stage.bounds;
    const top = Math.max(0, ...this.stage.storeys) + ROOM;
    const corners = [west, east].flatMap((a) => [south, north].flatMap((b) => [0, top].map((c) => new THREE.Vector3(a, b, c))));
    const camera = this.outer.clone();
    const from = new THREE.Vector3(-0.2, -0.62, 0.76).normalize().applyAxisAngle(camera.up, turn);
    const target = new THREE.Vector3(x, y, 0);
    let far = radius * 2;
    for (let round = 0; round < 14; round++) {
      camera.position.copy(target).addScaledVector(from, far);
      camera.lookAt(target);
      camera.updateMatrixWorld();
      const points = corners.map((corner) => corner.clone().project(camera));
      const [left, right] = [Math.min(...points.map((p) => p.x)), Math.max(...points.map((p) => p.x))];
      const [low, high] = [Math.min(...points.map((p) => p.y)), Math.max(...points.map((p) => p.y))];
      const half = far * Math.tan((camera.fov * Math.PI) / 360);
      const aside = new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 0);
      const up = new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 1);
      target.addScaledVector(aside, ((left + right) / 2) * half * camera.aspect);
      target.addScaledVector(up.setZ(0), ((low + high) / 2 + 0.06) * half);
      far *= Math.max((right - left) / 1.9, (high - low) / 1.68) ** 0.9;
    }
    return { from, target, far };
  }

  approach(name, cutOpen) {
    const at = this.stage.people.get(name)?.at;
    if (!at) return;
    const target = new THREE.Vector3(at[1], at[2], at[3] + 1);
    // From the side where nothing that stays stands between.
    const sides = [-0.4, 0.4, -1.1, 1.1, -1.9, 1.9, -2.6, 2.6].map((turn) => (
      target.clone().add(new THREE.Vector3(8.2 * Math.sin(turn), -8.2 * Math.cos(turn), 8.5))));
    const open = cutOpen ? null : sides.find((side) => this.stage.clear(target, side));
    this.fly(target, open ?? sides[0]);
  }

  fly(target, position) {
    this.flight = { target, position, part: 0, from: [this.controls.target.clone(), this.outer.position.clone()] };
    this.changed();
  }

  arrive() {
    if (this.flight) this.flight.part = 1;
    this.move(0);
  }

  move(passed) {
    if (this.flight) {
      const { target, position, from } = this.flight;
      this.flight.part = Math.min(1, this.flight.part + passed * 1.6);
      const part = this.flight.part ** 2 * (3 - 2 * this.flight.part);
      this.controls.target.lerpVectors(from[0], target, part);
      this.outer.position.lerpVectors(from[1], position, part);
      if (this.flight.part >= 1) this.flight = null;
      this.changed();
    }
    this.along();
    if (this.controls.enabled) this.controls.update();
  }

  /** Goes along with whom it follows. */
  along() {
    const at = this.stage.people.get(this.followed)?.at;
    if (!at) return;
    const spot = new THREE.Vector3(at[1], at[2], at[3] + 1);
    const by = spot.clone().sub(this.last ?? spot);
    for (const each of [this.controls.target, this.outer.position, this.flight?.target, this.flight?.position]) each?.add(by);
    this.last = spot;
  }

  /** The camera in the head of a body. */
  within([, x, y, z, heading, pitch, posture]) {
    const [turn, up] = [(heading * Math.PI) / 180, (pitch * Math.PI) / 180];
    const { position } = this.inner;
    position.set(x, y, z + (EYES[posture] ?? EYES.standing));
    this.inner.lookAt(x + Math.cos(turn) * Math.cos(up), y + Math.sin(turn) * Math.cos(up), position.z + Math.sin(up));
    this.inner.updateMatrixWorld();
    return this.inner;
  }
}

function upright(fov, near, far) {
  const made = new THREE.PerspectiveCamera(fov, 1, near, far);
  made.up.set(0, 0, 1);
  return made;
}
