"""Where registers are: by address, on the pages of the supervisor and of users."""

from golden.register_map import PAGE, PAGES, USER_PAGE, offset_of, register_at
from golden.registers_table import REGISTERS


def test_each_register_is_at_its_addresses_alone() -> None:
    wanted = {}
    for register in REGISTERS:
        for place in range(register.count):
            wanted[register.offset + 4 * place] = register.name
    found = {at: item.name for at in range(PAGE) if (item := register_at(at)) is not None}
    assert found == wanted
    assert sum(name == "WINDOW_BASE" for name in found.values()) > 1, "an array"


def test_user_pages_have_some_of_them() -> None:
    assert (PAGE, PAGES) == (0x1000, 4), (
        "architecture.md section 3: the supervisor's, three of users"
    )
    for page in range(1, PAGES + 1):
        found = {
            item.name
            for at in range(page * PAGE, (page + 1) * PAGE)
            if (item := register_at(at)) is not None
        }
        assert found == (set(USER_PAGE) if page < PAGES else set())
    assert register_at(PAGE + offset_of("ERR_CAUSE")) == register_at(offset_of("ERR_CAUSE"))
