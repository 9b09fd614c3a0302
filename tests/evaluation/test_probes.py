"""What probes compute, by hand where it can be, and what they refuse."""

import asyncio
import math

import pytest

from coterie.agents import Expert, Language, Random, Scripted
from coterie.core import Action, ConfigError, Utterance
from coterie.evaluation.compare import paired
from coterie.evaluation.probes import (
    Arm,
    OneMind,
    Reworded,
    Rewording,
    Silent,
    Synonyms,
    Trial,
    adaptation,
    coordination_deficit,
    cross_play,
    efficiency,
    focal_score,
    listening,
    play_arms,
    policy_swap,
    probe,
    read_findings,
    shapley,
    value_of_talking,
    write_findings,
)
from coterie.evaluation.probes.choices import Chooser, divergence
from coterie.evaluation.report.heat_map import heat_map
from coterie.policies import CompactCodec, FakePolicy, TabularPolicy
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.rollout import gather

ITEMS, WORDS = ("circle", "square", "star"), ("ba", "do", "fi")


def team(shift):
    """A team of the reference game with a code of its own."""
    code = dict(zip(ITEMS, WORDS[shift:] + WORDS[:shift], strict=True))
    meaning = {word: item for item, word in code.items()}
    speaker = Scripted(
        lambda seed: lambda seen: Action(say=(Utterance(code[seen.data["target"]]),)), f"speaker {shift}"
    )
    listener = Scripted(
        lambda seed: lambda seen: Action(meaning[seen.heard[-1].text] if seen.heard else "circle"), f"listener {shift}"
    )
    return {"speaker": speaker, "listener": listener}


# ---- arms -----------------------------------------------------------------------------------------------------------


def test_arms_play_the_same_seeds_and_are_kept_and_not_played_again(tmp_path):
    class Counting:
        name, joined = "counting", 0

        def join(self, environment, agent, seed):
            Counting.joined += 1
            return Random().join(environment, agent, seed)

    arms = [Arm("random", {"speaker": Counting(), "listener": Random()}), Arm("expert", team(0))]
    first = play_arms("reference_game", arms, [3, 1, 2], folder=tmp_path)
    assert Counting.joined == 3
    assert [[each.seed for each in first[name]] for name in ("random", "expert")] == [[3, 1, 2], [3, 1, 2]]
    assert play_arms("reference_game", arms, [3, 1, 2], folder=tmp_path) == first
    assert Counting.joined == 3
    assert paired("success", first["random"], first["expert"]).change.count == 3


def test_arms_of_one_name_are_refused():
    with pytest.raises(ConfigError, match="names differ"):
        play_arms("reference_game", [Arm("a", team(0)), Arm("a", team(1))], [1])


# ---- distributions and influence ------------------------------------------------------------------------------------


def test_the_divergence_agrees_with_scipy():
    import numpy as np
    from scipy.spatial.distance import jensenshannon

    luck = np.random.default_rng(0)
    for _ in range(50):
        p, q = luck.dirichlet([0.5] * 5), luck.dirichlet([0.5] * 5)
        ours = divergence(dict(enumerate(p)), dict(enumerate(q)))
        assert ours == pytest.approx(jensenshannon(p, q, base=2) ** 2, abs=1e-12)
        # Causal influence of communication: what a message, drawn fairly of the two, and the move have in common.
        joint = np.stack([p, q]) / 2
        terms = joint * np.log2(joint / (joint.sum(1, keepdims=True) * joint.sum(0)))
        assert ours == pytest.approx(terms.sum(), abs=1e-9)


def chosen(mind, episode, seat, samples=16):
    """The distribution at every choice of a seat in an episode, and the turn."""
    from coterie.environments import make

    world = make(episode.environment.removesuffix("-v1"), **episode.options)
    turns = episode.turns_of(seat)
    for place, turn in enumerate(turns):
        if turn.observation.spec.move is not None:
            asking = Chooser(world, mind, episode, seat, samples).choose(turns[: place + 1])
            yield asyncio.run(asking), turn


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_a_local_model_is_asked_exactly_what_it_would_have_sampled(temperature):
    words = "you they cooperate defect paid left right rounds pay both only other other act 0 1 2 3 4 5 6 7 8 9"
    tokenizer = small_tokenizer([words])
    model = small_model(len(tokenizer), hidden=32, context=512, seed=5)
    policy = LocalPolicy(model, tokenizer, "small", tokens_per_word=1).at(temperature)
    mind = Language(policy, CompactCodec())
    (episode,) = gather("iterated_dilemma", {"left": mind, "right": Random()}, [3])
    found = list(chosen(mind, episode, "left"))
    assert len(found) == 5
    for weights, turn in found:
        (sample,) = turn.samples
        assert math.fsum(weights.values()) == pytest.approx(1)
        assert math.log(weights[turn.action.move]) == pytest.approx(sum(sample.log_probs), abs=1e-4)


