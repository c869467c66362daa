"""Hostile files are refused or come out clean; good ones stay readable."""

import struct
import time
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin
from pikepdf import Array, Dictionary, Name, String

from accounts.uploads import MAX_NAME, MAX_SIZE, CleanFile, Refused, clean_name, clean_upload
from tests.papers import small_pdf

PIXEL = (24, 90, 81)
SCRIPT = "app.alert('hello')"


def clean(content: bytes, name: str = "tb.pdf") -> CleanFile:
    return clean_upload(SimpleUploadedFile(name, content))


def refused(content: bytes, name: str = "tb.pdf") -> Refused:
    with pytest.raises(Refused) as caught:
        clean(content, name)
    return caught.value


def written(pdf: pikepdf.Pdf, **how: Any) -> bytes:
    out = BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def blank_pdf(pages: int = 1) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    for _page in range(pages):
        pdf.add_blank_page(page_size=(612, 792))
    return pdf


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 40), **how: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, PIXEL if mode == "RGB" else (*PIXEL, 120)).save(out, kind, **how)
    return out.getvalue()


def archive(**members: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for path, text in members.items():
            packed.writestr(path, text)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """So many black pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" * (width // 8 + 2)) * min(height, 2000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\0" + b"\0" * 200
DOCX = archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"})
ZIP = archive(evil="rm")
GIF = b"GIF89a\x01\0\x01\0\0\0\0;"


@pytest.mark.parametrize("ending", ["pdf", "jpg", "jpeg", "png", "PDF"])
@pytest.mark.parametrize("content", [HTML, SVG, EXE, DOCX, ZIP, GIF, b"\0" * 40, b"x"])
def test_something_else_under_a_good_name_is_refused(content, ending):
    assert refused(content, f"paper.{ending}").code == "content"


@pytest.mark.parametrize(
    "name",
    ["page.html", "page.svg", "a.zip", "a.exe", "a.docx", "a.pdf.exe", "a.gif", "a.heic", "pdf",
     "no ending", "a.", "…"],
)  # fmt: skip
def test_other_endings_are_refused(name):
    assert refused(small_pdf("TB test"), name).code == "type"


def test_an_empty_file_is_refused():
    assert refused(b"").code == "empty"


def test_ten_megabytes_are_the_most():
    refusal = refused(b"%PDF-1.7\n" + b"0" * MAX_SIZE)

    assert refusal.code == "size"
    assert refusal.messages == ["The file is 10.0 MB. Choose one smaller than 10 MB."]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (small_pdf("TB test"), "scan.jpg"),
        (small_pdf("TB test"), "scan.png"),
        (picture("JPEG"), "scan.png"),
        (picture("JPEG"), "scan.pdf"),
        (picture("PNG"), "scan.jpg"),
    ],
)
def test_a_good_file_under_another_kinds_name_is_refused(content, name):
    assert refused(content, name).code == "content"


@pytest.mark.parametrize("user", ["", "secret"])
def test_an_encrypted_pdf_is_refused(user):
    locked = written(blank_pdf(), encryption=pikepdf.Encryption(owner="owner", user=user))

    assert refused(locked).code == "encrypted"


@pytest.mark.parametrize(
    "content",
    [
        small_pdf("TB test")[:40],
        b"%PDF-1.7\n",
        b"%PDF-1.7\n" + b"\xff" * 5000,
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        b"%PDF-1.7\n1 0 obj 5 endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        b"%PDF-1.7\ntrailer<</Root 9 0 R>>\n%%EOF",
        b"%PDF-1.7\n" + b"[" * 200_000,
    ],
)
def test_a_broken_pdf_is_refused(content):
    assert refused(content).code in {"pdf", "pages"}


@pytest.mark.parametrize("cut", range(5, 900, 61))
def test_a_pdf_cut_anywhere_is_refused_or_readable(cut):
    try:
        file = clean(small_pdf("TB test")[:cut])
    except Refused:
        return
    with pikepdf.open(BytesIO(file.content)) as pdf:
        assert len(pdf.pages) == file.pages


@pytest.mark.parametrize("pages", [0, 61])
def test_a_pdf_has_one_to_sixty_pages(pages):
    assert refused(written(blank_pdf(pages))).code == "pages"


def test_a_page_tree_that_bites_its_tail_is_refused():
    pdf = blank_pdf()
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)

    assert refused(written(pdf)).code in {"pdf", "pages"}


def script(**more: Any) -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String(SCRIPT), **more)


LAUNCH = {"S": Name.Launch, "F": String("cmd.exe")}


def open_action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = script()


def root_triggers(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AA = Dictionary(WC=script())


def named_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))


def attached_file(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["evil.exe"] = EXE


def associated_file(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_stream(EXE, Type=Name.EmbeddedFile)
    pdf.Root.AF = Array([Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=stream))])


def page_triggers(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(**LAUNCH))


def launching_link(pdf: pikepdf.Pdf) -> None:
    link(pdf, A=Dictionary(**LAUNCH))


def chained_script(pdf: pikepdf.Pdf) -> None:
    web = Dictionary(S=Name.URI, URI=String("https://example.com"), Next=script())
    link(pdf, A=web)


def bookmark_script(pdf: pikepdf.Pdf) -> None:
    item = pdf.make_indirect(Dictionary(Title=String("Start"), A=script()))
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(First=item, Last=item, Count=1))


def form_script(pdf: pikepdf.Pdf) -> None:
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("a"), Rect=[0, 0, 9, 9],
            AA=Dictionary(K=script()),
        )
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), XFA=pdf.make_stream(HTML))


def parent_field_script(pdf: pikepdf.Pdf) -> None:
    parent = pdf.make_indirect(Dictionary(T=String("a"), AA=Dictionary(C=script())))
    link(pdf, Subtype=Name.Widget, Parent=parent)


def file_annotation(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_stream(EXE, Type=Name.EmbeddedFile)
    link(
        pdf,
        Subtype=Name.FileAttachment,
        FS=Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=stream)),
    )


def rich_media(pdf: pikepdf.Pdf) -> None:
    link(pdf, Subtype=Name.RichMedia, RichMediaContent=Dictionary())


def form_sender(pdf: pikepdf.Pdf) -> None:
    link(pdf, A=Dictionary(S=Name.SubmitForm, F=String("https://example.com")))


def remote_page(pdf: pikepdf.Pdf) -> None:
    link(pdf, A=Dictionary(S=Name.GoToR, F=String(r"\\evil\share"), D=[0, Name.Fit]))


def link(pdf: pikepdf.Pdf, **facts: Any) -> None:
    facts = {"Type": Name.Annot, "Subtype": Name.Link, "Rect": [0, 0, 9, 9], **facts}
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(Dictionary(**facts))])


def broken_annotations(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([5, String("x"), None or Name.Nothing, Dictionary(A=script())])


def annotations_of_no_list(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Dictionary(A=script())


ARMS = [open_action, root_triggers, named_script, attached_file, associated_file, page_triggers,
        launching_link, chained_script, bookmark_script, form_script, parent_field_script,
        file_annotation, rich_media, form_sender, remote_page, broken_annotations,
        annotations_of_no_list]  # fmt: skip
ACTIVE = (b"JavaScript", b"/JS", b"/Launch", b"EmbeddedFile", b"/AA", b"OpenAction", b"RichMedia",
          b"SubmitForm", b"GoToR", b"/XFA", SCRIPT.encode(), EXE)  # fmt: skip


@pytest.mark.parametrize("arm", ARMS)
def test_what_a_pdf_could_do_is_gone(arm):
    pdf = blank_pdf()
    arm(pdf)

    file = clean(written(pdf))

    with pikepdf.open(BytesIO(file.content)) as again:
        assert len(again.pages) == file.pages == 1
        plain = written(
            again,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
        )
    assert [mark for mark in ACTIVE if mark in plain] == []


def test_links_and_bookmarks_of_a_pdf_stay():
    pdf = blank_pdf(2)
    link(pdf, A=Dictionary(S=Name.URI, URI=String("https://example.com/tb")))
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Second page", 1))

    with pikepdf.open(BytesIO(clean(written(pdf)).content)) as again:
        assert str(again.pages[0].obj.Annots[0].A.URI) == "https://example.com/tb"
        with again.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Second page"]


def test_what_a_form_says_stays_visible_without_the_form():
    pdf = blank_pdf()
    form_script(pdf)
    look = pdf.make_stream(b"BT ET", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    pdf.pages[0].obj.Annots[0].AP = Dictionary(N=look)

    with pikepdf.open(BytesIO(clean(written(pdf)).content)) as again:
        assert "/AcroForm" not in again.Root
        assert again.pages[0].obj.Annots[0].AP.N.read_bytes() == b"BT ET"


def test_a_zip_behind_a_pdf_is_gone():
    file = clean(small_pdf("TB test") + ZIP)

    assert not zipfile.is_zipfile(BytesIO(file.content))
    assert b"evil" not in file.content
