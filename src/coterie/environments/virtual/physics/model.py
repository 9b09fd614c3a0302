"""A scene as a MuJoCo model: what stands, what moves, and who pushes.

Only things obey MuJoCo in all; that people meet walls, doors and each other is left to `collision.move`, which is
exact. People are upright cylinders on slides, moved by motors no stronger than a person; they step over what is low.
What can be picked up is a free box that may tumble; what is heavy or on wheels slides and falls but does not turn, so
that the way-finding and the sight of the simulation, which know upright boxes only, stay true for everything that stops
a body. All else stands.
"""

from typing import TYPE_CHECKING, Any

from coterie.environments.virtual.space.scene import Thing
from coterie.environments.virtual.space.solids import Floor, Point
from coterie.environments.virtual.space.walkways import HEIGHT, RADIUS
from coterie.environments.virtual.state.layout import Layout

if TYPE_CHECKING:
    import mujoco

STATIC, BODY, THING, GROUND = 1, 2, 4, 8
"""Kinds of what can touch, as bits."""
STEP, STEPS = 0.01, 10
"""Seconds of a step of MuJoCo, and how many make a tick."""
PERSON_KG, PERSON_N = 75.0, 400.0
"""Mass of a body, and how hard it can push, newtons."""
PULL = 3000.0
"""How hard a body is pushed for each metre a second that it is slower than it wants to be, newtons."""
DENSITY, LIGHTEST, HEAVIEST = 150.0, 0.05, 25.0
"""Kilograms a cubic metre of what can be picked up, and the limits of its mass."""
HEAVY_KG, CART_KG = 45.0, 20.0
GRIP, ROLLS = 0.7, 0.03
"""Friction of things, and of what has wheels."""
THICK = 0.4
"""How thick floors are, metres: nothing falls through."""
TOE = 0.35
"""How high above the feet a body begins here: what is lower than a step does not stop it."""
PARKED = -1000.0
"""The height of what is not in the world just now."""


def movable(thing: Thing) -> bool:
    """Whether a thing moves when it is pushed."""
    return bool({"pick", "heavy", "cart"} & set(thing.affordances))


def slides(thing: Thing) -> bool:
    """Whether a movable thing only slides and falls, and does not turn."""
    return thing.solid or bool({"heavy", "cart"} & set(thing.affordances))


def model_of(layout: Layout) -> "mujoco.MjModel":
    """Builds the model of a scene; names of geometries: `solid 3`, `door gate`, `thing cup`, `body ann`, `floor 0`.

    Raises:
        ImportError: MuJoCo is not installed.
    """
    try:
        import mujoco
    except ImportError as error:
        raise ImportError('physics="mujoco" needs MuJoCo: pip install "coterie[physics]"') from error
    spec = mujoco.MjSpec()
    spec.option.timestep, spec.option.integrator = STEP, mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    world = spec.worldbody
    for number, solid in enumerate(layout.scene.solids):
        _prism(spec, world, f"solid {number}", solid.outline, solid.low, solid.high, STATIC)
    for number, floor in enumerate(layout.scene.floors):
        _ground(spec, world, f"floor {number}", floor)
    for door in layout.scene.doors:
        body = world.add_body(name=f"door {door.name}", mocap=True)
        _prism(spec, body, f"door {door.name}", door.outline(), door.level, door.level + door.height, STATIC)
    for thing in layout.scene.things:
        _thing(spec, thing)
    for agent in layout.agents:
        _person(spec, agent)
    return spec.compile()


def _prism(spec: Any, body: Any, name: str, outline: tuple[Point, ...], low: float, high: float, kind: int) -> None:
    """Adds an upright prism to a body."""
    mesh = spec.add_mesh(name=f"mesh of {name}")
    mesh.uservert = [each for z in (low, high) for x, y in outline for each in (x, y, z)]
    _geometry(body, name, mesh, kind)


def _ground(spec: Any, body: Any, name: str, floor: Floor) -> None:
    """Adds a floor as a slab below it."""
    mesh = spec.add_mesh(name=f"mesh of {name}")
    corners = [(x, y, floor.at(x, y)) for x, y in floor.outline]
    mesh.uservert = [each for down in (0.0, THICK) for x, y, z in corners for each in (x, y, z - down)]
    _geometry(body, name, mesh, GROUND)


def _geometry(body: Any, name: str, mesh: Any, kind: int) -> None:
    import mujoco

    shape = mujoco.mjtGeom.mjGEOM_MESH
    body.add_geom(name=name, type=shape, meshname=mesh.name, contype=kind, conaffinity=0, friction=[GRIP, 0.005, 1e-4])


def _thing(spec: Any, thing: Thing) -> None:
    """Adds a thing: a box of its size, that moves or stands."""
    import mujoco

    width, depth, height = thing.size
    x, y, z = thing.at
    moves, rolls = movable(thing), "cart" in thing.affordances
    if not moves and not thing.solid and not {"surface", "container"} & set(thing.affordances):
        return  # signs and levers stop neither people nor things
    body = spec.worldbody.add_body(name=f"thing {thing.name}", pos=[x, y, z + height / 2])
    if moves and slides(thing):
        for axis in range(3):
            along = [float(each == axis) for each in range(3)]
            body.add_joint(name=f"{thing.name} {'xyz'[axis]}", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=along)
    elif moves:
        body.add_freejoint(name=f"{thing.name} free")
    kind = THING if moves else STATIC if thing.solid else GROUND
    body.add_geom(
        name=f"thing {thing.name}",
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=[width / 2, depth / 2, height / 2],
        contype=kind,
        conaffinity=(STATIC | BODY | THING | GROUND) if moves else 0,
        mass=_mass(thing),
        friction=[ROLLS if rolls else GRIP, 0.005, 1e-4],
        priority=int(rolls),
    )


def _mass(thing: Thing) -> float:
    """Kilograms."""
    if "heavy" in thing.affordances:
        return HEAVY_KG
    if "cart" in thing.affordances:
        return CART_KG
    width, depth, height = thing.size
    return min(HEAVIEST, max(LIGHTEST, DENSITY * width * depth * height))


def _person(spec: Any, agent: str) -> None:
    """Adds a body: two slides and their motors; its height follows the floor and is set from outside."""
    import mujoco

    body = spec.worldbody.add_body(name=f"body {agent}", pos=[0.0, 0.0, 0.0], gravcomp=1.0)
    for axis in range(3):
        along = [float(each == axis) for each in range(3)]
        body.add_joint(name=f"{agent} {'xyz'[axis]}", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=along)
    body.add_geom(
        name=f"body {agent}",
        type=mujoco.mjtGeom.mjGEOM_CYLINDER,
        fromto=[0.0, 0.0, TOE, 0.0, 0.0, HEIGHT],
        size=[RADIUS, 0.0, 0.0],
        contype=BODY,
        conaffinity=0,
        mass=PERSON_KG,
        condim=1,  # people slide along what they push
        priority=2,
    )
    for side in ("x", "y"):
        motor = spec.add_actuator(name=f"{agent} {side}", target=f"{agent} {side}")
        motor.trntype = mujoco.mjtTrn.mjTRN_JOINT
        motor.set_to_velocity(kv=PULL)
        motor.forcelimited, motor.forcerange = True, [-PERSON_N, PERSON_N]
