"""Compiler: a golden network becomes instruction words and a memory image.

lowering --> placement --> tiling --> schedule --> emitter
(what the    (where each   (strips,   (order of    (words, one group
core does)   tensor is)    chunks)    loads)       write a change)

Who only runs a program imports `sw.compiler.program` and none of this.
"""
