// Prisms with flat sides, and one material for all: plain colour, a grain, and a cut that lifts the roofs.
import * as THREE from "three";
import { CUT, FRAGMENT, FRAGMENT_HEAD, VERTEX, VERTEX_HEAD } from "./grain.js";

const GRAINS = ["plain", "wall", "boards", "street", "paving", "grass", "stairs", "drawers", "books", "facade", "shelves"];
const NEVER_CUT = -9999;
export const CEILING = [232, 228, 219];

/** Everything above this height is cut away, metres; shared by all materials. */
export const cut = { value: 1e6 };

function patched(material, withColour) {
  material.onBeforeCompile = (shader) => {
    shader.uniforms.cut = cut;
    if (!withColour) {
      shader.vertexShader = `attribute float foot; uniform float cut;\n${shader.vertexShader}`.replace(
        "#include <begin_vertex>", `#include <begin_vertex>\n${CUT}`);
      return;
    }
    shader.vertexShader = (VERTEX_HEAD + shader.vertexShader).replace("#include <begin_vertex>", VERTEX);
    shader.fragmentShader = (FRAGMENT_HEAD + shader.fragmentShader).replace("#include <color_fragment>", FRAGMENT);
  };
  return material;
}

export const surface = patched(new THREE.MeshLambertMaterial({ vertexColors: true }), true);
export const glass = patched(
  new THREE.MeshLambertMaterial({ vertexColors: true, transparent: true, opacity: 0.28, depthWrite: false }), true);
const shade = patched(new THREE.MeshDepthMaterial({ side: THREE.DoubleSide }), false);

/** Collects prisms and makes one mesh of them. */
export class Pile {
  constructor() {
    this.position = [];
    this.normal = [];
    this.colour = [];
    this.grain = [];
    this.foot = [];
    this.along = [];
  }

  /** An upright prism over a flat list of corners, counter-clockwise. */
  prism(outline, low, high, colour, grain = "plain", cuttable = true, underside = colour) {
    const count = outline.length / 2;
    const tint = linear(colour);
    const number = GRAINS.indexOf(grain);
    const foot = cuttable ? low : NEVER_CUT;
    for (let each = 0; each < count; each++) {
      const next = (each + 1) % count;
      const [ax, ay, bx, by] = [outline[2 * each], outline[2 * each + 1], outline[2 * next], outline[2 * next + 1]];
      const long = Math.hypot(bx - ax, by - ay) || 1;
      const out = [(by - ay) / long, (ax - bx) / long, 0];
      const [a, b, c, d] = [[ax, ay, low], [bx, by, low], [bx, by, high], [ax, ay, high]];
      const half = long / 2;
      this.corner(a, out, tint, number, foot, [-half, half]);
      this.corner(b, out, tint, number, foot, [half, half]);
      this.corner(c, out, tint, number, foot, [half, half]);
      this.corner(a, out, tint, number, foot, [-half, half]);
      this.corner(c, out, tint, number, foot, [half, half]);
      this.corner(d, out, tint, number, foot, [-half, half]);
    }
    this.plane(outline, new Array(count).fill(high), tint, 0, foot, true);
    this.plane(outline, new Array(count).fill(low), linear(underside), 0, foot, false);
  }

  /** A level or sloping piece of ground; `tint` is linear. */
  plane(outline, heights, tint, number, foot, upward) {
    const corners = heights.map((z, each) => [outline[2 * each], outline[2 * each + 1], z]);
    const normal = upward ? [0, 0, 1] : [0, 0, -1];
    for (let each = 1; each + 1 < corners.length; each++) {
      const [b, c] = upward ? [each, each + 1] : [each + 1, each];
      for (const corner of [corners[0], corners[b], corners[c]]) this.corner(corner, normal, tint, number, foot, [0, 1]);
    }
  }

  floor(outline, heights, colour, grain, slab) {
    const tint = linear(colour);
    const number = GRAINS.indexOf(grain);
    const low = Math.min(...heights);
    this.plane(outline, heights, tint, number, low, true);
    if (slab) this.plane(outline, heights.map((z) => z - 0.02), linear(CEILING), 0, low, false);
  }

  corner(position, normal, colour, grain, foot, along) {
    this.position.push(...position);
    this.normal.push(...normal);
    this.colour.push(...colour);
    this.grain.push(grain);
    this.foot.push(foot);
    this.along.push(...along);
  }

  mesh(material = surface, shadows = true) {
    const geometry = new THREE.BufferGeometry();
    const put = (name, values, size) => geometry.setAttribute(name, new THREE.Float32BufferAttribute(values, size));
    put("position", this.position, 3);
    put("normal", this.normal, 3);
    put("color", this.colour, 3);
    put("grain", this.grain, 1);
    put("foot", this.foot, 1);
    put("along", this.along, 2);
    const mesh = new THREE.Mesh(geometry, material);
    mesh.castShadow = mesh.receiveShadow = shadows;
    mesh.customDepthMaterial = shade;
    return mesh;
  }
}

/** A colour of 0 to 255 as the renderer counts. */
export function linear(colour) {
  const made = new THREE.Color().setRGB(colour[0] / 255, colour[1] / 255, colour[2] / 255, THREE.SRGBColorSpace);
  return [made.r, made.g, made.b];
}

export function tinted(colour) {
  return new THREE.Color(...linear(colour));
}

/** Mixed with another colour. */
export function mixed(colour, other, part) {
  return colour.map((value, each) => value + (other[each] - value) * part);
}
