"""However sequences are cut into pieces, and whichever library multiplies, the same is measured and learned."""

import pytest
import torch
from torch.nn import functional

from coterie.learners import batch as batches
from coterie.learners.batch import Sequence, collate, measured, token_log_probs
from coterie.learners.products import OneDnnProducts
from coterie.learners.torch import TorchLearner
from coterie.policies.local import small_model, small_tokenizer

CPU = torch.device("cpu")


def lines():
    """Sequences of different lengths, some of whose tokens were drawn from few."""
    luck = torch.Generator().manual_seed(1)
    found = []
    for length in (30, 7, 19, 30, 11):
        ids = torch.randint(2, 20, (length,), generator=luck).tolist()
        own = [length - 4, length - 3, length - 1]
        found.append(
            Sequence(
                ids=ids,
                own=own,
                old_log_probs=[-1.0, -2.0, -3.0],
                advantages=[float(length)] * 3,
                decision=[0, 0, 1],
                allowed=[None, (ids[own[1]], 3, 5), None],
                asked=[length - 5, length - 2],
                targets=[1.0, float(length)],
            )
        )
    return found


def learner():
    words = " ".join(f"w{number}" for number in range(18))
    tokenizer = small_tokenizer([words])
    torch.manual_seed(3)
    head = torch.nn.Linear(16, 1)
    model = small_model(len(tokenizer), hidden=16)
    return TorchLearner(model, tokenizer, "me", lambda *_: None, value_head=head)


def test_small_pieces_measure_the_same_as_one_piece(monkeypatch):
    whole = learner().measure(collate(lines(), CPU))
    monkeypatch.setattr(batches, "TOKENS_AT_ONCE", 32)
    cut = collate(lines(), CPU)
    assert len(cut.pieces) == 4
    parts = learner().measure(cut)
    for name in ("log_probs_N", "entropy_N", "values_D", "old_log_probs_N", "advantages_N", "targets_D"):
        assert torch.allclose(getattr(parts, name), getattr(whole, name), atol=1e-5), name
    assert torch.equal(parts.decision_N, whole.decision_N)
    assert parts.decision_N.tolist() == [0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9]


def test_what_is_measured_stands_in_the_order_of_the_sequences(monkeypatch):
    monkeypatch.setattr(batches, "TOKENS_AT_ONCE", 32)
    teacher, together = learner(), learner().measure(collate(lines(), CPU))
    alone = [teacher.measure(collate([line], CPU)) for line in lines()]
    assert torch.allclose(together.log_probs_N, torch.cat([each.log_probs_N for each in alone]), atol=1e-5)
    assert torch.allclose(together.values_D, torch.cat([each.values_D for each in alone]), atol=1e-5)


@pytest.mark.parametrize("weights", [(1.0, 0.0), (0.0, 1.0), (0.7, -0.3)])
def test_gradients_of_log_probability_and_entropy_are_those_of_autograd(weights):
    logits = torch.randn(5, 9, generator=torch.Generator().manual_seed(2), dtype=torch.float64).requires_grad_()
    token = torch.tensor([0, 8, 3, 3, 1])

    def plain(logits):
        log_all = logits.log_softmax(-1)
        return log_all.gather(1, token[:, None])[:, 0], -(log_all.exp() * log_all).sum(-1)

    scale = torch.arange(1.0, 6.0, dtype=torch.float64)
    gradients = []
    for way in (plain, lambda logits: measured(logits, token)):
        log_probs, entropy = way(logits)
        total = (weights[0] * log_probs * scale + weights[1] * entropy * scale.flip(0)).sum()
        gradients.append(torch.autograd.grad(total, logits)[0])
    assert torch.allclose(*gradients)


def test_a_token_drawn_from_few_is_measured_among_those():
    (piece,) = collate(lines()[:1], CPU).pieces
    logits = torch.zeros(3, 20)
    log_probs, entropy = token_log_probs(logits, piece)
    expected = torch.tensor([20.0, 3.0, 20.0]).log()
    assert torch.allclose(log_probs, -expected)
    assert torch.allclose(entropy, expected)


@pytest.mark.parametrize("bias", [True, False])
def test_products_of_onednn_have_the_gradients_of_torch(bias):
    luck = torch.Generator().manual_seed(4)
    inputs = torch.randn(3, 200, 300, generator=luck).requires_grad_()
    weight = torch.randn(400, 300, generator=luck).requires_grad_()
    shift = torch.randn(400, generator=luck).requires_grad_() if bias else None
    upstream = torch.randn(3, 200, 400, generator=luck)
    asked = [each for each in (inputs, weight, shift) if each is not None]
    expected_output = functional.linear(inputs, weight, shift)
    expected = torch.autograd.grad(expected_output, asked, upstream)
    with OneDnnProducts():
        output = functional.linear(inputs, weight, shift)
    assert type(output.grad_fn).__name__ == "_ProductBackward"
    assert torch.allclose(output, expected_output, atol=1e-3)
    for found, wanted in zip(torch.autograd.grad(output, asked, upstream), expected, strict=True):
        assert torch.allclose(found, wanted, atol=1e-3)


def test_a_frozen_weight_gets_no_gradient():
    inputs, weight = torch.randn(600, 300, requires_grad=True), torch.randn(400, 300)
    with OneDnnProducts():
        output = functional.linear(inputs, weight)
    output.sum().backward()
    assert torch.allclose(inputs.grad[0], weight.sum(0), atol=1e-3)
    assert weight.grad is None
