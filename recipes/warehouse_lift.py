"""Warehouse lift: one policy over vectors learns, in both bodies at once, to lift together what neither can lift alone.

A heavy load stands in a small warehouse. Both must come to it, take hold of it within ten seconds of each other, carry
it to the same place and put it down. They do not speak, they are paid only when the load has arrived, and they begin
with random weights.

Run it with `coterie train warehouse_lift`; it needs the extras `virtual` and `stable_baselines3`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from first_words import HELD_OUT, VALIDATION, record_of, summary, together

from coterie.agents import Expert, Random
from coterie.core import Action, Json, Measure, Mind
from coterie.evaluation import evaluate
from coterie.evaluation.report import Arm, CrossPlay, Evaluation, Transcript, write_report
from coterie.rollout import read_episodes
from coterie.training import Run, Workers, write_atomically

if TYPE_CHECKING:
    from sb3_contrib import MaskablePPO

SEATS = ("ann", "bob")
COMMANDS = ("go to load 1", "pick up load 1", "go to dock", "put down load 1", "go to north passage", "look", "wait")
"""What the policy can choose from: a menu that fits every warehouse with one load."""
MEASURES = ("success", "path_weighted_success")
OPTIONS: dict[str, Json] = {"numbered": True, "max_words": 0}
Tell = Callable[[str, int, int, str], None]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set with `--set name=value`."""

    seeds: tuple[int, ...] = (0, 1, 2)
    """One policy each; everything random in its learning comes from its seed."""
    steps: int = 32_768
    """Decisions, and turns that a seat waited through, of both seats together."""
    copies: int = 8
    """Warehouses that are played at once."""
    rollout: int = 64
    """Steps of every seat between two updates."""
    epochs: int = 8
    """Passes over what was played."""
    minibatch: int = 256
    """Decisions in one optimiser step."""
    learning_rate: float = 1e-3
    """Of Adam."""
    gamma: float = 0.97
    """What a reward one step later is worth."""
    entropy: float = 0.01
    """How much being undecided is rewarded: without it the first luck would be the last."""
    checks: int = 8
    """How often success on validation warehouses is measured on the way."""
    validation_episodes: int = 100
    """Warehouses of these measurements."""
    evaluation_episodes: int = 300
    """Held-out warehouses that every arm is measured on."""
    workers: int = 2
    """Policies taught at the same time, each on one core."""


def beginner(settings: Settings, seed: int) -> "MaskablePPO":
    """A policy with random weights, and the warehouses it will learn in."""
    import torch
    from sb3_contrib import MaskablePPO

    from coterie.adapters.stable_baselines3 import SharedPolicy

    torch.set_num_threads(1)  # so small a network is slower on several
    menu = {seat: [Action(command) for command in COMMANDS] for seat in SEATS}
    world = SharedPolicy("warehouse_lift", copies=settings.copies, answers=menu, **OPTIONS)
    return MaskablePPO(
        "MlpPolicy",
        world,
        n_steps=settings.rollout,
        n_epochs=settings.epochs,
        batch_size=settings.minibatch,
        learning_rate=settings.learning_rate,
        gamma=settings.gamma,
        ent_coef=settings.entropy,
        seed=seed,
        device="cpu",
    )


def measured(minds: Mapping[str, Mind], first: int, count: int, record: Path | None = None) -> dict[str, Measure]:
    """What a team does in `count` warehouses from seed `first` on."""
    seeds = range(first, first + count)
    report = evaluate("warehouse_lift", minds, seeds, options=OPTIONS, metrics=MEASURES, record=record)
    return dict(report.measures)


