"""Town guide: a visitor who sees the street and a guide who has the map learn to find doors by telephone.

Two language models begin with random weights, in a new town every time. They first learn to read: to look up what stood
further up. Then each imitates an expert until it is of use beside another, and at last the two play together, and the
reward for doors that are found teaches both.

Run it with `coterie train town_guide`; it needs the extras `llm` and `virtual`.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from first_words import HELD_OUT, MEASURES, MUTED, VALIDATION, record_of, success, summary, together

from coterie.agents import Expert, Language, Random
from coterie.agents.scripted import ScriptedAgent
from coterie.algorithms import GroupRelative
from coterie.core import Action, Agent, Channel, Environment, Episode, Json, Mind, Observation, Scramble
from coterie.environments.hybrid import town_guide_experts
from coterie.evaluation import evaluate
from coterie.evaluation.report import Arm, Evaluation, Transcript, write_report
from coterie.policies.codecs import CompactCodec
from coterie.rollout import gather, read_episodes, write_episodes
from coterie.rollout.transcribe import transcribe
from coterie.training import Lesson, Plan, Run, Workers, imitate, read, train, write_atomically

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerBase

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
    people: int = 4
    """On the guide's list."""
    visits: int = 1200
    """Episodes of two experts, each in a town of its own, that both seats imitate."""
    calls: int = 12
    """That the guide answers in each of these towns, about anybody and from anywhere."""
    hidden: int = 64
    """Width of the models."""
    layers: int = 3
    """Their depth: words are found in the second, and compared in the third."""
    reading_rate: float = 5e-3
    """Of learning, while learning to read."""
    reading_gate: float = 0.85
    """Mean probability of the last words of entries at which a model reads."""
    reading_updates: int = 1200
    """At most."""
    visitor_gate: float = 0.9
    """Success beside an expert, decoding greedily, at which the visitor has imitated enough."""
    guide_gate: float = 0.8
    """The same of the guide."""
    imitation_rate: float = 3e-3
    """Of learning, while imitating."""
    imitation_updates: int = 500
    """At most; a seat that has not passed its gate by then ends the run."""
    check_every: int = 25
    """Updates between two looks at a gate."""
    pupils: tuple[str, ...] = SEATS
    """Seats that the reward teaches."""
    iterations: int = 40
    """Of reinforcement learning, at most."""
    episodes: int = 32
    """Different visits in one iteration."""
    repeats: int = 8
    """Plays of each, which are compared with one another."""
    rate: float = 1e-3
    """Of learning, while playing together."""
    minibatch: int = 16
    """Sequences in one optimiser step, while imitating."""
    plays: int = 128
    """The same while playing together."""
    word_price: float = 0.0
    """What a word costs its speaker while they learn together."""
    stop_at: float = 0.98
    """Validation success (the lower of sampled and greedy) that ends the learning when reached twice."""
    validation_episodes: int = 100
    """Towns that gates and the choice of the best version are measured in."""
    evaluation_episodes: int = 200
    """Held-out towns that every arm is measured in."""
    workers: int = 2
    """Teams taught at the same time, each on one core."""


