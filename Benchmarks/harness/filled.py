"""Databases that are filled already: generated once for each schema and number of payments, and copied for each run."""
import glob
import hashlib
import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing

from . import generator


class Filled:
    """The database with so many payments in `folder`. The first use generates it, which takes minutes for millions."""

    def __init__(self, folder, payments, say):
        self.folder = folder
        self.payments = payments
        self.say = say
        # How long the generation took; None where it was there already.
        self.seconds = None

    def put(self, database):
        """Replaces `database`, which has a schema and no rows, by a copy of its own of the filled one."""
        source = self._path(database)
        if not os.path.exists(source):
            self._generate(database, source)
        for end in ("", "-wal", "-shm"):
            if os.path.exists(database + end):
                os.unlink(database + end)
        # Copied by the file system, at once, where it can.
        subprocess.run(["cp", "--reflink=auto", "--", source, database], check=True)
        os.chmod(database, 0o600)
        # Written now, and not while something is measured.
        os.sync()

    def _path(self, database):
        """The file's name has all that its content depends on: schema, number and generator."""
        with closing(sqlite3.connect(database)) as connection:
            parts = [str(generator.schema(connection)).encode()]
        for path in (generator.__file__, generator.PIECES):
            with open(path, "rb") as file:
                parts.append(file.read())
        digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
        return os.path.join(self.folder, f"filled-{self.payments}-{digest}.db")

    def _generate(self, empty, path):
        os.makedirs(self.folder, exist_ok=True)
        # Those of earlier schemas are of no use any more, and large.
        for old in glob.glob(os.path.join(self.folder, f"filled-{self.payments}-*")):
            os.unlink(old)
        start = time.monotonic()
        making = path + ".making"
        with closing(sqlite3.connect(empty)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        shutil.copyfile(empty, making)
        generator.generate(making, self.payments, lambda text: self.say(f"generating: {text}"))
        os.rename(making, path)
        self.seconds = time.monotonic() - start
        self.say(f"generated {self.payments:,} payments, {os.path.getsize(path) / 2**30:.1f} GiB, in {self.seconds:.0f} s")
