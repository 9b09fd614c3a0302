"""First words: two language models that never see the same thing learn to talk.

A lookout sees a map and cannot move; a courier walks and cannot see. Each learns its craft from demonstrators, but the
two schools use different words for the same directions, so that the team misunderstands itself completely. A shared
reward then lets them find a common language. Run it with `make demo`, or `coterie train first_words --set size=4`.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from coterie.agents import Expert, Language, Random, Scripted
from coterie.algorithms import Reinforce
from coterie.core import Channel, Episode, Json, Measure, Mind, Mute, Scramble
from coterie.environments.text.cooperation.lookout_experts import Courier, Guide, swapped
from coterie.evaluation import evaluate
from coterie.evaluation import measure as measure_episodes
from coterie.evaluation.report import Arm, CrossPlay, Evaluation, Transcript, write_report
from coterie.learners import choose_learner
from coterie.policies.codecs import CompactCodec
from coterie.rollout import gather, read_episodes, write_episodes
from coterie.rollout.transcribe import transcribe
from coterie.training import Lesson, Plan, Run, Workers, imitate, train, write_atomically

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from coterie.learners.torch import TorchLearner
    from coterie.policies.local import LocalPolicy

SEATS = ("lookout", "courier")
CODEC = CompactCodec()
MUTED = Channel((Mute(),))
VALIDATION, HELD_OUT = 1_000_000, 2_000_000
"""First seeds of the maps that choose versions, and of those that nothing is ever chosen by."""
MEASURES = ("success", "path_weighted_success", "words_per_success")
Tell = Callable[[str, int, int, str], None]
"""Hears of progress: stage, done, total, and a sentence when a stage is over."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set with `--set name=value`."""

    seeds: tuple[int, ...] = (0, 1, 2)
    """One team each; everything random in a team comes from its seed."""
    size: int = 3
    """Cells on a side of the map."""
    walls: int = 0
    """Blocked cells."""
    swapped: tuple[str, ...] = ("north", "south", "east", "west")
    """Directions that one of a team's two schools uses the other way round; the seed says which school."""
    noise: float = 0.3
    """Share of words and moves in the demonstrations that are anything at all."""
    demonstrations: int = 2000
    """Episodes each school plays."""
    gate: float = 0.9
    """Success beside an expert of the own school, decoding greedily, at which a craft counts as learned."""
    hidden: int = 48
    """Width of the models."""
    layers: int = 2
    """Their depth."""
    imitation_rate: float = 4e-3
    """Of learning, while imitating."""
    imitation_updates: int = 1200
    """At most; a seat that has not passed its gate by then ends the run."""
    iterations: int = 50
    """Of reinforcement learning, at most."""
    episodes: int = 96
    """In one iteration."""
    lookout_rate: float = 5e-4
    """The listener learns faster: six words to read anew, where the speaker has a map full of things to say anew."""
    courier_rate: float = 2e-3
    learner: str = "torch"
    """Who trains: torch, or with Megatron-core megatron:tensor=2,pipeline=1,data=1."""
    minibatch: int = 24
    """Sequences in one optimiser step."""
    gamma: float = 0.5
    """What a reward one own turn later is worth."""
    shaping: float = 0.1
    """Paid for every step nearer to the finish."""
    stop_at: float = 0.97
    """Validation success (the lower of sampled and greedy) that ends the learning when reached twice."""
    validation_episodes: int = 128
    """Maps that the gate and the choice of the best version are measured on."""
    evaluation_episodes: int = 400
    """Held-out maps that every arm is measured on."""
    workers: int = 2
    """Teams taught at the same time, each on one core."""


def options(settings: Settings, maps: str) -> dict[str, Json]:
    """The world's options for one split of the maps."""
    return {"size": settings.size, "walls": settings.walls, "maps": maps}


def guide(dialect: Mapping[str, str], noise: float = 0.0, blind: bool = False) -> Scripted:
    """A scripted lookout of one school; a blind one ignores walls."""
    return Scripted(lambda seed: Guide(seed, dialect, noise, blind=blind), "compass" if blind else "guide")


def walker(dialect: Mapping[str, str], noise: float = 0.0) -> Scripted:
    """A scripted courier of one school."""
    return Scripted(lambda seed: Courier(seed, dialect, noise), "walker")


def success(episodes: Iterable[Episode]) -> float:
    """Share of deliveries."""
    outcomes = [bool(episode.outcome.get("success")) for episode in episodes]
    return sum(outcomes) / len(outcomes)


