"""A language model as a module of RLlib says what our own policies say, learns, and comes back as a model."""

import asyncio
import copy
from itertools import islice

import numpy as np
import pytest
import torch
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.rl_module import RLModule
from rllib_models import letters, save, words
from transformers import AutoModelForCausalLM, Gemma2Config, Gemma2ForCausalLM, GPT2Config, GPT2LMHeadModel

from coterie.adapters.rllib import CoterieEnv, LanguageModule, LanguageQModule, Trained
from coterie.adapters.rllib.scoring import ILLEGAL, Scorer
from coterie.agents import Expert, Language
from coterie.core import ConfigError, PolicyError, Sample
from coterie.environments import make
from coterie.learners.torch import TorchLearner
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model
from coterie.policies.local.saved import VALUE_HEAD
from coterie.policies.local.values import ValuePolicy
from coterie.rollout import gather
from coterie.rollout.transcribe import transcribe
from coterie.testing import check_agent
from coterie.training import Lesson, Run, imitate

pytestmark = pytest.mark.usefixtures("one_thread")

CODEC = CompactCodec()
WORLDS = {
    "lookout": {"size": 2, "minds": {"lookout": "expert"}},
    "reference_game": {"rounds": 2},
    "kuhn_poker": {},
    "twenty_questions": {},
}
SIZES = {"tokens": 440, "answers": 64, "answer_tokens": 40}


def gpt2(size):
    return GPT2LMHeadModel(GPT2Config(vocab_size=size, n_positions=512, n_embd=32, n_layer=2, n_head=2))


def gemma2(size):
    """Its logits are capped: more than an output layer over the last hidden state."""
    config = Gemma2Config(
        vocab_size=size,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=16,
        final_logit_softcapping=2.0,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=0,
        attn_implementation="eager",
    )
    return Gemma2ForCausalLM(config)


