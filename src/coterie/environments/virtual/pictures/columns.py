"""The inner loops of drawing: every column of the picture cuts every prism and every floor once, exactly.

A column of pixels looks along one vertical plane. In it a prism is a rectangle: from where the plane enters its
outline to where it leaves it, and from its low end to its high one. Its near side, top or bottom are runs of rows,
written where they are nearer than what is there. Pictures are [column, row] here, so that a run lies together in
memory.
"""

from math import ceil

from coterie.environments.virtual.pictures.canvas import FAR, GLASS, NUMBER, SHADOW, Canvas, Ground, Shapes
from coterie.environments.virtual.pictures.lens import Lens
from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import Floats, Outlines


@compiled
def draw(through: Lens, shapes: Shapes, ground: Ground, canvas: Canvas, sun: Floats) -> None:
    """Draws everything; `sun` is how far east and north a shadow goes for a metre of height."""
    canvas.depth[:] = FAR
    canvas.surface[:] = 0
    canvas.side[:] = -1
    canvas.enter[:] = through.numbers[6]
    canvas.leave[:] = through.numbers[6]
    for which in range(ground.drawn.shape[0]):
        if ground.drawn[which] and may_show(through, ground.rounds, which):
            level(through, ground, which, canvas)
    for which in range(shapes.drawn.shape[0]):
        if shapes.drawn[which] and not shapes.clear[which] and may_show(through, shapes.rounds, which):
            upright(through, shapes, which, canvas)
    for which in range(shapes.drawn.shape[0]):
        if not shapes.drawn[which] or not may_show(through, shapes.rounds, which):
            continue
        if shapes.clear[which]:
            upright(through, shapes, which, canvas)
        elif shapes.casts[which]:
            shade(through, shapes, which, canvas, sun)


@compiled
def may_show(through: Lens, rounds: Floats, which: int) -> bool:
    """Whether a circle in plan is at least partly between the left and right border and in front."""
    view = through.numbers
    dx, dy, radius = rounds[which, 0] - view[1], rounds[which, 1] - view[2], rounds[which, 2]
    ahead, aside = dx * view[4] + dy * view[5], abs(dx * view[5] - dy * view[4])
    reach = view[7] * view[8]
    if view[0] == 0.0:
        return bool(aside - radius < reach)
    # The border is `aside = reach * ahead`; a circle gets over it by its radius times the root of 1 + reach squared.
    return bool(ahead + radius > view[6] and aside - reach * ahead < radius * (1.0 + reach))


@compiled
def cut(through: Lens, outlines: Outlines, which: int, canvas: Canvas) -> tuple[int, int]:
    """Where columns enter and leave an outline: fills the canvas from the first column returned up to the second."""
    view, width = through.numbers, canvas.side.shape[0]
    flat = 1.0 - view[0]
    ux, uy, near = view[4], view[5], view[6]
    corners, begin, count = outlines.corners, outlines.first[which], outlines.sizes[which]
    dx, dy = corners[begin + count - 1, 0] - view[1], corners[begin + count - 1, 1] - view[2]
    last_ahead, last_aside = dx * ux + dy * uy, dx * uy - dy * ux
    left, right = width, 0
    for place in range(count):
        dx, dy = corners[begin + place, 0] - view[1], corners[begin + place, 1] - view[2]
        ahead, aside = dx * ux + dy * uy, dx * uy - dy * ux
        fa, ra, fb, rb = last_ahead, last_aside, ahead, aside
        last_ahead, last_aside = ahead, aside
        if fa < near and fb < near:
            continue
        if fa < near:
            ra += (rb - ra) * (near - fa) / (fb - fa)
            fa = near
        elif fb < near:
            rb += (ra - rb) * (near - fb) / (fa - fb)
            fb = near
        # A side turned to the eye runs from left to right, because outlines are counter-clockwise.
        pa = view[7] + ra / ((fa * view[0] + flat) * view[8])
        pb = view[7] + rb / ((fb * view[0] + flat) * view[8])
        front = pa < pb
        first = ceil(min(max(min(pa, pb), 0.0), width + 1.0) - 0.5)
        stop = min(width, ceil(min(max(max(pa, pb), 0.0), width + 1.0) - 0.5))
        if first >= stop:
            continue
        left, right = min(left, first), max(right, stop)
        cross, rise, run = fa * rb - ra * fb, fb - fa, rb - ra
        nearest, farthest = min(fa, fb), max(fa, fb)
        for column in range(first, stop):
            u = (column + 0.5 - view[7]) * view[8]
            under = run - view[0] * rise * u
            # An edge seen along its length: its near end is as good as any.
            t = (cross + flat * rise * u) / under if under != 0.0 else nearest
            t = min(max(t, nearest), farthest)
            if front:
                canvas.enter[column] = t
                canvas.side[column] = (place + count - 1) % count
            else:
                canvas.leave[column] = t
    return left, right


@compiled
def row_of(through: Lens, z: float, t: float, rows: int) -> int:
    """The first row whose middle is not above a point, 0 to `rows`."""
    view = through.numbers
    row = view[9] - (z - view[3] + view[11] * t) / ((t * view[0] + 1.0 - view[0]) * view[10])
    first: int = ceil(min(max(row, 0.0), rows + 0.5) - 0.5)
    return first


