#!/usr/bin/env python3
"""Loads the release build of the gateway, and what it is compared with, and prints what was measured; `make bench` runs it.

Everything is on 127.0.0.1, in a folder that is removed at the end. It ends with 1 where the books do not agree.
"""
import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time

from harness import machine, report, rival, scale_report, slow, slow_report
from harness.ceilings import BareRoutes, sqlite_alone
from harness.disk import Disk
from harness.gateway import LIFETIME, Gateway, Installation
from harness.observe import Patience
from harness.scale import Scale
from harness.targets import targets
from harness.workload import OPERATIONS, Workload
from harness.wrk import Load

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMPARED = ("ceilings", "sqlite", "fastapi")
READS = "reads"


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="the folder with gateway, ceiling and libMockProvider.so")
    parser.add_argument("--quick", action="store_true", help="2 s each at 1 and 64 connections: under two minutes in all")
    parser.add_argument("--seconds", type=int, help="how long each load lasts (8; 4 with --scale; 2 with --quick)")
    parser.add_argument("--connections", type=numbers, help="comma-separated (1,16,64,256; 1,64 with --quick)")
    parser.add_argument(
        "--scale", type=int, metavar="PAYMENTS",
        help="compares an empty database with one of so many payments instead: eight minutes; the first time for 10000000 "
        "also ten to generate them, and 30 GB of disk")
    parser.add_argument(
        "--only", type=names, default=[*OPERATIONS, *COMPARED, READS],
        help=f"comma-separated, of {', '.join([*OPERATIONS, *COMPARED])}, and with --scale of {', '.join([*OPERATIONS, READS])}")
    parser.add_argument(
        "--patience", type=int, help="seconds in all for repeating loads that others disturbed (120; 20 with --quick)")
    parser.add_argument(
        "--sync-delay", type=float, default=0, metavar="MS",
        help="has each fdatasync take so many milliseconds longer: what a slower disk would do (0)")
    parser.add_argument(
        "--slow", type=cases, nargs="?", const=slow.CASES, metavar="CASES",
        help=f"only a provider that takes a second for each call, beside a quick one: some of {','.join(slow.CASES)}")
    parser.add_argument("--output", metavar="DIR", help="writes bench.md and bench.json there")
    parser.add_argument("--keep", action="store_true", help="leaves the folder with databases, journals and logs")
    options = parser.parse_args()
    if options.sync_delay and (options.scale or options.slow):
        parser.error("--sync-delay goes with neither --scale nor --slow")
    options.seconds = options.seconds or (2 if options.quick else 4 if options.scale else 8)
    options.patience = (20 if options.quick else 120) if options.patience is None else options.patience
    options.connections = options.connections or ([1, 64] if options.quick else [1, 16, 64, 256])
    return options


def numbers(text):
    return [int(part) for part in text.split(",")]


def cases(text):
    wanted = text.split(",")
    if unknown := set(wanted) - {*slow.CASES}:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return wanted


