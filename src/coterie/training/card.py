"""Model cards: what a saved model is, what it learned from, what it is worth, and what nobody knows of it.

A card is the file `README.md` in the folder of a saved model, as the Hugging Face hub shows it. Every figure in it is
read from the run that made the model; what the run does not tell is said to be missing.
"""

import json
from pathlib import Path

import msgspec

from coterie.core import ConfigError, Json, Measure
from coterie.evaluation.format import number, spread, unit_of
from coterie.evaluation.report.inputs import Arm, Evaluation, RunRecord, read_run
from coterie.evaluation.report.words import cross_play_says
from coterie.rollout import read_episodes

CARD = "README.md"
POLICY = "policy.json"
MADE_BY = "<!-- written by coterie from the run; a card without this line is never overwritten -->"


def write_cards(run: str | Path, licence: str = "") -> list[Path]:
    """Writes a card into every saved model of a run; returns the cards.

    Args:
        run: the run folder; models are found in it by their `policy.json` in a folder below `models`.
        licence: of the weights, by its name on the hub such as `apache-2.0`; empty: the card says that none was stated.
    """
    found = sorted(each for each in Path(run).rglob(POLICY) if "models" in each.relative_to(run).parts)
    return [write_card(each.parent, licence) for each in found]


def write_card(model: str | Path, licence: str = "") -> Path:
    """Writes the card of a saved model from the run whose folder it lies in; a card of another's hand is left alone.

    Raises:
        ConfigError: there is no saved model, or it lies in no run.
    """
    folder = Path(model)
    if not (folder / POLICY).exists() or not (folder / "config.json").exists():
        raise ConfigError(f"no saved model in {folder}; expected config.json and {POLICY} there")
    runs = [each for each in folder.resolve().parents if _is_run(each)]
    if not runs:
        raise ConfigError(f"{folder} lies in no run folder, so there is nothing to write its card from")
    card = folder / CARD
    if not card.exists() or MADE_BY in card.read_text(encoding="utf-8"):
        card.write_text(card_text(folder, runs, licence), encoding="utf-8")
    return card


def card_text(folder: Path, runs: list[Path], licence: str = "") -> str:
    """The words of a card.

    Args:
        folder: the saved model.
        runs: the run it lies in, and the runs that this one lies in.
        licence: of the weights.
    """
    policy = json.loads((folder / POLICY).read_text(encoding="utf-8"))
    records = [read_run(each) for each in runs]
    name = str(policy.get("policy", folder.name))
    title = next((record.config.title for record in records if record.config and record.config.title), "")
    head = ["---", "library_name: transformers", "pipeline_tag: text-generation"]
    head += [f"license: {licence}"] if licence else []
    head += ["tags: [coterie, multi-agent]", "---", "", MADE_BY, "", ""]
    sections = {
        f"# {name}": _what(folder, policy, title),
        "## How to open it": _opening(policy),
        "## What it learned from": _data(runs, records),
        "## What it is worth": _worth(records),
        "## Limits": _limits(policy, records),
        "## Licence": _licence(licence),
        "## What computed it": _versions(records),
    }
    return "\n".join(head) + "\n\n".join(f"{heading}\n\n{text}" for heading, text in sections.items()) + "\n"


def _is_run(folder: Path) -> bool:
    """Whether a folder holds a run; a model has a config.json as well, without settings."""
    path = folder / "config.json"
    return path.exists() and "settings" in json.loads(path.read_text(encoding="utf-8"))


def _what(folder: Path, policy: dict[str, Json], title: str) -> str:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    size = sum(_sizes(folder))
    seat = f" for the seat `{policy['seat']}`" if "seat" in policy else ""
    world = f" of the world `{policy['world']}`" if "world" in policy else ""
    said = f"A causal language model ({config.get('model_type', 'unknown architecture')}, {size:,} parameters){seat}"
    said += f"{world}, after {policy.get('version', 'an unknown number of')} updates."
    return f"{said} It was trained with Coterie in the run *{title or folder.parent.name}*."


def _sizes(folder: Path) -> list[int]:
    from safetensors import safe_open

    sizes = []
    for path in sorted(folder.glob("model*.safetensors")):
        with safe_open(path, framework="numpy") as weights:
            for name in weights.keys():  # noqa: SIM118  # not a mapping
                size = 1
                for side in weights.get_slice(name).get_shape():
                    size *= side
                sizes.append(size)
    return sizes


