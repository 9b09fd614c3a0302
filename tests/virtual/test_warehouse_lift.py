"""warehouse_lift: heavy loads that two carry to the dock."""

import numpy as np
import pytest

from coterie.agents import Expert, Scripted
from coterie.core import Action
from coterie.environments import make
from coterie.rollout import play


@pytest.mark.parametrize("options", [{}, {"agents": 4, "loads": 3, "aisles": 2, "bays": 3, "limit_s": 400}])
def test_experts_carry_all_to_the_dock_and_not_sooner_than_is_possible(options):
    seats = make("warehouse_lift", **options).agents
    for seed in range(3):
        episode = play("warehouse_lift", dict.fromkeys(seats, Expert()), seed, options=options)
        assert episode.outcome["success"]
        assert 0 < episode.outcome["shortest"] <= episode.outcome["steps"]
        assert episode.totals[seats[0]] == pytest.approx(1.0)


def test_nobody_can_do_it_alone():
    idle = Scripted(lambda seed: lambda seen: Action("wait"), name="idle")
    episode = play("warehouse_lift", {"ann": Expert(), "bob": idle}, 0)
    assert not episode.outcome["success"]
    assert not any(event.kind == "lifted" for event in episode.events)


def test_the_vector_tells_where_the_load_is_and_whether_it_is_lifted():
    world = make("warehouse_lift")
    world.reset(0)
    before = world.vector("ann").values
    length = 4 * 1 + 2
    ahead, left, lifted, arrived = before[-length:-2]
    (x, y, _), load = world.simulation.at("ann"), world.simulation.things.position(world.loads[0])
    assert np.hypot(ahead, left) == pytest.approx(np.hypot(load[0] - x, load[1] - y) / 20, rel=1e-5)
    assert (lifted, arrived) == (0, 0)
    world.simulation.things.hold(world.loads[0], "ann", "bob")
    assert world.vector("ann").values[-4] == 1
    assert world.vector("bob").values.shape == before.shape


def test_a_load_in_hands_has_not_arrived():
    world = make("warehouse_lift")
    world.reset(0)
    world.simulation.lay(world.loads[0], (2.4, 3.0, 0.0))
    assert world.over() == "all loads are in the dock"
    world.simulation.things.hold(world.loads[0], "ann", "bob")
    assert world.over() is None


@pytest.mark.parametrize("options", [{"agents": 1}, {"loads": 7}, {"aisles": 0}, {"bays": 11}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(Exception, match="expected"):
        make("warehouse_lift", **options)