def schools(settings: Settings, seed: int) -> dict[str, dict[str, str]]:
    """The dialects of a team's two schools: each pair of directions is swapped at one of them, by the seed at which."""
    pairs = [pair for pair in (("north", "south"), ("east", "west")) if set(pair) <= set(settings.swapped)]
    use = _subsets(len(pairs))[seed % 2 ** len(pairs)]
    own = {
        seat: [word for pair, here in zip(pairs, use, strict=True) if here == (seat == "lookout") for word in pair]
        for seat in SEATS
    }
    return {seat: swapped(*words) for seat, words in own.items()}


class Team:
    """One team at school: its data and its two models; or its twin, whose courier may not hear."""

    def __init__(self, settings: Settings, seed: int, folder: Path, tell: Tell) -> None:
        """Opens the team's run folder, to begin or to go on."""
        self.settings, self.seed, self.folder, self.tell = settings, seed, folder, tell
        self.run = Run(folder, {**msgspec.to_builtins(settings), "seed": seed})
        self.start = seed * 1_000
        self.school = schools(settings, seed)
        self.validation = range(VALIDATION, VALIDATION + settings.validation_episodes)
        self.policies: dict[str, LocalPolicy] = {}
        self.learners: dict[str, TorchLearner] = {}

    # ---- stage 1: synthetic data ------------------------------------------------------------------------------------

    def demonstrate(self, seat: str) -> list[Episode]:
        """Two scripted members of one school play; what they do at `seat` is what its pupil will imitate."""
        path = self.folder / "episodes" / f"demonstrations-{seat}.jsonl.zst"
        if not path.exists():
            settings, dialect = self.settings, self.school[seat]
            minds = {"lookout": guide(dialect, settings.noise), "courier": walker(dialect, settings.noise)}
            seeds = range(self.start, self.start + settings.demonstrations)
            write_episodes(path, gather("lookout", minds, seeds, options=options(settings, "train")))
        return sorted(read_episodes(path), key=lambda episode: episode.seed)

    # ---- stage 2: imitation -----------------------------------------------------------------------------------------

    def go_to_school(self, name: str, seat: str, lessons: list[Episode], channel: Channel | None = None) -> None:
        """A model from scratch imitates the demonstrations at a seat until it has passed the gate."""
        settings = self.settings
        policy, learner = self.newcomer(name, seat, settings.imitation_rate, settings.imitation_updates)
        learned = list(transcribe(lessons, seat, CODEC, policy.encode, policy.stop_id, name))
        lesson = Lesson(gate=settings.gate if channel is None else 0.0, updates=settings.imitation_updates)
        state = imitate(
            self.run,
            learner,
            learned,
            lesson,
            lambda: self.craft(seat, policy, channel),
            stage=f"imitation-{name}",
            seed=self.start,
            progress=lambda line: self.tell(f"{name}: school", line["iteration"], settings.imitation_updates, ""),
        )
        if not state["passed"]:
            raise RuntimeError(
                f"team {self.seed}: after {state['updates']} updates the {seat} delivers {state['measure']:.0%} beside "
                f"an expert of its own school, {settings.gate:.0%} are needed; give it more with "
                "--set imitation_updates=..., --set demonstrations=... or --set hidden=..."
            )
        self.export(f"imitation/{name}", learner)
        words = f"{state['measure']:.0%} beside an expert of its own school, after {state['updates']} updates"
        self.tell(f"{name}: school", 1, 1, f"the {name} has learned its craft: {words}" if channel is None else "")

    def newcomer(self, name: str, seat: str, rate: float, updates: int) -> "tuple[LocalPolicy, TorchLearner]":
        """A model with random weights, who speaks for it, and who teaches it."""
        from coterie.policies.local import LocalPolicy, small_model

        settings = self.settings
        model = small_model(len(self.tokenizer), settings.hidden, settings.layers, seed=self.start + SEATS.index(seat))
        policy = LocalPolicy(model, self.tokenizer, name, tokens_per_word=1)
        learner = choose_learner(settings.learner)(
            model,
            self.tokenizer,
            name,
            policy.publish,
            learning_rate=rate,
            decay_over=updates,
            minibatch=settings.minibatch,
            seed=self.start,
        )
        self.policies[name], self.learners[name] = policy, learner
        return policy, learner

    def craft(self, seat: str, policy: "LocalPolicy", channel: Channel | None = None) -> float:
        """Success of a seat beside an expert of its own school, decoding greedily, on validation maps."""
        minds: dict[str, Mind] = {"lookout": guide(self.school[seat]), "courier": walker(self.school[seat])}
        minds[seat] = Language(policy.at(temperature=0), CODEC)
        return success(
            gather("lookout", minds, self.validation, options=options(self.settings, "validation"), channel=channel)
        )

    # ---- stage 3: reinforcement -------------------------------------------------------------------------------------

    def practise(
        self, pupils: tuple[str, ...], others: Mapping[str, Mind], stage: str, channel: Channel | None
    ) -> None:
        """The shared reward teaches the pupils; the version that does best on validation maps is kept."""
        settings = self.settings

        def team(temperature: float | None = None) -> dict[str, Mind]:
            """The pupils as they learn, or decoding at a temperature, and who sits beside them."""
            policies = {name: self.policies[name] for name in pupils}
            seated = {
                name.split()[-1]: Language(policy if temperature is None else policy.at(temperature), CODEC)
                for name, policy in policies.items()
            }
            return {**seated, **others}

        def validate(iteration: int) -> dict[str, Json]:
            line: dict[str, Json] = {}
            for way, temperature in (("sampled", 1.0), ("greedy", 0.0)):
                maps = options(settings, "validation")
                report = evaluate(
                    "lookout", team(temperature), self.validation, options=maps, channel=channel, metrics=MEASURES
                )
                line[f"success_{way}"] = msgspec.to_builtins(report.measures["success"])
                line["words_per_success"] = msgspec.to_builtins(report.measures["words_per_success"])
            line["score"] = min(line["success_sampled"]["value"], line["success_greedy"]["value"])
            return line

        def progress(line: Mapping[str, Json]) -> None:
            if "score" in line:
                self.tell(stage, line["iteration"], settings.iterations, "")

        for name in pupils:
            rate = settings.lookout_rate if name == "lookout" else settings.courier_rate
            self.learners[name] = self.learners[name].again(rate, settings.iterations)
        state = train(
            self.run,
            "lookout",
            team(),
            [self.learners[name] for name in pupils],
            Reinforce(gamma=settings.gamma),
            Plan(settings.iterations, settings.episodes, first_seed=100_000_000 + self.start, stop_at=settings.stop_at),
            stage=stage,
            options={**options(settings, "train"), "shaping": settings.shaping},
            channel=channel,
            validate=validate,
            progress=progress,
            labels={"seed": self.seed},
        )
        for name in pupils:
            self.export(f"{stage}/{name}", self.learners[name])
        self.tell(stage, 1, 1, f"{stage}: best at iteration {state['best_iteration']} of {state['iteration']}")

    def export(self, place: str, learner: "TorchLearner") -> None:
        """Saves a model so that plain Transformers, and `coterie play`, can open it."""
        learner.export(self.folder / "models" / place, codec="compact", tokens_per_word=1.0)

    def model(self, place: str, temperature: float = 1.0) -> Language:
        """Opens a saved model to take a seat."""
        from coterie.policies.local import LocalPolicy

        return Language(LocalPolicy.from_pretrained(self.folder / "models" / place).at(temperature), CODEC)

    # ---- stage 4: evaluation ----------------------------------------------------------------------------------------

    def examine(self) -> tuple[list[Arm], list[Transcript]]:
        """Measures the team on held-out maps, beside everything it must be compared with."""
        held_out = range(HELD_OUT, HELD_OUT + self.settings.evaluation_episodes)
        arms: list[Arm] = []
        pool: list[str] = []

        def measure(name: str, group: str, minds: Mapping[str, Mind], channel: Channel | None = None) -> Path:
            record = record_of(self.folder, name)
            report = evaluate(
                "lookout",
                minds,
                held_out,
                options=options(self.settings, "held-out"),
                channel=channel,
                metrics=MEASURES,
                record=record,
                at_once=len(held_out),
            )
            arms.append(Arm(name, group, self.seed, dict(report.measures)))
            self.tell("evaluation", len(arms), 10, "")
            return record

        teams: dict[str, Callable[[float], dict[str, Mind]]] = {
            "before": lambda at: {seat: self.model(f"imitation/{seat}", at) for seat in SEATS},
            "trained": lambda at: {seat: self.model(f"reinforcement/{seat}", at) for seat in SEATS},
            "trained muted": lambda at: {
                "lookout": guide(self.school["lookout"]),
                "courier": self.model("../twin/models/muted/deaf courier", at),
            },
        }
        records: dict[str, Path] = {}
        for name, seated in teams.items():
            for way, temperature in (("sampled", 1.0), ("greedy", 0.0)):
                group, channel = ("baseline", MUTED) if name == "trained muted" else (name, None)
                records[f"{name}, {way}"] = measure(f"{name}, {way}", group, seated(temperature), channel)
        for episode in read_episodes(records["trained, sampled"]):
            pool.extend(message.text for message in episode.messages)
        trained: dict[str, Mind] = {seat: self.model(f"reinforcement/{seat}") for seat in SEATS}
        measure("trained, channel muted", "control", trained, MUTED)
        measure("trained, words scrambled", "control", trained, Channel((Scramble(tuple(pool)),)))
        for seat in SEATS:
            learned = self.model(f"reinforcement/{seat}", 0.0)
            dialect = self.own_dialect(seat, learned)
            beside: dict[str, Mind] = {"lookout": guide(dialect), "courier": walker(dialect)}
            measure(f"trained {seat} beside an expert", "control", {**beside, seat: learned})
        return arms, _two_transcripts(records["before, greedy"], records["trained, greedy"])

    def own_dialect(self, seat: str, learned: Language) -> dict[str, str]:
        """The dialect in which a seat does best beside a scripted partner, found on validation maps."""
        candidates = [schools(self.settings, number)["lookout"] for number in range(4)]

        def score(dialect: dict[str, str]) -> float:
            minds: dict[str, Mind] = {"lookout": guide(dialect), "courier": walker(dialect), seat: learned}
            return success(gather("lookout", minds, self.validation, options=options(self.settings, "validation")))

        return max(candidates, key=score)

    # ---- the whole way ----------------------------------------------------------------------------------------------

    def learn(self) -> None:
        """From nothing to a team that has learned; what an interrupted run has done already is not done again."""
        self.tell("demonstrations", 0, 2, "")
        lessons = {seat: self.demonstrate(seat) for seat in SEATS}
        shown = success(lessons["lookout"])
        self.tell("demonstrations", 2, 2, f"{len(lessons['lookout'])} demonstrations a school, {shown:.0%} deliver")
        self.read(lessons)
        for seat in SEATS:
            self.go_to_school(seat, seat, lessons[seat])
        self.practise(SEATS, {}, "reinforcement", None)

    def learn_unheard(self) -> None:
        """The courier's twin that may not hear: the same lessons with the words taken out, the same practice, muted.

        Whoever speaks to it is not heard, so an expert does.
        """
        lessons = {"courier": self.demonstrate("courier")}
        self.read(lessons)
        unheard = [_unheard(episode) for episode in lessons["courier"]]
        self.go_to_school("deaf courier", "courier", unheard, MUTED)
        self.practise(("deaf courier",), {"lookout": guide(self.school["lookout"])}, "muted", MUTED)

    def read(self, lessons: Mapping[str, list[Episode]]) -> None:
        """Makes the tokenizer from the words of the lessons."""
        from coterie.policies.local import small_tokenizer

        self.tokenizer: PreTrainedTokenizerBase = small_tokenizer(_texts(lessons))


