"""Name, size and first bytes: what is taken in, under which name, and what is refused."""

from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.uploads import (
    MAX_NAME,
    MAX_SIZE,
    Bound,
    Refused,
    clean_name,
    clean_upload,
    join,
)
from tests.hostile import DOCX, GIF, SVG
from tests.papers import (
    EXE,
    HTML,
    ZIP,
    blank_pdf,
    clean,
    picture,
    refused,
    small_pdf,
    written,
)


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


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.heic", "HEIC"), ("a.docx", "PDF"), ("a.zip", "archive"), ("a.webp", "JPG"),
     ("a.svg", "programs"), ("a.exe", "PDF, JPG or PNG")],
)  # fmt: skip
def test_a_refusal_says_what_to_do_instead(name, words):
    assert words in refused(b"whatever", name).messages[0]


def test_a_phone_picture_that_only_says_it_is_a_jpg_gets_the_same_advice():
    assert "HEIC" in refused(b"\0\0\0\x18ftypheic" + b"\0" * 40, "IMG_2041.jpg").messages[0]


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
