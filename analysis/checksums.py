"""Checksums: whether a file still is, byte for byte, what was written.

The name of a part is the checksum of its measures, whose footer holds those of the tables beside them; the manifest of
a run folder holds those of its files. So a damaged byte is seen wherever it stands, also in a footer or a statistic,
and also where the catalogue is lost. Pages have checksums of their own, for other programs.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

SIZE = 20
"""Bytes of a checksum."""

FOOTER = b"innonet"
"""Key of our line in the footer of a part: version of the layout, then each table, as ``table=checksum`` beside the
measures."""


def checksum(content: Any) -> str:
    """Return the checksum of bytes, 40 hexadecimal digits.

    >>> checksum(b"")
    '3345524abf6bbe1809449224b5972c41790b6cf2'
    """
    return hashlib.blake2b(content, digest_size=SIZE).hexdigest()


def read_checked(path: Path, expected: str | None) -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    expected
        Their checksum; None if it is not known.

    Raises
    ------
    OSError
        If it cannot be read, or the bytes are other bytes.
    """
    content = path.read_bytes()
    if expected is not None and checksum(content) != expected:
        raise OSError("it is not what was written: its checksum is another")
    return content


def checksum_of_part(path: Path) -> str | None:
    """Return the checksum that the file of a part must have, None for a part whose name is none.

    Raises
    ------
    OSError, pyarrow.ArrowException
        If it stands in the footer of the measures, and that cannot be read.
    """
    if len(path.stem) != 2 * SIZE:
        return None
    if path.parent.name == "measures":
        return path.stem
    return tables_beside(path.parent.parent / "measures" / path.name).get(path.parent.name)


def tables_beside(path: Path) -> dict[str, str | None]:
    """Return the tables that share the name of a part and their checksums, as the footer of its measures tells."""
    import pyarrow.parquet as pq

    words = (pq.read_schema(path).metadata or {}).get(FOOTER, b"").decode().split()[1:]
    pairs = (word.partition("=") for word in words or [path.parent.name])
    return {table: found or None for table, _, found in pairs}
