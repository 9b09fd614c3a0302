"""Does anybody listen: what becomes of a choice when the last message before it is another one.

Speaking can look informative and change nothing. So every message that was heard before a choice is replaced, all else
kept as it was: by nothing, by a message from another episode, by a paraphrase. How far the listener's distribution over
its moves goes apart is the influence of the message (Jensen-Shannon, bits); what a paraphrase does is the noise floor.
This divergence is the mutual information of the move and a fair draw of one of the two messages under intervention: the
causal influence of communication of two messages, in bits.
Sources: Lowe et al. 2019 (arXiv 1903.05168), causal influence of communication; Jaques et al. 2019, Social
Influence as Intrinsic Motivation (arXiv 1810.08647).
"""

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from coterie.core import Episode, Measure, Message, Mind, Turn
from coterie.evaluation.probes.arms import Arm, Trial
from coterie.evaluation.probes.choices import Chooser, divergence
from coterie.evaluation.probes.finding import Finding, above_zero, decided, exactly
from coterie.evaluation.probes.paraphrase import Paraphrase, reordered
from coterie.metrics.statistics import mean
from coterie.rollout.gather import Loop

REPLACEMENTS = ("nothing", "another", "paraphrase", "itself")


class Influence(msgspec.Struct, frozen=True):
    """What one message did to one choice, in bits."""

    seed: int
    repeat: int
    turn: int
    """The place of the listener's turn in the record."""
    listener: str
    speaker: str
    text: str
    nothing: float
    """Had it not arrived."""
    another: float
    """Had it been a message of the same speaker from another episode."""
    paraphrase: float
    itself: float
    """Asked again with the same message: the noise of asking."""


class Listening(Finding, frozen=True, kw_only=True):
    """What the listening probe found, and the influence of every message that it looked at."""

    influences: list[Influence] = []
    samples: int = 0


def listening(
    trial: Trial,
    minds: Mapping[str, Mind],
    *,
    paraphrase: Paraphrase = reordered,
    samples: int = 16,
    most: int = 400,
    luck: int = 0,
) -> Listening:
    """Plays a team and measures how much the messages it hears change what it does.

    >>> from coterie.agents import Expert
    >>> trial = Trial("reference_game", range(30))
    >>> found = listening(trial, {"speaker": Expert(), "listener": Expert()})
    >>> found.verdicts, found.measures["paraphrase"].value
    ({'listens': True}, 0.0)

    Args:
        trial: the world, its seeds, how to play.
        minds: who sits where.
        paraphrase: says a message in other words; `Synonyms` suits closed vocabularies.
        samples: answers per question, where a policy does not tell its probabilities.
        most: how many messages are looked at, drawn from all that were heard before a choice.
        luck: the seed of that draw and of the messages from other episodes.
    """
    episodes = trial.play([Arm("open", minds)])["open"]
    return listening_of(trial, minds, episodes, paraphrase=paraphrase, samples=samples, most=most, luck=luck)


def listening_of(
    trial: Trial,
    minds: Mapping[str, Mind],
    episodes: Sequence[Episode],
    *,
    paraphrase: Paraphrase = reordered,
    samples: int = 16,
    most: int = 400,
    luck: int = 0,
) -> Listening:
    """Measures the same on episodes that these minds played before."""
    dice = random.Random(luck)
    moments = [moment for episode in episodes for moment in _moments(episode)]
    if len(moments) > most:
        moments = [moments[place] for place in sorted(dice.sample(range(len(moments)), most))]
    elsewhere: dict[str, list[tuple[int, str]]] = {}
    for episode in episodes:
        for message in episode.messages:
            elsewhere.setdefault(message.speaker, []).append((episode.seed, message.text))
    asked = [(moment, _another(moment, elsewhere, dice)) for moment in moments]
    with Loop() as loop:
        found = loop.run(partial(_ask_all, trial, minds, asked, paraphrase, samples)) if asked else []
    return _finding(episodes, found, samples)