def options(settings: Settings, **more: Json) -> dict[str, Json]:
    """The world's options."""
    return {"people": settings.people, **more}


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
        reader = self.read()
        for seat in SEATS:
            self.school(seat, reader)
        self._practise()

    def read(self) -> "TorchLearner":
        """A model from scratch learns to go on with words that stood further up, whichever they are."""
        from coterie.policies.local import small_model, small_tokenizer

        settings = self.settings
        tokenizer = small_tokenizer(_texts(self.lessons()))
        model = small_model(len(tokenizer), settings.hidden, settings.layers, seed=self.start, reader=True)
        learner = self._seat("reader", model, tokenizer).again(settings.reading_rate, settings.reading_updates)
        (mark,) = self.policies["reader"].encode("say")
        state = read(
            self.run,
            learner,
            range(3, len(tokenizer)),
            mark,
            Lesson(settings.reading_gate, settings.reading_updates, settings.minibatch, settings.check_every),
            seed=self.start,
            progress=lambda line: self.tell("reading", line["iteration"], settings.reading_updates, ""),
        )
        self._passed(state, settings.reading_gate, "a model foretells words with probability", "reading_updates=...")
        return learner

    def _seat(self, name: str, model: "LlamaForCausalLM", tokenizer: "PreTrainedTokenizerBase") -> "TorchLearner":
        """Who speaks for a model, and who teaches it."""
        from coterie.learners.torch import TorchLearner
        from coterie.policies.local import LocalPolicy

        settings = self.settings
        self.policies[name] = policy = LocalPolicy(model, tokenizer, name, tokens_per_word=1)
        self.learners[name] = TorchLearner(
            model,
            tokenizer,
            name,
            policy.publish,
            learning_rate=settings.imitation_rate,
            decay_over=settings.imitation_updates,
            minibatch=settings.minibatch,
            seed=self.start,
        )
        return self.learners[name]

    def school(self, seat: str, reader: "TorchLearner") -> None:
        """A model that reads imitates the expert of its seat until it is of use beside another."""
        settings, lessons = self.settings, self.lessons()
        learner = self._seat(seat, deepcopy(reader.model), reader.tokenizer)
        policy = self.policies[seat]
        gate = settings.visitor_gate if seat == "visitor" else settings.guide_gate
        minds = {**EXPERTS, seat: Language(policy.at(temperature=0), CODEC)}
        if seat == "guide":
            luck = random.Random(self.start)
            lessons = [town_guide_experts.with_calls(episode, luck, settings.calls) for episode in lessons]
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
        self._passed(state, gate, f"the {seat}'s success beside an expert is", "imitation_updates=... or visits=...")
        self.export("imitation", seat)

    def _passed(self, state: Mapping[str, Json], gate: float, what: str, more: str) -> None:
        """Ends the run when a gate was not passed."""
        if not state["passed"]:
            raise RuntimeError(
                f"team {self.seed}: after {state['updates']} updates {what} {state['measure']:.2f}, {gate:.2f} are "
                f"needed; give it more with --set {more}"
            )

    def _practise(self) -> None:
        """Both play together, and the reward teaches; the best version on validation towns is kept."""
        settings = self.settings
        players = {seat: self.policies[seat] for seat in SEATS}

        def validate(iteration: int) -> dict[str, Json]:
            line: dict[str, Json] = {}
            for way, temperature in (("sampled", 1.0), ("greedy", 0.0)):
                team = {seat: Language(policy.at(temperature), CODEC) for seat, policy in players.items()}
                report = evaluate("town_guide", team, self.validation, options=options(settings), metrics=MEASURES)
                line[f"success_{way}"] = msgspec.to_builtins(report.measures["success"])
                line["words_per_success"] = msgspec.to_builtins(report.measures["words_per_success"])
            line["score"] = min(line[f"success_{way}"]["value"] for way in ("sampled", "greedy"))
            return line

        for seat in settings.pupils:
            self.learners[seat] = self.learners[seat].again(settings.rate, settings.iterations)
            self.learners[seat].minibatch = settings.plays
        train(
            self.run,
            "town_guide",
            {seat: Language(policy, CODEC) for seat, policy in players.items()},
            [self.learners[seat] for seat in settings.pupils],
            GroupRelative(),
            Plan(
                settings.iterations,
                settings.episodes,
                settings.repeats,
                first_seed=100_000_000 + self.start,
                stop_at=settings.stop_at,
            ),
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
        f"coterie play town_guide --seat visitor=human --seat guide={guide}@0",
        f"coterie evaluate town_guide --seat visitor={visitor} --seat guide={guide} --channel mute",
        f"coterie replay {sorted(folder.glob('team-*/episodes/trained-greedy.jsonl.zst'))[0]}",
    ]
