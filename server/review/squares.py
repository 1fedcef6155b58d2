"""The square that a phone's camera reads. The only module that imports segno."""

import segno


def square(text: str) -> tuple[int, str]:
    """A QR code as one SVG path of unit squares; gives its width with the quiet border."""
    border = 4
    made = segno.make(text, error="m", micro=False)
    rows = tuple(tuple(row) for row in made.matrix_iter(border=border))
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                parts.append(f"M{x} {y}h{run - x}v1h-{run - x}z")
            x = max(run, x + 1)
    return len(rows), "".join(parts)
