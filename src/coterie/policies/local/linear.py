"""Matrix products with weights packed once.

Axes: N tokens, I inputs, O outputs.
"""

import torch
from torch import Tensor
from torch.nn import functional


class Linear:
    """A frozen `weight @ x + bias`, laid out in memory for the processor it runs on.

    On a CPU the weight is packed for oneDNN, which also adds a residual within the product. torch's own float32
    product goes to MKL, which on AMD processors reaches less than half of that speed.

    >>> double = Linear(torch.eye(2) * 2)
    >>> double(torch.ones(1, 2))
    tensor([[2., 2.]])
    >>> double.add_to(torch.ones(1, 2), torch.ones(1, 2))
    tensor([[3., 3.]])
    """

    def __init__(self, weight_OI: Tensor, bias_O: Tensor | None = None) -> None:
        """Packs a weight `[O, I]` and, where there is one, a bias `[O]`."""
        self._weight_OI, self._bias_O = weight_OI.contiguous(), bias_O
        self._packed = _packs(weight_OI)
        if self._packed:
            # The number is a hint of the batch; the layout chosen serves all sizes equally well.
            self._weight_OI = torch.ops.mkldnn._reorder_linear_weight(self._weight_OI, 64)

    def __call__(self, inputs_NI: Tensor) -> Tensor:
        """Returns the product, `[N, O]`."""
        if not self._packed:
            return functional.linear(inputs_NI, self._weight_OI, self._bias_O)
        product: Tensor = torch.ops.mkldnn._linear_pointwise(inputs_NI, self._weight_OI, self._bias_O, "none", [], "")
        return product

    def add_to(self, residual_NO: Tensor, inputs_NI: Tensor) -> Tensor:
        """Returns `residual + product`, `[N, O]`, in one pass over memory."""
        if not self._packed:
            return residual_NO + functional.linear(inputs_NI, self._weight_OI, self._bias_O)
        total: Tensor = torch.ops.mkldnn._linear_pointwise.binary(
            inputs_NI, residual_NO, self._weight_OI, self._bias_O, "add"
        )
        return total


def padded_count(count: int) -> int:
    """Returns the batch size that `count` tokens are padded to.

    oneDNN compiles a kernel per batch size, about half a millisecond each, and keeps a thousand. Eight sizes per
    octave keep the waste below an eighth and every kernel in its store.

    >>> [padded_count(count) for count in (1, 8, 9, 64, 65, 129, 1600)]
    [8, 8, 16, 64, 72, 144, 1664]
    """
    grain = max(8, 1 << max(0, count.bit_length() - 4))
    return -(-count // grain) * grain


def _packs(weight_OI: Tensor) -> bool:
    """Tells whether oneDNN can hold this weight."""
    operators = torch.ops.mkldnn
    if weight_OI.device.type != "cpu" or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    if not (hasattr(operators, "_linear_pointwise") and hasattr(operators, "_reorder_linear_weight")):
        return False
    if weight_OI.dtype == torch.bfloat16:
        return bool(operators._is_mkldnn_bf16_supported())
    return weight_OI.dtype == torch.float32
