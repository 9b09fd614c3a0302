"""What Stable-Baselines3 trained, in a seat of ours, and on disk."""

import importlib
import random
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from stable_baselines3.common.base_class import BaseAlgorithm

from coterie.adapters.spaces import Numbering
from coterie.adapters.table import AtOnce
from coterie.adapters.views import Card, View
from coterie.core import Action, Agent, ConfigError, Decision, Environment, Observation, Sample

MODEL, CARD = "model.zip", "coterie.json"
LIBRARIES = ("stable_baselines3", "sb3_contrib")


class Trained:
    """Seats a model that learned in a `SeatEnv` or a `SharedPolicy`; of what is legal it takes what the model prefers.

    It draws its luck from the seed of its seat, and not from the global generator that `model.predict` uses.
    """

    def __init__(self, model: BaseAlgorithm, card: Card | None = None, *, greedy: bool = True, name: str = "") -> None:
        """Takes a model.

        Args:
            model: with a policy over numbered actions, or action values for them.
            card: how it sees and answers; None: asks the environment it learned in.
            greedy: whether it takes the best answer, or draws one by the probabilities of the policy.
            name: what records call it; empty: the name of the algorithm.
        """
        self.model = model
        self.card = card or card_of(model)
        self.greedy, self.name = greedy, name or type(model).__name__.lower()
        if not hasattr(model.policy, "get_distribution") and not hasattr(model.policy, "q_net"):
            raise ConfigError(f"{type(model).__name__} has neither probabilities nor values of numbered actions")
        if not greedy and not hasattr(model.policy, "get_distribution"):
            raise ConfigError(f"{type(model).__name__} has values and no probabilities; use greedy=True")
        model.policy.set_training_mode(False)

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat.

        Raises:
            ConfigError: the model learned to see something of another size.
        """
        card = self.card
        view = View(
            card.form,
            agent,
            characters=card.characters,
            transcript=card.transcript,
            length=card.length,
            seats=card.seats,
        )
        space: Any = self.model.observation_space
        expected = (space["observation"] if card.mask_in_view else space).shape
        found = view.space(environment).shape
        if found != expected:
            raise ConfigError(
                f"{self.name} sees {expected} numbers, {agent!r} of {environment.id} sees {found}; it learned in "
                f"{card.world} with {card.options}"
            )
        return TrainedAgent(self, view, environment, random.Random(seed))


class TrainedAgent(AtOnce):
    """A model in one seat of one episode."""

    def __init__(self, mind: Trained, view: View, environment: Environment, luck: random.Random) -> None:
        """Sits down."""
        self.mind, self.view, self.environment, self.luck = mind, view, environment, luck
        self.numbers = Numbering(mind.card.answers, menu=True)

    async def act(self, observation: Observation) -> Decision:
        """Answers at once."""
        mind, mask = self.mind, self.numbers.mask(observation.spec)
        seen = self.view.look(self.environment, observation)
        if mind.card.mask_in_view:
            seen = {"observation": seen, "action_mask": mask}
        liking = self._liking(seen)[: len(mask)].astype(float)
        if mind.greedy:
            number = int(np.where(mask, liking, -np.inf).argmax())
        else:
            # Small and not zero: of legal answers that the policy never gives one must still be drawn.
            number = self.luck.choices(range(len(mask)), (liking + 1e-12) * mask)[0]
        action = self.numbers.action(number)
        self.view.answered(action, observation)
        return Decision(action, (self._sample(action, liking, mask),))

    def _liking(self, seen: Any) -> Any:
        """The probability of every answer, or its value."""
        policy: Any = self.mind.model.policy
        tensor, _ = policy.obs_to_tensor(seen)
        with torch.no_grad():
            if hasattr(policy, "get_distribution"):
                return policy.get_distribution(tensor).distribution.probs[0].cpu().numpy()
            return policy.q_net(tensor)[0].cpu().numpy()

    def _sample(self, action: Action, liking: Any, mask: Any) -> Sample:
        """What the record keeps: what it said, and what it thinks of each legal option."""
        values = liking if not hasattr(self.mind.model.policy, "get_distribution") else np.log(liking + 1e-12)
        names = [_named(answer) for answer in self.numbers.answers]
        scores = {name: float(value) for name, value, legal in zip(names, values, mask, strict=True) if legal}
        return Sample(_named(action), self.mind.name, scores=scores)

    def close(self) -> None:
        """Holds nothing."""


def _named(action: Action) -> str:
    return " ".join([str(action.move)] * (action.move is not None) + [each.text for each in action.say])


def card_of(model: BaseAlgorithm) -> Card:
    """How a model sees and answers, as its environment says.

    Raises:
        ConfigError: it has no environment of ours.
    """
    environment = model.get_env()
    if environment is None or not environment.has_attr("card"):
        raise ConfigError(f"this {type(model).__name__} has no environment of ours; pass its card")
    card: Card = environment.env_method("card", indices=[0])[0]
    return msgspec.structs.replace(card, algorithm=type(model).__name__)


def save(model: BaseAlgorithm, folder: str | Path) -> None:
    """Writes a model in its own format, and beside it how it sees and answers."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    model.save(place / MODEL)
    (place / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card_of(model))))


def load(folder: str | Path, *, greedy: bool = True, name: str = "") -> Trained:
    """Opens a saved model as somebody who can take seats.

    Their format holds pickled objects: open only what you or somebody you trust has saved.

    Raises:
        ConfigError: there is no saved model, or its algorithm is not installed.
    """
    place = Path(folder)
    if not (place / MODEL).exists() or not (place / CARD).exists():
        raise ConfigError(f"no saved model in {place}; expected {MODEL} and {CARD} there")
    card = msgspec.json.decode((place / CARD).read_bytes(), type=Card)
    for library in LIBRARIES:
        try:
            kind = getattr(importlib.import_module(library), card.algorithm, None)
        except ImportError:
            continue
        if kind is not None:
            return Trained(kind.load(place / MODEL, device="cpu"), card, greedy=greedy, name=name or place.name)
    raise ConfigError(
        f'no algorithm {card.algorithm!r} in {" or ".join(LIBRARIES)}; run: pip install "coterie[stable_baselines3]"'
    )
