"""The torch learner sees what the sampler saw, trains own tokens only, and survives being put away."""

import pytest
import torch

from coterie.agents import Language
from coterie.algorithms import PPO, Imitation, Reinforce
from coterie.learners.batch import collate, sequences
from coterie.learners.torch import TorchLearner
from coterie.policies.codecs import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.policies.local.saved import plain
from coterie.rollout import gather
from coterie.rollout.transcribe import transcribe

WORDS = (
    "map destination parcel courier lookout at blocked nothing says act say wall north south east west pick drop wait"
)
OPTIONS = {"size": 3, "maps": "train"}


def team(temperature=1.0, value=False, wrap=lambda model: model, **settings):
    tokenizer = small_tokenizer([WORDS, " ".join(f"c{k} r{k}" for k in range(5))])
    policies, learners = {}, {}
    for index, seat in enumerate(("lookout", "courier")):
        model = wrap(small_model(len(tokenizer), hidden=32, seed=index))
        head = torch.nn.Linear(32, 1) if value else None
        policies[seat] = LocalPolicy(
            plain(model), tokenizer, seat, value_head=head, temperature=temperature, tokens_per_word=1
        )
        learners[seat] = TorchLearner(
            model, tokenizer, seat, policies[seat].publish, value_head=head, temperature=temperature, **settings
        )
    return policies, learners


def episodes(policies, count=12, first=0):
    minds = {seat: Language(policy, CompactCodec()) for seat, policy in policies.items()}
    played = gather("lookout", minds, range(first, first + count), options=OPTIONS)
    return sorted(played, key=lambda episode: episode.seed)


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_learner_agrees_with_the_sampler_on_every_log_probability(temperature):
    policies, learners = team(temperature)
    played = episodes(policies)
    credit = Reinforce().credit(played)
    for seat, learner in learners.items():
        lines = sequences(played, credit, seat)
        batch = collate(lines, torch.device("cpu"))
        tokens = learner.measure(batch)
        assert len(tokens.log_probs_N) == sum(
            len(sample.token_ids) for each in played for turn in each.turns_of(seat) for sample in turn.samples
        )
        assert (tokens.log_probs_N - tokens.old_log_probs_N).abs().max() < 1e-4


def test_they_still_agree_after_an_update_was_published():
    policies, learners = team(learning_rate=1e-2)
    played = episodes(policies)
    for learner in learners.values():
        learner.update(played, Reinforce().credit(played), Reinforce())
    assert {policy.version for policy in policies.values()} == {1}
    again = episodes(policies, first=100)
    credit = Reinforce().credit(again)
    for seat, learner in learners.items():
        tokens = learner.measure(collate(sequences(again, credit, seat), torch.device("cpu")))
        assert (tokens.log_probs_N - tokens.old_log_probs_N).abs().max() < 1e-4


def test_only_tokens_that_the_seat_sampled_itself_train():
    policies, _ = team()
    played = episodes(policies)
    credit = Reinforce().credit(played)
    for seat in policies:
        lines = sequences(played, credit, seat)
        for line, episode in zip(lines, played, strict=True):
            samples = [sample for turn in episode.turns_of(seat) for sample in turn.samples]
            assert [line.ids[place] for place in line.own] == [t for sample in samples for t in sample.token_ids]
            whole = [t for sample in samples for t in (*sample.prompt_ids, *sample.token_ids)]
            assert line.ids == whole


def test_values_recorded_by_the_sampler_are_those_of_the_learner():
    policies, learners = team(value=True)
    played = episodes(policies)
    credit = PPO().credit(played)
    for seat, learner in learners.items():
        tokens = learner.measure(collate(sequences(played, credit, seat), torch.device("cpu")))
        recorded = [turn.samples[0].value for each in played for turn in each.turns_of(seat)]
        assert torch.allclose(tokens.values_D, torch.tensor(recorded), atol=1e-4)


def test_a_learner_put_away_and_taken_out_goes_on_as_if_nothing_had_happened(tmp_path):
    def one_more(policies, learners, first):
        played = episodes(policies, first=first)
        return [learner.update(played, Reinforce().credit(played), Reinforce()) for learner in learners.values()]

    policies, learners = team()
    one_more(policies, learners, 0)
    for seat, learner in learners.items():
        learner.save(str(tmp_path / seat))
    straight = one_more(policies, learners, 50)
    fresh_policies, fresh = team()
    for seat, learner in fresh.items():
        learner.load(str(tmp_path / seat))
    assert one_more(fresh_policies, fresh, 50) == straight


def test_plain_transformers_opens_what_was_saved(tmp_path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    _, learners = team()
    learners["courier"].save(str(tmp_path))
    model = AutoModelForCausalLM.from_pretrained(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    ids = torch.tensor([tokenizer.encode("at c0 r1 blocked north act")])
    assert torch.allclose(model(ids).logits, learners["courier"].model(ids).logits, atol=1e-6)
    opened = LocalPolicy.from_pretrained(tmp_path)
    assert opened.name == "courier"


def test_lora_trains_the_adapter_only_and_the_sampler_gets_the_merged_weights():
    from peft import LoraConfig, get_peft_model

    def wrap(model):
        return get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False))

    policies, learners = team(wrap=wrap, learning_rate=1e-2)
    for seat, learner in learners.items():
        frozen = {name: each.clone() for name, each in learner.model.named_parameters() if not each.requires_grad}
        played = episodes(policies)
        learner.update(played, Reinforce().credit(played), Reinforce())
        for name, each in learner.model.named_parameters():
            if name in frozen:
                assert torch.equal(each, frozen[name]), name
        again = episodes(policies, first=60)
        tokens = learner.measure(collate(sequences(again, Reinforce().credit(again), seat), torch.device("cpu")))
        assert (tokens.log_probs_N - tokens.old_log_probs_N).abs().max() < 1e-4


def test_imitation_makes_demonstrations_likelier():
    from coterie.agents import Expert

    policies, learners = team(learning_rate=4e-3, minibatch=16)
    shown = list(gather("lookout", {"lookout": Expert(), "courier": Expert()}, range(64), options=OPTIONS))
    policy, learner = policies["courier"], learners["courier"]
    learned = list(transcribe(shown, "courier", CompactCodec(), policy.encode, policy.stop_id, "courier"))
    losses = [learner.update(learned, Imitation().credit(learned), Imitation())["loss"] for _ in range(6)]
    assert losses[-1] < 0.5 * losses[0]
