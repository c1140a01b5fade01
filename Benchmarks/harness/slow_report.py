"""What was measured of a slow provider, as a person reads it."""
from .report import table

MIB = 1024 * 1024
NAMES = {"paced": "moderate", "saturated": "as fast as it goes"}
PHASES = {"alone": "alone", "beside": "beside 2,000 slow calls", "again": "alone again"}
# Megabytes, and by how much the p99 of others may grow.
MEMORY, FACTOR = 300, 2


def markdown(run):
    """The whole report."""
    machine, took = run["machine"], run["took"]
    sections = [
        f"Measured {machine['time']} at commit {machine['commit']}: {run['seconds']} s each, {took:.0f} s in all. {machine['cores']} cores "
        f"({machine['cpu']}), {machine['system']}, load by {machine['wrk']} on the same machine."]
    loads = [row for row in run["rows"] if row["case"] != "hang"]
    if loads:
        sections += [_quick(loads), _slow(loads), _targets(loads)]
    sections += [_hang(row) for row in run["rows"] if row["case"] == "hang"]
    found = problems(run)
    sections.append(
        "NOT good:\n\n" + "\n".join(f"- {problem}" for problem in found) if found
        else "Every answer was good, and in the end all books agreed.")
    return "\n\n".join(sections) + "\n"


def problems(run):
    """Everything that makes the measurement worthless."""
    return [f"{row['case']}: {problem}" for row in run["rows"] for problem in row["problems"]]


def _quick(rows):
    head = ["quick provider", "load", "", "req/s", "p50 ms", "p99 ms", "gateway CPU"]
    return table(head, [
        [row["case"], NAMES[rate], PHASES[phase], f"{load['rate']:,.0f}", f"{load['p50_ms']:.2f}", f"{load['p99_ms']:.2f}",
         f"{load['cpu_seconds'] / load['seconds']:.0%}"]
        for row in rows for rate in NAMES for phase, load in row[rate].items()])


def _slow(rows):
    head = ["slow provider", "beside", "calls in flight", "answers/s", "p50 ms", "p99 ms", "open files", "RSS MB", "peak MB"]
    return table(head, [
        [row["case"], NAMES[rate], f"{load['in_flight'][0]:,} to {load['in_flight'][1]:,}", f"{load['slow']['rate']:,.0f}",
         f"{load['slow']['p50_ms']:,.0f}", f"{load['slow']['p99_ms']:,.0f}", f"{load['descriptors']:,}",
         f"{load['resident'] / MIB:.0f}", f"{load['peak'] / MIB:.0f}"]
        for row in rows for rate in NAMES for load in [row[rate]["beside"]]])


def _targets(rows):
    lines = []
    for row in rows:
        paced = row["paced"]
        factor = paced["beside"]["p99_ms"] / paced["alone"]["p99_ms"]
        peak = max(row[rate]["beside"]["peak"] for rate in NAMES) / MIB
        lines.append([row["case"], "p99 of the quick provider", f"{FACTOR} times", f"{factor:.1f} times", _met(factor <= FACTOR)])
        lines.append([row["case"], "memory", f"{MEMORY} MB", f"{peak:.0f} MB", _met(peak < MEMORY)])
    return table(["slow provider", "target", "wanted", "measured", "met"], lines)


def _met(is_met):
    return "yes" if is_met else "**no**"


def _hang(row):
    return (
        f"A provider that hangs: its calls were answered {row['answers']} after {row['answered_after']:.1f} s, and {row['open']:.0f} "
        f"operations were open. {row['settled_after']:.1f} s after it answered again, none was; peak {row['peak'] / MIB:.0f} MB.")