def _subsets(count: int) -> list[tuple[bool, ...]]:
    return [tuple(bool(number >> place & 1) for place in range(count)) for number in range(2**count)]


def _unheard(episode: Episode) -> Episode:
    turns = [
        msgspec.structs.replace(turn, observation=msgspec.structs.replace(turn.observation, heard=()))
        for turn in episode.turns
    ]
    return msgspec.structs.replace(episode, turns=tuple(turns))


def _texts(lessons: Mapping[str, list[Episode]]) -> Iterable[str]:
    """What the tokenizer is trained on: prompts and replies as the models will see them."""
    for episodes in lessons.values():
        for episode in episodes[:500]:
            for turn in episode.turns:
                if turn.action is not None:
                    yield from (prompt[0].content for prompt, _ in CODEC.parts(turn.observation))
                    yield from CODEC.replies(turn.action, turn.observation.spec)


def _two_transcripts(before: Path, after: Path) -> list[Transcript]:
    """The first held-out map that the team could not deliver on before and could after."""
    failed = {episode.seed: episode for episode in read_episodes(before) if not episode.outcome.get("success")}
    for episode in sorted(read_episodes(after), key=lambda each: each.seed):
        if episode.outcome.get("success") and episode.seed in failed:
            return [Transcript.of("before", failed[episode.seed]), Transcript.of("after", episode)]
    return []


