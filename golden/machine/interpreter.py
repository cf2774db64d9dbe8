"""The interpreter: one instruction after the other, each complete before the next begins.

machine = Machine(load_config("8x8"), Memory(base=0x8000_0000, size=1 << 20))
outcome = machine.execute(ld_t(addr=0x8000_0000, base=0))
"""

from __future__ import annotations

from dataclasses import replace

from golden.config import CoreConfig
from golden.isa import MAC, Instruction, decode
from golden.isa_table import Counter, ErrorCode, FieldId
from golden.machine.checks import HIGH_HALF, Request, first_refusal
from golden.machine.mac import run_mac
from golden.machine.operands import (
    array_work,
    compute_reads,
    compute_writes,
    memory_region,
    transfer_lines,
)
from golden.machine.outcome import SUMS, Counted, ErrorRecord, Loose, MacTrace, Outcome
from golden.machine.storage import ConfigFile, Held, Storage
from golden.machine.transfer import run_load, run_store
from golden.machine.vector import run_vector
from golden.machine.windows import MACHINE_MODE, SUPERVISOR, Owner, Window, refused_burst
from golden.memory import Memory

_WORD = 0xFFFFFFFF
SYSTEM = ("fence", "rdcnt")  # they change no tenant


class Machine:
    """A core with its state and its external memory.

    ``errors`` are the error records by the owner's number; ``irq_error`` and ``irq_done`` are the
    bits of IRQ_STATUS: the first is high while there is a record, the second is cleared by the host
    through ``clear_interrupts``. ``user_counters`` is register USER_RIGHTS. ``wrapped`` is register
    WRAPPED: owners whose bit is set, or with False may be set.
    """

    def __init__(self, config: CoreConfig, memory: Memory) -> None:
        self.config = config
        self.memory = memory
        self.storage = Storage(config)
        self.groups = ConfigFile()
        self.windows: list[Window] = [Window()] * config.windows
        self.errors: dict[int, ErrorRecord] = {}
        self.wrapped: dict[int, bool] = {}
        self.irq_done = False
        self.user_counters = False
        self.index = 0
        self.tenant = 0  # protection domain whose data the core may hold
        self._held: Held | None = None
        self._held_shape: tuple[int, int] | None = None
        self._counted_from = 0
        self._bytes_read: int | None = 0
        self._bytes_written: int | None = 0
        self._steps: int | None = 0
        self._macs: int | None = 0
        self._moving = False  # a load or store since the last fence: byte counters are in motion
        self._working = False  # a mac or vec instruction since then: so are steps and macs
        self.counted = Counted()
        self._fenced = Counted()  # what was counted when the last fence came
        # What a clear may have met in flight: the counter may be that much larger than what came
        # after the clear. None: nobody knows.
        self._loose: Loose = {}

    # --- what the host does ----------------------------------------------------------------------

    def reset(self) -> None:
        """Hard reset: everything but the memories goes back to its initial state.

        What an instruction that reset cut off had written is the caller's to ``forget``.
        """
        self.groups.reset()
        self.errors.clear()
        self.wrapped.clear()
        self.irq_done = self.user_counters = False
        self.index = 0
        self._held, self._held_shape = None, None
        self._moving = self._working = False
        self.tenant = 0
        self.clear_counters({})

    def soft_reset(self) -> None:
        """Soft reset: the same, and every memory of the core is 0."""
        self.reset()
        self.storage.sweep()

    def abort(self) -> None:
        """CTRL.ABORT: what was accepted is cut off, configuration and held accumulators are gone.

        What an instruction that it cut off had written is the caller's to ``forget``.
        """
        self.groups.reset()
        self._held, self._held_shape = None, None
        self.wrapped = dict.fromkeys(self.wrapped, False)
        self._bytes_read = self._bytes_written = self._steps = self._macs = None
        for counter in SUMS:
            self.counted.add(counter, None)

    def _change_tenant(self, owner: Owner) -> None:
        """Let another owner in: nothing of the last one is left (architecture.md section 3)."""
        self.tenant = owner.domain
        self.storage.sweep()
        self.groups.reset()
        self._held, self._held_shape = None, None
        self._moving = self._working = False  # the core is empty then
        self.clear_counters({})

    def clear_counters(self, loose: Loose | None = None) -> None:
        """CTRL.CLEAR_COUNTERS. What it meets in flight may be counted before it or after.

        Args:
            loose: how much of each counter that is; None for all since the last fence.
        """
        self._counted_from = self.index
        self._bytes_read = self._bytes_written = self._steps = self._macs = 0
        self._loose = self.counted.since(self._fenced) if loose is None else loose

    def counter(self, counter: int, *, index: int | None = None) -> int | None:
        """Return what a read of a counter must return, None if that depends on time.

        Args:
            counter: its index; plus HIGH_HALF for its upper 32 bits.
            index: of the instruction that reads it, the next one's if it is read as a register.
        """
        bounds = self.counter_bounds(counter % HIGH_HALF, index=index)
        if bounds is None or bounds[0] != bounds[1]:
            return None
        return bounds[0] >> (32 if counter >= HIGH_HALF else 0) & _WORD

    def counter_bounds(self, counter: int, *, index: int | None = None) -> tuple[int, int] | None:
        """Return the least and the most that a counter can be, all 64 bits of it; None: any."""
        value: int | None = None
        if counter == Counter.INSTRUCTIONS:
            value = (self.index if index is None else index) - self._counted_from
        elif not self._moving and counter in (Counter.BYTES_READ, Counter.BYTES_WRITTEN):
            value = self._bytes_read if counter == Counter.BYTES_READ else self._bytes_written
        elif not self._working and counter in (Counter.STEPS, Counter.MACS):
            value = self._steps if counter == Counter.STEPS else self._macs
        loose = self._loose.get(Counter(counter), 0)
        return None if value is None or loose is None else (value, value + loose)

    def clear_error(self, owner: Owner = MACHINE_MODE) -> None:
        """Write 1 to ERR_CAUSE.VALID of an owner's record."""
        self.errors.pop(owner.id, None)

    def clear_wrapped(self, owners: int, *, sure: bool) -> None:
        """Write 1 to bits of WRAPPED. Unless ``sure``, what is in flight may set them again."""
        for owner in [owner for owner in self.wrapped if owners >> owner & 1]:
            if sure:
                del self.wrapped[owner]
            else:
                self.wrapped[owner] = False

    def clear_interrupts(self, *, done: bool = False) -> None:
        """Write 1 to bits of IRQ_STATUS; ERROR follows the records."""
        self.irq_done = self.irq_done and not done

    def forget(self, outcome: Outcome) -> None:
        """Make everything that an instruction wrote unknown: reset may have cut it off anywhere.

        Ranges are forgotten whole, gaps inside a tensor included.
        """
        masks = {
            "spad": (self.storage.spad_known,),
            "wbuf": (self.storage.wbuf_known,),
            "pbuf": (
                self.storage.bias_known,
                self.storage.mult_known,
                self.storage.shift_known,
            ),
            "lut": (self.storage.lut_known,),
        }
        for written in outcome.writes:
            for mask in masks.get(written.what, ()):
                mask[written.first : written.end] = False
        if outcome.memory_write is not None:
            self.memory.forget(outcome.memory_write.region)

    @property
    def error(self) -> ErrorRecord | None:
        """The record of machine mode on CV-X-IF."""
        return self.errors.get(MACHINE_MODE.id)

    @property
    def irq_error(self) -> bool:
        """Whether any owner has a record: IRQ_STATUS.ERROR and STATUS.ERROR."""
        return bool(self.errors)

    @property
    def err_cause(self) -> int:
        """Value of ERR_CAUSE of machine mode on CV-X-IF."""
        return self.err_cause_of(MACHINE_MODE)

    def err_cause_of(self, owner: Owner) -> int:
        """Value of an owner's ERR_CAUSE."""
        error = self.errors.get(owner.id)
        return error.cause if error else 0

    # --- instructions ----------------------------------------------------------------------------

    def run(self, program: list[Instruction]) -> list[Outcome]:
        """Execute a program as the doorbell would take it."""
        return [self.execute(instruction, doorbell=True) for instruction in program]

    def execute(
        self,
        instruction: Instruction,
        *,
        doorbell: bool = False,
        owner: Owner | None = None,
        bus_error: int | None = None,
    ) -> Outcome:
        """Execute one instruction.

        On CV-X-IF an illegal word is not accepted and nothing happens; with ``doorbell`` it is an
        error. ``bus_error`` says that a load or store was seen to fail, with the address reported;
        otherwise it fails when it touches a place in memory that answers errors. ``owner`` asks for
        it: machine mode, or with ``doorbell`` the supervisor page, if not given.
        """
        if owner is None:
            owner = SUPERVISOR if doorbell else MACHINE_MODE
        outcome = self._execute(instruction, owner, doorbell=doorbell, bus_error=bus_error)
        return outcome if owner == MACHINE_MODE else replace(outcome, owner=owner)

    def _execute(
        self, instruction: Instruction, owner: Owner, *, doorbell: bool, bus_error: int | None
    ) -> Outcome:
        item = decode(instruction.word)
        if item is None and not doorbell:
            return Outcome(instruction=instruction, mnemonic="illegal", index=None, accepted=False)
        if item is not None and item.name not in SYSTEM and owner.domain != self.tenant:
            self._change_tenant(owner)
        index = self.index
        if item is None or item.name != "rdcnt":  # which has no number of its own
            self.index += 1
            self.counted.add(Counter.INSTRUCTIONS, 1)
        if item is None:
            error = self._record(
                instruction, index, owner, ErrorCode.ILLEGAL, FieldId.NONE, instruction.word
            )
            return Outcome(
                instruction=instruction,
                mnemonic="illegal",
                index=index,
                accepted=False,
                error=error,
            )
        request = Request(
            format=item,
            rs1=instruction.rs1,
            rs2=instruction.rs2,
            values=item.unpack(instruction.rs1, instruction.rs2),
            groups=self.groups,
            core=self.config,
            held_shape=self._held_shape,
            owner=owner,
            user_counters=self.user_counters,
        )
        refusal = first_refusal(request)
        if refusal is not None:
            error = self._record(
                instruction, index, owner, refusal.code, refusal.field, refusal.detail
            )
            result = 0 if item.result else None
            return Outcome(
                instruction=instruction,
                mnemonic=item.name,
                index=None if item.name == "rdcnt" else index,
                result=result,
                error=error,
            )
        if item.name.startswith("cfg."):
            self.groups.write(item.name.removeprefix("cfg."), instruction.rs1, instruction.rs2)
            return Outcome(instruction=instruction, mnemonic=item.name, index=index)
        if item.name == "fence":
            return self._fence(instruction, request, index)
        if item.name == "rdcnt":
            return self._read_counter(instruction, request, index)
        if item.name.startswith(("ld.", "st.")):
            return self._transfer(instruction, request, index, bus_error, owner)
        return self._compute(instruction, request, index)

    def _record(
        self,
        instruction: Instruction,
        index: int,
        owner: Owner,
        code: ErrorCode,
        field: FieldId,
        detail: int | None,
        beats: tuple[int, ...] = (),
    ) -> ErrorRecord:
        """An error; its owner's record keeps it if that holds none yet."""
        error = ErrorRecord(
            code=code,
            field=field,
            detail=detail,
            word=instruction.word,
            index=index,
            beats=beats,
            owner=owner,
        )
        self.errors.setdefault(owner.id, error)
        return error

    def _fence(self, instruction: Instruction, request: Request, index: int) -> Outcome:
        cause = self.err_cause_of(request.owner)
        if request.values["clear"]:
            self.clear_error(request.owner)
        done = bool(request.values["done"])
        self.irq_done = self.irq_done or done
        self._moving = self._working = False
        self._fenced = self.counted.copy()
        return Outcome(
            instruction=instruction, mnemonic="fence", index=index, result=cause, done=done
        )

    def _read_counter(self, instruction: Instruction, request: Request, index: int) -> Outcome:
        value = self.counter(request.values["index"], index=index)
        return Outcome(
            instruction=instruction,
            mnemonic="rdcnt",
            index=None,
            result=value,
            predictable=value is not None,
        )

    def _transfer(
        self,
        instruction: Instruction,
        request: Request,
        index: int,
        bus_error: int | None,
        owner: Owner,
    ) -> Outcome:
        region = memory_region(request)
        store = request.format.name == "st.t"
        beats = tuple(self.memory.failing_beats(region, beat=self.config.axi_bytes, write=store))
        refused = refused_burst(
            self.windows, owner, region,
            beat=self.config.axi_bytes, max_burst=self.config.max_burst, write=store,
        )  # fmt: skip
        if refused is not None:  # only the bursts before it were seen on the bus
            beats = tuple(b for b in beats if any(first <= b <= end for first, end in refused[1]))
        failed = bool(beats) or bus_error is not None or refused is not None
        error = None
        if refused is not None and not beats:
            error = self._record(
                instruction, index, owner, ErrorCode.WINDOW, FieldId.NONE, refused[0]
            )
        elif failed:
            code = ErrorCode.BUS_WRITE if store else ErrorCode.BUS_READ
            error = self._record(
                instruction, index, request.owner, code, FieldId.NONE, bus_error, beats
            )
        self._moving = True
        if store:
            self._bytes_written = _count(self._bytes_written, region.size, failed)
            self.counted.add(Counter.BYTES_WRITTEN, None if failed else region.size)
            return Outcome(
                instruction=instruction,
                mnemonic=request.format.name,
                index=index,
                error=error,
                reads=(transfer_lines(request),),
                memory_write=run_store(request, self.storage, self.memory, failed=failed),
            )
        self._bytes_read = _count(self._bytes_read, region.size, failed)
        self.counted.add(Counter.BYTES_READ, None if failed else region.size)
        return Outcome(
            instruction=instruction,
            mnemonic=request.format.name,
            index=index,
            error=error,
            writes=(run_load(request, self.storage, self.memory, failed=failed),),
            memory_read=region,
        )

    def _compute(self, instruction: Instruction, request: Request, index: int) -> Outcome:
        mac: MacTrace | None = None
        self._held_shape = None
        self._working = True
        steps, macs = array_work(request)
        self.counted.add(Counter.STEPS, steps)
        self.counted.add(Counter.MACS, macs)
        if self._steps is not None and self._macs is not None:
            self._steps, self._macs = self._steps + steps, self._macs + macs
        if request.format.name in MAC:
            mac, self._held = run_mac(request, self.storage, self._held)
            if self._held is not None:
                self._held_shape = (mac.total.shape[0], mac.total.shape[1])
            if mac.wraps:
                self.wrapped[request.owner.id] = True
            elif mac.wraps is None:
                self.wrapped.setdefault(request.owner.id, False)
        else:
            run_vector(request, self.storage)
            self._held = None
        return Outcome(
            instruction=instruction,
            mnemonic=request.format.name,
            index=index,
            reads=compute_reads(request),
            writes=compute_writes(request),
            mac=mac,
        )


def _count(counter: int | None, size: int, failed: bool) -> int | None:
    return None if counter is None or failed else counter + size
