"""Town guide: a visitor who sees the street and a guide who has the map learn to find doors by telephone.

Two language models begin with random weights. Each imitates experts until it is of some use beside one; then the two
play together, and the reward for doors that are found teaches the guide what it still lacks. The town is the same in
every episode; who is looked for, and from where, is not. Run it with `coterie train town_guide`; it needs the extras
`llm` and `virtual`.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from first_words import HELD_OUT, MEASURES, MUTED, VALIDATION, record_of, success, summary, together

from coterie.agents import Expert, Language, Random
from coterie.agents.scripted import ScriptedAgent
from coterie.algorithms import Reinforce
from coterie.core import (
    Action,
    Agent,
    Channel,
    Environment,
    Episode,
    Json,
    Mind,
    Observation,
    Scramble,
)
from coterie.evaluation import evaluate
from coterie.evaluation.report import Arm, Evaluation, Transcript, write_report
from coterie.policies.codecs import CompactCodec
from coterie.rollout import gather, read_episodes, write_episodes
from coterie.rollout.transcribe import transcribe
from coterie.training import Lesson, Plan, Run, Workers, imitate, train, write_atomically

if TYPE_CHECKING:
    from coterie.learners.torch import TorchLearner
    from coterie.policies.local import LocalPolicy

SEATS = ("visitor", "guide")
CODEC = CompactCodec()
EXPERTS: dict[str, Mind] = dict.fromkeys(SEATS, Expert())
Tell = Callable[[str, int, int, str], None]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set with `--set name=value`."""

    seeds: tuple[int, ...] = (0, 1, 2)
    """One team each; everything random in a team comes from its seed."""
    number: int = 1
    """Of the town: it is the same in every episode, so that a guide as small as this can learn it by heart."""
    people: int = 4
    """On the guide's list."""
    visits: int = 400
    """Episodes of two experts that both seats imitate."""
    hidden: int = 48
    """Width of the models."""
    layers: int = 2
    """Their depth."""
    visitor_gate: float = 0.9
    """Success beside an expert, decoding greedily, at which the visitor has imitated enough."""
    guide_gate: float = 0.6
    """The same of the guide."""
    imitation_rate: float = 3e-3
    """Of learning, while imitating."""
    imitation_updates: int = 600
    """At most; a seat that has not passed its gate by then ends the run."""
    check_every: int = 25
    """Updates of imitation between two looks at the gate."""
    iterations: int = 30
    """Of reinforcement learning, at most."""
    episodes: int = 96
    """In one iteration."""
    rate: float = 6e-4
    """Of learning, while playing together."""
    minibatch: int = 16
    """Sequences in one optimiser step."""
    gamma: float = 0.9
    """What a reward one own turn later is worth."""
    word_price: float = 0.0
    """What a word costs its speaker while they learn together."""
    stop_at: float = 0.98
    """Validation success (the lower of sampled and greedy) that ends the learning when reached twice."""
    validation_episodes: int = 50
    """Towns that gates and the choice of the best version are measured in."""
    evaluation_episodes: int = 100
    """Held-out towns that every arm is measured in."""
    workers: int = 2
    """Teams taught at the same time, each on one core."""


def options(settings: Settings, **more: Json) -> dict[str, Json]:
    """The world's options."""
    return {"number": settings.number, "people": settings.people, **more}


class Guesser(msgspec.Struct, frozen=True):
    """A visitor who asks nobody: it walks on until it can knock at a door, and knocks at any."""

    name: str = "guesser"

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        luck = random.Random(seed)

        def play(seen: Observation) -> Action:
            options = seen.spec.move.options  # type: ignore[union-attr]  # moves are listed
            doors = [option for option in options if option[-1].isdigit()]
            return Action(luck.choice(doors or options[1:]))

        return ScriptedAgent(play)


