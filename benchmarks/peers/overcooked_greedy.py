"""What the greedy model of Overcooked-AI scores with itself, in 400 steps: the figures beside our experts'.

    pip install overcooked-ai==1.1.0 scipy
    python benchmarks/peers/overcooked_greedy.py

The layouts where a cook cannot do everything alone, or where tomatoes are ordered, are beyond that model.
"""

import numpy

numpy.Inf = numpy.inf  # the peer was written for numpy 1

from overcooked_ai_py.agents.agent import AgentPair, GreedyHumanModel  # noqa: E402
from overcooked_ai_py.mdp.overcooked_env import OvercookedEnv  # noqa: E402
from overcooked_ai_py.mdp.overcooked_mdp import OvercookedGridworld  # noqa: E402
from overcooked_ai_py.planning.planners import NO_COUNTERS_PARAMS, MediumLevelActionManager  # noqa: E402

LAYOUTS = ("cramped_room", "asymmetric_advantages", "coordination_ring", "counter_circuit_o_1order")
SEEDS = 5


def score(layout: str) -> list[int]:
    """The rewards of one episode a seed; the seed is for how the model gets unstuck."""
    mdp = OvercookedGridworld.from_layout_name(layout)
    environment = OvercookedEnv.from_mdp(mdp, horizon=400, info_level=0)
    ways = MediumLevelActionManager.from_pickle_or_compute(mdp, NO_COUNTERS_PARAMS, force_compute=True, info=False)
    scores = []
    for seed in range(SEEDS):
        numpy.random.seed(seed)
        pair = AgentPair(GreedyHumanModel(ways), GreedyHumanModel(ways))
        pair.set_mdp(mdp)
        environment.reset(regen_mdp=False)
        over, total = False, 0
        while not over:
            _, paid, over, _ = environment.step(tuple(action for action, _ in pair.joint_action(environment.state)))
            total += paid
        scores.append(total)
    return scores


if __name__ == "__main__":
    for layout in LAYOUTS:
        print(layout, score(layout), flush=True)
