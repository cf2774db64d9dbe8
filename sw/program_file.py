"""A compiled network in a file: what a command compiled, its simulations run.

So a network is imported and compiled once, however many processes share its inputs. The file is for
processes of the same command, never kept: pickle reads whatever it is given.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import cloudpickle

from sw.compiler.program import Program


def write_program(path: Path, program: Program) -> Path:
    """Write a compiled network, with the network itself; return the path."""
    path.write_bytes(cloudpickle.dumps(program))  # it takes functions inside functions
    return path


def read_program(path: Path) -> Program:
    """Read what `write_program` wrote."""
    program = pickle.loads(path.read_bytes())
    if not isinstance(program, Program):
        raise TypeError(f"{path} holds no compiled network")
    return program
