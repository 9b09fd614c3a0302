// Bodies: rounded figures with a face, in the colour of their agent.
import * as THREE from "three";
import { mixed, tinted } from "./surfaces.js";

const DARK = [46, 42, 44];
const torso = new THREE.CapsuleGeometry(0.235, 0.5, 8, 24).rotateX(Math.PI / 2);
const leg = new THREE.CapsuleGeometry(0.085, 0.42, 4, 12).rotateX(Math.PI / 2);
const head = new THREE.SphereGeometry(0.205, 28, 20);
const eye = new THREE.SphereGeometry(0.03, 12, 10);
const nose = new THREE.SphereGeometry(0.028, 10, 8);
const hand = new THREE.SphereGeometry(0.072, 14, 10);
const hair = new THREE.SphereGeometry(0.216, 28, 14, 0, 2 * Math.PI, 0, Math.PI * 0.46).rotateX(Math.PI / 2);

/** A figure that looks east, its feet at the origin. */
export function figure(colour, marked = true) {
  const group = new THREE.Group();
  const stands = new THREE.Group();
  group.add(stands);
  const clothes = new THREE.MeshLambertMaterial({ color: tinted(colour) });
  const trousers = new THREE.MeshLambertMaterial({ color: tinted(mixed(colour, DARK, 0.55)) });
  const skin = new THREE.MeshLambertMaterial({ color: tinted(mixed(colour, [250, 226, 204], 0.78)) });
  const dark = new THREE.MeshLambertMaterial({ color: tinted(DARK) });
  const crown = new THREE.MeshLambertMaterial({ color: tinted(mixed(colour, DARK, 0.35)) });
  const put = (geometry, material, x, y, z, parent = stands) => {
    const mesh = new THREE.Mesh(geometry, material);
    mesh.position.set(x, y, z);
    mesh.castShadow = true;
    mesh.renderOrder = 2;
    parent.add(mesh);
    return mesh;
  };
  // Drawn after all that may hide it and before itself: only where something else is in front.
  const ghosts = [];
  const veil = new THREE.MeshBasicMaterial({ color: tinted(mixed(colour, DARK, 0.12)), opacity: 0.4, fog: false,
    blending: THREE.CustomBlending, blendSrcAlpha: THREE.OneFactor, depthFunc: THREE.GreaterDepth, depthWrite: false });
  const haunt = (geometry, x, y, z, parent = stands) => {
    const ghost = put(geometry, veil, x, y, z, parent);
    ghost.castShadow = false;
    ghost.renderOrder = 1;
    ghosts.push(ghost);
  };
  const legs = [put(leg, trousers, 0, 0.1, 0.3), put(leg, trousers, 0, -0.1, 0.3)];
  put(torso, clothes, 0, 0, 0.9);
  haunt(torso, 0, 0, 0.9);
  const face = new THREE.Group();
  face.position.set(0.02, 0, 1.53);
  stands.add(face);
  put(head, skin, 0, 0, 0, face);
  haunt(head, 0, 0, 0, face);
  put(hair, crown, -0.025, 0, 0.018, face).rotation.y = -0.35;
  put(eye, dark, 0.185, 0.075, 0.03, face);
  put(eye, dark, 0.185, -0.075, 0.03, face);
  put(nose, skin, 0.208, 0, -0.02, face);
  const hands = [put(hand, skin, 0.05, 0.29, 0.8), put(hand, skin, 0.05, -0.29, 0.8)];
  let ring = null;
  if (marked) {
    ring = new THREE.Group();
    const look = new THREE.MeshBasicMaterial({ color: tinted(colour), transparent: true, opacity: 0.75 });
    const arrow = new THREE.Shape([[0.7, 0], [0.47, 0.13], [0.47, -0.13]].map(([x, y]) => new THREE.Vector2(x, y)));
    ring.add(new THREE.Mesh(new THREE.RingGeometry(0.36, 0.42, 40), look));
    ring.add(new THREE.Mesh(new THREE.ShapeGeometry(arrow), look));
    ring.position.z = 0.025;
    group.add(ring);
  }
  return { group, stands, face, legs, hands, ghosts };
}

/** Puts a figure where a key of its track says; `stride`: metres walked so far. */
export function pose(person, key, stride) {
  const [, x, y, z, heading, pitch, posture] = key;
  const { group, stands, face, legs, hands } = person;
  group.position.set(x, y, z);
  group.rotation.z = (heading * Math.PI) / 180;
  const lying = posture === "lying";
  stands.rotation.y = lying ? -Math.PI / 2 : 0;
  stands.position.set(lying ? 0.85 : 0, 0, lying ? 0.24 : 0);
  face.rotation.y = (-pitch * Math.PI) / 180;
  const moving = posture === "walking" || (posture === "carrying" && stride.moving);
  const swing = moving ? Math.sin(stride.metres * 4.2) : 0;
  stands.position.z += moving ? 0.03 * Math.abs(Math.cos(stride.metres * 4.2)) : 0;
  const carrying = posture === "carrying";
  legs.forEach((each, side) => each.position.set((side ? -swing : swing) * 0.16, side ? -0.1 : 0.1, 0.3));
  hands.forEach((each, side) => {
    const out = side ? -1 : 1;
    if (carrying) each.position.set(0.34, 0.15 * out, 0.98);
    else each.position.set(0.05 + (side ? swing : -swing) * 0.16, 0.29 * out, 0.8);
  });
}
