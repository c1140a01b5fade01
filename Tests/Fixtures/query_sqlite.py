"""Runs one SQL statement: query_sqlite.py [--write] DATABASE SQL

Prints the rows as a JSON array of objects. Without --write the database is opened read-only.
"""

import json
import sqlite3
import sys
from urllib.parse import quote


def main():
    arguments = sys.argv[1:]
    write = arguments[:1] == ["--write"]
    path, sql = arguments[1:] if write else arguments
    connection = sqlite3.connect(f"file:{quote(path)}?mode={'rw' if write else 'ro'}", uri=True, timeout=300)
    connection.row_factory = sqlite3.Row
    with connection:
        rows = [dict(row) for row in connection.execute(sql)]
    connection.close()

    def text(blob):
        return blob.decode("utf-8", "replace")

    json.dump(rows, sys.stdout, default=text)
    print()


if __name__ == "__main__":
    main()
