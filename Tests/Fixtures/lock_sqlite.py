"""Holds the write lock of an SQLite database for some seconds: lock_sqlite.py DATABASE SECONDS. Prints `locked` once it has it."""

import sqlite3
import sys
import time

books = sqlite3.connect(sys.argv[1], isolation_level=None)
books.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
books.execute("ROLLBACK")
