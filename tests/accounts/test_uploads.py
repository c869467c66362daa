"""Hostile files are refused or come out clean; good ones stay readable."""

import importlib
import struct
import time
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, PngImagePlugin

from accounts.uploads import (
    MAX_NAME,
    MAX_SIZE,
    Bound,
    CleanFile,
    Refused,
    clean_name,
    clean_upload,
    join,
)
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
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


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


@pytest.mark.parametrize(("pages", "why"), [(0, "pdf"), (61, "pages")])
def test_a_pdf_has_one_to_sixty_pages(pages, why):
    assert refused(written(blank_pdf(pages))).code == why


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
    pdf.Root.AF = Array(
        [Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=stream))]
    )


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
    parent.Kids = pdf.pages[0].obj.Annots
    pdf.Root.AcroForm = Dictionary(Fields=Array([parent]))


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


def address_that_runs(pdf: pikepdf.Pdf) -> None:
    link(pdf, A=Dictionary(S=Name.URI, URI=String(f"javascript:{SCRIPT}")))


def broken_annotations(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([5, String("x"), None or Name.Nothing, Dictionary(A=script())])


def annotations_of_no_list(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Dictionary(A=script())


ARMS = [open_action, root_triggers, named_script, attached_file, associated_file, page_triggers,
        launching_link, chained_script, bookmark_script, form_script, parent_field_script,
        file_annotation, rich_media, form_sender, remote_page, address_that_runs, broken_annotations,
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
        (drawn,) = again.pages[0].obj.Resources.XObject.values()
        assert drawn.read_bytes() == b"BT ET"
        again.pages[0].contents_coalesce()
        assert b" Do" in again.pages[0].obj.Contents.read_bytes()


def test_a_zip_behind_a_pdf_is_gone():
    file = clean(small_pdf("TB test") + ZIP)

    assert not zipfile.is_zipfile(BytesIO(file.content))
    assert b"evil" not in file.content


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "tb.jpg"), ("PNG", "tb.png")])
def test_a_zip_behind_a_picture_is_gone(kind, name):
    file = clean(picture(kind) + ZIP, name)

    assert not zipfile.is_zipfile(BytesIO(file.content))
    assert b"evil" not in file.content


def test_a_photo_says_no_longer_where_it_was_taken():
    exif = Image.Exif()
    exif[0x010F] = "Camera of Amara"
    exif.get_ifd(0x8825).update({1: "N", 2: (6.0, 27.0, 0.0), 3: "E", 4: (3.0, 23.0, 0.0)})
    sent = picture("JPEG", exif=exif, comment=b"my ward")
    assert b"Camera of Amara" in sent

    file = clean(sent, "tb.jpg")

    with Image.open(BytesIO(file.content)) as again:
        assert dict(again.getexif()) == {}
        assert "comment" not in again.info
    assert b"Camera of Amara" not in file.content


def test_a_picture_says_no_longer_what_was_written_into_it():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    notes.add_itxt("XML:com.adobe.xmp", "my ward")

    file = clean(picture("PNG", pnginfo=notes), "tb.png")

    assert b"script" not in file.content
    assert b"my ward" not in file.content


@pytest.mark.parametrize("side", [30_000, 60_000, 200_000])
def test_a_flood_of_pixels_is_refused_at_once(side):
    bomb = png_of(side, side)
    assert len(bomb) < 120_000
    began = time.process_time()

    assert refused(bomb, "bomb.png").code in {"pixels", "image"}
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "a.png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "a.jpg"),
        (b"\xff\xd8\xff\xd9", "a.jpg"),
        (picture("PNG")[:60], "a.png"),
        (picture("JPEG", size=(300, 300))[:700], "a.jpg"),
        (png_of(4000, 4000)[:-40], "a.png"),
    ],
)
def test_a_damaged_picture_is_refused(content, name):
    importlib.import_module("weasyprint")  # loading it makes Pillow lenient for the whole process

    assert refused(content, name).code == "image"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        (r"C:\Users\amara\tb.pdf", "tb.pdf"),
        ("tb\0.exe\0.pdf", "tb.exe.pdf"),
        ("tb\u202efdp.exe.pdf", "tbfdp.exe.pdf"),
        ("tb\r\nSet-Cookie: a=1.pdf", "tbSet-Cookie: a=1.pdf"),
        ("..hidden.pdf", "hidden.pdf"),
        ("  tb   test .pdf ", "tb test .pdf"),
        ("<img src=x>.pdf", "<img src=x>.pdf"),
        ("Nw\u00f3su\u2019s TB.pdf", "Nw\u00f3su\u2019s TB.pdf"),
        ("\ud800.pdf", "pdf"),
        ("", ""),
        ("...", ""),
    ],
)
def test_a_name_is_kept_as_far_as_it_can_be_shown(sent, kept):
    assert clean_name(sent) == kept


@pytest.mark.parametrize("name", ["a" * 300 + ".pdf", "a." + "b" * 300, "é" * 300 + ".pdf"])
def test_a_long_name_is_cut_and_keeps_its_ending(name):
    kept = clean_name(name)

    assert len(kept) <= MAX_NAME
    assert kept.endswith(".pdf") == name.endswith(".pdf")


