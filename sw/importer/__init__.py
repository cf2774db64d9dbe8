"""Importer: int8 TensorFlow Lite flatbuffers to golden networks."""

from sw.importer.model import import_network

__all__ = ["import_network"]
