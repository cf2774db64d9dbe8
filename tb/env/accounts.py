"""What the accounts of `tb/env/accounts_table.py` say of a run: where events were lost or added.

The first account that did not balance is where to look: a wait, a wrong value, an answer too many
come after it. Where two parts share an account, it is the first that did not do its part as long as
its event is still owed; else the second acted too early.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from tb.env.accounts_table import Account


class Mistake(IntEnum):
    """As tb/hdl/trace_store.cpp numbers them."""

    NONE = 0
    TOO_MUCH_GONE = 1
    TOO_MUCH_INSIDE = 2
    LATE = 3


@dataclass(frozen=True, kw_only=True)
class Broken:
    """An account that did not balance.

    Attributes:
        account: which.
        mistake: the first in it.
        cycle: when.
        inside: what was in it in the end.
    """

    account: Account
    mistake: Mistake
    cycle: int
    inside: int

    @property
    def part(self) -> str:
        """The part of the core to look at."""
        account = self.account
        if self.mistake is Mistake.TOO_MUCH_GONE:
            return account.source if self.inside < 0 else account.sink
        return account.sink

    def sentence(self) -> str:
        """In words."""
        account, who = self.account, self.account.source
        if account.source != account.sink:
            who = f"{account.source} to {account.sink}"
        told = {
            Mistake.TOO_MUCH_GONE: "acted on without having come",
            Mistake.TOO_MUCH_INSIDE: "came, but was not acted on before the next",
            Mistake.LATE: "came, and nothing went on",
            Mistake.NONE: "as it should be",
        }[self.mistake]
        return f"{account.name} ({who}) {told} in cycle {self.cycle}"


def broken_accounts(
    accounts: Sequence[Account], inside: Sequence[int], mistakes: Sequence[int],
    when: Sequence[int],
) -> tuple[Broken, ...]:  # fmt: skip
    """Return the accounts that did not balance, the first first."""
    rows = zip(accounts, inside, mistakes, when, strict=False)  # there is room for more
    found = [
        Broken(account=account, mistake=Mistake(mistake), cycle=cycle, inside=left)
        for account, left, mistake, cycle in rows
        if mistake != Mistake.NONE
    ]
    return tuple(sorted(found, key=lambda item: item.cycle))
