// Prisms with flat sides, and one material for all: plain colour, a grain, and a cut that lifts the roofs.
import * as THREE from "three";

const GRAINS = ["plain", "wall", "boards", "street", "paving", "grass", "stairs", "drawers", "books", "facade", "shelves"];
const NEVER_CUT = -9999;
export const CEILING = [232, 228, 219];

/** Everything above this height is cut away, metres; shared by all materials. */
export const cut = { value: 1e6 };

const VERTEX_HEAD = `
attribute float grain; attribute float foot; attribute vec2 along;
varying float vGrain; varying vec2 vAlong; varying vec3 vSpot; varying float vRise; varying float vUp;
uniform float cut;
`;
const CUT = `
  bool cuttable = foot > -9000.0;
  if (cuttable && foot > cut - 0.02) transformed = vec3(0.0, 0.0, -500.0);
  else if (cuttable) transformed.z = min(transformed.z, cut);
`;
const VERTEX = `#include <begin_vertex>
  ${CUT}
  vGrain = grain; vAlong = along; vSpot = transformed; vUp = normal.z;
  vRise = transformed.z - (cuttable ? foot : 0.0);
`;
const FRAGMENT_HEAD = `
varying float vGrain; varying vec2 vAlong; varying vec3 vSpot; varying float vRise; varying float vUp;
uniform float cut;
float fleck(vec2 at) { return fract(sin(dot(floor(at), vec2(12.9898, 78.233))) * 43758.5453); }
float near(float value, float edge, float width) { return 1.0 - smoothstep(0.0, width, abs(value - edge)); }
`;
const FRAGMENT = `#include <color_fragment>
{
  float wide = fwidth(vSpot.x) + fwidth(vSpot.y) + fwidth(vSpot.z);
  float fine = clamp(1.0 - wide * 5.0, 0.0, 1.0);
  bool side = abs(vUp) < 0.5;
  vec3 own = diffuseColor.rgb;
  if (vUp > 0.9 && abs(vSpot.z - cut) < 0.003) { own = mix(own, vec3(0.30, 0.27, 0.26), 0.4); }
  else if (side && vGrain > 0.5) {
    own *= 0.86 + 0.14 * min(1.0, max(0.0, vRise) * 1.4);
    if (vGrain > 8.5 && vGrain < 9.5) {
      float half_ = vAlong.y, count = floor((half_ - 0.5) * 0.8), long_ = 2.0 * half_ - 1.0;
      float part = (vAlong.x + half_ - 0.5) * count / long_;
      if (count > 0.5 && part > 0.0 && part < count && vRise > 0.5) {
        float across = abs(fract(part) - 0.5), up = fract((vRise - 0.5) / 3.0);
        if (across < 0.25 && up > 0.185 && up < 0.735) {
          bool pane = across < 0.215 && up > 0.215 && up < 0.705 && (across > 0.012 || wide > 0.1);
          float sky = 0.5 + 0.5 * fleck(vec2(floor(part) + 7.0 * floor(vAlong.y * 9.0), floor((vRise - 0.5) / 3.0)));
          own = pane ? mix(vec3(0.10, 0.15, 0.20), vec3(0.28, 0.38, 0.46), sky * 0.7 + 0.3 * up) : own * 1.16 + 0.03;
        }
      }
    } else if (vGrain > 6.5 && vGrain < 7.5) {
      float shelf = fract(vRise * 2.5);
      own *= 1.0 - fine * (0.35 * near(shelf, 0.0, 0.04) + 0.3 * near(vAlong.x, 0.0, 0.012));
      own *= 1.0 - fine * 0.5 * near(abs(vAlong.x), 0.07, 0.02) * near(shelf, 0.55, 0.05);
    } else if (vGrain > 7.5 && vGrain < 8.5 || vGrain > 9.5) {
      bool books = vGrain < 9.5;
      float rows = books ? 2.6 : 1.2, backs = books ? 18.0 : 1.9;
      vec2 at = vec2(vAlong.x * backs, vRise * rows);
      float tall = 0.62 + 0.28 * fleck(at), shelf = fract(at.y);
      float hue = fleck(at + 31.0);
      vec3 back = mix(own, mix(vec3(0.45, 0.2, 0.15), mix(vec3(0.16, 0.27, 0.36), vec3(0.62, 0.5, 0.28), hue), hue), 0.55);
      own = shelf < 0.08 ? own : shelf > tall ? own * 0.45 : mix(own * 0.8, back, fine);
    }
  } else if (!side) {
    vec2 at = vSpot.xy;
    if (vGrain > 1.5 && vGrain < 2.5) {
      float board = floor(at.y * 4.0);
      float tone = fleck(vec2((at.x + 0.7 * mod(board, 4.0)) * 0.4, board));
      own *= 1.0 + fine * (0.13 * tone - 0.07);
      own *= 1.0 - fine * 0.14 * near(fract(at.y * 4.0), 0.0, 0.06);
    } else if (vGrain > 2.5 && vGrain < 3.5) {
      own *= 1.0 + fine * (0.05 * fleck(at * 6.0) - 0.025);
    } else if (vGrain > 3.5 && vGrain < 4.5) {
      vec2 stone = fract(at / 0.9);
      own *= 1.0 + fine * (0.06 * fleck(at / 0.9) - 0.03);
      own *= 1.0 - fine * 0.13 * max(near(stone.x, 0.0, 0.03), near(stone.y, 0.0, 0.03));
    } else if (vGrain > 4.5 && vGrain < 5.5) {
      own *= 0.95 + 0.07 * fleck(at / 2.4) + fine * (0.09 * fleck(at * 3.0) - 0.045);
    }
  }
  diffuseColor.rgb = own;
}
`;

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

export function box(width, depth) {
  const [x, y] = [width / 2, depth / 2];
  return [-x, -y, x, -y, x, y, -x, y];
}

export function round(radius, corners = 20) {
  const found = [];
  for (let each = 0; each < corners; each++) {
    const angle = (2 * Math.PI * each) / corners;
    found.push(radius * Math.cos(angle), radius * Math.sin(angle));
  }
  return found;
}
