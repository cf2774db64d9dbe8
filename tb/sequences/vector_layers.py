"""Random layers of the vec class: elementwise, pooling, table, copy, fill."""

from __future__ import annotations

import numpy as np

from golden import isa_builders as isa
from tb.sequences import values
from tb.sequences.mac_layers import _window
from tb.sequences.program import DoesNotFitError, Program
from tb.sequences.values import chance, pick


def _size(program: Program) -> tuple[int, int, int]:
    random = program.random
    h, w = (pick(random, [1, 2, 3, int(random.integers(1, 13))]) for _ in range(2))
    return h, w, values.channels(random, program.core.cols, 48)


def _scale(program: Program, low: int, high: int) -> tuple[int, int]:
    """A multiplier and a shift, the shift mostly within low..high."""
    random = program.random
    if chance(random, 0.1):
        low, high = -31, 30
    return int(values.multipliers(random, 1)[0]), int(random.integers(low, high + 1))


def elementwise(program: Program) -> None:
    """add, sub or mul, now and then in place."""
    random = program.random
    h, w, c = _size(program)
    name = pick(random, [0, 1, 2])
    a, b = (program.tensor(h=h, w=w, c=c) for _ in range(2))
    if chance(random, 0.1):
        b = a
    y = pick(random, [0, 0, 0, 1, 2])
    out = a if y == 1 else b if y == 2 else program.tensor(h=h, w=w, c=c)
    program.load(a, values.int8_data(random, (h, w, c)))
    if b is not a:
        program.load(b, values.int8_data(random, (h, w, c)))
    act_min, act_max = values.clamp(random)
    sums = name < 2
    mult, shift = _scale(program, -20, -14) if sums else _scale(program, -10, -4)
    program.emit(
        isa.cfg_in(w=w, h=h, c=c, cbs=a.cbs),
        isa.cfg_out(ow=1, oh=1, oc=1, cbs=out.cbs),
        isa.cfg_pitch(in_p=a.p, out_p=out.p, in2_p=b.p, in2_cbs=b.cbs),
        isa.cfg_pad(
            zin=values.zero_point(random), zw=values.zero_point(random),
            zout=values.zero_point(random),
        ),
        isa.cfg_act(act_min=act_min, act_max=act_max),
        isa.cfg_scale(mult=mult, shift=shift),
    )  # fmt: skip
    if sums:
        for group in (isa.cfg_scale1, isa.cfg_scale2):
            mult, shift = _scale(program, -3, 0)
            program.emit(group(mult=mult, shift=shift))
    operation = (isa.add, isa.sub, isa.mul)[name]
    program.emit(operation(in_base=a.base, out_base=out.base, in2_base=b.base))
    program.store(out)


def pooling(program: Program) -> None:
    """Maxpool or avgpool with any window."""
    random = program.random
    h, w, c = _size(program)
    if chance(random, 0.25):  # several whole blocks, of which most draws are too many steps
        c = program.core.cols * pick(random, [2, 2, 3])
    program.size = (h, w)
    kernel, pt, pl, oh, ow = _window(program, natural=0.9)
    x, y = program.tensor(h=h, w=w, c=c), program.tensor(h=oh, w=ow, c=c)
    if oh * ow * kernel["kh"] * kernel["kw"] * program.core.blocks(c) > 8000:
        raise DoesNotFitError
    program.load(x, values.int8_data(random, (h, w, c)))
    act_min, act_max = values.clamp(random)
    program.emit(
        isa.cfg_in(w=w, h=h, c=c, cbs=x.cbs),
        isa.cfg_out(ow=ow, oh=oh, oc=1, cbs=y.cbs),
        isa.cfg_pitch(in_p=x.p, out_p=y.p),
        isa.cfg_kernel(**kernel),
        isa.cfg_pad(pl=pl, pt=pt, zin=values.zero_point(random)),
        isa.cfg_act(act_min=act_min, act_max=act_max),
        (isa.maxpool if chance(random, 0.5) else isa.avgpool)(in_base=x.base, out_base=y.base),
    )
    program.store(y)


def movement(program: Program) -> None:
    """lut, copy or fill, now and then in place."""
    random = program.random
    h, w, c = _size(program)
    name = pick(random, [0, 1, 2])
    x = program.tensor(h=h, w=w, c=c)
    out = x if chance(random, 0.2) else program.tensor(h=h, w=w, c=c)
    program.load(x, values.int8_data(random, (h, w, c)))
    if name == 0:
        table = random.integers(-128, 128, 256).astype(np.int8)
        program.emit(isa.ld_l(addr=program.put_words(table)))
    ends = values.clamp(random)  # not looked at, not even for their order
    low, high = ends[::-1] if chance(random, 0.25) else ends
    program.emit(
        isa.cfg_in(w=w, h=h, c=c, cbs=x.cbs),
        isa.cfg_out(ow=1, oh=1, oc=1, cbs=out.cbs),
        isa.cfg_pitch(in_p=x.p, out_p=out.p),
        isa.cfg_act(act_min=low, act_max=high, fill=int(random.integers(-128, 128))),
    )
    if name == 0:
        program.emit(isa.lut(in_base=x.base, out_base=out.base))
    elif name == 1:
        program.emit(isa.copy(in_base=x.base, out_base=out.base))
    else:
        program.emit(isa.fill(out_base=out.base))
    program.store(out)