class _Moment(NamedTuple):
    """A choice, and the turns of the one who makes it up to there, in one of which the last message was heard."""

    episode: Episode
    place: int
    turns: list[Turn]
    heard_in: int

    @property
    def last(self) -> Message:
        return self.turns[self.heard_in].observation.heard[-1]

    def told(self, text: str | None) -> list[Turn]:
        """The same turns when the last message was another one, or none."""
        turn = self.turns[self.heard_in]
        heard = turn.observation.heard[:-1]
        if text is not None:
            heard += (msgspec.structs.replace(self.last, text=text),)
        seen = msgspec.structs.replace(turn.observation, heard=heard)
        changed = msgspec.structs.replace(turn, observation=seen)
        return [*self.turns[: self.heard_in], changed, *self.turns[self.heard_in + 1 :]]


def _moments(episode: Episode) -> Iterator[_Moment]:
    """Every choice of somebody who has heard something."""
    turns: dict[str, list[Turn]] = {}
    heard_in: dict[str, int] = {}
    for place, turn in enumerate(episode.turns):
        mine = turns.setdefault(turn.agent, [])
        mine.append(turn)
        if turn.observation.heard:
            heard_in[turn.agent] = len(mine) - 1
        if turn.observation.spec.move is not None and turn.agent in heard_in:
            yield _Moment(episode, place, list(mine), heard_in[turn.agent])


def _another(moment: _Moment, elsewhere: Mapping[str, Sequence[tuple[int, str]]], dice: random.Random) -> str | None:
    """A message of the same speaker from an episode on another seed; None: it never spoke there."""
    others = [text for seed, text in elsewhere.get(moment.last.speaker, ()) if seed != moment.episode.seed]
    return dice.choice(others) if others else None


async def _ask_all(
    trial: Trial,
    minds: Mapping[str, Mind],
    asked: Sequence[tuple[_Moment, str | None]],
    paraphrase: Paraphrase,
    samples: int,
) -> list[Influence]:
    places = asyncio.Semaphore(trial.at_once)

    async def ask(moment: _Moment, other: str | None) -> Influence:
        async with places:
            return await _influence(trial, minds, moment, other, paraphrase, samples)

    return await asyncio.gather(*(ask(*each) for each in asked))


async def _influence(
    trial: Trial, minds: Mapping[str, Mind], moment: _Moment, other: str | None, paraphrase: Paraphrase, samples: int
) -> Influence:
    listener, text, episode = moment.turns[-1].agent, moment.last.text, moment.episode
    chooser = Chooser(trial.make(), minds[listener], episode, listener, samples)
    real = await chooser.choose(moment.turns)
    told = {"nothing": None, "another": other, "paraphrase": paraphrase(text), "itself": text}
    bits = {name: divergence(real, await chooser.choose(moment.told(each))) for name, each in told.items()}
    return Influence(episode.seed, episode.repeat, moment.place, listener, moment.last.speaker, text, **bits)


def _finding(episodes: Sequence[Episode], found: Sequence[Influence], samples: int) -> Listening:
    measures = {name: _mean(found, [getattr(each, name) for each in found]) for name in REPLACEMENTS}
    measures["influence"] = _mean(found, [each.another - each.paraphrase for each in found])
    for listener in sorted({each.listener for each in found}):
        mine = [each for each in found if each.listener == listener]
        measures[f"influence/{listener}"] = _mean(mine, [each.another - each.paraphrase for each in mine])
    return Listening(
        probe="listening",
        world=episodes[0].environment,
        measures=measures,
        units=dict.fromkeys(measures, "bits"),
        verdicts=decided({"listens": above_zero(measures["influence"])}),
        notes=(
            "What replacing the last message by nothing, by another episode's, by a paraphrase, by itself does to the "
            "next move; influence: another minus paraphrase, the noise floor.",
        ),
        influences=list(found),
        samples=samples,
    )


def _mean(found: Sequence[Influence], bits: Sequence[float]) -> Measure:
    if not found:
        return Measure(None, missing="nobody heard anything before a choice")
    return exactly(mean(bits, [each.seed for each in found]))
