"""The page of a regression in a real browser: one that fails and one that passes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image

from honeyguide.plan.plan import Entry as Planned
from honeyguide.regress.engine import Plan, regress
from honeyguide.regress.explain import explain_failures
from honeyguide.regress.finish import functional_of
from honeyguide.regress.live import Live
from honeyguide.regress.reports import write_reports
from honeyguide.regress.suite import Entry, Run
from honeyguide.regress.summary import Story, Summary
from honeyguide.regress.work import Outcome
from honeyguide.report.page import render
from honeyguide.sim import SimResult, SimStatus
from honeyguide.waves.repeat import Repeat, Repeated
from honeyguide.waves.save_file import write_views
from scripts.reports.trends import trends_part
from scripts.runs.cycles import Figure, Trend
from tests.framework.test_engine import counter
from tests.regress.browser import NAMES, Browser, find_browser
from tests.waves.test_views import every_signal

PROGRAM = find_browser()
pytestmark = [
    pytest.mark.sim,
    pytest.mark.xdist_group("regress"),
    pytest.mark.skipif(
        PROGRAM is None,
        reason=f"not judged: no browser ({', '.join(NAMES)}; Debian: apt install chromium)",
    ),
]

WIDTHS = (360, 1280, 2200)
BENCHES = "tests.regress.benches"
PLAN = [
    Planned(name="parity", feature="Even numbers only", stage="V1", spec=(), coverage=("field.in",),
            tests=(f"{BENCHES}.odd_seeds_fail", f"{BENCHES}.passes", "tests/rtl/test_x.py")),
    Planned(name="rest", feature="All else <here>", stage="V2", spec=(), coverage=("assert:x",),
            tests=(f"{BENCHES}.no_one",)),
]  # fmt: skip
TRENDS = [
    Trend(name="slower", now=Figure(name="slower", cycles=1100, utilisation=0.5),
          before=Figure(name="slower", cycles=1000, utilisation=0.55)),
    Trend(name="gone", now=None, before=Figure(name="gone", cycles=7, utilisation=0.0)),
]  # fmt: skip
SAID = (
    "instruction 66 `conv in_base=176`: expected 968448, got 1308672\n  stage array: <sums> differ"
)


def repeated(wanted: Repeat) -> Repeated:
    """What repeating leaves, with views of a real wave file; no simulation of the core is built."""
    (wanted.folder / "run").mkdir(parents=True)
    for name in ("trace.log", "log.txt"):
        (wanted.folder / "run" / name).write_text("text\n", encoding="utf-8")
    difference = {"stage": "array", "cycle": 1396, "issued": 723, "sentences": SAID}
    waves = every_signal(wanted.folder)
    view = write_views(waves, config="8x8", difference=difference, first=7, last=1456)
    result = SimResult(
        status=SimStatus.FAIL, message="m", tests=(), seed=wanted.seed, seconds=1.0, returncode=1,
        log=wanted.folder / "run/log.txt", results_xml=None, coverage=None, waves=None,
    )  # fmt: skip
    return Repeated(
        result=result, difference=difference, folder=wanted.folder, waves=waves, view=view
    )


def pretended_picture(view: Path, picture: Path) -> str:
    Image.new("RGB", (1600, 300), "black").save(picture)
    return ""


def regression(folder: Path, seeds: range) -> Path:
    """Run real simulations of a counter; return the page."""
    test = Entry(name=f"{BENCHES}.odd_seeds_fail", timeout_s=60.0)
    runs = tuple(Run(entry=test, config="8x8", seed=seed) for seed in seeds)
    summary = regress(Plan(runs=runs, jobs=2, folder=folder, make_build=counter, env={}))
    explained = explain_failures(summary, folder, repeat_run=repeated)
    story = Story(
        explained=explained, plan=PLAN, functional=functional_of(summary),
        further=[trends_part("8x8", TRENDS, ["kernel x failed"])],
    )  # fmt: skip
    write_reports(folder, summary, story)
    return folder / "regress.html"


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("honeyguide.waves.bundle.draw", pretended_picture)
        return regression(tmp_path_factory.mktemp("failing place"), range(1, 8))


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return regression(tmp_path_factory.mktemp("passing"), range(2, 3))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert PROGRAM is not None
    with Browser(PROGRAM) as started:
        yield started


def rows(browser: Browser, title: str) -> list[list[str]]:
    """The cells that a reader sees in the table below a title."""
    script = """(title => {
      const head = [...document.querySelectorAll('h2')].find(h => h.innerText.startsWith(title));
      let part = head;
      while (!part.querySelector('table')) part = part.nextElementSibling;
      const seen = [...part.querySelectorAll('tr')].filter(row => !row.hidden);
      return seen.map(r => [...r.cells].map(c => c.innerText.trim()));
    })"""
    rows: list[list[str]] = browser.value(f"{script}({title!r})")
    return rows


def wider_than_window(browser: Browser) -> int:
    wider: int = browser.value(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", ["failing", "passing"])
def test_it_is_one_quiet_page_at_every_width(
    kind: str, width: int, browser: Browser, request: pytest.FixtureRequest
) -> None:
    file: Path = request.getfixturevalue(kind)
    browser.open(file, width=width)
    assert browser.complaints() == []
    asked = [address for address in browser.requests() if not address.startswith("data:")]
    assert asked and all(address.startswith(file.parent.as_uri()) for address in asked), asked
    browser.value("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    assert wider_than_window(browser) <= 0, "the page scrolls to the side"
    heights: list[float] = browser.value(
        "[...document.querySelectorAll('table, pre, h2')].map(part => part.offsetHeight)"
    )
    assert heights and all(height > 0 for height in heights)


def test_every_link_of_a_failing_page_is_a_file_beside_it(failing: Path, browser: Browser) -> None:
    browser.open(failing, width=1280)
    links: list[str] = browser.value("[...document.querySelectorAll('main a')].map(a => a.href)")
    assert len(links) == 6 + 7  # waves, view, transcript, log, the zip, the picture; the runs' logs
    for link in links:
        assert link.startswith("file:///")
        path = Path(unquote(urlsplit(link).path))
        assert path.is_file() and path.is_relative_to(failing.parent)
    loaded: list[Any] = browser.value(
        "Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth)))"
    )
    assert loaded == [1600]


def test_a_failing_page_tells_what_broke_and_how_to_repeat_it(
    failing: Path, browser: Browser
) -> None:
    browser.open(failing, width=1280)
    text: str = browser.value("document.body.innerText")
    assert text.index("FAIL: 7 runs: 4 fail, 3 pass") < text.index("4 × fail")
    assert text.index("4 × fail") < text.index("<sums> differ") < text.index("An entry passes")
    assert f"make regress N=1 TESTS={BENCHES}.odd_seeds_fail CONFIG=8x8 SEED=" in text
    assert f"make waves TEST={BENCHES}.odd_seeds_fail SEED=" in text
    browser.value("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    (_, *listed) = rows(browser, "Failures by cause")
    assert {row[1] for row in listed} == {"1", "3", "5", "7"}, "the seeds"


def test_the_plan_the_cycles_and_the_tests_are_read_from_tables(
    failing: Path, browser: Browser
) -> None:
    browser.open(failing, width=1280)
    (_, parity, rest) = rows(browser, "Test plan")
    assert parity[:3] == ["parity", "V1", "FAIL"] and parity[4:] == ["7", "4", "-"]
    assert rest[2] == "not run"
    assert rows(browser, "Cycles")[1:] == [
        ["slower", "1,100", "1,000", "+10.00%", "50.0", "55.0"],
        ["gone", "-", "7", "not measured", "-", "0.0"],
    ]
    assert rows(browser, "Tests")[1][:4] == [f"{BENCHES}.odd_seeds_fail", "8x8", "7", "4"]


def test_what_is_folded_opens_by_a_click(failing: Path, browser: Browser) -> None:
    browser.open(failing, width=1280)
    feature = "Even numbers only"
    assert feature not in browser.value("document.body.innerText")
    place = browser.value(
        "(() => { const s = [...document.querySelectorAll('td summary')][0]; s.scrollIntoView();"
        "const b = s.getBoundingClientRect(); return [b.x + 5, b.y + b.height / 2]; })()"
    )
    for kind in ("mousePressed", "mouseReleased"):
        browser.command(
            "Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left",
            clickCount=1,
        )  # fmt: skip
    assert feature in browser.value("document.body.innerText")


def test_a_passing_page_has_no_failures(passing: Path, browser: Browser) -> None:
    browser.open(passing, width=1280)
    text: str = browser.value("document.body.innerText")
    assert "PASS: 1 runs: 1 pass" in text
    assert "by cause" not in text and "FAIL" not in text
    assert rows(browser, "Test plan")[1][2] == "pass"


def press(browser: Browser, key: str) -> None:
    """Press and let go a key, as a person without a mouse does."""
    code = {"Tab": 9, "Enter": 13}.get(key, ord(key[0]))
    typed = {} if key == "Tab" else {"text": "\r" if key == "Enter" else key}
    for kind, more in (("keyDown", typed), ("keyUp", {})):
        browser.command(
            "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more
        )


def seeds(browser: Browser) -> list[str]:
    return [row[3] for row in rows(browser, "Runs")[1:]]


def test_runs_are_filtered_by_status_and_text_and_the_address_keeps_it(
    failing: Path, browser: Browser
) -> None:
    browser.open(failing, width=1280)
    assert sorted(seeds(browser)) == list("1234567")
    choose = """((name, value) => {
      const field = document.querySelector(`form[data-table=all-runs] [name=${name}]`);
      field.value = value;
      field.dispatchEvent(new Event('input', {bubbles: true}));
    })"""
    browser.value(f"{choose}('status', 'fail')")
    assert sorted(seeds(browser)) == list("1357")
    browser.value(f"{choose}('text', 'odd seed=5')")
    assert seeds(browser) == ["5"]
    assert browser.value("document.querySelector('form output').value") == "1 of 7"
    browser.value("window.before = true; location.reload()")
    browser.wait("!window.before && document.readyState === 'complete'")
    assert seeds(browser) == ["5"], "after a reload"
    browser.value("document.querySelector('form [type=reset]').click()")
    browser.wait("document.querySelector('form output').value === '7 of 7'")
    browser.value("document.querySelector('[data-only]').click()")
    assert sorted(seeds(browser)) == list("1357"), "the runs of a cause"


def test_runs_are_sorted_by_any_column_with_keys_alone(failing: Path, browser: Browser) -> None:
    browser.open(failing, width=1280)
    browser.value("document.querySelectorAll('#all-runs th button')[3].focus()")
    press(browser, "Enter")
    assert seeds(browser) == list("1234567")
    press(browser, "Enter")
    assert seeds(browser) == list("7654321")
    assert browser.value("document.querySelectorAll('#all-runs th')[3].ariaSort") == "descending"
    press(browser, "Tab")
    assert browser.value("document.activeElement.textContent") == "seconds"
    press(browser, "/")
    assert browser.value("document.activeElement.name") == "text"
    assert browser.value(
        "[...document.querySelectorAll('button, input, select, a, summary')].every(part =>"
        " part.ariaLabel || part.closest('label') || part.textContent.trim() ||"
        " part.querySelector('img[alt]'))"
    ), "everything that can be used has a name"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_schemes(scheme: str, failing: Path, browser: Browser) -> None:
    browser.command(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
    )
    browser.open(failing, width=1280)
    contrast: list[float] = browser.value(
        """(() => {
      const light = text => {
        const part = text.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255);
        const [r, g, b] = part.map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const behind = part => {
        const colour = getComputedStyle(part).backgroundColor;
        return colour === 'rgba(0, 0, 0, 0)' ? behind(part.parentElement) : light(colour);
      };
      return ['h1', '.verdict', 'td', 'th', 'main a', 'pre', '.soft', '.copy', '.tile span', '.bad']
        .map(name => document.querySelector(name))
        .map(part => [light(getComputedStyle(part).color), behind(part)].sort((a, b) => b - a))
        .map(([high, low]) => (high + 0.05) / (low + 0.05));
    })()"""
    )
    paper: str = browser.value("getComputedStyle(document.body).backgroundColor")
    browser.command("Emulation.setEmulatedMedia", features=[])
    assert len(contrast) == 10 and min(contrast) >= 4.5, contrast
    assert (paper == "rgb(20, 23, 26)") == (scheme == "dark")


def test_a_page_that_is_open_follows_the_regression_to_its_end(
    tmp_path: Path, browser: Browser
) -> None:
    test = Entry(name="layers.MacLayers", timeout_s=9.0)
    runs = {run.name: run for run in (Run(entry=test, config="8x8", seed=n) for n in range(3))}
    outcomes: list[Outcome] = []

    def ends(seed: int, status: str) -> None:
        outcomes.append(
            Outcome(name=f"layers.MacLayers-8x8-{seed}", status=status, message="m" * (seed == 1),
                    seconds=1.5, sim_us=1.0, folder="", host="here")
        )  # fmt: skip

    def summary() -> Summary:
        return Summary(runs=runs, outcomes=outcomes, seconds=3.0, jobs=1, where="here",
                       folder=tmp_path)  # fmt: skip

    page = write_reports(tmp_path, summary(), Story(live=True))[-1]
    live = Live(tmp_path, runs)
    live.start(outcomes)
    browser.open(page, width=1280)
    browser.wait("document.getElementById('state')?.textContent.startsWith('running: 0 of 3')")
    ends(0, "pass")
    ends(1, "fail")
    browser.wait("document.getElementById('state')?.textContent.startsWith('running: 2 of 3')")
    assert {(row[0], row[3]) for row in rows(browser, "Runs")[1:]} == {("pass", "0"), ("fail", "1")}
    assert browser.value("document.querySelector('[data-live=failed]').textContent") == "1"
    assert browser.complaints() == []
    ends(2, "pass")
    write_reports(tmp_path, summary())
    live.end()
    browser.wait("document.querySelector('.verdict')?.textContent.startsWith('FAIL: 3 runs')")


def test_a_page_says_when_nobody_writes_its_progress_any_more(
    tmp_path: Path, browser: Browser
) -> None:
    summary = Summary(runs={}, outcomes=[], seconds=1.0, jobs=1, where="x", folder=tmp_path)
    page = write_reports(tmp_path, summary, Story(live=True))[-1]
    old = {"state": "running", "time": 1.0, "runs": 2, "done": 1, "failed": 0, "seconds": 1.0,
           "rate": 1.0, "left": 1.0, "latest": []}  # fmt: skip
    (tmp_path / "progress.js").write_text(f"progress({json.dumps(old)});", encoding="utf-8")
    browser.open(page, width=1280)
    browser.wait("document.getElementById('state')?.textContent.startsWith('stopped: no sign')")


def test_these_checks_find_what_is_wrong(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "bad.html").write_text(
        "{% extends 'base.html' %}{% block title %}Bad{% endblock %}{% block content %}"
        "<script>console.error('oh'); nothing()</script><table><tr><td>{{ word }}</table>"
        "<img src='missing.png'><img src='http://127.0.0.1:9/x.png'>{% endblock %}",
        encoding="utf-8",
    )
    bad = render("bad.html", tmp_path, word="w" * 4000).replace("break-word", "normal")
    file = tmp_path / "bad.html"
    file.write_text(bad, encoding="utf-8")
    browser.open(file, width=1280)
    assert len(browser.complaints()) >= 3
    assert any(address.startswith("http:") for address in browser.requests())
    assert wider_than_window(browser) > 0