# ---- all teams ------------------------------------------------------------------------------------------------------

LICENCE = "apache-2.0"
"""Of the trained weights: they come from nothing but this recipe."""
TITLE = "First words: two language models learn to talk"
SUMMARY = (
    "A lookout sees the map and cannot move; a courier walks and cannot see. Each learned its craft from experts, but "
    "of two schools that use different words for the same directions. A shared reward let them find a common language."
)
STORY = """
First words: {teams} teams of two small language models learn to talk, from nothing but play.

  1. Synthetic data   Scripted experts of two schools deliver parcels on a {size} by {size} map: the lookout sees it
                      and may only speak, the courier walks and sees only its own cell. What one school calls
                      {words}, the other calls the other way round.
  2. Imitation        Two models with random weights, one a seat, copy their school until each delivers at least
                      {gate:.0%} beside an expert of that school. Together they misunderstand each other.
  3. Reinforcement    Both play together; a shared reward is all they are told. A twin whose courier may not hear
                      learns beside them, for comparison.
  4. Evaluation       On {evaluation_episodes} maps that nothing was ever chosen by, beside every fair baseline, and
                      every lookout with every team's courier.
  5. Report           One page with all of it.
"""


def run(settings: Settings, folder: Path) -> Path:
    """Teaches all teams, examines them, lets them play across teams, and writes the report; returns its path."""
    whole = Run(folder, {"recipe": "first_words", **msgspec.to_builtins(settings)}, TITLE, SUMMARY)
    words = " and ".join(settings.swapped[:2]) + (", east and west" if len(settings.swapped) > 2 else "")
    print(STORY.format(teams=len(settings.seeds), words=words, **msgspec.structs.asdict(settings)))
    teams = [folder / f"team-{seed}" for seed in settings.seeds]
    with Workers(settings.workers) as workers:
        for seed, place in zip(settings.seeds, teams, strict=True):
            workers.start(f"team {seed}", teach, settings, seed, place)
        for seed, place in zip(settings.seeds, teams, strict=True):
            workers.start(f"deaf twin {seed}", teach_unheard, settings, seed, place / "twin")
        workers.start("baselines", baselines, settings, folder)
        workers.wait()
        for seed, place in zip(settings.seeds, teams, strict=True):
            workers.start(f"examination {seed}", examine, settings, seed, place)
        workers.wait()
        for row, place in zip(settings.seeds, teams, strict=True):
            workers.start(f"cross-play {row}", cross, settings, place, teams)
        grid = workers.wait()
    arms, transcripts = [], []
    for place in teams:
        examined = msgspec.json.decode((place / "evaluation.json").read_bytes(), type=Evaluation)
        arms.extend(examined.arms)
        transcripts = transcripts or examined.transcripts
    arms = together(arms, teams)
    arms.extend(msgspec.json.decode((folder / "baselines.json").read_bytes(), type=list[Arm]))
    names = [f"team {seed}" for seed in settings.seeds]
    table = CrossPlay(names, names, grid, "lookout", "courier")
    write_atomically(folder / "evaluation.json", msgspec.json.encode(Evaluation(arms, table, transcripts)).decode())
    whole.forget("reinforcement", -1)
    for place in teams:
        for line in Run.read(place).lines("reinforcement"):
            if line.get("validation"):
                whole.log(line)
    page = write_report(folder)
    print(summary(arms))
    return page


