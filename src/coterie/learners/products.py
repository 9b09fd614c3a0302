"""Matrix products of training by oneDNN, where that is faster than what torch takes by itself.

Axes: N tokens, I inputs, O outputs.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

SMALLEST = 10**8
"""Operations from which a product gains: oneDNN compiles a kernel for every new shape, in about half a millisecond."""


class OneDnnProducts(TorchFunctionMode):
    """Within it, large float32 products of layers run on oneDNN, forward and backward; all else is as it was.

    torch's own float32 product goes to MKL, which on AMD processors reaches less than half of that speed.

    >>> weight_OI = torch.ones(512, 512, requires_grad=True)
    >>> with OneDnnProducts():
    ...     outputs_NO = functional.linear(torch.ones(512, 512), weight_OI)
    >>> outputs_NO.sum().backward()
    >>> outputs_NO[0, 0].item(), weight_OI.grad[0, 0].item()
    (512.0, 512.0)
    """

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Iterable[type],
        args: Any = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Takes over what it can."""
        if function is functional.linear and not kwargs and len(args) >= 2 and _suits(args[0], args[1]):
            return _Product.apply(*args[:2], args[2] if len(args) > 2 else None)  # type: ignore[no-untyped-call]
        return function(*args, **(kwargs or {}))


def _suits(inputs_NI: torch.Tensor, weight_OI: torch.Tensor) -> bool:
    return (
        2 * inputs_NI.numel() * len(weight_OI) >= SMALLEST
        and inputs_NI.dtype == weight_OI.dtype == torch.float32
        and inputs_NI.device.type == weight_OI.device.type == "cpu"
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, inputs_NI: torch.Tensor, weight_OI: torch.Tensor, bias_O: torch.Tensor | None
    ) -> torch.Tensor:
        ctx.save_for_backward(inputs_NI, weight_OI)
        return _product(inputs_NI, weight_OI, bias_O)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient_NO: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        inputs_NI, weight_OI = ctx.saved_tensors
        wanted = ctx.needs_input_grad
        flat_NO, flat_NI = gradient_NO.flatten(0, -2), inputs_NI.flatten(0, -2)
        return (
            _product(gradient_NO, weight_OI.t().contiguous()) if wanted[0] else None,
            _product(flat_NO.t(), flat_NI.t()) if wanted[1] else None,
            flat_NO.sum(0) if wanted[2] else None,
        )


def _product(inputs_NI: torch.Tensor, weight_OI: torch.Tensor, bias_O: torch.Tensor | None = None) -> torch.Tensor:
    product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(inputs_NI, weight_OI, bias_O, "none", [], "")
    return product
