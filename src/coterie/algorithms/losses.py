"""Shared by the policy-gradient algorithms: the surrogate whose gradient is the policy gradient.

Legend: N own sampled tokens of a batch, D decisions.
"""

from typing import TYPE_CHECKING

from coterie.core import Tokens

if TYPE_CHECKING:
    import torch


def policy_surrogate(tokens: Tokens, clip_low: float, clip_high: float) -> "tuple[torch.Tensor, dict[str, float]]":
    """The clipped surrogate, averaged over tokens: -mean min(w A, clip(w, 1 - low, 1 + high) A).

    Where the weights have not moved yet, its gradient is that of -mean(A log pi).

    Source: Schulman et al., Proximal Policy Optimization (arXiv 1707.06347), equation 7; asymmetric bounds: DAPO
    (arXiv 2503.14476), section 3.1.
    """
    import torch

    difference_N = tokens.log_probs_N - tokens.old_log_probs_N
    ratio_N = difference_N.exp()
    clipped_N = ratio_N.clamp(1 - clip_low, 1 + clip_high)
    gain_N = torch.minimum(ratio_N * tokens.advantages_N, clipped_N * tokens.advantages_N)
    with torch.no_grad():
        statistics = {
            # The k3 estimator of the divergence from the sampler's distribution (Schulman 2020): never negative.
            "divergence": float((ratio_N - 1 - difference_N).mean()),
            "clipped": float((ratio_N != clipped_N).float().mean()),
            "entropy": float(tokens.entropy_N.mean()),
        }
    return -gain_N.mean(), statistics


def value_error(tokens: Tokens) -> "torch.Tensor":
    """Half the mean squared error of the value head over decisions."""
    return 0.5 * (tokens.values_D - tokens.targets_D).square().mean()
