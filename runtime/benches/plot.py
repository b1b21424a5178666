"""The pictures of BENCHMARKS.md, from what the benchmarks printed.

    python3 runtime/benches/beside/run.py --json beside.json
    cargo bench -p wf-runtime --bench scale -- 1000000 > scale.txt
    python3 runtime/benches/plot.py beside.json scale.txt runtime/benches/plots
"""

import json
import pathlib
import sys

INK = {"wfrun": "#1b6ca8", "Restate": "#c8553d", "DBOS": "#7a6a00"}
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" font-family="sans-serif" font-size="12">'


def text(x, y, words, anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{words}</text>'


def bars(rows):
    """Instances a second of each engine, a group for each number in flight."""
    groups = sorted({row["in_flight"] for row in rows})
    most = max(row["instances_per_second"] or 0 for row in rows)
    lines, y = [], 24
    for group in groups:
        lines.append(text(8, y, f"{group} in flight: instances a second"))
        y += 10
        for row in (row for row in rows if row["in_flight"] == group):
            rate, ink = row["instances_per_second"] or 0, INK[row["engine"].split(",")[0].split(" ")[0]]
            width = max(1, 420 * rate / most)
            lines.append(text(172, y + 13, row["engine"], "end"))
            lines.append(f'<rect x="180" y="{y + 3}" width="{width:.1f}" height="13" fill="{ink}"/>')
            lines.append(text(186 + width, y + 13, f"{rate:,.0f}"))
            y += 19
        y += 22
    return HEAD.format(680, y) + '<rect width="100%" height="100%" fill="white"/>' + "\n".join(lines) + "</svg>\n"


def growth(table):
    """Instances a second against how many wait, the latter in powers of ten."""
    rows = [line.split() for line in table.splitlines() if len(line.split()) == 5]
    points = [(int(row[0]), float(row[2])) for row in rows if row[0].isdigit() and row[2].isdigit()]
    most = max(rate for _, rate in points)
    place = lambda waiting, rate: (70 + 130 * (len(str(waiting)) - 4), 220 - 180 * rate / most)
    marks = [place(*point) for point in points]
    lines = [f'<polyline points="{" ".join(f"{x:.0f},{y:.0f}" for x, y in marks)}" fill="none" stroke="{INK["wfrun"]}"/>']
    lines.append(f'<path d="M50 220H{marks[-1][0] + 30:.0f}" stroke="#999"/>')
    for (waiting, rate), (x, y) in zip(points, marks):
        lines.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{INK["wfrun"]}"/>')
        lines.append(text(x, y - 9, f"{rate:,.0f}", "middle") + text(x, 238, f"{waiting:,}", "middle"))
    lines.append(text(8, 16, "instances a second, 64 in flight, against instances that wait in the store"))
    return HEAD.format(540, 250) + '<rect width="100%" height="100%" fill="white"/>' + "\n".join(lines) + "</svg>\n"


if __name__ == "__main__":
    beside, scale, folder = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    (folder / "beside.svg").write_text(bars(json.loads(pathlib.Path(beside).read_text())))
    (folder / "growth.svg").write_text(growth(pathlib.Path(scale).read_text()))
