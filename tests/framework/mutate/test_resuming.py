"""A campaign goes on where it was interrupted, and tries again what survived."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from honeyguide.cli import UserError
from honeyguide.mutate import campaign as campaign_module
from honeyguide.mutate.campaign import Campaign
from honeyguide.mutate.source import Source
from tests.framework.mutate.campaigns import campaign_of, fates


def test_an_interrupted_campaign_goes_on(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    first.run()
    again, simulated = campaign_of(demo, tmp_path, monkeypatch, {})
    assert fates(again.run()) == ["killed", "survived"]
    assert simulated.ran == []


def test_what_was_taken_before_a_campaign_was_killed_is_in_its_figure(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail", "2A": "fail"})
    monkeypatch.setattr(campaign_module, "cpu_seconds", lambda: 100.0)
    over = first._spent
    # Killed outright, nothing is written at the end.
    monkeypatch.setattr(
        first, "_spent", lambda over=False: None if over else Campaign._spent(first)
    )
    first.run()
    assert "broken_off" not in first.history()
    second, _ = campaign_of(demo, tmp_path, monkeypatch, {})
    second.run()
    said = second.history()
    assert (said["cpu_seconds"], said["broken_off"]) == (200.0, 1)
    over(over=True)
    third, _ = campaign_of(demo, tmp_path, monkeypatch, {})
    third.run()
    assert "broken_off" not in third.history()


def test_what_survived_is_tried_again_with_what_is_new(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    assert fates(first.run()) == ["killed", "survived"]
    assert "began" not in first.history()
    new = tmp_path / "new_test.py"
    new.write_text("another bench")
    second, simulated = campaign_of(demo, tmp_path, monkeypatch, {"2B": "fail"}, again=True)
    monkeypatch.setattr(campaign_module, "sources", lambda: [new])
    second.state.key = second._key()
    mutants = second.run()
    assert fates(mutants) == ["killed", "killed"]
    assert not [name for name in simulated.ran if name.startswith("00001")]
    # The good core passes what has killed then and now.
    assert {"00000-demo.A-c-1", "00000-demo.B-c-1"} <= set(simulated.ran)
    assert second.history()["kept"] == 1
    interrupted, _ = campaign_of(demo, tmp_path, monkeypatch, {}, again=True)
    monkeypatch.setattr(campaign_module, "sources", lambda: [new])
    interrupted.state.key = interrupted._key()
    assert fates(interrupted.run()) == ["killed", "killed"]
    assert interrupted.history()["kept"] == 1
    assert "commit" in second.history()["began"]
    monkeypatch.setattr(campaign_module, "core", lambda: SimpleNamespace(hdl=lambda: [new]))
    third, _ = campaign_of(demo, tmp_path, monkeypatch, {}, again=True)
    monkeypatch.setattr(campaign_module, "core", lambda: SimpleNamespace(hdl=lambda: [new]))
    third.state.key = third._key()
    with pytest.raises(UserError, match="no earlier campaign on these changes"):
        third.run()


@pytest.mark.parametrize("killed", [{}, {"1A": "fail"}], ids=["none", "one"])
def test_of_many_tries_the_first_says_what_was_settled_at_once(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: dict[str, str]
) -> None:
    first, _ = campaign_of(demo, tmp_path, monkeypatch, killed)
    first.run()
    for number, more in enumerate(({"1A": "fail", "2B": "fail"}, {})):
        new = tmp_path / f"new_test_{number}.py"
        new.write_text(f"bench {number}")
        another, _ = campaign_of(demo, tmp_path, monkeypatch, more, again=True)
        monkeypatch.setattr(campaign_module, "sources", lambda new=new: [new])
        another.state.key = another._key()
        assert fates(another.run()) == ["killed", "killed"]
        assert another.history()["kept"] == len(killed)


def test_what_a_campaign_leaves_open_counts_as_a_survivor(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    first.run()
    lines = (tmp_path / "state.jsonl").read_text().splitlines()
    left = [line for line in lines if "00002-" not in line or "demo.A" in line]
    (tmp_path / "state.jsonl").write_text("\n".join(left) + "\n")  # as if it had been interrupted
    now, simulated = campaign_of(demo, tmp_path, monkeypatch, {"2B": "fail"})
    now.now = True
    mutants = now.run()
    assert fates(mutants) == ["killed", "survived"]
    assert mutants[1].message == "not decided: 1 runs passed, then no more"
    assert simulated.ran == []