def test_greedy_decoding_is_certain():
    tokenizer = small_tokenizer(["cooperate defect act pay both only you other rounds"])
    policy = LocalPolicy(small_model(len(tokenizer), hidden=32, context=512, seed=5), tokenizer, "small").at(0)
    mind = Language(policy, CompactCodec())
    (episode,) = gather("iterated_dilemma", {"left": mind, "right": Random()}, [3])
    assert all(weights[turn.action.move] == 1 for weights, turn in chosen(mind, episode, "left"))


@pytest.mark.parametrize("mode", ["values", "preferences"])
def test_a_table_tells_its_probabilities_with_its_memory(mode):
    policy = TabularPolicy(mode=mode, epsilon=0.2, memory=True)
    mind = Language(policy, CompactCodec())
    (episode,) = gather("iterated_dilemma", {"left": mind, "right": Random()}, [3])
    last = episode.turns_of("left")[-1]
    policy.table[last.samples[0].key] = {"cooperate": 1.0, "defect": 0.0}
    *_, (weights, _) = chosen(mind, episode, "left")
    expected = 0.9 if mode == "values" else math.e / (1 + math.e)
    assert weights == pytest.approx({"cooperate": expected, "defect": 1 - expected})


def test_what_tells_no_probabilities_is_asked_many_times():
    policy = FakePolicy(["circle", "square"], draw=True)
    mind = Language(policy, CompactCodec())
    (episode,) = gather("reference_game", {"speaker": Expert(), "listener": mind}, [3])
    ((weights, _),) = chosen(mind, episode, "listener", samples=200)
    assert weights["circle"] == pytest.approx(0.5, abs=0.12)
    assert set(weights) == {"circle", "square"}


def test_a_paraphrase_that_is_understood_changes_nothing_and_one_that_is_not_does():
    understands = dict(zip((*WORDS, "mo"), (*ITEMS, "circle"), strict=True))
    listener = Scripted(
        lambda seed: lambda seen: Action(understands.get(seen.heard[-1].text, "star") if seen.heard else "star")
    )
    seats = {"speaker": Expert(), "listener": listener}
    trial = Trial("reference_game", range(20))
    assert listening(trial, seats, paraphrase=Synonyms({"ba": "mo"})).measures["paraphrase"].value == 0
    assert listening(trial, seats, paraphrase=Synonyms({"ba": "xx"})).measures["paraphrase"].value > 0


def test_the_influence_of_each_message_is_told():
    found = listening(Trial("reference_game", range(10)), team(0))
    assert len(found.influences) == 10
    assert {each.speaker for each in found.influences} == {"speaker"}
    assert all(each.another in (0, 1) and each.itself == 0 for each in found.influences)
    assert found.measures["another"].value == sum(each.another for each in found.influences) / 10


# ---- teams ----------------------------------------------------------------------------------------------------------


def test_the_return_on_words_is_the_gain_over_what_was_said():
    found = value_of_talking(Trial("reference_game", range(30)), team(0))
    gain = found.measures["value of talking"].value
    assert found.measures["words an episode"].value == 1
    assert found.measures["return on 1000 words"].value == pytest.approx(1000 * gain)


def test_shapley_shares_sum_to_what_the_team_adds_and_are_even_where_all_are_needed():
    found = shapley(Trial("study_group", range(8)), dict.fromkeys(("ann", "ben", "cleo"), Expert()))
    shares = [found.measures[f"share of {seat}"].value for seat in ("ann", "ben", "cleo")]
    assert shares == pytest.approx([1 / 3] * 3)
    assert found.measures["team beyond nobody"].value == pytest.approx(sum(shares))


def test_more_than_five_seats_are_not_played_out():
    with pytest.raises(ConfigError, match="64 coalitions"):
        shapley(Trial("hidden_roles", [1], {"players": 6}), dict.fromkeys("abcdef", Expert()))


