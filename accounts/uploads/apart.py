"""Draws a document's first pages in a process of its own: from stdin to stdout.

A file that crashes, hangs or eats memory takes this process along and nothing else. It
imports nothing of the portal's, is given an empty environment, and can write no file.
"""

import resource
import sys
from collections.abc import Iterator
from io import BytesIO

import pypdfium2
from PIL import Image

# Wide enough to read small print; a page that is a long strip is drawn smaller.
WIDTH, MAX_HEIGHT = 1200, 3600
MEMORY = 512 * 1024**2


def main(kind: str, most: int, seconds: int) -> None:
    """Each picture comes after a line with its width, its height and its length in bytes."""
    _bound(seconds)
    content, out = sys.stdin.buffer.read(), sys.stdout.buffer
    for picture in _pages(content, most) if kind == "application/pdf" else [_photo(content)]:
        encoded = BytesIO()
        picture.save(encoded, "JPEG", quality=82)
        out.write(b"%d %d %d\n" % (*picture.size, encoded.tell()))
        out.write(encoded.getvalue())


def _bound(seconds: int) -> None:
    for limit, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _pages(content: bytes, most: int) -> Iterator[Image.Image]:
    pdf = pypdfium2.PdfDocument(content)
    for number in range(min(len(pdf), most)):
        page = pdf[number]
        width, height = page.get_size()
        drawn = page.render(scale=min(WIDTH / width, MAX_HEIGHT / height))
        yield drawn.to_pil().convert("RGB")


def _photo(content: bytes) -> Image.Image:
    """No larger than it is; what is transparent lies on white paper."""
    with Image.open(BytesIO(content), formats=["JPEG", "PNG"]) as image:
        image.draft(None, (WIDTH, WIDTH))
        image.thumbnail((WIDTH, MAX_HEIGHT))
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image if image.mode == "RGBA" else None)
    return paper


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
