"""Random networks through importer, compiler, RTL and oracle: `make fuzz N=1000 SEED=7`.

Each is a graph of up to 30 random operators with random shapes, quantisation, branches, shared
constants, states, inputs and outputs. Golden is compared with TensorFlow Lite Micro (LiteRT for the
operators that it lacks), the RTL with golden, every tensor. What fails is shrunk to its smallest
graph and written as a file, with the command that repeats it. Writes random_networks.json.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from honeyguide import cli
from honeyguide.report.files import Results, add_results_option, shown
from honeyguide.report.progress import Progress
from honeyguide.sim import HdlError
from scripts.random_networks.campaign import Campaign, Finding, Tally
from scripts.random_networks.generate import BY_NAME
from scripts.runs.bench import bench, configuration
from scripts.runs.oracle import Oracles
from scripts.runs.whole import prediction_sentence

NETWORKS = 100


def main(argv: list[str]) -> int:
    """Run a campaign; return 1 when a network failed."""
    options = cli.parser("random_networks", __doc__)
    cli.add(options, "n", default=NETWORKS, help=f"networks, default {NETWORKS}")
    cli.add(options, "seed", "config", "first")
    cli.add(options, "only", help="draw from these kinds of operators alone, with commas")
    add_results_option(options)
    wanted = options.parse_args(argv)
    only = kinds(wanted.only)
    core = configuration(wanted.config)
    results = Results(command="random_networks", folder=wanted.results.resolve())
    results.start()
    started, progress = time.monotonic(), Progress("networks")
    campaign = Campaign(
        core=core, build=bench(core), folder=results.runs, seed=wanted.seed, only=only
    )
    with Oracles() as oracles:
        numbers = range(wanted.first, wanted.first + wanted.n)
        tally = campaign.run(numbers, oracles, progress.update)
    progress.done()
    missing = gaps(tally, wanted.n)
    path = results.write(
        {
            "pass": not tally.findings and not missing,
            "reasons": missing,
            "seed": wanted.seed,
            "first": wanted.first,
            "config": core.name,
            "networks": tally.networks,
            "simulated": tally.simulated,
            "without_core": tally.without_core,
            "operators": dict(sorted(tally.operators.items())),
            "judges": dict(tally.judges),
            "judged_values": tally.judged_values,
            "rtl_values": tally.rtl_values,
            "predictions": [asdict(one) for one in tally.predictions],
            "failures": [entry(finding) for finding in tally.findings],
            "seconds": time.monotonic() - started,
        }
    )
    for line in summary(tally):
        print(line)
    print(f"report    {shown(path)}")
    for reason in missing:
        print(f"FAIL: {reason}")
    if not missing:
        print("FAIL" if tally.findings else "PASS")
    return 1 if tally.findings or missing else 0


def gaps(tally: Tally, wanted: int) -> list[str]:
    """Return what was to be compared and was not: without it a pass says nothing."""
    found = []
    if tally.networks < wanted:
        found.append(f"{wanted - tally.networks} of {wanted} networks were not run")
    if not tally.findings and not tally.judged_values:
        found.append("no value of golden was judged by another")
    if not tally.findings and not tally.rtl_values:
        found.append(
            "no value of the core was compared with golden"
            + (": no network has work for it" if tally.without_core == tally.networks else "")
        )
    return found


def kinds(words: str | None) -> list[str]:
    """Return the kinds that words name. Raises UserError for one that there is not."""
    names = [word.strip() for word in words.split(",")] if words else []
    for name in names:
        if name not in BY_NAME:
            hint = cli.did_you_mean(name, BY_NAME)
            raise cli.UserError(
                f"unknown kind {name!r}{hint or '; there are ' + ', '.join(BY_NAME)}"
            )
    return names


def entry(finding: Finding) -> dict[str, Any]:
    """Return a failure's entry in the report."""
    return {
        "network": finding.index,
        "stage": finding.failure.stage,
        "text": finding.failure.text,
        "shrunk_to": finding.shrunk.operators,
        "shrunk_text": finding.shrunk.failure.text,
        "file": str(finding.file),
        "commands": finding.commands,
    }


def summary(tally: Tally) -> list[str]:
    """Return the lines for people."""
    judges = ", ".join(f"{count:,} by {name or 'nobody'}" for name, count in tally.judges.items())
    lines = [
        f"networks  {tally.networks:,} of {sum(tally.operators.values()):,} operators of "
        f"{len(tally.operators)} kinds, {len(tally.findings)} fail",
        f"oracle    {tally.judged_values:,} values: {judges}",
        f"RTL       {tally.simulated:,} networks, {tally.rtl_values:,} values equal golden; "
        f"{tally.without_core} networks have no work for the core",
    ]
    furthest = max(tally.predictions, key=lambda one: abs(one.error), default=None)
    if furthest is not None:
        lines.append(
            f"cycles    predicted for {len(tally.predictions):,} networks; furthest off is network "
            f"{furthest.index}: {prediction_sentence(furthest.predicted, furthest.measured)}"
        )
    for finding in tally.findings:
        lines.append(
            f"FAIL      network {finding.index}, {finding.failure.stage}; "
            f"shrunk to {', '.join(finding.shrunk.operators)}: {finding.shrunk.failure.line}"
        )
        lines += [f"          {command}" for command in finding.commands]
    return lines


if __name__ == "__main__":
    cli.run_command(main, HdlError)
