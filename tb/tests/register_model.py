"""The register model against the core: reset values, every bit, every access policy."""

from __future__ import annotations

import pyuvm
from pyuvm import uvm_status_e

from golden import isa_builders as isa
from honeyguide.agents.axil import RegisterWrite
from honeyguide.env.host import offload
from tb.env.register_model import RatelRegister
from tb.tests.base import RatelTest

# They do something when they are written.
COMMANDS = frozenset({"CTRL", "DB_INSTR"})
# They count without anybody's doing.
MOVING = frozenset({"COUNTER[0]"})
WORD = 0xFFFFFFFF


class ModelTest(RatelTest):
    """Subclasses write `check`; `self.model` is the environment's."""

    minimum_comparisons = 20

    async def body(self) -> None:
        """Check; an idle core at the end."""
        self.model = self.env.model
        self.compared = 0
        await self.check()
        await self.env.run([isa.fence()])
        assert self.compared >= self.minimum_comparisons, f"only {self.compared} were compared"

    async def check(self) -> None:
        """What the test does."""
        raise NotImplementedError

    async def read(self, register: RatelRegister, expected: int, *, why: str) -> None:
        """Read a register, which must answer OKAY and `expected`."""
        status, value = await register.read()
        self.compared += 1
        name = register.get_name()
        if status != uvm_status_e.UVM_IS_OK:
            self.env.failures.add(f"{name}: a read was refused ({why})")
        elif value != expected:
            self.env.failures.add(f"{name}: {why}: expected {expected:#x}, got {value:#x}")

    async def write(self, register: RatelRegister, value: int, *, taken: bool) -> None:
        """Write a register, which must answer OKAY if `taken`, else an error."""
        status = await register.write(value)
        self.compared += 1
        if (status == uvm_status_e.UVM_IS_OK) != taken:
            word = "refused" if taken else "taken"
            self.env.failures.add(f"{register.get_name()}: a write of {value:#x} was {word}")


def policies(register: RatelRegister) -> set[str]:
    """Return the access policies of a register's fields."""
    return {field.get_access() for field in register.get_fields()}


@pyuvm.test()
class ModelResetValues(ModelTest):
    """Every register reads its reset value, after the pin and after a second reset."""

    async def check(self) -> None:
        """Twice, with other values in between."""
        for _ in range(2):
            for name, register in self.model.registers.items():
                if name not in MOVING:
                    await self.read(register, register.get_reset(), why="reset value")
            for name in ("IRQ_ENABLE", "DB_RS1", "DB_RS2"):
                await self.write(self.model.registers[name], WORD, taken=True)
            await self.env.reset()


@pyuvm.test()
class BitBash(ModelTest):
    """Each bit of each register, written 1 and 0 alone; the mirror knows what must come back."""

    async def check(self) -> None:
        """All but commands; a walking one over a changing background."""
        # The locks come last: what they lock takes no more bits.
        order = sorted(self.model.registers.items(), key=lambda item: item[0] == "LOCK")
        for name, register in order:
            if name in COMMANDS or policies(register) == {"RO"}:
                continue
            for bit in range(32):
                for value in (1 << bit, WORD ^ 1 << bit):
                    # Context 0 is the machine's: nobody else may be given it.
                    taken = name != "XIF_CONTEXT" or bool(value & 0b11)
                    await self.write(register, value, taken=taken)
                    expected = register.get_mirrored_value()
                    await self.read(register, expected, why=f"after a write of {value:#x}")


@pyuvm.test()
class ModelAccess(ModelTest):
    """RO refuses and keeps, WO reads 0, W1C keeps on 0 and clears on 1."""

    async def check(self) -> None:
        """The policies of whole registers, then W1C with its bits set by the core."""
        for name, register in self.model.registers.items():
            if policies(register) == {"RO"}:
                await self.write(register, WORD, taken=False)
                await self.write(register, 0, taken=False)
                if name not in MOVING:
                    await self.read(register, register.get_reset(), why="it is read-only")
            elif policies(register) == {"WO"}:
                await self.read(register, 0, why="it is write-only")
        bad = isa.rdcnt(index=99)
        for name, bits in (("IRQ_STATUS", 0b01), ("ERR_CAUSE", 1 << 31)):
            await self.env.play(offload([bad, isa.fence(done=1)]))
            register = self.model.registers[name]
            _, before = await register.read()
            if before & bits != bits:
                self.env.failures.add(
                    f"{name}: the core should have set {bits:#x}, got {before:#x}"
                )
            await self.write(register, 0, taken=True)
            await self.read(register, before, why="writing 0 must clear nothing")
            await self.write(register, bits, taken=True)
            # ERROR of IRQ_STATUS is no such bit: it follows the error records.
            rest = before & ~bits if name == "IRQ_STATUS" else 0
            await self.read(register, rest, why="writing 1 must clear")
            await self.env.play(offload([isa.fence(clear=1)]))
            await self.write(self.model.registers["IRQ_STATUS"], 0b01, taken=True)


@pyuvm.test()
class MirrorFollows(ModelTest):
    """The mirror follows accesses that the model did not make: jobs, with any strobes."""

    async def check(self) -> None:
        """Write through jobs, then compare the mirror with what the model reads."""
        random = self.seeds.stream("accesses")
        stored = [self.model.registers[name] for name in ("IRQ_ENABLE", "DB_RS1", "DB_RS2")]
        for _ in range(30):
            register = stored[int(random.integers(len(stored)))]
            write = RegisterWrite(
                address=int(register.get_address()),
                data=int(random.integers(1 << 32)),
                strobes=int(random.integers(16)),
            )
            await self.env.play([write], check=False)
            await self.read(register, register.get_mirrored_value(), why=f"after {write}")
        await self.env.play(offload([isa.rdcnt(index=99), isa.fence(done=1)]))
        for name in ("IRQ_STATUS", "ERR_CAUSE", "ERR_INSTR"):  # read by the job
            register = self.model.registers[name]
            mirrored = register.get_mirrored_value()
            if not mirrored:
                self.env.failures.add(f"{name}: the mirror missed what the job read")
            await self.read(register, mirrored, why="the job read it")
        await self.env.play(offload([isa.fence(clear=1)]))
