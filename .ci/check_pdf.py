"""Look at every page of every PDF of a folder, without eyes.

No TeX command, dollar sign pair or ``??`` in its text, no word outside the page, no ink in the
outermost pixels, and every font inside the file.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from pathlib import Path

RAW = re.compile(r"\\[A-Za-z]{2,}|\$\$|\?\?|<<|>>|<%|%>")
WORD = re.compile(r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">')
PAGE = re.compile(r'<page width="(\S+)" height="(\S+)">')
#: points of white that every edge of a page keeps
MARGIN = 24.0
PIXELS_PER_INCH = 50
EDGE = 4  # pixels
WHITE = 250


def output_of(*command: str) -> str:
    """What a tool of poppler's prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def complaints(path: Path) -> list[str]:
    """What is wrong with one PDF."""
    found = [
        f"raw markup in the text: {raw!r}"
        for raw in RAW.findall(output_of("pdftotext", str(path), "-"))
    ]
    pages = output_of("pdftotext", "-bbox", str(path), "-").split("<page ")[1:]
    for number, page in enumerate(pages, start=1):
        size = PAGE.match(f"<page {page}")
        assert size is not None
        width, height = map(float, size.groups())
        for x0, y0, x1, y1 in (map(float, word) for word in WORD.findall(page)):
            inside = (
                x0 >= MARGIN and y0 >= MARGIN and x1 <= width - MARGIN and y1 <= height - MARGIN
            )
            if not inside:
                found.append(f"page {number}: a word at {x0:.0f},{y0:.0f} leaves the page's margin")
    found += [f"page {number}: ink at the edge" for number in inked_edges(path)]
    fonts = output_of("pdffonts", str(path)).splitlines()[2:]
    found += [
        f"font not embedded: {line.split()[0]}" for line in fonts if line.split()[-5] != "yes"
    ]
    return [f"{path.name}: {line}" for line in found]


def inked_edges(path: Path) -> list[int]:
    """The pages with something dark in their outermost pixels."""
    with tempfile.TemporaryDirectory() as folder:
        output_of("pdftoppm", "-gray", "-r", str(PIXELS_PER_INCH), str(path), f"{folder}/page")
        images = sorted(Path(folder).iterdir())
        return [
            number
            for number, image in enumerate(images, start=1)
            if edge_is_dark(image.read_bytes())
        ]


def edge_is_dark(image: bytes) -> bool:
    """Whether a grey PGM image has ink within :data:`EDGE` pixels of its border."""
    header = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", image)
    assert header is not None
    width, height = int(header[1]), int(header[2])
    pixels = memoryview(image)[header.end() :]
    rows = [pixels[y * width : (y + 1) * width] for y in range(height)]
    whole = [*rows[:EDGE], *rows[-EDGE:]]
    sides = [part for row in rows for part in (row[:EDGE], row[-EDGE:])]
    return any(min(part) < WHITE for part in (*whole, *sides))


def main(folder: str) -> int:
    """Check all; 1 if one is bad, or there is none."""
    files = sorted(Path(folder).rglob("*.pdf"))
    with ThreadPoolExecutor(cpu_count()) as pool:
        found = [line for lines in pool.map(complaints, files) for line in lines]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(files)} PDFs, {len(found)} complaints")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
