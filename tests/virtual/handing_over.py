"""A small world for tests: two rooms, a locked gate, its key on a table; ann must bring the key to bob."""

from coterie.core import Action, Subgoal
from coterie.environments.virtual.space.scene import Door, Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box
from coterie.environments.virtual.world import VirtualWorld


def two_rooms(table_x: float = 2.0) -> Scene:
    """A hall in the west and a yard in the east, each 8 x 8 m, with a gate between."""
    walls = (
        Solid("west wall", box(-0.2, -0.2, 0.0, 8.2), 0.0, 3.0),
        Solid("east wall", box(16.2, -0.2, 16.4, 8.2), 0.0, 3.0),
        Solid("south wall", box(0.0, -0.2, 16.2, 0.0), 0.0, 3.0),
        Solid("north wall", box(0.0, 8.0, 16.2, 8.2), 0.0, 3.0),
        Solid("gate wall south", box(8.0, 0.0, 8.2, 3.5), 0.0, 3.0),
        Solid("gate wall north", box(8.0, 4.5, 8.2, 8.0), 0.0, 3.0),
        Solid("gate lintel", box(8.0, 3.5, 8.2, 4.5), 2.1, 3.0),
    )
    things = (
        Thing("table", "table", (table_x, 6.0, 0.0), (1.2, 0.8, 0.75), ("surface",), capacity=3, solid=True),
        Thing("red key", "key", (table_x, 6.0, 0.75), (0.1, 0.1, 0.1), ("pick",), "on", "table"),
        Thing("blue cup", "cup", (2.0, 2.0, 0.0), (0.1, 0.1, 0.1), ("pick",)),
        Thing("box", "box", (6.0, 7.0, 0.0), (0.6, 0.6, 0.5), ("container", "open"), capacity=2),
        Thing("sign", "sign", (7.9, 5.5, 1.5), (0.05, 0.6, 0.4), ("readable",), text="the gate needs the red key"),
        Thing("lamp", "lamp", (15.5, 7.5, 0.0), (0.3, 0.3, 1.5), ("switch",)),
        Thing("trolley", "cart", (13.0, 6.5, 0.0), (0.8, 0.5, 0.8), ("cart",), capacity=3),
        Thing("crate", "crate", (13.0, 1.5, 0.0), (0.8, 0.8, 0.8), ("heavy",), solid=True),
    )
    places = (Place("hall", "room", box(0, 0, 8.1, 8)), Place("yard", "park", box(8.1, 0, 16.2, 8)))
    gate = Door("gate", (8.1, 4.0), (0.0, 1.0), ("hall", "yard"), thickness=0.2, open=False, locked=True, key="red key")
    return Scene(
        walls,
        (Floor(box(-0.2, -0.2, 16.4, 8.2), 0.0),),
        places,
        (gate,),
        things,
        ((4.0, 3.0, 0.0), (14.0, 4.0, 0.0)),
    )


class HandingOver(VirtualWorld):
    """Ann must find the key, open the gate, and give the key to bob."""

    id = "handing_over-v1"
    purpose = "tests"
    agents = ("ann", "bob")

    def build(self):
        return two_rooms(self.chance.draw("table", (1.5, 2.0, 3.0)))

    def introduce(self, agent):
        return "bring the red key to bob" if agent == "ann" else "take the red key from ann"

    def over(self):
        return "bob has the key" if "red key" in self.simulation.things.hands["bob"] else None

    def happened(self, events):
        for event in events:
            if event.kind == "handed over":
                for agent in self.agents:
                    self.pay(agent, "handed over", 1.0)

    def subgoals(self):
        simulation = self.simulation
        return {
            "gate open": Subgoal(simulation.doors.states["gate"].open, 0.5, "ann"),
            "key with bob": Subgoal("red key" in simulation.things.hands["bob"], 0.5, "ann"),
        }

    def expert(self, agent, seed=0):
        gone = []

        def ann(seen):
            options = seen.spec.move.options
            if "red key" not in seen.data["holds"]:
                wanted = ("pick up red key", "go to red key", "look")
            elif "go to yard" in options and not gone:
                gone.append("yard")
                wanted = ("go to yard",)
            else:
                wanted = ("give red key to bob", "go to bob", "go on", "look")
            return Action(next(each for each in wanted if each in options))

        def bob(seen):
            options = seen.spec.move.options
            return Action(next(each for each in ("take red key from ann", "wait") if each in options))

        return ann if agent == "ann" else bob
