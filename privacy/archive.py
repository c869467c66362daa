"""A copy as one ZIP: everything as JSON, each list as a sheet, the files as they were given."""

import csv
import io
import json
import shutil
from collections.abc import Iterable, Mapping
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

Row = dict[str, Any]
# A program for sheets would take what begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write(
    target: IO[bytes],
    lists: Mapping[str, list[Row]],
    files: Iterable[tuple[str, Any]],
    readme: str,
) -> None:
    """Write it all. A file whose content is lost is named in ``missing-files.txt``."""
    missing = []
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        archive.writestr("your-data.json", json.dumps(lists, indent=2, ensure_ascii=False))
        for name, rows in lists.items():
            if rows:
                archive.writestr(f"lists/{name}.csv", sheet(rows))
        for place, file in files:
            if not _add(archive, place, file):
                missing.append(place)
        if missing:
            archive.writestr("missing-files.txt", "\n".join(missing))


def _add(archive: ZipFile, place: str, file: Any) -> bool:
    try:
        source = file.storage.open(file.name, "rb")
    except FileNotFoundError:
        return False
    # PDFs and pictures are compressed already.
    with source, archive.open(_stored(place), "w") as inside:
        shutil.copyfileobj(source, inside)
    return True


def _stored(place: str) -> ZipInfo:
    info = ZipInfo(place)
    info.compress_type = ZIP_STORED
    return info


def sheet(rows: list[Row]) -> bytes:
    """RFC 4180 in UTF-8 with a mark, so that Excel reads names as they are (promise C9)."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode("utf-8-sig")


def cell(value: Any) -> Any:
    """As somebody reads it, and never as a formula; numbers stay numbers."""
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(FORMULA) else text
