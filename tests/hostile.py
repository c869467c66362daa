"""Files that somebody might try: made here, each with the reason why it is not taken."""

import gzip
import struct
import zlib
from io import BytesIO

import pikepdf
from pikepdf import Array, Name
from PIL import Image, PngImagePlugin

from accounts.uploads import MAX_SIZE
from tests.papers import EXE, HTML, ZIP, archive, blank_pdf, picture, small_pdf, written

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
DOCX = archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"})
JAR = archive(**{"META-INF/MANIFEST.MF": "Main-Class: Evil", "Evil.class": "cafebabe"})
RAR, SEVEN = b"Rar!\x1a\x07\x01\0" + b"\0" * 60, b"7z\xbc\xaf\x27\x1c" + b"\0" * 60
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 200
GIF = b"GIF89a\x01\0\x01\0\0\0\0;"
HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 40
PHP = b"<?php system($_GET[0]); ?>"


def png_of(width: int, height: int) -> bytes:
    """So many black pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" * (width // 8 + 2)) * min(height, 2000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def unpacks_to(megabytes: int, streams: int = 1) -> bytes:
    """A PDF whose page is nothing but compressed blanks."""
    packer = zlib.compressobj(9)
    blanks = b" " * 1_000_000
    packed = b"".join([*(packer.compress(blanks) for _ in range(megabytes)), packer.flush()])
    pdf = blank_pdf()
    parts = [pdf.make_stream(b"") for _ in range(streams)]
    for part in parts:
        part.write(packed, filter=Name.FlateDecode)
    pdf.pages[0].obj.Contents = Array(parts)
    return written(pdf)


def objects_in_a_bomb() -> bytes:
    """Its catalogue lies in an object stream that unpacks to a gigabyte."""
    packer, head = zlib.compressobj(9), b"1 0 "
    packed = packer.compress(head + b"<</Type/Catalog/Pages 2 0 R>>")
    packed += b"".join(packer.compress(b" " * 1_000_000) for _ in range(1000)) + packer.flush()
    parts = [
        b"2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj\n",
        b"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>> endobj\n",
        b"4 0 obj <</Type/ObjStm/N 1/First %d/Filter/FlateDecode/Length %d>> stream\n%b\n"
        b"endstream endobj\n" % (len(head), len(packed), packed),
    ]
    out, places = b"%PDF-1.5\n", []
    for part in parts:
        places.append(len(out))
        out += part
    places.append(len(out))
    rows = [(0, 0), (2, 4), *((1, place) for place in places)]
    table = b"".join(struct.pack(">BIB", kind, place, 0) for kind, place in rows)
    return out + (
        b"5 0 obj <</Type/XRef/Size 6/W[1 4 1]/Root 1 0 R/Length %d>> stream\n%b\n"
        b"endstream endobj\nstartxref\n%d\n%%%%EOF" % (len(table), table, places[-1])
    )


def endless_tree() -> bytes:
    pdf = blank_pdf()
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)
    return written(pdf)


def deep_nest() -> bytes:
    pdf, nest = blank_pdf(), Array([])
    pdf.Root.Deep = nest
    for _ in range(200):
        nest.append(Array([]))
        nest = nest[-1]
    return written(pdf)


def locked(user: str) -> bytes:
    return written(blank_pdf(), encryption=pikepdf.Encryption(owner="owner", user=user))


def in_another(kind: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


def noted(text: str) -> bytes:
    """A picture with something written into it."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", text)
    return picture("PNG", pnginfo=notes)


def reads_as_script() -> bytes:
    """A JPEG that a browser runs: its first length opens a comment."""
    photo = picture("JPEG")
    size = int.from_bytes(b"/*")
    return photo[:4] + b"/*" + photo[6:20].ljust(size - 2, b"\0") + photo[20:] + b"*/=alert(1)"


PAPER, PHOTO, SHOT = small_pdf("TB test"), picture("JPEG"), picture("PNG")
PAGE_IN_HEAD = PAPER.replace(b"\n", b"\n%" + HTML + b"\n", 1)

