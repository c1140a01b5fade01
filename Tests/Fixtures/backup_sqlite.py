"""Copies a database as `sqlite3 DATABASE ".backup FILE"` does: backup_sqlite.py DATABASE FILE"""

import sqlite3
import sys
from contextlib import closing


def main():
    source, file = sys.argv[1:]
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reader, closing(sqlite3.connect(file)) as copy:
        reader.backup(copy)


if __name__ == "__main__":
    main()
