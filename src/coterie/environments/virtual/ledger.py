"""What everybody has earned, and whose part has ended, since the last step."""

from collections.abc import Sequence

from coterie.core import Ending, Event, Observation, Step


class Ledger:
    """Collects rewards by part, and endings, until a step carries them out.

    >>> ledger = Ledger()
    >>> ledger.pay("ann", "found", 1.0)
    >>> ledger.pay("ann", "radio", -0.25)
    >>> ledger.end("ann", Ending("terminated", "home"))
    >>> step = ledger.step({}, (), seconds=3.0)
    >>> step.rewards, step.endings["ann"].reason, ledger.ended, ledger.step({}, (), 4.0).rewards
    ({'ann': 0.75}, 'home', ['ann'], {})
    """

    def __init__(self) -> None:
        """Begins empty."""
        self.ended: list[str] = []
        """Whose part is over, in the order of leaving."""
        self._owed: dict[str, dict[str, float]] = {}
        self._endings: dict[str, Ending] = {}

    def pay(self, agent: str, part: str, amount: float) -> None:
        """Owes an agent something under a name; whose part ended with an earlier step is owed nothing more."""
        if agent in self.ended and agent not in self._endings:
            return
        parts = self._owed.setdefault(agent, {})
        parts[part] = parts.get(part, 0.0) + amount

    def end(self, agent: str, ending: Ending) -> None:
        """Ends an agent's part, once."""
        if agent not in self.ended:
            self.ended.append(agent)
            self._endings[agent] = ending

    def step(self, observations: dict[str, Observation], events: Sequence[Event], seconds: float) -> Step:
        """Hands out everything collected, with what is shown and what happened."""
        endings, self._endings = self._endings, {}
        owed, self._owed = self._owed, {}
        rewards = {agent: sum(parts.values()) for agent, parts in owed.items()}
        return Step(observations, rewards, owed, endings, tuple(events), seconds)
