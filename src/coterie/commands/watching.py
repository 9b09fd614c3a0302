"""Printing an episode while it is played, and what came of it."""

from collections.abc import Mapping

import msgspec

from coterie.agents.terminal import Terminal
from coterie.core import Action, Agent, Decision, Environment, Episode, Mind, Observation, Policy
from coterie.policies.endpoint import EndpointPolicy

BOOKKEEPING = ("outcome", "chance", "rejected", "not_your_turn", "subgoals", "subgoal", "guarded")
"""Events that tell nothing of what happened in the world."""
COLOURS = ("cyan", "magenta", "green", "yellow", "blue")


class Watched(msgspec.Struct, frozen=True):
    """A mind whose turns are printed as they are played; records see only the mind."""

    mind: Mind
    terminal: Terminal

    @property
    def name(self) -> str:
        """The mind's own."""
        return self.mind.name

    @property
    def policy(self) -> Policy | None:
        """The policy behind the mind, where there is one."""
        return policy_of(self.mind)

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Seats the mind."""
        colour = COLOURS[environment.agents.index(agent) % len(COLOURS)]
        return _WatchedAgent(self.mind.join(environment, agent, seed), agent, colour, self.terminal)


class _WatchedAgent:
    def __init__(self, agent: Agent, seat: str, colour: str, terminal: Terminal) -> None:
        self.agent, self.seat, self.colour, self.terminal = agent, seat, colour, terminal

    async def act(self, observation: Observation) -> Decision:
        decision = await self.agent.act(observation)
        # Agents that act together are printed one after another: nothing is awaited in here.
        self.terminal.say(f"{self.seat} sees: {observation.text or observation.data}", "dim")
        for message in observation.heard:
            self.terminal.say(f"  heard {message.speaker}: {message.text}", "dim")
        final = observation.spec.reject(decision.action)
        for rejection in (*decision.rejections, *([final] if final else [])):
            self.terminal.say(f"  {self.seat} was refused ({rejection.code}): {rejection.reason}", "red")
        if isinstance(decision.action, Action) and not final:
            self.terminal.say(f"  {self.seat} {_told(decision.action)}", self.colour)
        return decision

    def close(self) -> None:
        self.agent.close()


def policy_of(mind: Mind) -> Policy | None:
    """The policy behind a mind; scripts and people have none."""
    policy: Policy | None = getattr(mind, "policy", None)
    return policy


def _told(action: Action) -> str:
    parts = [f"does {action.move}"] if action.move is not None else []
    for each in action.say:
        parts.append(f"says{' to ' + ', '.join(each.to) if each.to else ''}: {each.text}")
    return " and ".join(parts) or "says nothing"


def tell_outcome(episode: Episode, terminal: Terminal) -> None:
    """Prints how an episode ended and what everybody was paid."""
    terminal.rule(f"{episode.environment}, seed {episode.seed}: {episode.steps} steps")
    for seat, ending in episode.endings.items():
        terminal.say(f"{seat}: {ending.reason} ({ending.kind})")
    for event in episode.events:
        if event.step == episode.steps and event.kind not in BOOKKEEPING:
            shown = ", ".join(f"{name} {value}" for name, value in event.data.items())
            terminal.say(f"{event.kind}{f' by {event.agent}' if event.agent else ''}: {shown}")
    if episode.outcome:
        terminal.say("outcome: " + ", ".join(f"{name} {value}" for name, value in episode.outcome.items()), "bold")
    terminal.say("return: " + ", ".join(f"{seat} {total:g}" for seat, total in episode.totals.items()), "bold")
    if episode.failure is not None:
        at = f", {episode.failure.agent}" if episode.failure.agent else ""
        terminal.say(f"broken off ({episode.failure.boundary}{at}): {episode.failure.error}", "red")


def tell_usage(minds: Mapping[str, Mind], terminal: Terminal) -> None:
    """Prints what the chat endpoints were used for."""
    policies = {id(policy): policy for mind in minds.values() if isinstance(policy := policy_of(mind), EndpointPolicy)}
    for policy in policies.values():
        usage, cost = policy.usage, policy.cost_usd
        text = f"{policy.name}: {usage.answers} answers, {usage.prompt_tokens} + {usage.completion_tokens} tokens"
        text += f", {usage.unmetered} of the answers not metered" if usage.unmetered else ""
        terminal.say(text + (f", {cost:.4f} USD" if cost is not None else ""), "dim")