def teach(settings: Settings, seed: int, folder: Path, tell: Tell) -> None:
    """Teaches one policy both seats and examines it; what was finished before is not done again."""
    from coterie.adapters.stable_baselines3 import Trained, save

    if (folder / "evaluation.json").exists():
        return
    run = Run(folder, {**msgspec.to_builtins(settings), "seed": seed})
    run.forget("reinforcement", -1)
    model, arms = beginner(settings, seed), []

    def team(greedy: bool) -> dict[str, Mind]:
        return dict.fromkeys(SEATS, Trained(model, greedy=greedy, name=f"policy {seed}"))

    def examine(group: str) -> None:
        for way in ("sampled", "greedy"):
            name = f"{group}, {way}"
            record = record_of(folder, name)
            minds = team(way == "greedy")
            arms.append(Arm(name, group, seed, measured(minds, HELD_OUT, settings.evaluation_episodes, record)))

    examine("before")
    for check in range(settings.checks + 1):
        if check:
            model.learn(settings.steps // settings.checks, reset_num_timesteps=False)
        line: dict[str, Json] = {"stage": "reinforcement", "iteration": model.num_timesteps, "seed": seed}
        for way in ("sampled", "greedy"):
            seen = measured(team(way == "greedy"), VALIDATION, settings.validation_episodes)
            line[f"success_{way}"] = msgspec.to_builtins(seen["success"])
        run.log(line)
        tell("reinforcement", check, settings.checks, "")
    save(model, folder / "model")
    examine("trained")
    for seat in SEATS:
        name = f"trained {seat} beside a random partner"
        alone: dict[str, Mind] = {**dict.fromkeys(SEATS, Random()), seat: Trained(model)}
        record = record_of(folder, name)
        arms.append(Arm(name, "control", seed, measured(alone, HELD_OUT, settings.evaluation_episodes, record)))
    transcripts = _before_and_after(folder)
    write_atomically(folder / "evaluation.json", msgspec.json.encode(Evaluation(arms, None, transcripts)).decode())


def _before_and_after(folder: Path) -> list[Transcript]:
    """The first warehouse that both the beginner and the trained policy were examined in."""
    told = []
    for title in ("before", "trained"):
        played = read_episodes(record_of(folder, f"{title}, sampled"))
        told.append(Transcript.of(title, min(played, key=lambda episode: episode.seed)))
    return told


def baselines(settings: Settings, folder: Path, tell: Tell) -> None:
    """What chance and the experts do."""
    arms = []
    for name, mind in {"random": Random(), "experts": Expert()}.items():
        minds = dict.fromkeys(SEATS, mind)
        arms.append(Arm(name, "baseline", None, measured(minds, HELD_OUT, settings.evaluation_episodes)))
    write_atomically(folder / "baselines.json", msgspec.json.encode(arms).decode())


def cross(settings: Settings, own: Path, teams: list[Path], tell: Tell) -> list[Measure]:
    """Ann as one policy plays her, with bob as every policy plays him, on held-out warehouses."""
    import torch

    from coterie.adapters.stable_baselines3 import load

    torch.set_num_threads(1)
    row = []
    for place in teams:
        minds = {"ann": load(own / "model"), "bob": load(place / "model")}
        row.append(measured(minds, HELD_OUT, settings.evaluation_episodes)["success"])
    return row


def run(settings: Settings, folder: Path) -> Path:
    """Teaches and examines all policies, seats them beside each other, and writes the report; returns its path."""
    title = "Warehouse lift: two bodies learn to lift together"
    whole = Run(folder, {"recipe": "warehouse_lift", **msgspec.to_builtins(settings)}, title, __doc__.split("\n\n")[1])
    places = [folder / f"team-{seed}" for seed in settings.seeds]
    with Workers(settings.workers) as workers:
        for seed, place in zip(settings.seeds, places, strict=True):
            workers.start(f"policy {seed}", teach, settings, seed, place)
        workers.start("baselines", baselines, settings, folder)
        workers.wait()
        for seed, place in zip(settings.seeds, places, strict=True):
            workers.start(f"cross-play {seed}", cross, settings, place, places)
        grid = workers.wait()
    examined = [msgspec.json.decode((place / "evaluation.json").read_bytes(), type=Evaluation) for place in places]
    arms = together([arm for each in examined for arm in each.arms], places, MEASURES)
    arms += msgspec.json.decode((folder / "baselines.json").read_bytes(), type=list[Arm])
    names = [f"policy {seed}" for seed in settings.seeds]
    table = CrossPlay(names, names, grid, *SEATS)
    found = Evaluation(arms, table, examined[0].transcripts)
    write_atomically(folder / "evaluation.json", msgspec.json.encode(found).decode())
    whole.forget("reinforcement", -1)
    for place in places:
        for line in Run.read(place).lines("reinforcement"):
            whole.log(line)
    print(summary(arms))
    return write_report(folder)


def next_steps(folder: Path) -> list[str]:
    """What to try on the finished run."""
    watched = sorted(folder.glob("team-*/episodes/trained-greedy.jsonl.zst"))[0]
    return [f"coterie replay {watched}", "coterie train warehouse_lift --set steps=65536 --out runs/longer"]