class Team:
    """One team: its lessons, its two models, its practice and its examination."""

    def __init__(self, settings: Settings, seed: int, folder: Path, tell: Tell) -> None:
        """Opens the team's run folder, to begin or to go on."""
        self.settings, self.seed, self.folder, self.tell = settings, seed, folder, tell
        self.run = Run(folder, {**msgspec.to_builtins(settings), "seed": seed})
        self.start = seed * 10_000
        self.validation = range(VALIDATION, VALIDATION + settings.validation_episodes)
        self.policies: dict[str, LocalPolicy] = {}
        self.learners: dict[str, TorchLearner] = {}

    def lessons(self) -> list[Episode]:
        """Visits of two experts."""
        settings, path = self.settings, self.folder / "episodes" / "lessons.jsonl.zst"
        if not path.exists():
            seeds = range(self.start, self.start + settings.visits)
            write_episodes(path, gather("town_guide", EXPERTS, seeds, options=options(settings)))
        return sorted(read_episodes(path), key=lambda episode: episode.seed)

    def learn(self) -> None:
        """From random weights to a team."""
        from coterie.learners.torch import TorchLearner
        from coterie.policies.local import LocalPolicy, small_model, small_tokenizer

        settings = self.settings
        lessons = self.lessons()
        tokenizer = small_tokenizer(_texts(lessons))
        for number, seat in enumerate(SEATS):
            model = small_model(len(tokenizer), settings.hidden, settings.layers, seed=self.start + number)
            policy = LocalPolicy(model, tokenizer, seat, tokens_per_word=1)
            self.policies[seat] = policy
            self.learners[seat] = TorchLearner(
                model,
                tokenizer,
                seat,
                policy.publish,
                learning_rate=settings.imitation_rate,
                decay_over=settings.imitation_updates,
                minibatch=settings.minibatch,
                seed=self.start,
            )
            self._imitate(seat, lessons)
        self._practise()

    def _imitate(self, seat: str, lessons: Sequence[Episode]) -> None:
        """A model from scratch imitates until it is of use beside an expert."""
        settings, policy, learner = self.settings, self.policies[seat], self.learners[seat]
        gate = settings.visitor_gate if seat == "visitor" else settings.guide_gate
        minds = {**EXPERTS, seat: Language(policy.at(temperature=0), CODEC)}
        state = imitate(
            self.run,
            learner,
            list(transcribe(lessons, seat, CODEC, policy.encode, policy.stop_id, seat)),
            Lesson(gate, settings.imitation_updates, settings.minibatch, settings.check_every),
            lambda: success(gather("town_guide", minds, self.validation, options=options(settings))),
            stage=f"imitation-{seat}",
            seed=self.start,
            progress=lambda line: self.tell(f"{seat}: imitation", line["iteration"], settings.imitation_updates, ""),
        )
        if not state["passed"]:
            raise RuntimeError(
                f"team {self.seed}: after {state['updates']} updates the {seat} succeeds in {state['measure']:.0%} "
                f"beside an expert, {gate:.0%} are needed; give it more with --set imitation_updates=..., "
                "or --set visits=..."
            )
        self.export("imitation", seat)

    def _practise(self) -> None:
        """Both play together, and the reward teaches the guide; the best version on validation visits is kept.

        The visitor stays as it is: rewarded too, it learns the town by heart itself, and stops listening.
        """
        settings = self.settings

        def team(temperature: float | None = None) -> dict[str, Mind]:
            policies = self.policies.items()
            return {
                seat: Language(each if temperature is None else each.at(temperature), CODEC) for seat, each in policies
            }

        def validate(iteration: int) -> dict[str, Json]:
            line: dict[str, Json] = {}
            for way, temperature in (("sampled", 1.0), ("greedy", 0.0)):
                report = evaluate(
                    "town_guide", team(temperature), self.validation, options=options(settings), metrics=MEASURES
                )
                line[f"success_{way}"] = msgspec.to_builtins(report.measures["success"])
                line["words_per_success"] = msgspec.to_builtins(report.measures["words_per_success"])
            line["score"] = min(line[f"success_{way}"]["value"] for way in ("sampled", "greedy"))
            return line

        self.learners["guide"] = self.learners["guide"].again(settings.rate, settings.iterations)
        train(
            self.run,
            "town_guide",
            team(),
            [self.learners["guide"]],
            Reinforce(gamma=settings.gamma),
            Plan(settings.iterations, settings.episodes, first_seed=100_000_000 + self.start, stop_at=settings.stop_at),
            options=options(settings, word_price=settings.word_price),
            validate=validate,
            progress=lambda line: self.tell("reinforcement", line["iteration"], settings.iterations, ""),
            labels={"seed": self.seed},
        )
        for seat in SEATS:
            self.export("reinforcement", seat)

    def export(self, stage: str, seat: str) -> None:
        """Saves a model so that plain Transformers, and `coterie play`, can open it."""
        self.learners[seat].export(self.folder / "models" / stage / seat, codec="compact", tokens_per_word=1.0)

    def model(self, stage: str, seat: str, temperature: float = 1.0) -> Language:
        """Opens a saved model to take a seat."""
        from coterie.policies.local import LocalPolicy

        return Language(LocalPolicy.from_pretrained(self.folder / "models" / stage / seat).at(temperature), CODEC)

    def measure(self, name: str, group: str, minds: Mapping[str, Mind], channel: Channel | None = None) -> Arm:
        """Plays an arm on held-out towns and keeps its record."""
        held_out = range(HELD_OUT, HELD_OUT + self.settings.evaluation_episodes)
        report = evaluate(
            "town_guide",
            minds,
            held_out,
            options=options(self.settings),
            channel=channel,
            metrics=MEASURES,
            record=record_of(self.folder, name),
        )
        return Arm(name, group, self.seed, dict(report.measures))

    def examine(self) -> Evaluation:
        """Measures the team on held-out towns: before and after, without words, with wrong words, beside experts."""
        arms = []
        for name, stage in (("before", "imitation"), ("trained", "reinforcement")):
            for way, temperature in (("sampled", 1.0), ("greedy", 0.0)):
                minds: dict[str, Mind] = {seat: self.model(stage, seat, temperature) for seat in SEATS}
                arms.append(self.measure(f"{name}, {way}", name, minds))
        trained: dict[str, Mind] = {seat: self.model("reinforcement", seat) for seat in SEATS}
        played = read_episodes(record_of(self.folder, "trained, sampled"))
        pool = tuple(message.text for episode in played for message in episode.messages)
        arms.append(self.measure("trained, channel muted", "control", trained, MUTED))
        arms.append(self.measure("trained, words scrambled", "control", trained, Channel((Scramble(pool),))))
        for seat in SEATS:
            beside: dict[str, Mind] = {**EXPERTS, seat: trained[seat]}
            arms.append(self.measure(f"trained {seat} beside an expert", "control", beside))
        return Evaluation(arms, None, self._two_transcripts())

    def _two_transcripts(self) -> list[Transcript]:
        """The first held-out town where the team failed before and succeeded after."""
        told = {}
        for name in ("before, sampled", "trained, sampled"):
            told[name] = {episode.seed: episode for episode in read_episodes(record_of(self.folder, name))}
        before, after = told.values()
        for seed in sorted(after):
            if after[seed].outcome.get("success") and not before[seed].outcome.get("success"):
                return [Transcript.of("before", before[seed]), Transcript.of("after", after[seed])]
        return []


