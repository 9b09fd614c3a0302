"""Unity ML-Agents, both ways, over its wire protocol: a Unity build as a world, a Coterie world as a Unity peer.

with UnityBuild(["Soccer.x86_64", "-batchmode", "-nographics"]) as build:
    episodes = list(gather(lambda: UnityWorld(build), minds, range(100), at_once=1))

serve("lookout", port=5004, options={"size": 4})   # ML-Agents' Python side, listening there, trains on it
"""

from coterie.adapters.extras import require

require("grpcio", "unity", at_least="1.70")
require("protobuf", "unity", at_least="6")

from coterie.adapters.unity.build import EDITOR_PORT, UnityBuild  # noqa: E402  # after the check
from coterie.adapters.unity.channels import Engine, Post  # noqa: E402
from coterie.adapters.unity.describing import Describer  # noqa: E402
from coterie.adapters.unity.dialling import Dialled  # noqa: E402
from coterie.adapters.unity.protocol import Answer, Behaviour, Info, Order, Sensed  # noqa: E402
from coterie.adapters.unity.serving import Served, serve  # noqa: E402
from coterie.adapters.unity.world import UnityWorld  # noqa: E402

__all__ = [
    "EDITOR_PORT",
    "Answer",
    "Behaviour",
    "Describer",
    "Dialled",
    "Engine",
    "Info",
    "Order",
    "Post",
    "Sensed",
    "Served",
    "UnityBuild",
    "UnityWorld",
    "serve",
]
