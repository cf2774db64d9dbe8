"""Whole networks as plain data: tensors, layers with integer parameters, and a runner."""

from golden.network.graph import Layer, Network, NetworkError, Tensor, run_network

__all__ = ["Layer", "Network", "NetworkError", "Tensor", "run_network"]