@compiled
def upright(through: Lens, shapes: Shapes, which: int, canvas: Canvas) -> None:
    """Draws one prism."""
    view, near, rows = through.numbers, through.numbers[6], canvas.depth.shape[1]
    low, high, surface = shapes.low[which], shapes.high[which], shapes.surface[which]
    count, glass = shapes.outlines.sizes[which], shapes.clear[which]
    left, right = cut(through, shapes.outlines, which, canvas)
    over, under = view[0] == 0.0 or view[3] > high, view[0] != 0.0 and view[3] < low
    for column in range(left, right):
        t0, t1, side = canvas.enter[column], canvas.leave[column], canvas.side[column]
        canvas.enter[column], canvas.leave[column], canvas.side[column] = near, near, -1
        top, bottom = row_of(through, high, t0, rows), row_of(through, low, t0, rows)
        if side >= 0:
            if glass:
                behind_glass(canvas, column, top, bottom, t0)
            else:
                for row in range(top, bottom):
                    if t0 < canvas.depth[column, row]:
                        canvas.depth[column, row] = t0
                        canvas.surface[column, row] = surface + side
        if glass or t1 < t0:
            continue
        if over:
            for row in range(row_of(through, high, t1, rows), top):
                t = (high - through.starts[row]) / through.slopes[row]
                if t < canvas.depth[column, row]:
                    canvas.depth[column, row] = t
                    canvas.surface[column, row] = surface + count
        elif under:
            for row in range(bottom, row_of(through, low, t1, rows)):
                t = (low - through.starts[row]) / through.slopes[row]
                if t < canvas.depth[column, row]:
                    canvas.depth[column, row] = t
                    canvas.surface[column, row] = surface + count + 1


@compiled
def behind_glass(canvas: Canvas, column: int, top: int, bottom: int, t: float) -> None:
    """Marks what is seen through a window."""
    for row in range(top, bottom):
        if t < canvas.depth[column, row]:
            canvas.surface[column, row] |= GLASS


@compiled
def level(through: Lens, ground: Ground, which: int, canvas: Canvas) -> None:
    """Draws one floor, from above or from below."""
    view, near, rows = through.numbers, through.numbers[6], canvas.depth.shape[1]
    a, b, c = ground.planes[which, 0], ground.planes[which, 1], ground.planes[which, 2]
    left, right = cut(through, ground.outlines, which, canvas)
    for column in range(left, right):
        t0, t1 = canvas.enter[column], canvas.leave[column]
        canvas.enter[column], canvas.leave[column], canvas.side[column] = near, near, -1
        u = (column + 0.5 - view[7]) * view[8]
        aside = u * (1.0 - view[0])
        slope = b * (view[4] + view[0] * u * view[5]) + c * (view[5] - view[0] * u * view[4])
        start = a + b * (view[1] + aside * view[5]) + c * (view[2] - aside * view[4])
        close, distant = row_of(through, start + slope * t0, t0, rows), row_of(through, start + slope * t1, t1, rows)
        surface = ground.surface[which] + (0 if distant < close else 1)
        for row in range(min(close, distant), max(close, distant)):
            t = (start - through.starts[row]) / (through.slopes[row] - slope)
            if t < canvas.depth[column, row]:
                canvas.depth[column, row] = t
                canvas.surface[column, row] = surface


@compiled
def shade(through: Lens, shapes: Shapes, which: int, canvas: Canvas, sun: Floats) -> None:
    """Marks the shadow of a movable prism on the level it stands on: its outline, drawn out away from the sun."""
    foot, long = shapes.foot[which], shapes.high[which] - shapes.low[which]
    off_x, off_y = sun[0] * (shapes.low[which] - foot), sun[1] * (shapes.low[which] - foot)
    corners, begin, count = shapes.outlines.corners, shapes.outlines.first[which], shapes.outlines.sizes[which]
    far_x, far_y = sun[0] * long, sun[1] * long
    outline, made = canvas.outline, 0
    for place in range(count):
        x, y = corners[begin + place, 0], corners[begin + place, 1]
        near_x, near_y = x + off_x, y + off_y
        before, after = begin + (place + count - 1) % count, begin + (place + 1) % count
        # Whether the side before a corner and the side after it look away from the sun.
        away = (y - corners[before, 1]) * far_x - (x - corners[before, 0]) * far_y > 0.0
        next_away = (corners[after, 1] - y) * far_x - (corners[after, 0] - x) * far_y > 0.0
        if not away or not next_away:
            outline.corners[made, 0], outline.corners[made, 1] = near_x, near_y
            made += 1
        if away or next_away:
            outline.corners[made, 0], outline.corners[made, 1] = near_x + far_x, near_y + far_y
            made += 1
            if away and not next_away:
                # Around the far end first, then back to the corner itself.
                outline.corners[made - 2, 0], outline.corners[made - 2, 1] = near_x + far_x, near_y + far_y
                outline.corners[made - 1, 0], outline.corners[made - 1, 1] = near_x, near_y
    outline.sizes[0] = made
    near, rows = through.numbers[6], canvas.depth.shape[1]
    left, right = cut(through, outline, 0, canvas)
    for column in range(left, right):
        t0, t1 = canvas.enter[column], canvas.leave[column]
        canvas.enter[column], canvas.leave[column], canvas.side[column] = near, near, -1
        close, distant = row_of(through, foot, t0, rows), row_of(through, foot, t1, rows)
        for row in range(distant, close):
            height = through.starts[row] + through.slopes[row] * canvas.depth[column, row]
            if abs(height - foot) < 0.02 and canvas.surface[column, row] & NUMBER:
                canvas.surface[column, row] |= SHADOW