@pytest.mark.parametrize("name", ["../tb.pdf", "tb\u202e.pdf", "x" * 300 + ".pdf", "TB.PDF"])
def test_a_good_file_under_a_bad_name_is_taken(name):
    assert clean(small_pdf("TB test"), name).name == clean_name(name)


@pytest.mark.parametrize("pages", [1, 3])
def test_a_pdf_is_taken(pages):
    file = clean(written(blank_pdf(pages)), "tb.pdf")

    assert (file.content_type, file.pages, file.name) == ("application/pdf", pages, "tb.pdf")
    assert file.content.startswith(b"%PDF-")
    assert file.size == len(file.content)
    assert len(file.sha256) == 64


def test_a_photo_is_taken():
    file = clean(picture("JPEG"), "tb.jpeg")

    with Image.open(BytesIO(file.content)) as again:
        assert (again.format, again.size) == ("JPEG", (60, 40))
        assert all(abs(a - b) < 4 for a, b in zip(again.getpixel((5, 5)), PIXEL, strict=True))
    assert (file.content_type, file.pages) == ("image/jpeg", 1)


def test_a_picture_keeps_what_shines_through():
    file = clean(picture("PNG", "RGBA"), "tb.png")

    with Image.open(BytesIO(file.content)) as again:
        assert (again.format, again.getpixel((5, 5))) == ("PNG", (*PIXEL, 120))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_pictures_of_other_colours_are_taken(mode):
    out = BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (8, 8)).save(out, kind)

    assert clean(out.getvalue(), f"tb.{kind.lower()}").size


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6

    with Image.open(BytesIO(clean(picture("JPEG", exif=exif), "tb.jpg").content)) as again:
        assert again.size == (40, 60)
        assert 0x0112 not in again.getexif()


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


@pytest.mark.parametrize(("megabytes", "streams"), [(900, 1), (60, 12)])
def test_a_pdf_that_unpacks_to_gigabytes_is_refused_at_once(megabytes, streams):
    bomb = unpacks_to(megabytes, streams)
    began = time.process_time()

    assert refused(bomb).code == "bomb"
    assert time.process_time() - began < 2


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


def test_objects_packed_into_a_bomb_are_refused_at_once():
    bomb = objects_in_a_bomb()
    began = time.process_time()

    assert refused(bomb).code == "pdf"
    assert time.process_time() - began < 2


def test_a_pdf_nested_without_end_is_refused():
    nest = Array([])
    pdf = blank_pdf()
    pdf.Root.Deep = nest
    for _ in range(200):
        inner = Array([])
        nest.append(inner)
        nest = nest[-1]

    assert refused(written(pdf)).code == "complex"


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.heic", "HEIC"), ("a.docx", "PDF"), ("a.zip", "archive"), ("a.webp", "JPG"),
     ("a.svg", "programs"), ("a.exe", "PDF, JPG or PNG")],
)  # fmt: skip
def test_a_refusal_says_what_to_do_instead(name, words):
    assert words in refused(b"whatever", name).messages[0]


def test_a_phone_picture_that_only_says_it_is_a_jpg_gets_the_same_advice():
    assert "HEIC" in refused(b"\0\0\0\x18ftypheic" + b"\0" * 40, "IMG_2041.jpg").messages[0]


def test_a_wide_photo_is_made_smaller_and_stays_sharp_enough():
    with Image.open(BytesIO(clean(picture("JPEG", size=(8000, 6000)), "tb.jpg").content)) as again:
        assert max(again.size) in range(3000, 4097)


def test_a_scan_with_sixteen_bits_keeps_its_grey():
    out = BytesIO()
    Image.new("I;16", (8, 8), 40_000).save(out, "PNG")

    with Image.open(BytesIO(clean(out.getvalue(), "tb.png").content)) as again:
        assert again.getpixel((3, 3)) == 40_000 // 256


def test_several_pictures_become_the_pages_of_one_document():
    front, back = clean(picture("JPEG"), "card front.jpg"), clean(picture("PNG", "RGBA"), "b.png")
    third = clean(written(blank_pdf(2)), "rest.pdf")

    whole = join([front, back, third])

    assert (whole.name, whole.content_type, whole.pages) == ("card front.pdf", "application/pdf", 4)
    with pikepdf.open(BytesIO(whole.content)) as pdf:
        assert len(pdf.pages) == 4


def test_one_file_stays_as_it_is():
    only = clean(picture("JPEG"), "tb.jpg")

    assert join([only]) is only


def test_joined_documents_have_sixty_pages_at_most():
    with pytest.raises(Refused) as caught:
        join([clean(written(blank_pdf(31))), clean(written(blank_pdf(30)))])

    assert caught.value.code == "pages"


def test_an_endless_file_is_not_kept():
    bound = Bound()

    assert bound.receive_data_chunk(b"x", 0) == b"x"
    assert bound.receive_data_chunk(b"x", Bound.LIMIT + 1) is None
    assert bound.file_complete(5) is None


def test_a_file_past_the_bound_is_refused_as_too_large():
    upload = SimpleUploadedFile("tb.pdf", b"%PDF-")
    upload.size = Bound.LIMIT + 1

    with pytest.raises(Refused) as caught:
        clean_upload(upload)

    assert caught.value.code == "size"