def test_cross_play_by_hand():
    found = cross_play(Trial("reference_game", range(30)), {"a": team(0), "b": team(1), "c": team(0)})
    assert found.measures["self-play"].value == 1
    assert found.measures["cross-play"].value == pytest.approx(1 / 3)
    assert found.measures["gap"].value == pytest.approx(2 / 3)
    assert [[cell.value for cell in row] for row in found.cross_play.measures] == [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    assert found.measures["worst partner of a"].value == 0


def test_strangers_of_the_same_recipe_stand_apart_from_those_of_another():
    teams = {"shifted/1": team(1), "shifted/2": team(1), "plain/1": team(0), "own": team(1)}
    found = cross_play(Trial("reference_game", range(30)), teams)
    # Of 12 pairs of strangers 2 share a recipe and its code, 6 are of one code by luck, 6 meet the plain code.
    assert found.measures["cross-play, same recipe"].value == 1
    assert found.measures["gap, same recipe"].value == 0
    assert found.measures["cross-play, other recipe"].value == pytest.approx(4 / 10)
    assert found.measures["gap, other recipe"].value == pytest.approx(6 / 10)
    assert found.measures["cross-play"].value == pytest.approx(6 / 12)
    drawn = str(heat_map(found.cross_play))
    assert (drawn.count(" own"), drawn.count(" kin")) == (4, 2)
    lone = cross_play(Trial("reference_game", range(6)), {"a/1": team(0), "b/1": team(1)})
    assert lone.measures["gap, same recipe"].missing == "there are no strangers of the same recipe"
    assert "dashed" not in str(heat_map(lone.cross_play))


def test_cross_play_with_three_seats_tries_each_seat():
    teams = {name: dict.fromkeys(("ann", "ben", "cleo"), Expert()) for name in "xy"}
    teams["z"] = dict.fromkeys(("ann", "ben", "cleo"), Silent())
    found = cross_play(Trial("study_group", range(6)), teams)
    assert [[cell.value for cell in row] for row in found.cross_play.measures] == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]


def test_roles_that_were_learned_are_lost_by_a_swap():
    both = {
        "first": FakePolicy(lambda prompt, spec: "bet" if "bet" in spec.move.options else "pass"),
        "second": FakePolicy(lambda prompt, spec: "pass"),
    }
    minds = {seat: Language(policy, CompactCodec()) for seat, policy in both.items()}
    trial = Trial("kuhn_poker", range(40))
    found = policy_swap(trial, minds, "mean_return/first")
    assert found.measures["team"].value == 1  # the other always folds
    assert found.measures["lost, first with second"].value == 2
    assert found.verdicts == {"roles are learned": True}
    twins = {seat: Language(FakePolicy(lambda prompt, spec: "pass"), CompactCodec()) for seat in minds}
    assert policy_swap(trial, twins, "mean_return/first").verdicts == {"roles are learned": False}
    assert policy_swap(trial, dict.fromkeys(minds, minds["first"]), "mean_return/first").verdicts == {}


def test_one_mind_in_all_seats_needs_no_words():
    class Knowing:
        """Remembers the item that it saw as speaker when it listens."""

        name = "knowing"

        def join(self, environment, agent, seed):
            memory = {}

            def act(seen):
                memory.update(target=seen.data.get("target", memory.get("target")))
                assert seen.text.startswith(("as speaker :", "as listener :"))
                return Action(say=(Utterance("ba"),)) if seen.spec.speech else Action(memory["target"])

            return Scripted(lambda seed: act).join(environment, agent, seed)

    wordless = {"speaker": Scripted(lambda seed: lambda seen: Action(say=(Utterance("ba"),))), "listener": Expert()}
    found = coordination_deficit(
        Trial("reference_game", range(30)), wordless, dict.fromkeys(("speaker", "listener"), OneMind(Knowing()))
    )
    assert found.measures["one_mind"].value == 1
    assert found.measures["coordination deficit"].value == pytest.approx(1 - found.measures["team"].value)
    assert found.verdicts == {"coordination costs": True}


def test_efficiency_by_hand():
    """Solos take 8 and 12 steps, teams 4 and 12: improvement 0.5 and 0, parallel efficiency 20 / (2 * 16)."""
    from coterie.core import Ending, Environment, Event, Observation, Step
    from coterie.core.action import ActionSpec, Choice

    class Timed(Environment):
        id, agents = "timed-v1", ("a", "b")

        def begin(self):
            return Step({seat: Observation(ActionSpec(Choice(("work", "wait")))) for seat in self.agents})

        def advance(self, actions):
            working = sum(action.move == "work" for action in actions.values())
            steps = {1: (8, 12), 2: (4, 12)}[working][self.seed]
            outcome = Event("outcome", None, {"success": True, "steps": steps})
            return Step(endings=dict.fromkeys(self.agents, Ending("terminated", "done")), events=(outcome,))

    worker = Scripted(lambda seed: lambda seen: Action("work"))
    found = efficiency(Trial(Timed, [0, 1]), {"a": worker, "b": worker})
    assert found.measures["efficiency improvement"].value == pytest.approx(0.25)
    assert found.measures["parallel efficiency"].value == pytest.approx(20 / 32)
    assert found.measures["1 - L_team / L_solo"].value == pytest.approx(1 - 16 / 20)


