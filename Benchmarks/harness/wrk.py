"""The load generator, and the files of requests that it sends."""
import json
import os
import shutil
import signal
import subprocess
import time

SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "replay.lua")


def request(method, path, token=None, body=None, headers=()):
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    lines.extend(f"{name}: {value}" for name, value in headers)
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    elif method == "POST":
        lines.append("Content-Length: 0")
    return "\r\n".join(lines) + "\r\n\r\n" + (body or "")


class Load:
    """Runs wrk with requests from a folder in memory, so that writing them does not disturb the disk."""

    def __init__(self, folder):
        self.folder = folder
        if not shutil.which("wrk"):
            raise SystemExit("bench: wrk is missing; scripts/setup-debian.sh bench installs it")

    def run(self, base, requests, *, connections, seconds, repeats, pace=None):
        """Sends the requests; each once unless `repeats`. With `pace`, two numbers of milliseconds, the connections' first requests are
        spread over the first, and each pauses for the second on average after each answer.

        Returns what wrk counted, with `ok` (answers 2xx and 3xx), `rate` (of those), and CPU seconds: `wrk_cpu`, and `making_cpu`
        for the making of the requests before.
        """
        own = time.process_time()
        threads = min(2, connections)
        path = os.path.join(self.folder, "requests")
        files = [open(f"{path}.{number + 1}", "w", encoding="ascii", newline="") for number in range(threads)]
        try:
            for index, text in enumerate(requests):
                files[index % threads].write(f"{len(text)}\n{text}")
        finally:
            for file in files:
                file.close()
        command = [
            "wrk", "--threads", str(threads), "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "10s",
            "--script", SCRIPT, base, "--", path, "repeat" if repeats else "once"]
        if pace:
            command += [str(number) for number in (connections // threads, *pace)]
        making = time.process_time() - own
        output, cpu = _run(command, limit=seconds + 30)
        for file in files:
            os.unlink(file.name)
        line = next((line for line in output.splitlines() if line.startswith("result ")), None)
        if line is None:
            raise RuntimeError(f"wrk said nothing of use:\n{output}")
        result = json.loads(line.removeprefix("result "))
        result["ok"] = result["requests"] - result["refused"]
        result["rate"] = result["ok"] / result["seconds"]
        result["wrk_cpu"], result["making_cpu"] = cpu, making
        return result


def _run(command, limit):
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    before = _children()
    try:
        output, _ = process.communicate(timeout=limit)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
    return output, _children() - before


def _children():
    times = os.times()
    return times.children_user + times.children_system
