"""The conformance kit: checks that a world, an agent or an algorithm keeps the contract.

from coterie.testing import check_environment
def test_my_world_conforms(): check_environment(MyWorld)
"""

from coterie.testing.agent import check_agent
from coterie.testing.algorithm import check_algorithm
from coterie.testing.environment import check_environment

__all__ = ["check_agent", "check_algorithm", "check_environment"]
