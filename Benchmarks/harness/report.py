"""The measurements as a person reads them."""
from .gateway import LOG_LEVEL
from .observe import DISTURBED, is_disturbed

MIB = 1024 * 1024
NAMES = {
    "orders": "POST orders", "create": "create-payment-intent", "get": "GET transaction", "list": "GET transactions (20)",
    "confirm": "confirm", "refund": "refund", "webhook": "webhook", "bare create": "bare route: create-payment-intent",
    "bare webhook": "bare route: webhook", "FastAPI create": "FastAPI: create",
}
HEAD = [
    "", "conn.", "req/s", "p50 ms", "p99 ms", "errors", "commits/s", "units/commit", "req/commit", "disk syncs/s", "CPU",
    "wrk CPU", "other CPU", "core MB/s", "RSS MB", "peak MB",
]


def markdown(run):
    """The whole report. Sections without measurements are left out."""
    measured = run["rows"] + run["ceilings"] + run["rival"]
    sections = [
        *circumstances(run), table(HEAD, [_row(row) for row in measured]), *_sqlite(run["sqlite"]), *targets_table(run["targets"]),
        *_threads(run["rows"]), *_disturbance(measured), verdict(problems(run)),
    ]
    return "\n\n".join(sections) + "\n"


def problems(run):
    """Everything that makes the measurement worthless."""
    return [
        f"{NAMES[row['operation']]} at {row['connections']}: {problem}"
        for row in run["rows"] + run["ceilings"] + run["rival"] for problem in row["problems"]
    ]


def circumstances(run):
    """When, where and on what it was measured."""
    machine, settings = run["machine"], run["settings"]
    yield (
        f"Measured {machine['time']} at commit {machine['commit']}, {'quick' if settings['quick'] else 'full'} run: "
        f"{settings['seconds']} s each, {run['took']:.0f} s in all.")
    yield (
        f"Machine: {machine['cores']} cores ({machine['cpu']}), {machine['memory'] / 2**30:.0f} GB, {machine['system']}, kernel "
        f"{machine['kernel']}; load average before {machine['load_before']}. Load by {machine['wrk']} on the same machine.")
    ready = f", ready {run['ready'] * 1000:.0f} ms after its start" if "ready" in run else ""
    yield f"Gateway: release build, SQLite at synchronous=FULL, mock provider in the process, log level {LOG_LEVEL}{ready}."
    if delay := settings.get("sync_delay"):
        yield f"Each fdatasync was made to take {delay:g} ms longer, the disk's own probe included."
    for when, probes in run["disk"].items():
        yield f"Disk {when}: " + "; ".join(
            f"{probe['per_second']:.0f} fdatasync/s {how} (median {probe['median_ms']:.2f} ms, p99 {probe['p99_ms']:.2f} ms)"
            for how, probe in probes.items()) + "."


def _row(row):
    seconds = row["seconds"]
    return [
        NAMES[row["operation"]], row["connections"], _number(row["rate"]), f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.2f}",
        row["refused"] + row["broken"], _number(row.get("commits_per_second")), _decimal(row.get("units_per_commit")),
        _decimal(row.get("requests_per_commit")), _number(row["disk"]["per_second"]) if "disk" in row else "-",
        f"{row['cpu_seconds'] / seconds:.0%}", f"{row['wrk_cpu'] / seconds:.0%}", f"{row['cpu_elsewhere'] / seconds:.0%}",
        _number(row["core_speed"]), _number(row["resident"] / MIB), _number(row["peak"] / MIB),
    ]


def _sqlite(rows):
    if rows:
        yield "SQLite alone, with the rows of creations:"
        yield table(["creations in a transaction", "creations/s", "commits/s", "disk syncs/s"], [
            [row["group"], _number(row["rate"]), _number(row["commits"] / row["seconds"]), _number(row["disk"]["per_second"])]
            for row in rows])


def targets_table(targets):
    """What was promised, and whether it is kept; nothing where nothing was measured of it."""
    if targets:
        told = {True: "yes", False: "**no**", None: "does not apply"}
        yield "Targets:"
        yield table(["target", "wanted", "measured", "met"], [
            [target["what"], target["wanted"], target["measured"], told[target["met"]]] for target in targets])


def _threads(rows):
    """The CPU time by thread of the load that the targets are about. Linux cuts a thread's name to 15 characters."""
    for row in rows:
        if row["operation"] == "create" and row["connections"] == 64:
            most = sorted(row["cpu_by_thread"].items(), key=lambda item: -item[1])[:6]
            yield (
                f"CPU seconds of the gateway by thread, create-payment-intent at 64 connections, {row['seconds']:.0f} s: "
                + ", ".join(f"{name} {spent:.1f}" for name, spent in most) + ".")


def _disturbance(rows):
    disturbed = [row for row in rows if is_disturbed(row)]
    if disturbed:
        yield (
            f"**Disturbed**: during {len(disturbed)} of {len(rows)} loads others had more than {DISTURBED:.0%} of a core (other "
            "CPU); those figures don't count.")


def verdict(found):
    """Whether the books agreed, or these problems."""
    if found:
        return "The books do NOT agree:\n\n" + "\n".join(f"- {problem}" for problem in found)
    return "After every load both books agreed: the gateway's database and the provider's journal."


def table(head, rows):
    """A table of Markdown whose columns line up in a terminal too."""
    rows = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(head))]
    lines = ["| " + " | ".join(
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))) + " |" for row in rows]
    lines.insert(1, "| " + " | ".join("-" * (width - 1) + (":" if column else "-") for column, width in enumerate(widths)) + " |")
    return "\n".join(lines)


def _number(value):
    return "-" if value is None else f"{value:,.0f}"


def _decimal(value):
    return "-" if value is None else f"{value:.1f}"
