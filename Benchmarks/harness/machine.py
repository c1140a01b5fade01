"""Where and on what it was measured."""
import json
import os
import platform
import subprocess
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Build:
    """The folder with the executables and modules, and what they need to find the Swift runtime; with a slower disk that too."""

    folder: str
    environment: dict

    @staticmethod
    def at(folder, swift, sync_delay=0):
        """With `sync_delay`, each `fdatasync` takes so many seconds longer."""
        info = subprocess.run([swift, "-print-target-info"], check=True, capture_output=True, text=True).stdout
        paths = json.loads(info)["paths"]["runtimeLibraryPaths"]
        folder, environment = os.path.abspath(folder), {"LD_LIBRARY_PATH": ":".join(paths)}
        if sync_delay:
            environment["LD_PRELOAD"] = os.path.join(folder, "libSlowDisk.so")
            environment["BENCH_SYNC_DELAY"] = str(round(sync_delay * 1e6))
        return Build(folder, environment)


def describe(repository):
    """The machine, its load, and the state of the sources."""
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) * 1024
    return {
        "cores": os.cpu_count(), "cpu": models[0] if models else platform.machine(), "memory": memory,
        "kernel": platform.release(), "system": _system(), "time": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "load_before": round(os.getloadavg()[0], 2), "commit": _commit(repository),
        "wrk": _first_line(["wrk", "-v"]), "python": platform.python_version(),
    }


def _system():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _commit(repository):
    def git(*arguments):
        done = subprocess.run(["git", "-C", repository, *arguments], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = git("rev-parse", "--short", "HEAD")
    changed = git("status", "--porcelain", "--", "Sources")
    return (commit or "unknown") + (" with changes" if changed else "")


def _first_line(command):
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines()[0].split(" [")[0]
