"""How long a gateway takes from its start until it is ready: with warm caches, with cold ones, and after it was killed."""
import os

from .gateway import Gateway

DROP = "/proc/sys/vm/drop_caches"


def starts(installation, count, *, cold=False):
    """Seconds to ready of so many starts, one after the other; None where caches cannot be dropped here."""
    found = []
    for _ in range(count):
        if cold and not drop_caches():
            return None
        with Gateway(installation) as gateway:
            found.append(gateway.seconds_to_ready)
    return found


def drop_caches():
    """Lets the kernel forget all files' pages, which takes root; returns whether it did. Programs come from the disk again too."""
    os.sync()
    try:
        with open(DROP, "w") as control:
            control.write("3")
    except OSError:
        return False
    return True
