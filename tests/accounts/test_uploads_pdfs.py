"""Hostile PDFs are refused or come out clean; good ones stay readable."""

import time
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from accounts.uploads import (
    Refused,
)
from tests.hostile import objects_in_a_bomb, unpacks_to
from tests.papers import EXE, HTML, blank_pdf, clean, refused, small_pdf, written

SCRIPT = "app.alert('hello')"


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


def test_blanks_and_junk_behind_a_pdf_are_gone():
    file = clean(small_pdf("TB test") + b"\0" * 600 + b"junk of a mail server\r\n")

    assert b"junk" not in file.content


def test_an_old_version_inside_a_pdf_is_no_second_file():
    """A PDF that grew by updates ends more than once."""
    twice = small_pdf("TB test")

    assert clean(twice + twice[twice.rindex(b"startxref") :]).pages == 1


@pytest.mark.parametrize("pages", [1, 3])
def test_a_pdf_is_taken(pages):
    file = clean(written(blank_pdf(pages)), "tb.pdf")

    assert (file.content_type, file.pages, file.name) == ("application/pdf", pages, "tb.pdf")
    assert file.content.startswith(b"%PDF-")
    assert file.size == len(file.content)
    assert len(file.sha256) == 64


@pytest.mark.parametrize(("megabytes", "streams"), [(900, 1), (60, 12)])
def test_a_pdf_that_unpacks_to_gigabytes_is_refused_at_once(megabytes, streams):
    bomb = unpacks_to(megabytes, streams)
    began = time.process_time()

    assert refused(bomb).code == "bomb"
    assert time.process_time() - began < 2


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