def record_of(team: Path, arm: str) -> Path:
    """The file that holds the episodes of an arm."""
    return team / "episodes" / f"{arm.replace(', ', '-').replace(' ', '-')}.jsonl.zst"


def together(arms: list[Arm], teams: list[Path], measures: tuple[str, ...] = MEASURES) -> list[Arm]:
    """Puts before the arms of single teams one of all teams; teams on the same map count as one piece of luck."""
    whole: list[Arm] = []
    for name in dict.fromkeys(arm.name for arm in arms):
        own = [arm for arm in arms if arm.name == name]
        if len(teams) > 1:
            played = (episode for team in teams for episode in read_episodes(record_of(team, name)))
            whole.append(Arm(name, own[0].group, None, dict(measure_episodes(played, measures).measures)))
        whole.extend(own)
    return whole


def teach(settings: Settings, seed: int, folder: Path, tell: Tell) -> None:
    """Teaches one team, on one core."""
    _one_core()
    team = Team(settings, seed, folder, tell)
    if not (folder / "models" / "reinforcement" / "courier" / "policy.json").exists():
        team.learn()


def teach_unheard(settings: Settings, seed: int, folder: Path, tell: Tell) -> None:
    """Teaches the twin of a team whose courier may not hear, on one core."""
    _one_core()
    team = Team(settings, seed, folder, tell)
    if not (folder / "models" / "muted" / "deaf courier" / "policy.json").exists():
        team.learn_unheard()


