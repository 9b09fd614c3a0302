"""Does talk matter: the same team with its words, without them, and with words of other episodes.

What is open minus muted is what talking is worth; what is open minus scrambled is what the content of the words is
worth, beside their being said at all. Sources: Lowe et al. 2019, On the Pitfalls of Measuring Emergent Communication
(arXiv 1903.05168).
"""

from collections.abc import Mapping, Sequence

import msgspec

from coterie.core import Channel, Episode, Line, Measure, Message, Metric, Mind, Mute
from coterie.evaluation.compare import paired
from coterie.evaluation.probes.arms import Arm, Trial
from coterie.evaluation.probes.finding import (
    Finding,
    above_zero,
    decided,
    exactly,
    off_zero,
    over_seeds,
    per_seed,
    task_metric,
)
from coterie.metrics.statistics import ratio
from coterie.metrics.tokens import counted, message_tokens


class Borrowed(msgspec.Struct, frozen=True):
    """Replaces what a speaker says by something the same seat said in another episode."""

    pools: dict[str, tuple[str, ...]]

    def carry(self, message: Message, listener: str, line: Line) -> Message | None:
        """Swaps the text; everyone gets the same false text. Who never spoke elsewhere is silent."""
        pool = self.pools.get(message.speaker, ())
        if not pool:
            return None
        return msgspec.structs.replace(message, text=line.once(message, lambda: line.luck.choice(pool)))


def value_of_talking(trial: Trial, minds: Mapping[str, Mind], metric: str | Metric | None = None) -> Finding:
    """Plays a team open, muted and scrambled on the same seeds and says what its talk is worth.

    >>> from coterie.agents import Expert
    >>> found = value_of_talking(Trial("lookout", range(20)), {"lookout": Expert(), "courier": Expert()})
    >>> found.verdicts
    {'talk matters': True, 'content matters': True}

    Args:
        trial: the world, its seeds (at least 2, so that there are other episodes), how to play.
        minds: who sits where.
        metric: how well the task went; None: success where the world tells it, else the mean return.
    """
    arms = trial.play([Arm("open", minds), Arm("muted", minds, Channel((Mute(),)))])
    arms["scrambled"] = _scrambled(trial, minds, arms["open"])
    chosen = task_metric(arms["open"], metric)
    measures = {name: chosen.compute(episodes) for name, episodes in arms.items()}
    value = measures["value of talking"] = exactly(paired(chosen, arms["muted"], arms["open"]).change)
    gap = measures["scramble gap"] = exactly(paired(chosen, arms["scrambled"], arms["open"]).change)
    unit, amounts = spoken(arms["open"])
    measures[f"{unit} an episode"] = over_seeds(lambda seed: amounts[seed], amounts)
    measures[f"return on 1000 {unit}"] = _return_on(chosen, arms, amounts)
    changed = "share" if chosen.unit == "share" else chosen.unit
    units = dict.fromkeys((*arms, "value of talking", "scramble gap"), changed)
    units |= {f"{unit} an episode": unit, f"return on 1000 {unit}": f"{changed} / 1000 {unit}"}
    return Finding(
        probe="talk",
        world=arms["open"][0].environment,
        measures=measures,
        units=units,
        verdicts=decided({"talk matters": above_zero(value), "content matters": off_zero(gap)}),
        notes=(f"Measured: {chosen.name}; open minus muted, and minus scrambled (messages of other episodes).",),
    )


def _scrambled(trial: Trial, minds: Mapping[str, Mind], played: Sequence[Episode]) -> list[Episode]:
    """Plays every seed with messages of other seeds: each half of the seeds borrows from the other half."""
    seeds = list(trial.seeds)
    found: list[Episode] = []
    for half in (0, 1):
        mine, others = seeds[half::2], set(seeds[1 - half :: 2])
        pools: dict[str, list[str]] = {}
        for episode in played:
            for message in episode.messages if episode.seed in others else ():
                pools.setdefault(message.speaker, []).append(message.text)
        channel = Channel((Borrowed({speaker: tuple(texts) for speaker, texts in pools.items()}),))
        if mine:
            arm = Arm(f"scrambled_{half}", minds, channel)
            found += msgspec.structs.replace(trial, seeds=mine).play([arm])[arm.name]
    return found


def spoken(episodes: Sequence[Episode]) -> tuple[str, dict[int, float]]:
    """What was said by seed, on average over its tries: in tokens where every speaker counted them, else in words.

    >>> spoken([Episode(environment="w-v1", seed=3, seats={})])
    ('words', {3: 0.0})
    """
    talk = [turn for episode in episodes for turn in episode.turns if turn.action and turn.action.say]
    in_tokens = bool(talk) and all(turn.samples and all(map(counted, turn.samples)) for turn in talk)
    found: dict[int, list[float]] = {}
    for episode in episodes:
        said = [turn for turn in episode.turns if turn.action and turn.action.say]
        amount = sum(map(message_tokens, said)) if in_tokens else _words(episode)
        found.setdefault(episode.seed, []).append(float(amount))
    return "tokens" if in_tokens else "words", {seed: sum(each) / len(each) for seed, each in found.items()}


def _words(episode: Episode) -> int:
    return sum(message.words for message in episode.messages)


def _return_on(metric: Metric, arms: Mapping[str, Sequence[Episode]], counted: Mapping[int, float]) -> Measure:
    """What 1000 of what was said brought: the value of talking over what was said, in thousands."""
    with_words, without = (per_seed(metric, arms[name]) for name in ("open", "muted"))
    seeds = sorted(with_words.keys() & without.keys())
    if not any(counted[seed] for seed in seeds):
        return Measure(None, missing="nothing was said")
    gains = [with_words[seed] - without[seed] for seed in seeds]
    return ratio(gains, [counted[seed] / 1000 for seed in seeds], seeds)