def _opening(policy: dict[str, Json]) -> str:
    world, seat = policy.get("world", "WORLD").partition("-v")[0], policy.get("seat", policy.get("policy", "SEAT"))
    words = (
        "It speaks the bare words of its world: what is heard and seen, and `act` or `say`."
        if policy.get("codec") == "compact"
        else "It speaks through its chat template and answers with one JSON object."
    )
    return (
        f"{words}\n\n```python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        'model = AutoModelForCausalLM.from_pretrained("FOLDER")\n'
        'tokenizer = AutoTokenizer.from_pretrained("FOLDER")\n```\n\n'
        f"```console\ncoterie evaluate {world} --seat {seat}=FOLDER\ncoterie serve {world} --seat {seat}=FOLDER\n```"
    )


def _data(runs: list[Path], records: list[RunRecord]) -> str:
    told = [record.config.summary for record in records if record.config and record.config.summary][:1]
    rows = []
    for path in sorted((runs[0] / "episodes").glob("demonstrations*")):
        rows.append(f"- {sum(1 for _ in read_episodes(path)):,} demonstrations in `{path.name}`")
    for stage, lines in _stages(runs[0]).items():
        played = sum(int(line.get("episodes", 0)) for line in lines)
        updates = max(int(line.get("iteration", 0)) for line in lines)
        episodes = f", {played:,} episodes played" if played else ""
        rows.append(f"- stage `{stage}`: {updates:,} iterations{episodes}")
    config = records[0].config
    settings = json.dumps(config.settings if config else {}, sort_keys=True)
    rows.append(f"- settings: `{settings}`")
    return "\n\n".join([*told, "\n".join(rows)])


def _stages(run: Path) -> dict[str, list[dict[str, Json]]]:
    stages: dict[str, list[dict[str, Json]]] = {}
    path = run / "metrics.jsonl"
    for line in path.read_bytes().splitlines() if path.exists() else []:
        content = msgspec.json.decode(line)
        stages.setdefault(str(content.get("stage", "training")), []).append(content)
    return stages


def _worth(records: list[RunRecord]) -> str:
    evaluation = _evaluation(records)
    if evaluation is None or not evaluation.arms:
        return "The run holds no evaluation: **nothing is known of what this model is worth.**"
    lines = ["| team | measure | value | 95 % interval | episodes |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(arm, name, measure) for arm in evaluation.arms for name, measure in arm.measures.items()]
    return (
        "Teams in which the models of this run sat, and those that they must be compared with, on the episodes of the "
        "run's evaluation:\n\n" + "\n".join(lines)
    )


def _row(arm: Arm, name: str, measure: Measure) -> str:
    team = f"{arm.name}{'' if arm.seed is None else f', seed {arm.seed}'}"
    if measure.value is None:
        return f"| {team} | {name} | missing: {measure.missing} | | {measure.count} |"
    value = f"{number(name, measure.value)} {unit_of(name)}".strip()
    return f"| {team} | {name} | {value} | {spread(name, measure) or 'none'} | {measure.count} |"


def _evaluation(records: list[RunRecord]) -> Evaluation | None:
    return next((record.evaluation for record in records if record.evaluation), None)


def _limits(policy: dict[str, Json], records: list[RunRecord]) -> str:
    world = f"`{policy['world']}`" if "world" in policy else "the world of its run"
    limits = [
        f"It knows {world} with the settings above, beside the partners it met; nothing is known of it elsewhere.",
        "The intervals speak of other episodes of these same models. How much another training would differ is seen "
        "only where several seeds are listed.",
    ]
    if policy.get("codec") == "compact":
        limits.append("It understands no words but those of its training, and is no assistant.")
    for record in records:
        if (
            record.evaluation
            and record.evaluation.cross_play
            and (said := cross_play_says(record.evaluation.cross_play))
        ):
            limits.append(said)
            break
    limits.append("Nobody has examined it for harmful words beyond what its world lets it say.")
    return "\n".join(f"- {limit}" for limit in limits)


def _licence(licence: str) -> str:
    if licence:
        return f"The weights: {licence}. If it was trained from another model, that model's licence holds as well."
    return "None was stated for these weights. If it was trained from another model, that model's licence holds."


def _versions(records: list[RunRecord]) -> str:
    versions = records[0].config.versions if records[0].config else {}
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items())) or "The run does not say."