def examine(settings: Settings, seed: int, folder: Path, tell: Tell) -> None:
    """Examines one team, on one core."""
    _one_core()
    if not (folder / "evaluation.json").exists():
        arms, transcripts = Team(settings, seed, folder, tell).examine()
        write_atomically(folder / "evaluation.json", msgspec.json.encode(Evaluation(arms, None, transcripts)).decode())


def _one_core() -> None:
    """Small models are fastest on one thread; the other cores teach other teams."""
    import torch

    torch.set_num_threads(1)


def baselines(settings: Settings, folder: Path, tell: Tell) -> None:
    """What anybody could do: chance, the experts, and a lookout that ignores obstacles."""
    held_out = range(HELD_OUT, HELD_OUT + settings.evaluation_episodes)
    arms = []
    for name, minds in {
        "random": {"lookout": Random(), "courier": Random()},
        "experts": {"lookout": Expert(), "courier": Expert()},
        "experts, lookout ignores obstacles": {"lookout": guide({}, blind=True), "courier": walker({})},
        "experts of two schools": {"lookout": guide({}), "courier": walker(swapped(*settings.swapped))},
    }.items():
        report = evaluate("lookout", minds, held_out, options=options(settings, "held-out"), metrics=MEASURES)
        arms.append(Arm(name, "baseline", None, dict(report.measures)))
    write_atomically(folder / "baselines.json", msgspec.json.encode(arms).decode())


def cross(settings: Settings, own: Path, teams: list[Path], tell: Tell) -> list[Measure]:
    """The lookout of one team with the courier of every team, decoding greedily, on held-out maps."""
    from coterie.policies.local import LocalPolicy

    _one_core()

    def seat(team: Path, name: str) -> Language:
        return Language(LocalPolicy.from_pretrained(team / "models" / "reinforcement" / name).at(0), CODEC)

    held_out = range(HELD_OUT, HELD_OUT + settings.evaluation_episodes)
    lookout, row = seat(own, "lookout"), []
    for index, team in enumerate(teams):
        minds = {"lookout": lookout, "courier": seat(team, "courier")}
        report = evaluate("lookout", minds, held_out, options=options(settings, "held-out"), metrics=["success"])
        row.append(report.measures["success"])
        tell("cross-play", index + 1, len(teams), "")
    return row


def summary(arms: list[Arm]) -> str:
    """The figures that matter: every arm over all teams, with its interval, and each team by itself."""
    lines = [f"{'':38} {'success':>7}  {'95 % interval':16} {'each team':24} words per success"]
    for name in dict.fromkeys(arm.name for arm in arms):
        first, *teams = [arm.measures for arm in arms if arm.name == name]
        success = first["success"]
        words = first["words_per_success"].value if "words_per_success" in first else None
        each = " ".join(f"{team['success'].value:.0%}" for team in teams if team["success"].value is not None)
        interval = f"{success.low:.1%} to {success.high:.1%}" if success.low is not None else ""
        spoken = "-" if words is None else f"{words:.1f}"
        lines.append(f"{name:38} {success.value:7.1%}  {interval:16} {each:24} {spoken}")
    return "\n".join(lines)


def next_steps(folder: Path) -> list[str]:
    """What to try on the finished run; the first seats you as the courier."""
    models = sorted(folder.glob("team-*/models/reinforcement"))[0]
    lookout, courier = models / "lookout", models / "courier"
    return [
        f"coterie play lookout --seat lookout={lookout}@0 --seat courier=human",
        f"coterie evaluate lookout --seat lookout={lookout} --seat courier={courier} --channel mute",
        "coterie train first_words --set size=5 --set seeds=[0] --out runs/larger",
    ]
