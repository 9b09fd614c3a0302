"""How fast MuJoCo is on the same boxes; `benchmarks/virtual.py --mujoco PYTHON` runs this with the Python that has it.

    pip install mujoco==4.0.0
    python benchmarks/peers/mujoco_speed.py BOXES WHAT COUNT

BOXES is a file of JSON: a list of west, south, east, north, high in metres. WHAT is `ticks` (agent-ticks: eight upright
capsules that slide about by force, a tick being ten steps of 0.01 s, because 0.1 s is too long for its solver), `lines`
(rays from one place to random others) or `frames` (pictures of 128 x 128, shadows off). Prints COUNT by seconds of time
on the core.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

os.environ.setdefault("MUJOCO_GL", "egl")

import mujoco
import numpy as np

AGENTS = 8


def model(boxes: list[list[float]]) -> mujoco.MjModel:
    parts = [
        f"<geom type='box' pos='{(w + e) / 2} {(s + n) / 2} {h / 2}' size='{(e - w) / 2} {(n - s) / 2} {h / 2}'/>"
        for w, s, e, n, h in boxes
    ]
    for number in range(AGENTS):
        parts.append(
            f"<body pos='{2 + 4 * number} -1 0.9'><joint type='slide' axis='1 0 0' damping='50'/>"
            "<joint type='slide' axis='0 1 0' damping='50'/><geom type='capsule' size='0.25 0.65' mass='70'/></body>"
        )
    return mujoco.MjModel.from_xml_string(
        "<mujoco><option timestep='0.01' gravity='0 0 0'/><visual><quality shadowsize='0'/></visual><worldbody>"
        f"<light pos='30 30 50' dir='0 0 -1' castshadow='false'/>{''.join(parts)}</worldbody></mujoco>"
    )


def ticks(made: mujoco.MjModel, count: int) -> None:
    data, luck = mujoco.MjData(made), np.random.default_rng(0)
    for number in range(count // AGENTS):
        if number % 20 == 0:
            data.qfrc_applied[:] = luck.uniform(-100, 100, made.nv)
        for _ in range(10):
            mujoco.mj_step(made, data)


def lines(made: mujoco.MjModel, count: int) -> None:
    data, luck = mujoco.MjData(made), np.random.default_rng(0)
    mujoco.mj_forward(made, data)
    hit, distance = np.zeros(1000, np.int32), np.zeros(1000)
    for _ in range(count // 1000):
        eye = np.array([*luck.uniform(0, 60, 2), 1.6])
        ways = np.concatenate([luck.uniform(0, 60, (1000, 2)), np.full((1000, 1), 1.0)], axis=1) - eye
        mujoco.mj_multiRay(made, data, eye, ways.ravel(), None, 1, -1, hit, distance, None, 1000, 1e9)


def frames(made: mujoco.MjModel, count: int) -> None:
    data, renderer = mujoco.MjData(made), mujoco.Renderer(made, 128, 128)
    mujoco.mj_forward(made, data)
    camera = mujoco.MjvCamera()
    camera.lookat[:], camera.distance, camera.elevation = (30, 30, 1.6), 20.0, -2.0
    luck = random.Random(0)
    for _ in range(count):
        camera.azimuth = luck.uniform(0, 360)
        renderer.update_scene(data, camera)
        renderer.render()


if __name__ == "__main__":
    made, count = model(json.loads(Path(sys.argv[1]).read_text())), int(sys.argv[3])
    do = {"ticks": ticks, "lines": lines, "frames": frames}[sys.argv[2]]
    do(made, max(1, count // 10))
    start = time.process_time()
    do(made, count)
    print(f"{count / (time.process_time() - start):.0f}")