def _texts(lessons: Sequence[Episode]) -> Iterator[str]:
    """What the tokenizer is trained on: prompts and replies as the models will see them."""
    for turn in (turn for episode in lessons for turn in episode.turns):
        if turn.action is not None:
            yield from (prompt[0].content for prompt, _ in CODEC.parts(turn.observation))
            yield from CODEC.replies(turn.action, turn.observation.spec)


def teach(settings: Settings, seed: int, folder: Path, tell: Tell) -> None:
    """Teaches and examines one team, on one core; what was finished before is not done again."""
    import torch

    torch.set_num_threads(1)  # small models are fastest on one; the other cores teach other teams
    team = Team(settings, seed, folder, tell)
    if not (folder / "models" / "reinforcement" / "guide" / "policy.json").exists():
        team.learn()
    if not (folder / "evaluation.json").exists():
        write_atomically(folder / "evaluation.json", msgspec.json.encode(team.examine()).decode())


def baselines(settings: Settings, folder: Path, tell: Tell) -> None:
    """What anybody could do: chance, a guess, and the experts."""
    held_out = range(HELD_OUT, HELD_OUT + settings.evaluation_episodes)
    arms = []
    seated: dict[str, Mind] = {"random": Random(), "a visitor who guesses": Guesser(), "experts": Expert()}
    for name, mind in seated.items():
        minds = {"visitor": mind, "guide": Random() if name == "random" else Expert()}
        report = evaluate("town_guide", minds, held_out, options=options(settings), metrics=MEASURES)
        arms.append(Arm(name, "baseline", None, dict(report.measures)))
    write_atomically(folder / "baselines.json", msgspec.json.encode(arms).decode())


def run(settings: Settings, folder: Path) -> Path:
    """Teaches and examines all teams and writes the report; returns its path."""
    title = "Town guide: finding a door by telephone"
    whole = Run(folder, {"recipe": "town_guide", **msgspec.to_builtins(settings)}, title, __doc__.split("\n\n")[1])
    teams = [folder / f"team-{seed}" for seed in settings.seeds]
    with Workers(settings.workers) as workers:
        for seed, place in zip(settings.seeds, teams, strict=True):
            workers.start(f"team {seed}", teach, settings, seed, place)
        workers.start("baselines", baselines, settings, folder)
        workers.wait()
    examined = [msgspec.json.decode((place / "evaluation.json").read_bytes(), type=Evaluation) for place in teams]
    arms = together([arm for each in examined for arm in each.arms], teams)
    arms += msgspec.json.decode((folder / "baselines.json").read_bytes(), type=list[Arm])
    transcripts = next((each.transcripts for each in examined if each.transcripts), [])
    write_atomically(folder / "evaluation.json", msgspec.json.encode(Evaluation(arms, None, transcripts)).decode())
    whole.forget("reinforcement", -1)
    for place in teams:
        for line in Run.read(place).lines("reinforcement"):
            if line.get("validation"):
                whole.log(line)
    print(summary(arms))
    return write_report(folder)


def next_steps(folder: Path) -> list[str]:
    """What to try on the finished run; the first seats you as the visitor."""
    models = sorted(folder.glob("team-*/models/reinforcement"))[0]
    visitor, guide = models / "visitor", models / "guide"
    return [
        f"coterie play town_guide --set number=1 --seat visitor=human --seat guide={guide}@0",
        f"coterie evaluate town_guide --set number=1 --seat visitor={visitor} --seat guide={guide} --channel mute",
        f"coterie replay {sorted(folder.glob('team-*/episodes/trained-greedy.jsonl.zst'))[0]}",
    ]
