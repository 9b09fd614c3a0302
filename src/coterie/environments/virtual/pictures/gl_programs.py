"""The programs that run on the graphics card; see `gl`."""

PLACED = """
uniform vec4 eye;        // x, y, z of the eye, 1 with perspective or 0 without
uniform vec4 lens;       // heading x, heading y, width of a pixel a metre ahead, height of a pixel a metre ahead
uniform vec4 frame;      // columns, rows, row of the horizon, height that a metre ahead is worth
vec4 placed(vec3 at, out float ahead) {
    vec3 off = at - eye.xyz;
    ahead = dot(off.xy, lens.xy);
    float aside = off.x * lens.y - off.y * lens.x;
    float w = eye.w > 0.5 ? ahead : 1.0;
    float x = 2.0 * aside / (lens.z * frame.x);
    float y = (1.0 - 2.0 * frame.z / frame.y) * w + 2.0 * (off.z + frame.w * ahead) / (lens.w * frame.y);
    // Near 0.05 m, far 2,000 m; without perspective everything within 1,000 m of the middle.
    float z = eye.w > 0.5 ? 1.00005 * ahead - 0.1000025 : ahead / 1000.0;
    return vec4(x, y, z, w);
}
"""

SEEN = (
    "#version 330\n"
    + PLACED
    + """
in vec3 at; in vec3 normal; in vec3 albedo; in float number;
uniform mat4 sun_view; uniform float bias;
out vec3 world; out vec3 facing; out vec3 own; out vec4 sunned; out float distance_ahead;
flat out int instance;
void main() {
    gl_Position = placed(at, distance_ahead);
    world = at; facing = normal; own = albedo; instance = int(number + 0.5);
    sunned = sun_view * vec4(at + normal * bias, 1.0);
}
"""
)

COLOURED = """
#version 330
in vec3 world; in vec3 facing; in vec3 own; in vec4 sunned; in float distance_ahead;
flat in int instance;
uniform vec3 sun; uniform vec3 warm; uniform vec3 cool; uniform vec3 haze; uniform vec3 lamp; uniform float thin;
uniform float glass; uniform vec4 grid;
uniform sampler2DShadow shade; uniform sampler2D cover;
out vec4 colour;
void main() {
    if (glass > 0.5) { colour = vec4(0.73, 0.87, 0.91, 0.25); return; }
    float towards = dot(facing, sun), lit = 0.0;
    vec3 place = sunned.xyz * 0.5 + 0.5;
    if (towards > 0.0) {
        vec2 step = 0.7 / vec2(textureSize(shade, 0));
        for (int i = -1; i <= 1; i++) for (int j = -1; j <= 1; j++)
            lit += texture(shade, vec3(place.xy + step * vec2(i, j), place.z - 0.0006)) / 9.0;
    }
    vec3 ambient = own * cool * (0.72 + 0.13 * towards);
    vec2 spot = (world.xy + facing.xy * 3.5 * grid.z - grid.xy) / (grid.z * vec2(textureSize(cover, 0)));
    if (spot == clamp(spot, 0.0, 1.0) && world.z < texture(cover, spot).r - 0.1) { ambient *= lamp; lit = 0.0; }
    vec3 seen = ambient + own * warm * 0.34 * max(0.0, towards) * lit;
    float far = distance_ahead * thin;
    float near = 1.0 / (1.0 + far * far);
    colour = vec4(min(vec3(1.0), seen * near + haze * (1.0 - near)), 1.0);
}
"""

MEASURED = """
#version 330
in vec3 world; in vec3 facing; in vec3 own; in vec4 sunned; in float distance_ahead;
flat in int instance;
layout(location = 0) out float ahead; layout(location = 1) out int whose;
void main() { ahead = distance_ahead; whose = instance; }
"""

SUN_SEEN = """
#version 330
in vec3 at; uniform mat4 sun_view;
void main() { gl_Position = sun_view * vec4(at, 1.0); }
"""

NOTHING = """
#version 330
void main() {}
"""

SKY = """
#version 330
const vec2 corners[3] = vec2[3](vec2(-1.0, -1.0), vec2(3.0, -1.0), vec2(-1.0, 3.0));
void main() { gl_Position = vec4(corners[gl_VertexID], 0.9999999, 1.0); }
"""

SKY_COLOURED = """
#version 330
uniform vec4 eye; uniform vec4 lens; uniform vec4 frame;
uniform vec3 haze; uniform vec3 zenith; uniform vec3 below; uniform float fine;
out vec4 colour;
void main() {
    float rows = frame.y * fine;
    float slope = (frame.z * fine - (rows - gl_FragCoord.y)) * lens.w / fine;
    float part = eye.w > 0.5 ? min(1.0, 1.3 * abs(slope) / (0.35 + abs(slope))) : 1.0;
    colour = vec4(mix(haze, slope > 0.0 ? zenith : below, part), 1.0);
}
"""
