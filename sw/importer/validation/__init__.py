"""Validation: nothing of a file is believed before it is checked, in one pass over it.

    structure   counts and indices: graphs, buffers, operator codes, tensors
    tensors     shapes, types, bytes of constants, quantisation
    border      types of the network's inputs and outputs
    order       who writes what is read, and before
    operators   per operator: a signature, then its rules (folder `rules`)

Each problem is a NetworkError of one sentence: file, operator, tensor, what is wrong, what to do.
"""

from sw.importer.validation.operators import (
    SIGNATURES,
    Signature,
    check_operator,
    check_signature,
)
from sw.importer.validation.structure import (
    check_border,
    check_buffers,
    check_order,
    check_structure,
)
from sw.importer.validation.tensors import check_tensors

__all__ = [
    "SIGNATURES",
    "Signature",
    "check_border",
    "check_buffers",
    "check_operator",
    "check_order",
    "check_signature",
    "check_structure",
    "check_tensors",
]
