"""What RLlib trained, in a seat of ours."""

import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ray.rllib.algorithms.dqn.default_dqn_rl_module import QF_PREDS
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import QNetAPI
from ray.rllib.core.rl_module.rl_module import RLModule

from coterie.adapters.rllib.env import CoterieEnv
from coterie.adapters.rllib.reading import LanguageCard, Reader, Reading, named
from coterie.adapters.spaces import Numbering
from coterie.adapters.table import Answer, AtOnce
from coterie.adapters.views import Card, View
from coterie.core import Agent, ConfigError, Decision, Environment, Observation, Sample

MODULES = Path("learner_group", "learner", "rl_module")
"""Where a checkpoint of an algorithm keeps its modules."""


class Trained:
    """Seats a module that learned in a `CoterieEnv`; of what is legal it takes what the module prefers.

    A language model can also be seated as one: `LanguageModule.save_pretrained(folder)`, and the folder names the mind.
    Then it may say anything where speech is free; here it says one of the phrases it learned to choose from.
    """

    def __init__(self, module: Any, card: Card | LanguageCard, *, greedy: bool = True, name: str = "module") -> None:
        """Takes a module.

        Args:
            module: with a distribution over numbered answers, or action values for them.
            card: how it sees and answers: `CoterieEnv.card(seat)`.
            greedy: whether it takes the best answer, or draws one by its probabilities, with the seed of its seat.
            name: what records call it.

        Raises:
            ConfigError: it has values, which are no probabilities to draw by.
        """
        self.module, self.card, self.greedy, self.name = module, card, greedy, name
        if not greedy and isinstance(module, QNetAPI):
            raise ConfigError(f"{type(module).__name__} has values and no probabilities; use greedy=True")
        self.reader = Reader(card) if isinstance(card, LanguageCard) else None

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat.

        Raises:
            ConfigError: the module learned to see something of another size.
        """
        sight: Any
        if self.reader is not None:
            sight = Reading(self.reader, agent)
        else:
            assert isinstance(self.card, Card)
            sight = Numbered(self.card, agent)
            space: Any = self.module.observation_space
            expected = (space["observations"] if self.card.mask_in_view else space).shape
            if (found := sight.view.space(environment).shape) != expected:
                raise ConfigError(
                    f"{self.name} sees {expected} numbers, {agent!r} of {environment.id} sees {found}; it learned in "
                    f"{self.card.world} with {self.card.options}"
                )
        return TrainedAgent(self, sight, environment, random.Random(seed))


class Numbered:
    """One seat of one episode in numbers: what `Reading` is in tokens."""

    def __init__(self, card: Card, seat: str) -> None:
        """Sits down."""
        self.card, self.numbers = card, Numbering(card.answers, menu=True)
        self.view = View(
            card.form,
            seat,
            characters=card.characters,
            transcript=card.transcript,
            length=card.length,
            seats=card.seats,
        )

    def look(self, world: Environment, seen: Observation) -> Any:
        """What the module sees."""
        self.seen, self.mask = seen, self.numbers.mask(seen.spec).astype(bool)
        view = self.view.look(world, seen)
        return {"observations": view, "action_mask": self.mask.astype(np.int8)} if self.card.mask_in_view else view

    def take(self, number: int) -> Answer:
        """The answer with a number."""
        action = self.numbers.action(number)
        self.view.answered(action, self.seen)
        return action


class TrainedAgent(AtOnce):
    """A module in one seat of one episode."""

    def __init__(self, mind: Trained, sight: Any, environment: Environment, luck: random.Random) -> None:
        """Sits down."""
        self.mind, self.sight, self.environment, self.luck = mind, sight, environment, luck

    async def act(self, observation: Observation) -> Decision:
        """Answers at once."""
        view = self.sight.look(self.environment, observation)
        mask = self.sight.mask
        liking = np.where(mask, self._liking(view)[: len(mask)].astype(float), -np.inf)
        if self.mind.greedy:
            number = int(liking.argmax())
        else:
            number = self.luck.choices(range(len(mask)), np.exp(liking - liking.max()))[0]
        action = self.sight.take(number)
        legal = {number: float(liking[number]) for number in np.flatnonzero(mask).tolist()}
        return Decision(action, (self._sample(action, legal),))

    def _liking(self, view: Any) -> Any:
        """The unnormalised log-probability of every answer, or its value."""
        module = self.mind.module
        if isinstance(view, dict):
            seen: Any = {name: torch.from_numpy(np.array(part))[None] for name, part in view.items()}
        else:
            seen = torch.from_numpy(np.array(view))[None]
        with torch.no_grad():
            if isinstance(module, QNetAPI):
                return module.compute_q_values({Columns.OBS: seen})[QF_PREDS][0].cpu().numpy()
            return module.forward_inference({Columns.OBS: seen})[Columns.ACTION_DIST_INPUTS][0].cpu().numpy()

    def _sample(self, action: Answer, legal: dict[int, float]) -> Sample:
        """What the record keeps: what it said, and what it thinks of each legal answer."""
        sight = self.sight
        answers = sight.numbers.answers if isinstance(sight, Numbered) else sight.now.actions
        top = max(legal.values())
        total = (
            0.0
            if isinstance(self.mind.module, QNetAPI)
            else top + float(np.log(sum(np.exp(each - top) for each in legal.values())))
        )
        scores = {named(answers[number]): value - total for number, value in legal.items()}
        return Sample(named(action), self.mind.name, scores=scores)

    def close(self) -> None:
        """Holds nothing."""


def load(
    checkpoint: str | Path, seat: str, policy: str = "default_policy", *, greedy: bool = True, name: str = ""
) -> Trained:
    """Opens a module of a checkpoint that an algorithm wrote, as somebody who can take seats.

    Their format holds pickled objects: open only what you or somebody you trust has saved.

    Args:
        checkpoint: the folder; of an algorithm that learned in a `CoterieEnv`.
        seat: where it learned, or one of the seats.
        policy: the name of the module.
        greedy: as of `Trained`.
        name: what records call it; empty: the name of the policy.

    Raises:
        ConfigError: there is no such module.
    """
    place = Path(checkpoint)
    modules, settings = place / MODULES, place / "class_and_ctor_args.pkl"
    if not (modules / policy).is_dir() or not settings.exists():
        found = ", ".join(sorted(each.name for each in modules.iterdir() if each.is_dir())) if modules.is_dir() else ""
        raise ConfigError(f"no module {policy!r} in {place}; expected one of {found or 'those of an algorithm'}")
    config: Any = pickle.loads(settings.read_bytes())["ctor_args_and_kwargs"][0][0]
    world = CoterieEnv(config["env_config"])
    module = RLModule.from_checkpoint(str((modules / policy).resolve()))
    return Trained(module, world.card(seat), greedy=greedy, name=name or policy)
