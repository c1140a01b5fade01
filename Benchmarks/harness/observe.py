"""One load on one server: what it cost the server, the load generator and the machine, and whether others disturbed it."""
import time

from .processes import core_speed, machine_busy

# The share of a core that others may have; the kernel's work for the network and the disk is part of it.
DISTURBED = 0.25


def observed(server, load, requests, **settings):
    """What `Load.run` counted, with the server's CPU time and memory, and the CPU time that went elsewhere: to other processes,
    to the kernel's own work, and to other machines of the same host."""
    server.forget_peak()
    speed = core_speed()
    before, (busy_before, stolen_before) = server.usage(), machine_busy()
    result = load.run(server.base, requests, **settings)
    usage, (busy, stolen) = server.usage().since(before), machine_busy()
    resident, peak = server.memory()
    elsewhere = (busy - busy_before) - usage.seconds - result["wrk_cpu"] - result["making_cpu"] + (stolen - stolen_before)
    return {
        **result, "cpu_seconds": usage.seconds, "cpu_by_thread": usage.by_thread, "cpu_elsewhere": max(0.0, elsewhere),
        "resident": resident, "peak": peak, "core_speed": speed,
    }


def is_disturbed(row):
    """Whether others had so much of the machine that the figures tell little about the server."""
    return row["cpu_elsewhere"] > DISTURBED * row["seconds"]


class Patience:
    """Measures again what was disturbed, as long as so many seconds for it last."""

    def __init__(self, seconds, say):
        self.left = seconds
        self.say = say

    def until_undisturbed(self, measure):
        """What `measure` returns, a row; the last one where patience ends before it is undisturbed."""
        row = measure()
        while is_disturbed(row) and self.left > 0:
            start = time.monotonic()
            self.say(f"others had {row['cpu_elsewhere'] / row['seconds']:.0%} of a core meanwhile: once more when it is quiet")
            self._wait()
            row = measure()
            self.left -= time.monotonic() - start
        return row

    def _wait(self):
        """Until the machine was idle for two seconds."""
        end = time.monotonic() + self.left
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < 2 and time.monotonic() < end:
            before = machine_busy()[0]
            time.sleep(0.5)
            if machine_busy()[0] - before > 0.5 * DISTURBED:
                idle_since = time.monotonic()
