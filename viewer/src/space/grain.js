// How surfaces look: shading programs for each grain, and the cut that lifts the roofs.

export const VERTEX_HEAD = `
attribute float grain; attribute float foot; attribute vec2 along;
varying float vGrain; varying vec2 vAlong; varying vec3 vSpot; varying float vRise; varying float vUp;
uniform float cut;
`;
export const CUT = `
  bool cuttable = foot > -9000.0;
  if (cuttable && foot > cut - 0.02) transformed = vec3(0.0, 0.0, -500.0);
  else if (cuttable) transformed.z = min(transformed.z, cut);
`;
export const VERTEX = `#include <begin_vertex>
  ${CUT}
  vGrain = grain; vAlong = along; vSpot = transformed; vUp = normal.z;
  vRise = transformed.z - (cuttable ? foot : 0.0);
`;
export const FRAGMENT_HEAD = `
varying float vGrain; varying vec2 vAlong; varying vec3 vSpot; varying float vRise; varying float vUp;
uniform float cut;
float fleck(vec2 at) { return fract(sin(dot(floor(at), vec2(12.9898, 78.233))) * 43758.5453); }
float near(float value, float edge, float width) { return 1.0 - smoothstep(0.0, width, abs(value - edge)); }
`;
export const FRAGMENT = `#include <color_fragment>
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
