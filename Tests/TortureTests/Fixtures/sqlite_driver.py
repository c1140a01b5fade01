"""Does what it is told through a FIFO, one command a line, and answers each with one line: sqlite_driver.py DATABASE FIFO.

A small process for the tests of the strikes: SQL goes to a database, the rest makes the calls that are counted.
"""

import json
import os
import socket
import sqlite3
import sys
import time


def reply_once():
    """Sends a byte each way over TCP, and one over a Unix socket; only what the accepting TCP side sends is a reply."""
    for family, address in ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, "\0strikes-%d" % os.getpid())):
        with socket.socket(family) as listener:
            listener.bind(address)
            listener.listen(1)
            with socket.socket(family) as caller:
                caller.connect(listener.getsockname())
                accepted, _ = listener.accept()
                with accepted:
                    caller.send(b"?")
                    accepted.recv(1)
                    accepted.send(b"!")
                    caller.recv(1)
    return []


def scatter(path):
    """Writes 64 sectors one by one, with no sync after them."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    for sector in range(64):
        os.pwrite(file, bytes([sector + 1]) * 512, sector * 512)
    return []


def append(path):
    book = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(book, b"{}\n")
    finally:
        os.close(book)
    return []


def main():
    database = sqlite3.connect(sys.argv[1], isolation_level=None)
    for line in open(sys.argv[2]):
        word, _, rest = line.strip().partition(" ")
        try:
            if word == "append":
                answer = append(rest)
            elif word == "scatter":
                answer = scatter(rest)
            elif word == "reply":
                answer = reply_once()
            elif word == "clocks":
                answer = [time.time(), time.monotonic(), database.execute("SELECT unixepoch()").fetchone()[0]]
            else:
                answer = database.execute(line).fetchall()
            print("ok " + json.dumps(answer), flush=True)
        except (sqlite3.Error, OSError) as error:
            print("error %s" % error, flush=True)
    # No checkpoint on the way out: what is in the write-ahead log stays there.
    os._exit(0)


main()
