"""Every operator, family by family, and the module that has its entries.

A network imports the families of its operators and no others. To support another operator, name it
here and add its entry to its family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

from golden.network.operations import Operation
from sw.importer.context import Operator

Handler = Callable[[Operator], Operation | None]

CORE = "core"
HOST = "host"
NOWHERE = "no work"
TFLITE_MICRO = "tflite-micro"
LITERT = "litert"
ANY = ("int8", "int16", "int32", "int64", "bool", "float32")  # types of an element


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One operator.

    ``types`` are those of its data, each checked by a generator of random models of that name;
    ``where`` is CORE if the core computes it (``limits`` then says what goes to the host), HOST or
    NOWHERE. ``constants_are_inputs``: operands may be constants, and are the layer's inputs then.
    ``data``: the operand that is an input of the layer even where it is a constant.
    """

    name: str
    handler: Handler
    types: tuple[str, ...] = ("int8",)
    where: str = CORE
    limits: str = ""
    constants_are_inputs: bool = False
    data: int = 0
    also: frozenset[str] = frozenset()
    judge: str = TFLITE_MICRO

    @property
    def dtypes(self) -> frozenset[str]:
        """All element types that ``types`` name; float32 passes where elements are only moved."""
        words = {word for kind in self.types for word in kind.split()}
        return frozenset(words & set(ANY)) | self.also


Families = Mapping[str, tuple[str, str]]

# Title: module of this package, names of its operators in the order of its entries.
FAMILIES: Families = {
    "products and pooling": (
        "convolutional",
        "CONV_2D DEPTHWISE_CONV_2D TRANSPOSE_CONV FULLY_CONNECTED BATCH_MATMUL "
        "AVERAGE_POOL_2D MAX_POOL_2D",
    ),
    "recurrent": ("recurrent", "UNIDIRECTIONAL_SEQUENCE_LSTM SVDF"),
    "arithmetic of two tensors": ("arithmetic", "ADD SUB MUL SQUARED_DIFFERENCE DIV SOFTMAX"),
    "functions of one tensor": (
        "tables",
        "LOGISTIC TANH HARD_SWISH RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 LEAKY_RELU PRELU ELU "
        "GELU EXP LOG RSQRT ABS NEG",
    ),
    "conversion": ("border", "QUANTIZE DEQUANTIZE CAST"),
    "comparison and selection": (
        "ordering",
        "EQUAL NOT_EQUAL GREATER GREATER_EQUAL LESS LESS_EQUAL MAXIMUM MINIMUM ARG_MAX "
        "ARG_MIN SELECT_V2 LOGICAL_AND LOGICAL_OR LOGICAL_NOT",
    ),
    "reduction": ("reduction", "MEAN SUM REDUCE_MAX REDUCE_MIN"),
    "resizing": ("resizing", "RESIZE_NEAREST_NEIGHBOR RESIZE_BILINEAR"),
    "movement": (
        "movement",
        "RESHAPE SQUEEZE EXPAND_DIMS CONCATENATION PAD PADV2 TRANSPOSE STRIDED_SLICE SLICE "
        "SPLIT SPLIT_V",
    ),
    "rearrangement": (
        "rearranging",
        "PACK UNPACK MIRROR_PAD REVERSE_V2 TILE BROADCAST_TO GATHER GATHER_ND SPACE_TO_DEPTH "
        "DEPTH_TO_SPACE SPACE_TO_BATCH_ND BATCH_TO_SPACE_ND SHAPE FILL ZEROS_LIKE",
    ),
    "variables": ("variables", "VAR_HANDLE CALL_ONCE READ_VARIABLE ASSIGN_VARIABLE"),
}


class Operators(Mapping[str, Entry]):
    """The entries by the operator's name; a family is imported when one of its entries is read."""

    def __init__(self, families: Families = FAMILIES) -> None:
        """Raises ValueError for an operator that stands there twice."""
        self._families = families
        self._family: dict[str, str] = {}
        for family, (_, names) in families.items():
            for name in names.split():
                if name in self._family:
                    raise ValueError(f"operator {name} is registered twice")
                self._family[name] = family
        self._entries: dict[str, Entry] = {}

    def of(self, family: str) -> tuple[Entry, ...]:
        """Return a family's entries. Raises ValueError if they are not those that stand here."""
        module, names = self._families[family]
        entries: tuple[Entry, ...] = import_module(f"sw.importer.{module}").OPERATORS
        if [entry.name for entry in entries] != names.split():
            raise ValueError(f"sw/importer/{module}.py has other operators than registry.py says")
        return entries

    def __getitem__(self, name: str) -> Entry:
        if name not in self._entries:
            self._entries.update({entry.name: entry for entry in self.of(self._family[name])})
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return name in self._family

    def __iter__(self) -> Iterator[str]:
        return iter(self._family)

    def __len__(self) -> int:
        return len(self._family)


OPERATORS = Operators()