# What it is: (the name it comes under, its bytes, the code of the refusal).
CORPUS = {
    "nothing, as a PDF": ("a.pdf", b"", "empty"),
    "nothing, as a photo": ("a.jpg", b"", "empty"),
    "nothing, as a picture": ("a.png", b"", "empty"),
    "a byte over the limit": ("a.pdf", PAPER.ljust(MAX_SIZE + 1, b" "), "size"),
    "a large photo": ("a.jpg", PHOTO.ljust(MAX_SIZE + 1, b"\0"), "size"),
    "twice over the limit": ("a.png", SHOT.ljust(2 * MAX_SIZE + 70_000, b"\0"), "size"),
    "a page, as a PDF": ("a.pdf", HTML, "content"),
    "a page, as a photo": ("a.jpg", HTML, "content"),
    "a page, as what it is": ("a.html", HTML, "type"),
    "a drawing, as what it is": ("a.svg", SVG, "type"),
    "a drawing, as a picture": ("a.png", SVG, "content"),
    "a packed drawing": ("a.svgz", gzip.compress(SVG), "type"),
    "an archive, as what it is": ("a.zip", ZIP, "type"),
    "an archive, as a PDF": ("a.pdf", ZIP, "content"),
    "another archive": ("a.rar", RAR, "type"),
    "another archive, as a photo": ("a.jpg", SEVEN, "content"),
    "something packed, as a PDF": ("a.pdf", gzip.compress(PAPER), "content"),
    "a letter from a word processor": ("a.docx", DOCX, "type"),
    "the same, as a PDF": ("a.pdf", DOCX, "content"),
    "a program, as what it is": ("a.exe", EXE, "type"),
    "a program, as a PDF": ("a.pdf", EXE, "content"),
    "a program, as a picture": ("a.png", ELF, "content"),
    "a program behind a PDF's name": ("cv.pdf.exe", EXE, "type"),
    "a paper without an ending": ("cv", PAPER, "type"),
    "a GIF, as what it is": ("a.gif", GIF, "type"),
    "a GIF, as a picture": ("a.png", GIF, "content"),
    "a WebP, as a photo": ("a.jpg", in_another("WEBP"), "content"),
    "a TIFF, as what it is": ("a.tiff", in_another("TIFF"), "type"),
    "a HEIC, as a photo": ("a.jpg", HEIC, "content"),
    "a PDF, as a photo": ("a.jpg", PAPER, "content"),
    "a picture, as a PDF": ("a.pdf", SHOT, "content"),
    "a photo, as a picture": ("a.png", PHOTO, "content"),
    "an archive behind a PDF": ("a.pdf", PAPER + ZIP, "polyglot"),
    "a Java program behind a PDF": ("a.pdf", PAPER + JAR, "polyglot"),
    "an archive before a PDF": ("a.pdf", ZIP + PAPER, "content"),
    "a page behind a PDF": ("a.pdf", PAPER + HTML, "polyglot"),
    "a page in the head of a PDF": ("a.pdf", PAGE_IN_HEAD, "polyglot"),
    "a page before a PDF": ("a.pdf", HTML + PAPER, "content"),
    "a program behind a PDF": ("a.pdf", PAPER + EXE, "polyglot"),
    "a PDF behind a program": ("a.pdf", EXE + PAPER, "content"),
    "an archive behind a photo": ("a.jpg", PHOTO + ZIP, "polyglot"),
    "a Java program behind a photo": ("a.jpg", PHOTO + JAR, "polyglot"),
    "a packed archive behind a photo": ("a.jpg", PHOTO + RAR, "polyglot"),
    "a page behind a photo": ("a.jpg", PHOTO + HTML, "polyglot"),
    "a PDF behind a photo": ("a.jpg", PHOTO + PAPER, "polyglot"),
    "a program behind a photo": ("a.jpg", PHOTO + b"\0\0" + EXE, "polyglot"),
    "a script behind a photo": ("a.jpg", PHOTO + b"#!/bin/sh\nrm -r ~", "polyglot"),
    "a server's script in a photo": ("a.jpg", picture("JPEG", comment=PHP), "polyglot"),
    "a photo that a browser runs": ("a.jpg", reads_as_script(), "polyglot"),
    "an archive behind a picture": ("a.png", SHOT + ZIP, "polyglot"),
    "a packed archive behind a picture": ("a.png", SHOT + SEVEN, "polyglot"),
    "a script written into a picture": ("a.png", noted(HTML.decode()), "polyglot"),
    "a PDF with a password": ("a.pdf", locked("secret"), "encrypted"),
    "a PDF that may not be printed": ("a.pdf", locked(""), "encrypted"),
    "half a PDF": ("a.pdf", PAPER[:40], "pdf"),
    "a PDF of noise": ("a.pdf", b"%PDF-1.7\n" + b"\xff" * 5000, "pdf"),
    "a PDF without pages": ("a.pdf", written(blank_pdf(0)), "pdf"),
    "a PDF with too many pages": ("a.pdf", written(blank_pdf(61)), "pages"),
    "a PDF whose pages go in a circle": ("a.pdf", endless_tree(), "pdf"),
    "a PDF nested without end": ("a.pdf", deep_nest(), "complex"),
    "a PDF that unpacks to gigabytes": ("a.pdf", unpacks_to(900), "bomb"),
    "a PDF that does so in parts": ("a.pdf", unpacks_to(60, 12), "bomb"),
    "a PDF whose objects do so": ("a.pdf", objects_in_a_bomb(), "pdf"),
    "a picture of 900 million pixels": ("a.png", png_of(30_000, 30_000), "pixels"),
    "a picture of forty billion pixels": ("a.png", png_of(200_000, 200_000), "pixels"),
    "half a photo": ("a.jpg", picture("JPEG", size=(300, 300))[:700], "image"),
    "half a picture": ("a.png", SHOT[:60], "image"),
    "a picture of noise": ("a.png", SHOT[:8] + b"\0" * 100, "image"),
}
