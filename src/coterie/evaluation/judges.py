"""What no code can measure: other minds read episodes and answer a rubric with one of a fixed set of answers.

A judgement is an opinion and is kept apart from measures. So that it can be trusted no more than it deserves, every
judge answers twice, the answers offered in both orders; several judges are compared with each other, and with people
where these have labelled some episodes; what is no answer is missing and counted.
"""

import json
from collections.abc import Mapping, Sequence

import msgspec

from coterie.core import ConfigError, Episode, Measure, Mind, Turn
from coterie.evaluation.probes.finding import Finding
from coterie.evaluation.questions import Question, ask
from coterie.metrics.krippendorff import Level, krippendorff_alpha
from coterie.metrics.statistics import mean, median, rate

PROBE = "judges"
"""What findings of judges are called; reports keep them apart by it."""
RELIABLE = 0.8
"""From which alpha on conclusions may be drawn; Krippendorff 2004, Content Analysis, section 11.4.2."""
Answers = list[str | None]


class Rubric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked about an episode, and which answers there are.

    Raises:
        ConfigError: there are fewer than two different answers, or they are no numbers where the level needs them.
    """

    question: str
    answers: tuple[str, ...]
    """Such as `("yes", "no")`, or `("1", "2", "3", "4", "5")`."""
    level: Level = "nominal"
    """`nominal`: names; `ordinal`: numbers of which only the order counts; `interval`: their distances count too."""

    def __post_init__(self) -> None:
        if len(set(self.answers)) < max(2, len(self.answers)):
            raise ConfigError(f"found the answers {', '.join(self.answers)}, expected two or more that differ")
        if self.level != "nominal":
            for answer in self.answers:
                try:
                    float(answer)
                except ValueError as error:
                    raise ConfigError(f"found the answer {answer!r}, expected a number: {self.level}") from error


RUBRICS = {
    "communication": Rubric(
        "How well do they communicate: is what they say clear, to the point, in time and no more than is needed? "
        "1 is not at all, 5 is as well as can be.",
        ("1", "2", "3", "4", "5"),
        "ordinal",
    ),
    "planning": Rubric(
        "How well do they plan: are parts of the task shared out, fitted to who can do them, and changed when needed? "
        "1 is not at all, 5 is as well as can be.",
        ("1", "2", "3", "4", "5"),
        "ordinal",
    ),
    "truthfulness": Rubric("Is all that is said in line with what its speaker was shown?", ("yes", "no")),
    "politeness": Rubric("Does everybody speak to the others as one speaks to people one respects?", ("yes", "no")),
}
"""By name; the first two ask what the judges of MultiAgentBench (arXiv 2503.01935) are asked, from 1 to 5."""


def judged(
    episodes: Sequence[Episode],
    judges: Mapping[str, Mind],
    rubric: Rubric,
    *,
    name: str = "",
    labels: Mapping[tuple[int, int], str] | None = None,
    at_once: int = 16,
    progress: bool = False,
) -> Finding:
    """Lets judges read episodes and says what they think, and how far that can be relied on.

    An answer counts when it is the same in both orders of the answers. Agreement is Krippendorff's alpha; it is missing
    with one judge.

    Args:
        episodes: of one world.
        judges: name to mind; best two models that are not of one family, and none that played.
        rubric: what they are asked.
        name: what the rubric is called.
        labels: what people answered, by seed and repeat of the episode; a part of them is enough.
        at_once: how many questions are asked together.
        progress: shows a bar for every judge.

    Raises:
        ConfigError: there are no episodes or no judges, or a label is none of the answers.
    """
    if not episodes or not judges:
        raise ConfigError(f"found {len(episodes)} episodes and {len(judges)} judges, expected at least one of each")
    if strange := set((labels or {}).values()) - set(rubric.answers):
        raise ConfigError(f"found the labels {', '.join(sorted(strange))}, expected {', '.join(rubric.answers)}")
    seeds, given, measures = [each.seed for each in episodes], dict[str, Answers](), dict[str, Measure]()
    for luck, (judge, mind) in enumerate(judges.items()):
        forth, back = _both_orders(episodes, mind, rubric, judge, luck, at_once, progress)
        both = [None if None in pair else pair[0] == pair[1] for pair in zip(forth, back, strict=True)]
        given[judge] = [answer if same else None for answer, same in zip(forth, both, strict=True)]
        measures |= {f"{what}, {judge}": each for what, each in _opinion(given[judge], seeds, rubric).items()}
        swayed = [(seed, not same) for seed, same in zip(seeds, both, strict=True) if same is not None]
        measures[f"swayed by the order, {judge}"] = _rate(swayed, "it never answered twice")
        none = [
            (seed, answer is None) for answers in (forth, back) for seed, answer in zip(seeds, answers, strict=True)
        ]
        measures[f"no answer, {judge}"] = _rate(none, "")
    measures["agreement of judges"] = _agreement(list(given.values()), rubric)
    if labels:
        told = [labels.get((each.seed, each.repeat)) for each in episodes]
        for judge, answers in given.items():
            measures[f"agreement with people, {judge}"] = _agreement([answers, told], rubric)
    alpha = measures["agreement of judges"]
    return Finding(
        probe=PROBE,
        world=episodes[0].environment,
        measures=measures,
        units={name: _unit(name, rubric) for name in measures},
        verdicts={}
        if alpha.value is None
        else {f"the judges agree (alpha of at least {RELIABLE})": alpha.low is not None and alpha.low >= RELIABLE},
        notes=(f"Opinions, not measurements. Asked: {rubric.question}",),
        asked=f"{PROBE}:{name}",
    )


def _both_orders(
    episodes: Sequence[Episode], mind: Mind, rubric: Rubric, judge: str, luck: int, at_once: int, progress: bool
) -> tuple[Answers, Answers]:
    texts = [f"{rubric.question}\n\n{written(episode)}" for episode in episodes]
    orders = (rubric.answers, rubric.answers[::-1])
    questions = [Question(text, answers) for answers in orders for text in texts]
    found = ask(questions, mind, name=judge, luck=luck, at_once=at_once, progress=progress)
    return found[: len(texts)], found[len(texts) :]


def written(episode: Episode) -> str:
    """An episode for somebody to read who did not play: what each was shown, said and did, quoted line by line.

    Everything is quoted, so that nothing said in an episode can pass for a word of whoever asks.

    >>> from coterie.agents import Expert
    >>> from coterie.rollout import play
    >>> print(written(play("reference_game", {"speaker": Expert(), "listener": Expert()})).splitlines()[1])
    speaker says: "fi"
    """
    return "\n".join(line for turn in episode.turns for line in _lines(turn))


def _lines(turn: Turn) -> list[str]:
    seen, action = turn.observation, turn.action
    lines = [f"{turn.agent} is shown: {_quoted(seen.text or seen.data)}"]
    if action is None:
        return [*lines, f"{turn.agent} gives no valid answer"]
    for said in action.say:
        to = f" to {', '.join(said.to)}" if said.to else ""
        lines.append(f"{turn.agent} says{to}: {_quoted(said.text)}")
    return lines if action.move is None else [*lines, f"{turn.agent} does: {_quoted(action.move)}"]


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _opinion(answers: Answers, seeds: Sequence[int], rubric: Rubric) -> dict[str, Measure]:
    """The share of each answer, or the median or mean of those that are numbers."""
    told = [(seed, answer) for seed, answer in zip(seeds, answers, strict=True) if answer is not None]
    why = "no answer was the same in both orders"
    if rubric.level == "nominal":
        return {each: _rate([(seed, answer == each) for seed, answer in told], why) for each in rubric.answers}
    middle = median if rubric.level == "ordinal" else mean
    numbers, where = [float(answer) for _, answer in told], [seed for seed, _ in told]
    return {middle.__name__: middle(numbers, where) if told else Measure(None, missing=why)}


def _rate(rows: Sequence[tuple[int, bool]], missing: str) -> Measure:
    return rate([hit for _, hit in rows], [seed for seed, _ in rows]) if rows else Measure(None, missing=missing)


def _agreement(ratings: Sequence[Answers], rubric: Rubric) -> Measure:
    if len(ratings) < 2:
        return Measure(None, missing="there is one judge only")
    if rubric.level == "nominal":
        return krippendorff_alpha(ratings)
    return krippendorff_alpha(
        [[None if each is None else float(each) for each in row] for row in ratings], rubric.level
    )


def _unit(name: str, rubric: Rubric) -> str:
    if name.startswith("agreement"):
        return "alpha"
    return "points" if rubric.level != "nominal" and name.startswith(("median", "mean")) else "share"