def names(text):
    wanted = text.split(",")
    unknown = set(wanted) - {*OPERATIONS, *COMPARED, READS}
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return wanted


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def main():
    options = arguments()
    # An end from outside unwinds the blocks that end the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Beside the build: on a disk, where the folder for temporary files often is in memory.
    parent = os.path.join(REPOSITORY, ".build-bench")
    os.makedirs(parent, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="run.", dir=parent)
    memory = tempfile.mkdtemp(prefix="bench.", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else folder)
    try:
        venv = os.path.join(parent, "venv")
        if options.slow:
            run = measure_slow(options, folder, venv, memory)
        elif options.scale:
            run = measure_scale(options, folder, Load(memory))
        else:
            run = measure(options, folder, venv, Load(memory))
    finally:
        shutil.rmtree(memory, ignore_errors=True)
        if options.keep:
            say(f"everything is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    reporter = slow_report if options.slow else scale_report if options.scale else report
    text = reporter.markdown(run)
    print(text)
    if options.output:
        os.makedirs(options.output, exist_ok=True)
        with open(os.path.join(options.output, "bench.md"), "w") as file:
            file.write(text)
        with open(os.path.join(options.output, "bench.json"), "w") as file:
            json.dump(run, file, indent=1)
    sys.exit(1 if reporter.problems(run) else 0)


def measure(options, folder, venv, load):
    """All that was asked for, one after the other."""
    delay = options.sync_delay / 1000
    build = machine.Build.at(options.build, os.environ.get("SWIFT", "swift"), delay)
    # Packages are fetched before anything is measured.
    interpreter = rival.python(venv) if "fastapi" in options.only else None
    settings = {
        "quick": options.quick, "seconds": options.seconds, "connections": options.connections, "sync_delay": options.sync_delay}
    run = {"machine": machine.describe(REPOSITORY), "settings": settings, "ceilings": [], "sqlite": [], "rival": []}
    run["rows"], start = [], time.monotonic()
    disk, patience = Disk(folder, delay), Patience(options.patience, say)
    run["disk"] = {"before": probe(disk, options.quick)}
    installation = Installation(build, os.path.join(folder, "gateway"))
    with Gateway(installation) as gateway:
        run["ready"] = gateway.seconds_to_ready
        workload = Workload(gateway, load, disk, patience, say)
        # Warm caches and files, and a payment that webhooks can be about.
        workload.prepare("webhook", 64, 1)
        with BareRoutes(build, installation, folder, load, patience, workload.events) as bare:
            # What is compared is measured right after each other: a machine's cores and disk are not the same for long.
            for operation in OPERATIONS:
                for connections in options.connections:
                    if operation in options.only:
                        run["rows"].append(told(workload.measure(operation, connections, options.seconds)))
                    if operation in ("create", "webhook") and "ceilings" in options.only:
                        run["ceilings"].append(told(bare.measure(operation, connections, options.seconds)))
                    if operation == "create" and connections == compared_at(options):
                        if "fastapi" in options.only:
                            run["rival"].append(told(patience.until_undisturbed(lambda: rival.measure(
                                build, folder, interpreter, load, disk, compared_at(options), options.seconds))))
                        if "sqlite" in options.only:
                            run["sqlite"] = sqlite_alone(build, folder, options.seconds, disk)
        if gateway.age > LIFETIME:
            say("the gateway has read the mock's list of events meanwhile, and was busy with them: measure less at a time")
    run["disk"]["after"] = probe(disk, options.quick)
    run["took"] = time.monotonic() - start
    run["targets"] = targets(run)
    return run


def measure_scale(options, folder, load):
    """An empty database and a filled one, one after the other and in turns."""
    build = machine.Build.at(options.build, os.environ.get("SWIFT", "swift"))
    start, disk = time.monotonic(), Disk(folder)
    run = {
        "machine": machine.describe(REPOSITORY), "settings": {"quick": options.quick, "seconds": options.seconds},
        "disk": {"before": probe(disk, options.quick)},
        "scale": Scale(build, folder, options.scale, load, disk, options, say).measure()}
    run["disk"]["after"] = probe(disk, options.quick)
    run["took"] = time.monotonic() - start
    return run


def measure_slow(options, folder, venv, memory):
    """A quick provider beside a slow one."""
    build = machine.Build.at(options.build, os.environ.get("SWIFT", "swift"))
    interpreter = rival.python(venv)
    start = time.monotonic()
    rows = slow.measure(build, folder, memory, interpreter, options.seconds, options.slow, say)
    return {"machine": machine.describe(REPOSITORY), "seconds": options.seconds, "rows": rows, "took": time.monotonic() - start}


def compared_at(options):
    """The number of connections at which the gateway is compared with other programs."""
    return 64 if 64 in options.connections else max(options.connections)


def told(row):
    """Says a row as soon as it is there."""
    times = f"p50 {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms"
    say(f"{row['operation']} at {row['connections']}: {row['rate']:,.0f}/s, {times}")
    for problem in row["problems"]:
        say(f"    {problem}")
    return row


def probe(disk, quick):
    """What the disk does, over the blocks of a log that began anew, and at the end of one that grows."""
    seconds = 0.5 if quick else 2
    return {"over blocks that exist": disk.probe(seconds), "at the end of a growing file": disk.probe(seconds, grows=True)}


if __name__ == "__main__":
    main()