def test_the_focal_score_is_1_for_experts_0_for_random_and_missing_for_other_options():
    trial = Trial("reference_game", range(300))
    experts = focal_score(trial, {"speaker": Expert(), "listener": Expert()}, ["speaker"])
    randoms = focal_score(trial, {"speaker": Random(), "listener": Random()}, ["speaker"])
    assert experts.measures["focal score"].value == pytest.approx(1)
    assert abs(randoms.measures["focal score"].value) < 0.12
    other = focal_score(
        Trial("reference_game", [1], {"items": 5, "words": 5}), {"speaker": Expert(), "listener": Expert()}, ["speaker"]
    )
    assert other.measures["focal score"].missing == "the stored references are for other options of the world"


def test_who_remembers_from_episode_to_episode_adapts():
    class Learning:
        """Understands from its thirteenth episode on."""

        name, episodes = "learning", 0

        def join(self, environment, agent, seed):
            self.episodes += 1
            return (Expert() if self.episodes > 12 else Silent()).join(environment, agent, seed)

    found = adaptation(Trial("reference_game", range(24)), {"speaker": Expert(), "listener": Learning()})
    assert found.measures["slope"].low > 0
    assert found.verdicts == {"it adapts": True}
    steady = adaptation(Trial("reference_game", range(24)), team(0))
    assert steady.measures["slope"].value == 0
    assert steady.verdicts == {"it adapts": False}


# ---- other words ----------------------------------------------------------------------------------------------------


def test_renamed_words_go_both_ways_and_the_world_does_not_know():
    seen_names, rewording = [], Rewording({"circle": "zircle", "ba": "blip", "listener": "emily"})

    def watching(seed):
        def act(seen):
            seen_names.append((seen.text, tuple(each.text for each in seen.heard), seen.spec))
            if seen.spec.speech:
                return Action(say=(Utterance("blip"),))
            return Action("zircle")

        return act

    mind = Reworded(Scripted(watching), rewording)
    episodes = list(gather("reference_game", {"speaker": mind, "listener": mind}, range(10)))
    assert all(each.messages[0].text == "ba" and each.turns[1].action.move == "circle" for each in episodes)
    assert all("circle" not in text.split() for text, _, _ in seen_names)
    assert seen_names[1][1] == ("blip",)
    assert seen_names[1][2].move.options[0] == "zircle"


def test_a_language_model_reads_and_writes_the_other_words():
    asked = []

    def answer(prompt, spec):
        asked.append(prompt[0].content)
        return "blip" if spec.speech else "zircle"

    mind = Reworded(Language(FakePolicy(answer), CompactCodec()), Rewording({"circle": "zircle", "ba": "blip"}))
    (episode,) = gather("reference_game", {"speaker": mind, "listener": mind}, [1])
    assert "blip" in asked[1]
    assert episode.turns[1].action.move == "circle"


def test_words_that_become_one_have_no_way_back():
    with pytest.raises(ConfigError, match="same one"):
        Rewording({"ann": "emily", "bob": "emily"})


# ---- by name --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["talk", "listening", "lazy_agents", "policy_swap", "shapley", "deception", "leakage"])
def test_every_probe_prints_and_is_kept(tmp_path, name):
    found = probe(name, Trial("study_group", range(4)), dict.fromkeys(("ann", "ben", "cleo"), Expert()))
    assert found.probe == name
    assert "study_group-v1" in str(found)
    assert found.table().row_count == len(found.measures)
    write_findings(tmp_path, [found])
    assert read_findings(tmp_path) == [found]


@pytest.mark.parametrize("name", ["focal_score", "contagion:ben", "instruction_decay:ben", "refusals"])
def test_probes_of_one_seat_print(name):
    found = probe(name, Trial("study_group", range(4)), dict.fromkeys(("ann", "ben", "cleo"), Random()))
    assert str(found)


def test_an_unknown_probe_is_refused_with_the_names_of_all():
    with pytest.raises(ConfigError, match="there are talk, listening"):
        probe("charm", Trial("study_group", [1]), {})
    with pytest.raises(ConfigError, match="no seat is called 'eve'"):
        probe("refusals:eve", Trial("study_group", [1]), {"ann": Random()})
