"""Random scenes for tests: a walled yard full of boxes, posts, doors and things."""

import random
from math import cos, hypot, pi, sin

from coterie.environments.virtual.space.scene import Door, Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box


def scattered(seed: int, boxes: int = 120, side: float = 40.0, loose: int = 20) -> Scene:
    """A yard with a wall and two doors across its middle, boxes and six-sided posts, and loose things."""
    luck = random.Random(seed)
    middle, thick = side / 2, 0.2
    walls = [
        Solid("south", box(-thick, -thick, side + thick, 0), 0, 3),
        Solid("north", box(-thick, side, side + thick, side + thick), 0, 3),
        Solid("west", box(-thick, 0, 0, side), 0, 3),
        Solid("east", box(side, 0, side + thick, side), 0, 3),
    ]
    gaps = (side / 4, 3 * side / 4)
    ends = (0.0, gaps[0] - 0.6, gaps[0] + 0.6, gaps[1] - 0.6, gaps[1] + 0.6, side)
    for number in range(0, 6, 2):
        walls.append(Solid(f"middle {number}", box(middle - 0.1, ends[number], middle + 0.1, ends[number + 1]), 0, 3))
    solids = list(walls)
    while len(solids) < boxes:
        x, y = luck.uniform(1, side - 1), luck.uniform(1, side - 1)
        if abs(x - middle) < 2.0:
            continue
        if luck.random() < 0.5:
            outline = box(x, y, x + luck.uniform(0.1, 1.5), y + luck.uniform(0.1, 1.5))
        else:
            radius = luck.uniform(0.2, 0.8)
            outline = tuple((x + radius * cos(each * pi / 3), y + radius * sin(each * pi / 3)) for each in range(6))
        solids.append(Solid(f"box {len(solids)}", outline, 0.0, luck.choice((0.8, 2.5))))
    things, starts = [], []
    while len(things) < loose or len(starts) < 9:
        x, y = luck.uniform(1, side - 1), luck.uniform(1, side - 1)
        if abs(x - middle) < 2.0 or any(_near(solid.outline, x, y, 0.8) for solid in solids):
            continue
        if len(things) < loose:
            kind, affordances, size, solid = luck.choice(KINDS)
            if any(hypot(x - thing.at[0], y - thing.at[1]) < 2.0 for thing in things):
                continue
            name = f"{kind} {len(things)}"
            capacity = 2 if {"surface", "container", "cart"} & set(affordances) else 0
            things.append(Thing(name, kind, (x, y, 0.0), size, affordances, capacity=capacity, solid=solid))
        elif all(hypot(x - sx, y - sy) > 1.5 for sx, sy, _ in starts) and all(
            hypot(x - thing.at[0], y - thing.at[1]) > 1.5 for thing in things
        ):
            starts.append((x, y, 0.0))
    places = (
        Place("west half", "park", box(0, 0, middle, side)),
        Place("east half", "park", box(middle, 0, side, side)),
    )
    doors = tuple(
        Door(
            f"door {number}",
            (middle, gap),
            (0.0, 1.0),
            ("west half", "east half"),
            width=1.2,
            thickness=0.2,
            open=bool(number),
            lever=next((thing.name for thing in things if thing.kind == "lever"), "") if number else "",
        )
        for number, gap in enumerate(gaps)
    )
    return Scene(
        tuple(solids),
        (Floor(box(-thick, -thick, side + thick, side + thick), 0.0),),
        places,
        doors,
        tuple(things),
        tuple(starts),
    )


KINDS = (
    ("cup", ("pick",), (0.1, 0.1, 0.1), False),
    ("tray", ("pick", "surface"), (0.4, 0.3, 0.05), False),
    ("bag", ("pick", "container"), (0.4, 0.3, 0.4), False),
    ("chest", ("container", "open"), (0.9, 0.6, 0.6), True),
    ("table", ("surface",), (1.2, 0.8, 0.75), True),
    ("crate", ("heavy",), (0.8, 0.8, 0.8), True),
    ("trolley", ("cart",), (0.7, 0.5, 0.8), False),
    ("lever", ("lever",), (0.1, 0.1, 1.0), False),
    ("lamp", ("switch",), (0.3, 0.3, 1.5), False),
)


def _near(outline, x, y, distance):
    xs, ys = [corner[0] for corner in outline], [corner[1] for corner in outline]
    return min(xs) - distance < x < max(xs) + distance and min(ys) - distance < y < max(ys) + distance
