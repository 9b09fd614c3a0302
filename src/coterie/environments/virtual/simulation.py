"""Time in a virtual world: commands are given to those who are free, then ticks of 0.1 s pass until somebody is.

Skills (what bodies are doing) call back on the simulation; it knows nothing of observations or rewards.
"""

from typing import Literal

from coterie.environments.virtual.skills.skill import Result, Skill
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state import motion
from coterie.environments.virtual.state.frame import Film, Said
from coterie.environments.virtual.state.moment import rounded
from coterie.environments.virtual.state.truth import Truth


class Simulation(Truth):
    """Bodies, doors and things of one episode; give commands to those who are free, then let time pass.

    >>> from coterie.environments.virtual.space.scene import Place, Scene
    >>> from coterie.environments.virtual.space.solids import Floor, box
    >>> yard = Scene((), (Floor(box(0, 0, 20, 20), 0.0),), (Place("yard", "park", box(0, 0, 20, 20)),))
    >>> simulation = Simulation(yard, ("ann",))
    >>> simulation.join("ann", (2.0, 10.0, 0.0), heading=0.0)
    >>> simulation.command("ann", "go to yard")
    >>> simulation.run(1000), simulation.results["ann"].code, simulation.place_of("ann")
    (54, 'done', 'yard')
    """

    def __init__(
        self,
        scene: Scene,
        agents: tuple[str, ...],
        field: float = 90.0,
        sight: float = 30.0,
        physics: Literal["kinematic", "mujoco"] = "kinematic",
    ) -> None:
        """Lays out a scene; nobody is in it until `join`.

        Args:
            scene: the world at its beginning.
            agents: everybody who may ever be in it.
            field: the field of view, degrees.
            sight: from how far large things can be made out, metres.
            physics: whether things have mass, and can be pushed, dropped and stacked.

        Raises:
            ValueError: the scene is not sound: a name stands for two, an outline is not convex, or the like.
            ImportError: MuJoCo is wanted and not installed.
        """
        super().__init__(scene, agents, field, sight)
        if physics == "mujoco":
            from coterie.environments.virtual.physics import Dynamics

            self.physics = Dynamics(self)

    @property
    def free(self) -> list[str]:
        """Those in the world who have nothing to do."""
        return [agent for agent in self.present if agent not in self.skills]

    def command(self, agent: str, text: str) -> None:
        """Lets a free body begin something; what cannot be done ends with a fail code half a second later."""
        from coterie.environments.virtual.skills.commands import read

        skill = read(self, agent, text)
        self.paused.pop(agent, None)
        self.skills[agent] = skill
        if agent in self.levers and not skill.keeps_lever:
            self.let_go(agent)
        skill.begin(self, agent)
        self.walkers.alert[self.number(agent)] = skill.interruptible

    def interrupt(self, agent: str, why: str) -> bool:
        """Stops what a body is doing, if that can be stopped; `go on` would begin it again."""
        skill = self.skills.get(agent)
        if skill is None or not skill.interruptible:
            return False
        self.paused[agent] = skill
        self._end(agent, Result("interrupted", skill.text, why))
        return True

    def run(self, limit: int, film: Film | None = None) -> int:
        """Lets time pass until somebody is free, at most `limit` ticks; returns how many passed.

        A film gets a picture of every tick.
        """
        passed = 0
        while passed < limit and len(self.skills) == len(self.present):
            passed += self._pass(1 if film is not None else limit - passed)
            if film is not None:
                film.frames.append(self.frame())
        return passed

    def tick(self) -> None:
        """Lets one tick pass, whoever is free."""
        self._pass(1)

    def _pass(self, ticks: int) -> int:
        if self.voices:
            ticks = max(1, min(ticks, self.voices[0][0] - self.ticks))
        if self.doors.closing:
            ticks = 1
        passed = self._move(ticks)
        self.ticks += passed
        flags = self.walkers.flags
        if flags.any():
            for agent, skill in list(self.skills.items()):
                # A skill that ended another's (a load taken over) may have freed it already.
                if flags[self.number(agent)] and self.skills.get(agent) is skill:
                    self._attend(agent, skill, int(flags[self.number(agent)]))
        if self.doors.closing:
            self.doors.obey(set(self.levers.values()), self)
        while self.voices and self.voices[0][0] <= self.ticks:
            _, message, how = self.voices.pop(0)
            self._said.append(Said(message.speaker, message.text, how, message.audience))
            for listener in message.audience:
                if listener in self.present:
                    self.inbox[listener].append(message)
                    self.interrupt(listener, "heard")
        return passed

    def _move(self, ticks: int) -> int:
        """Everybody moves until somebody needs a thought; returns how many ticks passed."""
        if self.physics is not None:
            return self.physics.run(self, self._wanted, self._hits, ticks)
        return int(
            motion.run(
                self.bodies,
                self.walkers,
                self._wanted,
                self._hits,
                self.prisms,
                self.layout.floors,
                self.targets,
                self.seen,
                self.cosine,
                self._door_range,
                self.ticks,
                ticks,
            )
        )

    def _attend(self, agent: str, skill: Skill, flags: int) -> None:
        result = skill.advance(self, agent, flags)
        if result is not None:
            self._end(agent, result)
        elif flags & motion.SAW:
            self.interrupt(agent, "saw")

    def finish(self, agent: str, detail: str = "") -> None:
        """Ends well what a body is doing, because another did its part."""
        self._end(agent, Result("done", self.skills[agent].text, detail))

    def _end(self, agent: str, result: Result) -> None:
        del self.skills[agent]
        self.halt(agent)
        self.results[agent] = result
        said = {"command": result.command, "result": result.code, "at": rounded(self.at(agent))}
        self.tell("did", agent, **said, **({"detail": result.detail} if result.detail else {}))
