// Where somebody has just walked: dots on the ground that shrink with age.
import * as THREE from "three";
import { cut, tinted } from "./surfaces.js";
import { between } from "./tracks.js";

const EVERY_S = 0.5;
const LAST_S = 12;
const APART = 0.25;
const dot = new THREE.CircleGeometry(0.1, 16);

export class Footprints {
  constructor(track, colour) {
    this.track = track;
    const look = new THREE.MeshBasicMaterial({ color: tinted(colour), transparent: true, opacity: 0.6, depthWrite: false });
    this.mesh = new THREE.InstancedMesh(dot, look, LAST_S / EVERY_S);
    this.mesh.frustumCulled = false;
  }

  show(time, hidden) {
    const place = new THREE.Matrix4();
    // Always the same moments, so that the dots stay where they are.
    const now = Math.floor(time / EVERY_S) * EVERY_S;
    let next = between(this.track, time, 6);
    for (let each = 0; each < LAST_S / EVERY_S; each++) {
      const at = now - each * EVERY_S;
      const key = at >= 0 ? between(this.track, at, 6) : null;
      const apart = key && next && Math.hypot(key[1] - next[1], key[2] - next[2]) > APART;
      const size = apart && !hidden && key[3] < cut.value ? 1 - (time - at) / LAST_S : 0;
      place.makeScale(size, size, 1);
      if (key) place.setPosition(key[1], key[2], key[3] + 0.03);
      this.mesh.setMatrixAt(each, place);
      if (apart || !next) next = key;
    }
    this.mesh.instanceMatrix.needsUpdate = true;
  }
}
