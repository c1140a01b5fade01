"""What a run with a filled database has measured, as a person reads it."""
import statistics

from .report import NAMES, circumstances, table, targets_table, verdict
from .scale import BUSY, CALM

# Rates may be so much lower than in an empty database.
SHARE = 0.9
P99_MS = 10
READY_MS = 300


def markdown(run):
    scale = run["scale"]
    sections = [
        *circumstances(run), _database(scale), *_rates(scale["rates"]), *_reads(scale["reads"]), *_starts(scale),
        *targets_table(targets(scale)), verdict(problems(run))]
    return "\n\n".join(sections) + "\n"


def problems(run):
    """Everything that makes the measurement worthless."""
    return [
        f"{NAMES[row['operation']]}, {name}: {problem}" for compared in run["scale"]["rates"] for rows in compared["rounds"]
        for name, row in zip(("empty", "filled"), rows, strict=True) for problem in row["problems"]
    ]


def targets(scale):
    """The targets for a filled database, and how the run stands to them."""
    found = []
    for compared in scale["rates"]:
        ratio = statistics.median(compared["ratios"])
        found.append({
            "what": f"{NAMES[compared['operation']]}: rate as a share of the empty one's", "wanted": f"{SHARE:.0%}",
            "measured": f"{ratio:.0%}", "met": ratio >= SHARE})
    if scale["reads"]:
        worst = max(scale["reads"], key=lambda read: read["rows"][1]["p99_ms"])
        p99 = worst["rows"][1]["p99_ms"]
        found.append({
            "what": f"p99 of every list and look-up, {CALM} connections", "wanted": f"{P99_MS} ms",
            "measured": f"{p99:.2f} ms ({worst['name']})", "met": p99 < P99_MS})
    ready = max(scale["warm"][1]) * 1000
    found.append({
        "what": "start to ready with the filled database", "wanted": f"{READY_MS} ms", "measured": f"{ready:.0f} ms",
        "met": ready < READY_MS})
    return found


def _database(scale):
    made = f"generated in {scale['generation']:.0f} s" if scale["generation"] else "generated in an earlier run"
    size = f"{scale['payments']:,} payments, {scale['bytes'] / 2**30:.1f} GiB"
    return f"The filled database: {size}, {made}; each run works on a copy."


def _rates(rates):
    if rates:
        yield f"Rates at {BUSY} connections, of each pair of loads in turns:"
        yield table(["", "empty req/s", "filled req/s", "filled / empty", "of the pairs", "empty p99 ms", "filled p99 ms"], [
            [
                NAMES[row["operation"]], *(f"{_mean(row, side, 'rate'):,.0f}" for side in (0, 1)),
                f"{statistics.median(row['ratios']):.2f}", f"{min(row['ratios']):.2f} to {max(row['ratios']):.2f}",
                *(f"{_mean(row, side, 'p99_ms'):.2f}" for side in (0, 1)),
            ] for row in rates])


def _mean(row, side, what):
    return statistics.mean(rows[side][what] for rows in row["rounds"])


def _reads(reads):
    if reads:
        yield f"Look-ups and lists of 20 at {CALM} connections:"
        yield table(["", "empty req/s", "filled req/s", "empty p99 ms", "filled p50 ms", "filled p99 ms", "errors"], [
            [
                read["name"], *(f"{row['rate']:,.0f}" for row in read["rows"]), f"{read['rows'][0]['p99_ms']:.2f}",
                f"{read['rows'][1]['p50_ms']:.2f}", f"{read['rows'][1]['p99_ms']:.2f}",
                sum(row["refused"] + row["broken"] for row in read["rows"]),
            ] for read in reads])


def _starts(scale):
    yield "Start to ready, in milliseconds, median and most:"
    names = {"warm": "warm caches", "killed": "after SIGKILL under load", "cold": "no file in the page cache, programs neither"}
    yield table(["", "empty", "filled"], [
        [name, *(_times(seconds) for seconds in scale[key])] for key, name in names.items()])


def _times(seconds):
    if not seconds:
        return "not possible here"
    return f"{statistics.median(seconds) * 1000:.0f}, {max(seconds) * 1000:.0f}"
