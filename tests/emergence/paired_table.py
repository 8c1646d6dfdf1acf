"""Print what each mechanism moves, from the last run of the paired suite; with --write it goes into CALIBRATION.md.

``make paired`` runs the suite first.
"""

from __future__ import annotations

import sys

from abm.describe import ODD, placed
from tests.emergence.pairs import QUARTERS, RESULTS, SEEDS, WINDOW, kept, table

CALIBRATION = ODD.with_name("CALIBRATION.md")


def section() -> str:
    """Return the table with a line on how it was made and how many mechanisms move nothing."""
    found = kept()
    still = [each.name for each in found if not each.is_clear]
    return (
        f"{found[0].seeds} pairs of worlds each (seeds {SEEDS[0]} to {SEEDS[-1]}), mean of the last {WINDOW} of "
        f"{QUARTERS} quarters after the parting. {len(found) - len(still)} of {len(found)} mechanisms move their own "
        f"measure; these do not: {', '.join(still) or 'none'}.\n\n{table(found)}"
    )


def main(arguments: list[str]) -> None:
    """Print the table, or write it into CALIBRATION.md."""
    if arguments not in ([], ["--write"]):
        raise SystemExit("usage: python -m tests.emergence.paired_table [--write]")
    if not RESULTS.exists():
        raise SystemExit(f"{RESULTS} is not there; run: make paired")
    if arguments:
        CALIBRATION.write_text(placed(CALIBRATION.read_text(encoding="utf-8"), "paired", section()), encoding="utf-8")
    else:
        print(section())


if __name__ == "__main__":
    main(sys.argv[1:])
