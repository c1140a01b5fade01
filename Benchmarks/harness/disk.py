"""How fast the disk really is: fdatasync after each block, in the folder where the databases are."""
import os
import statistics
import time

BLOCK = b"x" * 4096
# SQLite begins its log anew from 4 MiB on: from then on a commit overwrites blocks that exist.
LOG = 4 * 1024 * 1024


class Disk:
    """A file of our own beside the databases. Each of its syncs takes so many seconds longer, as the gateway's do."""

    def __init__(self, folder, delay=0):
        self.delay = delay
        self.path = os.path.join(folder, "disk-probe")
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        os.pwrite(descriptor, b"x" * LOG, 0)
        os.fsync(descriptor)
        os.close(descriptor)

    def probe(self, seconds, *, grows=False):
        """One block and one fdatasync after the other, over blocks that exist or at the end of a file that grows."""
        path = self.path + "-growing" if grows else self.path
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        times, count, start = [], 0, time.perf_counter()
        try:
            while (begun := time.perf_counter()) - start < seconds:
                offset = count * len(BLOCK)
                os.pwrite(descriptor, BLOCK, offset if grows else offset % LOG)
                if self.delay:
                    time.sleep(self.delay)
                os.fdatasync(descriptor)
                times.append(time.perf_counter() - begun)
                count += 1
        finally:
            os.close(descriptor)
            if grows:
                os.unlink(path)
        times.sort()
        return {
            "per_second": count / (time.perf_counter() - start),
            "median_ms": statistics.median(times) * 1000,
            "p99_ms": times[int(len(times) * 0.99)] * 1000,
        }
