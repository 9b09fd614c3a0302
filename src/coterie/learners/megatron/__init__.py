"""Learns a language model with NVIDIA's Megatron-core: one model over many devices, cut by tensor, layer and batch."""
