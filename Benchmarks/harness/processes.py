"""Servers of our own: started on a free port, watched through /proc, and ended by their id whatever happens."""
import hashlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import defaultdict
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Usage:
    """What processes have used so far: CPU seconds in all, and by thread's name."""

    seconds: float
    by_thread: dict

    def since(self, earlier):
        names = {name: spent - earlier.by_thread.get(name, 0) for name, spent in self.by_thread.items()}
        return Usage(self.seconds - earlier.seconds, {name: spent for name, spent in names.items() if spent > 0})


class Server:
    """A process group with an HTTP server at its head. As a context manager it ends with the block."""

    def __init__(self, command, *, port, log, environment=None, directory=None):
        self.base = f"http://127.0.0.1:{port}"
        self.port = port
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=directory,
                env={**os.environ, **(environment or {})}, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, patience=30):
        """Asks it to end, and ends it and all that it has started when it does not within so many seconds; at once for None."""
        if self.process.poll() is None and patience is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def kill(self):
        """Ends it as a power cut would, but for what the kernel has yet to write."""
        self.stop(patience=None)

    def wait_until_ready(self, path="/readyz", limit=30):
        """Returns the seconds that it took."""
        start = time.monotonic()
        while time.monotonic() - start < limit:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.base + path, timeout=1) as answer:
                    if answer.status == 200:
                        return time.monotonic() - start
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.02)
        with open(self.log, errors="replace") as log:
            raise RuntimeError(f"the server did not get ready; its log ends so:\n{log.read()[-2000:]}")

    def pids(self):
        """The server and the processes it has started."""
        members = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    if os.getpgid(int(entry)) == self.process.pid:
                        members.append(int(entry))
                except ProcessLookupError:
                    continue
        return members

    def usage(self):
        """The CPU time of all its processes."""
        total, by_thread = 0.0, defaultdict(float)
        for pid in self.pids():
            try:
                total += _cpu(f"/proc/{pid}/stat")[1]
                for task in os.listdir(f"/proc/{pid}/task"):
                    name, spent = _cpu(f"/proc/{pid}/task/{task}/stat")
                    by_thread[name] += spent
            except (FileNotFoundError, ProcessLookupError):
                continue
        return Usage(total, dict(by_thread))

    def memory(self):
        """Resident memory of all its processes in bytes: now, and the most since `forget_peak`."""
        now = peak = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/status") as status:
                fields = dict(line.split(":", 1) for line in status)
            now += int(fields["VmRSS"].split()[0]) * 1024
            peak += int(fields["VmHWM"].split()[0]) * 1024
        return now, peak

    def forget_peak(self):
        """Lets the peak of memory begin anew."""
        for pid in self.pids():
            with open(f"/proc/{pid}/clear_refs", "w") as control:
                control.write("5")


def core_speed(seconds=0.1):
    """How many megabytes one core hashes in a second, at this moment: a rented machine's cores are not the same all day."""
    block, count, start = b"x" * 65536, 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        hashlib.sha256(block).digest()
        count += 1
    return count * len(block) / 1e6 / (time.perf_counter() - start)


def machine_busy():
    """CPU seconds of everything on the machine since it booted, and those that its host took away."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, interrupts, soft, stolen = map(int, stat.readline().split()[1:9])
    return (user + nice + system + interrupts + soft) / TICKS, stolen / TICKS


def _cpu(path):
    with open(path) as stat:
        head, _, rest = stat.read().rpartition(")")
    fields = rest.split()
    name = head.partition("(")[2].rstrip("0123456789").rstrip("-#")
    return name, (int(fields[11]) + int(fields[12])) / TICKS