KINDS = {"llama": lambda size: small_model(size, hidden=32, context=512), "gpt2": gpt2, "gemma2": gemma2}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Every kind of model with random weights, a random value head and a tokenizer that can write everything."""
    torch.manual_seed(0)
    made = {}
    for kind, create in KINDS.items():
        made[kind] = tmp_path_factory.mktemp(kind)
        tokenizer = letters()
        model = create(len(tokenizer))
        with torch.no_grad():
            for each in model.parameters():  # sharper than at birth, so that a wrong token shows
                each.mul_(2.0)
        save(made[kind], model, tokenizer, torch.nn.Linear(32, 1))
    return made


def module_of(folder, world, kind=LanguageModule, **settings):
    return kind(
        observation_space=next(iter(world.observation_spaces.values())),
        action_space=next(iter(world.action_spaces.values())),
        model_config={"model": str(folder), **settings},
    )


def batch_of(*views):
    return {Columns.OBS: {name: torch.tensor(np.stack([view[name] for view in views])) for name in views[0]}}


def told(folder, id, seeds, first=0):
    """Plays with random answers; yields every view, with what our own policy says of it: probabilities and value."""
    policy = LocalPolicy.from_pretrained(folder)
    world = CoterieEnv({"world": id, "view": "tokens", "model": str(folder), **SIZES, **WORLDS[id]})
    luck = np.random.default_rng(0)
    for seed in range(first, first + seeds):
        views, _ = world.reset(seed=seed)
        past = {seat: [] for seat in world.agents}
        while not world.seats.over and all(view["text"][-1] < 0 for view in views.values()):
            answers = {}
            for seat, view in views.items():
                seen, now = world.told.observations[seat], world.seats.readings[seat].now
                (prompt, spec), *_ = CODEC.parts(seen)
                answers[seat] = int(luck.integers(len(now.actions)))
                reply = CODEC.replies(now.actions[answers[seat]], seen.spec)[0]
                yield world, view, now, weighed(policy, past[seat], prompt, spec)
                past[seat].append((prompt, Sample(reply)))
            views, *_ = world.step(answers)


def weighed(policy, past, prompt, spec):
    """What a conversation with this past says of the options; None where the turn is for a word."""
    conversation, again = policy.open(0), policy.open(0)
    for told_before in past:
        conversation.recall(*told_before)
        again.recall(*told_before)
    weights = asyncio.run(conversation.weigh(prompt, spec)) if spec.move is not None else None
    value = asyncio.run(again.sample(prompt, spec)).value
    conversation.close()
    again.close()
    return weights, value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("id", WORLDS)
def test_a_module_gives_legal_answers_the_probabilities_that_our_policies_give_them(kind, id, folders):
    found = list(islice(told(folders[kind], id, seeds=3), 10))
    module = module_of(folders[kind], found[0][0])
    batch = batch_of(*(view for _, view, _, _ in found))
    acting = module.forward_inference(batch)[Columns.ACTION_DIST_INPUTS]
    exploring = module.forward_exploration(batch, t=5)[Columns.ACTION_DIST_INPUTS]
    training = module.forward_train(batch)
    assert torch.allclose(acting, exploring, atol=1e-5)
    assert torch.allclose(acting, training[Columns.ACTION_DIST_INPUTS], atol=1e-4)
    values = module.compute_values(batch, embeddings=training[Columns.EMBEDDINGS])
    assert torch.allclose(values, module.compute_values(batch), atol=1e-4)
    compared = 0
    for row, (_, _, now, (weights, value)) in enumerate(found):
        legal = len(now.actions)
        assert acting[row, legal:].eq(ILLEGAL).all()
        assert acting[row, :legal].exp().sum().item() == pytest.approx(1.0, abs=1e-4)
        assert values[row].item() == pytest.approx(value, abs=1e-4)
        if weights is not None:
            ours = np.log([weights[str(action.move)] for action in now.actions])
            assert acting[row, :legal].numpy() == pytest.approx(ours, abs=1e-4)
            compared += 1
    assert compared
    assert acting[acting > ILLEGAL].std() > 0.05  # they do differ


def test_a_word_is_as_likely_as_our_policy_says_it(folders):
    """Where one word of a vocabulary is asked for, the record of what was sampled holds its log-probability."""
    policy = LocalPolicy.from_pretrained(folders["llama"])
    world = CoterieEnv({"world": "reference_game", "view": "tokens", "model": str(folders["llama"]), **SIZES})
    module = module_of(folders["llama"], world)
    minds = dict.fromkeys(world.agents, Language(policy, CODEC))
    for episode in gather("reference_game", minds, range(5)):
        views, _ = world.reset(seed=episode.seed)
        for turn in episode.turns:
            logits = module.forward_inference(batch_of(views[turn.agent]))[Columns.ACTION_DIST_INPUTS][0]
            number = world.seats.readings[turn.agent].now.actions.index(turn.action)
            assert logits[number].item() == pytest.approx(sum(turn.samples[0].log_probs), abs=1e-4)
            views, *_ = world.step({turn.agent: number})


def test_an_answer_of_several_parts_has_the_probability_of_its_parts(folders):
    """Of the letters of the questions between the parts nothing depends: they are no choice."""
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folders["llama"]), letters()
    scorer = Scorer(model, torch.nn.Linear(32, 1))
    encode, stop = tokenizer.encode, tokenizer.eos_token_id
    paths = [[*encode(one), stop, *encode("say"), *encode(two), stop] for one in ("up", "us") for two in ("a", "b", "")]
    rows = torch.full((1, 6, 12), -1)
    for number, path in enumerate(paths):
        rows[0, number, : len(path)] = torch.tensor(path)
    text = torch.tensor([[*encode("dark act"), -1, -1]])
    log_probs = scorer(text, rows)[0][0]

    def step(before, among):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([[*encode("dark act"), *before]])).logits[0, -1]
        return dict(zip(among, torch.log_softmax(logits[among], 0).tolist(), strict=True))

    (u, p), (_, s) = encode("up"), encode("us")
    for number, path in enumerate(paths):
        one = step([u], [p, s])[path[1]]
        two = step(path[: 3 + len("say")], [*encode("a"), *encode("b"), stop])[path[3 + len("say")]]
        assert log_probs[number].item() == pytest.approx(one + two, abs=1e-4)


def test_a_text_is_read_alike_alone_and_in_company(folders):
    found = [(world, view) for world, view, _, _ in islice(told(folders["llama"], "lookout", seeds=2), 6)]
    module = module_of(folders["llama"], found[0][0])
    empty = {"text": np.full_like(found[0][1]["text"], -1), "answers": np.full_like(found[0][1]["answers"], -1)}
    views = [*(view for _, view in found), empty]
    together = module.forward_train(batch_of(*views))
    for row, view in enumerate(views):
        alone = module.forward_train(batch_of(view))
        for name in (Columns.ACTION_DIST_INPUTS, Columns.EMBEDDINGS):
            assert torch.allclose(together[name][row], alone[name][0], atol=1e-4)
    assert together[Columns.ACTION_DIST_INPUTS][-1].eq(ILLEGAL).all()


def one_step(module, batch):
    """A step of gradient towards the first answer; returns what changed."""
    before = {name: each.detach().clone() for name, each in module.named_parameters()}
    optimizer = torch.optim.SGD([each for each in module.parameters() if each.requires_grad], lr=0.5)
    for _ in range(2):  # the second half of an adapter is zero until the first has moved
        told = module.forward_train(batch)
        (-told[Columns.ACTION_DIST_INPUTS][:, 0].mean() + (told[Columns.EMBEDDINGS] - 1.0).square().mean()).backward()
        optimizer.step()
        optimizer.zero_grad()
    return {name for name, each in module.named_parameters() if not torch.equal(each, before[name])}


@pytest.mark.parametrize("lora", [False, True, {"r": 2, "target_modules": ["q_proj"]}])
def test_what_was_learned_comes_back_as_a_folder_that_everything_opens(lora, folders, tmp_path):
    found = [(world, view) for world, view, _, _ in told(folders["llama"], "kuhn_poker", seeds=4)]
    world, batch = found[0][0], batch_of(*(view for _, view in found))
    module = module_of(folders["llama"], world, lora=lora)
    untrained = module.forward_inference(batch)[Columns.ACTION_DIST_INPUTS]
    assert torch.allclose(
        untrained, module_of(folders["llama"], world).forward_inference(batch)[Columns.ACTION_DIST_INPUTS], atol=1e-5
    )
    changed = one_step(module, batch)
    if lora:
        assert all("lora_" in name or "value_head" in name for name in changed)
    assert any("lora_" in name for name in changed) == bool(lora)
    assert any("value_head" in name for name in changed)
    trained = module.forward_inference(batch)[Columns.ACTION_DIST_INPUTS]
    assert not torch.allclose(trained, untrained, atol=1e-2)

    state = module.get_state()
    assert all(("lora_" in name or "value_head" in name) for name in state) == bool(lora)
    twin = module_of(folders["llama"], world, lora=lora)
    twin.set_state(state)
    assert torch.allclose(twin.forward_inference(batch)[Columns.ACTION_DIST_INPUTS], trained, atol=1e-6)

    module.save_to_path(str(tmp_path / "checkpoint"))
    opened = RLModule.from_checkpoint(str(tmp_path / "checkpoint"))
    assert torch.allclose(opened.forward_inference(batch)[Columns.ACTION_DIST_INPUTS], trained, atol=1e-6)

    module.save_pretrained(tmp_path / "pupil")
    again = module_of(tmp_path / "pupil", world).forward_train(batch)
    assert torch.allclose(again[Columns.ACTION_DIST_INPUTS], trained, atol=1e-4)
    assert torch.allclose(again[Columns.EMBEDDINGS], module.compute_values(batch), atol=1e-4)
    AutoModelForCausalLM.from_pretrained(tmp_path / "pupil")
    policy = LocalPolicy.from_pretrained(tmp_path / "pupil")
    assert policy.name == "pupil"
    assert (tmp_path / "pupil" / VALUE_HEAD).exists()


def test_weights_of_another_model_are_refused(folders):
    world = CoterieEnv({"world": "kuhn_poker", "view": "tokens", "model": str(folders["llama"])})
    one, other = module_of(folders["llama"], world), module_of(folders["gpt2"], world)
    with pytest.raises(ConfigError, match="weights of another model"):
        one.set_state(other.get_state())


def test_what_a_module_needs_is_named(folders, tmp_path):
    vectors = CoterieEnv({"world": "kuhn_poker"})
    with pytest.raises(ConfigError, match="expected tokens: view='tokens'"):
        module_of(folders["llama"], vectors)
    world = CoterieEnv({"world": "kuhn_poker", "view": "tokens", "model": str(folders["llama"])})
    with pytest.raises(ConfigError, match="no model is named"):
        module_of("", world)
    with pytest.raises(PolicyError, match="cannot open a model"):
        module_of(tmp_path, world)


def test_values_of_answers_are_those_of_our_value_policy(folders):
    found = list(told(folders["llama"], "kuhn_poker", seeds=6))
    world, batch = found[0][0], batch_of(*(view for _, view, _, _ in found))
    module = module_of(folders["llama"], world, LanguageQModule, scale=0.1, epsilon=0.5)
    values = module.compute_q_values(batch)["qf_preds"].detach()
    policy = ValuePolicy.from_pretrained(folders["llama"])
    minds = dict.fromkeys(world.agents, Language(policy, CODEC))
    for episode in gather("kuhn_poker", minds, range(3)):
        views, _ = world.reset(seed=episode.seed)
        for turn in episode.turns:
            (row,) = module.compute_q_values(batch_of(views[turn.agent]))["qf_preds"].tolist()
            now = world.seats.readings[turn.agent].now
            ours = [turn.samples[0].scores[action.move] for action in now.actions]
            assert row[: len(ours)] == pytest.approx(ours, abs=1e-4)
            views, *_ = world.step({turn.agent: now.actions.index(turn.action)})
    legal = torch.stack([torch.tensor(view["answers"][:, 0] >= 0) for _, view, _, _ in found])
    assert values[~legal].eq(ILLEGAL).all()
    assert torch.equal(module.forward_inference(batch)[Columns.ACTIONS], values.argmax(1))
    tries = torch.stack([module.forward_exploration(batch, t=0)[Columns.ACTIONS] for _ in range(200)])
    assert legal.gather(1, tries.T).all()
    assert (tries != values.argmax(1)).float().mean().item() == pytest.approx(0.25, abs=0.08)  # half of them at random


def test_a_game_that_was_cut_short_is_worth_its_value(folders):
    """Where nothing is legal any more the target is the value of the text, and not that of an illegal answer."""
    world, view, _, _ = next(told(folders["llama"], "lookout", seeds=1))
    module = module_of(folders["llama"], world, LanguageQModule)
    module.make_target_networks()
    over = {"text": view["text"], "answers": np.full_like(view["answers"], -1)}
    batch = {**batch_of(view), Columns.NEXT_OBS: batch_of(over)[Columns.OBS]}
    found = module.forward_train(batch)["qf_target_next_preds"]
    assert torch.allclose(found, module.compute_values(batch_of(over)).expand_as(found), atol=1e-5)


def test_a_target_network_stays_while_the_model_learns(folders):
    found = [(world, view) for world, view, _, _ in told(folders["llama"], "kuhn_poker", seeds=2)]
    batch = batch_of(*(view for _, view in found))
    module = module_of(folders["llama"], found[0][0], LanguageQModule)
    module.make_target_networks()
    before = copy.deepcopy(module.forward_target(batch)["qf_preds"])
    (module.compute_q_values(batch)["qf_preds"][:, 0] - 3.0).square().mean().backward()
    torch.optim.SGD(module.parameters(), lr=0.1).step()
    assert torch.equal(module.forward_target(batch)["qf_preds"], before)
    assert not torch.allclose(module.compute_q_values(batch)["qf_preds"], before)
    assert not any(name.startswith("target") for name in module.get_state(inference_only=True))


def test_weights_that_our_own_training_wrote_play_as_well_here(tmp_path):
    """A courier learned by imitation in a run of ours: from its checkpoint it plays here as it does there."""
    options = {"size": 2}
    team = {"lookout": Expert(), "courier": Expert()}
    shown = sorted(gather("lookout", team, range(60), options=options), key=lambda episode: episode.seed)
    tokenizer = words()
    model = small_model(len(tokenizer))
    policy = LocalPolicy(model, tokenizer, "courier", tokens_per_word=1)
    learner = TorchLearner(model, tokenizer, "courier", policy.publish, learning_rate=1e-2, minibatch=16)
    lessons = list(transcribe(shown, "courier", CODEC, policy.encode, policy.stop_id, "courier"))
    run = Run(tmp_path / "run", {"updates": 20}, "Courier", "A courier imitates the expert.")
    imitate(run, learner, lessons, Lesson(gate=2.0, updates=20, batch=16, check_every=20), lambda: 0.0, stage="courier")
    learner.save(str(tmp_path / "checkpoint"))

    view = {"view": "tokens", "tokens": 128, "answers": 8, "answer_tokens": 3, "model": str(tmp_path / "checkpoint")}
    world = CoterieEnv({"world": "lookout", **options, **view, "minds": {"lookout": "expert"}})
    here = Trained(module_of(tmp_path / "checkpoint", world), world.card("courier"), name="here")
    told = {}
    fresh = LocalPolicy(small_model(len(tokenizer)), tokenizer, "fresh").at(0)
    for courier in (here, Language(policy.at(0), CODEC), Language(fresh, CODEC)):
        played = gather("lookout", team | {"courier": courier}, range(1000, 1010), options=options)
        told[courier.name] = sorted(played, key=lambda episode: episode.seed)
    ours, theirs, untrained = ([[turn.action for turn in episode.turns] for episode in each] for each in told.values())
    assert ours == theirs != untrained


@pytest.mark.parametrize("greedy", [True, False])
def test_a_module_in_a_seat_keeps_the_contract(greedy, folders):
    world = CoterieEnv({"world": "kuhn_poker", "view": "tokens", "model": str(folders["llama"])})
    mind = Trained(module_of(folders["llama"], world), world.card("first"), greedy=greedy, name="pupil")
    check_agent(mind, lambda: make("kuhn_poker"), seats=("first", "second"), episodes=3)


def test_values_are_no_probabilities_to_draw_by(folders):
    world = CoterieEnv({"world": "kuhn_poker", "view": "tokens", "model": str(folders["llama"])})
    with pytest.raises(ConfigError, match="no probabilities; use greedy=True"):
        Trained(module_of(folders["llama"], world, LanguageQModule), world.card("first"), greedy=False)
