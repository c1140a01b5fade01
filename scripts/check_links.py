"""Checks the relative links of Markdown files: that the file is there, and that it has the heading that an anchor names.

check_links.py FILE...   prints each dead link as file:line, exits 1 when there is one.
"""

import re
import sys
from pathlib import Path
from urllib.parse import unquote

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def lines_outside_code(path):
    fenced = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchors(path):
    """The ids that GitHub gives to headings."""
    found, counts = set(), {}
    for _, line in lines_outside_code(path):
        heading = re.fullmatch(r"#{1,6}\s+(.*?)\s*#*", line)
        if not heading:
            continue
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        repeats = counts.get(slug, 0)
        counts[slug] = repeats + 1
        found.add(f"{slug}-{repeats}" if repeats else slug)
    return found


def problems(path):
    for number, line in lines_outside_code(path):
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            name, _, anchor = unquote(target).partition("#")
            file = path.parent / name if name else path
            if not file.exists():
                yield f"{path}:{number}: there is no {target}"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file):
                yield f"{path}:{number}: {name or path.name} has no heading for #{anchor}"


def main():
    found = [problem for name in sys.argv[1:] for problem in problems(Path(name))]
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    sys.exit(1 if found else 0)


main()
