"""The adversary's oracles on what a faulty core would show."""

from __future__ import annotations

from itertools import count

from golden.isa_table import ErrorCode
from golden.machine.windows import Owner, Port, Window
from golden.register_map import PAGE, offset_of
from honeyguide.agents.axi import BurstSeen
from honeyguide.agents.axil import RegisterSeen
from honeyguide.agents.xif import ResultSeen
from honeyguide.env.checker import Failures
from tb.env.attempts import VALID, Attempts
from tb.env.bus_oracle import BusOracle, Setting

NUMBERS = count()  # names of components are unique


def attempts() -> Attempts:
    made = Attempts(f"attempts{next(NUMBERS)}", None)  # type: ignore[arg-type]
    made.failures = Failures()
    return made


def result(data: int) -> ResultSeen:
    return ResultSeen(cycle=1, id=0, data=data, rd=1, we=True, odd=False)


def write(address: int, response: int) -> RegisterSeen:
    return RegisterSeen(cycle=1, write=True, address=address, data=0, strobes=15, response=response)


def test_answers_are_counted_by_kind_and_reason() -> None:
    made = attempts()
    made.ask(Port.XIF, 0, ("before",))
    made.ask(Port.XIF, 0, ("inside (legal)",))
    made.ask(Port.XIF, 0, ("wrap", "foreign"))
    made.ask(Port.XIF, 0, ("stride",))
    made.seen(result(VALID | ErrorCode.WINDOW))
    made.seen(result(0))
    made.seen(result(VALID | ErrorCode.MEMORY))
    made.seen(result(VALID | ErrorCode.RESET))
    assert made.refused == {("before", "WINDOW"): 1, ("one of several", "MEMORY"): 1}
    assert made.other == {("inside (legal)", "done"): 1, ("stride", "RESET"): 1}
    assert not made.left_over()


def test_an_answer_too_few_and_one_too_many_are_failures() -> None:
    made = attempts()
    made.ask(Port.XIF, 0, ("before",))
    assert made.left_over() == "1 fences were never answered"
    made.seen(result(0))
    made.seen(result(0))
    assert "nobody waits for" in made.failures.messages[0]


def test_a_user_page_that_takes_a_supervisors_register_is_an_escape() -> None:
    made = attempts()
    made.seen(write(PAGE + offset_of("CTRL"), 2))
    assert made.refused.total() == 1
    assert not made.failures.count
    made.seen(write(PAGE + offset_of("CTRL"), 0))
    assert made.failures.messages[0] == "ESCAPE: page 1 wrote CTRL in cycle 1"


def test_a_burst_past_the_end_of_a_window_is_an_escape() -> None:
    oracle = BusOracle(f"oracle{next(NUMBERS)}", None)  # type: ignore[arg-type]
    oracle.failures = Failures()
    user = Owner(port=Port.XIF, context=1)
    window = Window(base=0x100, limit=0x1F0, valid=True, read=True, owners=1)
    oracle._settings = [Setting(since=0, windows=(window,), asking=frozenset({user}))]
    for address, write_, escapes in ((0x1F0, False, 0), (0x1F8, False, 1), (0x100, True, 2)):
        seen = BurstSeen(cycle=100, write=write_, id=0, address=address, beats=2, size=8, burst=1)
        oracle.seen(seen)
        assert oracle.failures.count == escapes, hex(address)


def burst(cycle: int, *, write: bool) -> BurstSeen:
    return BurstSeen(cycle=cycle, write=write, id=0, address=0x100, beats=2, size=8, burst=1)


def test_a_burst_may_wait_while_those_of_the_other_direction_pass() -> None:
    """It is allowed if it was since the last of its own direction; older settings are forgotten."""
    oracle = BusOracle(f"oracle{next(NUMBERS)}", None)  # type: ignore[arg-type]
    oracle.failures = Failures()
    user = Owner(port=Port.XIF, context=1)
    reads = Window(base=0x100, limit=0x1F0, valid=True, read=True, owners=1)
    writes = Window(base=0x100, limit=0x1F0, valid=True, write=True, owners=1)
    asking = frozenset({user})
    oracle._settings = [
        Setting(since=100 * turn, windows=(reads if turn == 5 else writes,), asking=asking)
        for turn in range(40)
    ]
    oracle.seen(burst(550, write=False))
    for cycle in (700, 1500, 2500):
        oracle.seen(burst(cycle, write=True))
    assert oracle._settings[0].since == 500, "the read that comes may be that old"
    oracle.seen(burst(3000, write=False))
    assert not oracle.failures.count
    oracle.seen(burst(3500, write=True))
    assert oracle._settings[0].since == 2400
    oracle.seen(burst(3900, write=False))
    assert len(oracle.failures.messages) == 1, "no window was for reads since the last one"
