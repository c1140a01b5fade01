"""What the project has promised of its speed, and how a run stands to it."""


def targets(run):
    """The targets of the project for this run. `met` is None where one says nothing about this machine."""
    ours = {(row["operation"], row["connections"]): row for row in run["rows"]}
    bare = {(row["operation"], row["connections"]): row for row in run["ceilings"]}
    rival = {row["connections"]: row for row in run["rival"]}
    found = []
    for operation, what in (("create", "create-payment-intent"), ("webhook", "webhooks")):
        if (row := ours.get((operation, 64))) and (other := bare.get((f"bare {operation}", 64))):
            share = row["rate"] / other["rate"]
            found.append(_target(f"{what}, share of the bare route's rate, 64 connections", "60%", f"{share:.0%}", share >= 0.6))
    row = ours.get(("create", 64))
    if row and 64 in rival:
        times = row["rate"] / max(rival[64]["rate"], 0.01)
        found.append(_target("create-payment-intent against FastAPI, 64 connections", "20 times", f"{times:.1f}", times >= 20))
    if row:
        # Each payment needs two commits: a payment counts as one only where both are paid for.
        sync, payments = row["disk"]["median_ms"], row["requests_per_commit"]
        found.append(_target(
            "payments per fdatasync where one takes 2 ms or more, 64 connections", "10",
            f"{payments:.1f}, one takes {sync:.2f} ms", payments >= 10 if sync >= 2 else None))
    if row := ours.get(("create", 1)):
        limit = 2 * row["disk"]["median_ms"] + 1
        found.append(_target(
            "a single client's create: two fdatasyncs and 1 ms", f"{limit:.2f} ms", f"{row['p50_ms']:.2f} ms (median)",
            row["p50_ms"] <= limit))
    return found


def _target(what, wanted, measured, met):
    return {"what": what, "wanted": wanted, "measured": measured, "met": met}
