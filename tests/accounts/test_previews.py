"""The pages of a paper as pictures: drawn once by a worker, whatever the file is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier

import pikepdf
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection
from django.utils import timezone
from PIL import Image

from accounts import actions
from accounts.models import Preview
from accounts.models.preview import LEASE, MOST_TRIES
from accounts.queries import documents_to_draw
from accounts.tasks import draw_pages
from accounts.uploads import CleanFile, drawing
from accounts.uploads.drawing import MAX_DRAWN, NotDrawn, Trouble, draw
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, UserFactory
from tests.papers import drawn, small_pdf, written

pytestmark = pytest.mark.django_db
PDF = "application/pdf"


def pdf_of(pages):
    with pikepdf.new() as whole:
        for number in range(1, pages + 1):
            with pikepdf.open(BytesIO(small_pdf(f"Page {number}"))) as part:
                whole.pages.extend(part.pages)
        return written(whole)


def picture(mode, size, kind, colour):
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


def paper_of(content, kind=PDF, **more):
    return DocumentFactory(file=ContentFile(content, name="paper"), content_type=kind, **more)


def look_at(paper, number=1):
    with paper.open_page(number) as file:
        return Image.open(BytesIO(file.read()), formats=["JPEG"])


def folder(paper):
    return sorted(paper.file.storage.listdir(f"{paper.file.name}.pages")[1])


def test_every_page_is_drawn_in_order():
    paper = paper_of(pdf_of(3), pages=3)
    assert list(documents_to_draw()) == [paper]

    draw_pages(paper.pk)

    images = Preview.objects.get(document=paper).images()
    assert [(image.number, image.width, image.height) for image in images] == [
        (1, 1200, 1553), (2, 1200, 1553), (3, 1200, 1553),
    ]  # fmt: skip
    assert [look_at(paper, n).size for n in (1, 2, 3)] == [(1200, 1553)] * 3
    assert look_at(paper, 1).tobytes() != look_at(paper, 2).tobytes()
    assert not documents_to_draw()


def test_what_waits_for_review_is_drawn_first_and_what_failed_last():
    failed = DocumentFactory(verified_at=None, verified_by=None)
    Preview.objects.create(document=failed, tries=1, trouble=Trouble.BROKEN)
    earlier = DocumentFactory(verified_at=timezone.now() - timedelta(days=9))
    waiting = DocumentFactory(verified_at=None, verified_by=None)
    later = DocumentFactory()

    assert list(documents_to_draw()) == [waiting, later, earlier, failed]


def test_a_long_paper_is_drawn_in_part():
    assert len(draw(pdf_of(MAX_DRAWN + 2), PDF)) == MAX_DRAWN


def test_a_strip_of_paper_is_no_huge_picture():
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(20, 14_000))
        page = draw(written(pdf), PDF)[0]

    assert (page.width, page.height) == (6, 3600)


def test_a_photo_is_made_smaller_and_never_larger():
    large, small = picture("RGB", (3000, 4000), "JPEG", "red"), picture("L", (60, 40), "PNG", 9)

    assert [(page.width, page.height) for page in draw(large, "image/jpeg")] == [(1200, 1600)]
    assert [(page.width, page.height) for page in draw(small, "image/png")] == [(60, 40)]


def test_what_is_transparent_lies_on_white_paper():
    page = draw(picture("RGBA", (60, 40), "PNG", (0, 0, 0, 0)), "image/png")[0]

    assert Image.open(BytesIO(page.content)).getpixel((30, 20)) == (255, 255, 255)


def test_an_upload_asks_a_worker_to_draw(django_capture_on_commit_callbacks, settings):
    owner, content = UserFactory(), pdf_of(1)

    with django_capture_on_commit_callbacks() as asked:
        paper = actions.add_document(
            owner, DocumentTypeFactory(), CleanFile(content, PDF, "tb.pdf", 1), by=owner
        )

    work = [call.__self__ for call in asked if hasattr(call, "__self__")]
    assert ("accounts.tasks.draw_pages", (paper.pk,)) in [(one.task, one.args) for one in work]


def test_drawn_twice_it_is_drawn_once():
    paper = paper_of(pdf_of(1))
    draw_pages(paper.pk)
    before = Preview.objects.values().get()

    draw_pages(paper.pk)

    assert Preview.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_draw_once():
    """Fails with two tries where a worker looks first and then writes that it began."""
    paper, together = paper_of(pdf_of(2)), Barrier(4)

    def work(_number):
        together.wait(timeout=10)
        try:
            draw_pages(paper.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert Preview.objects.get().tries == 1
    assert folder(paper) == ["1.jpg", "2.jpg"]


def test_what_a_dead_worker_began_is_drawn_by_another():
    paper = paper_of(pdf_of(2))
    paper.file.storage.save(paper.page_name(1), ContentFile(b"half a pi"))
    preview = Preview.objects.create(document=paper, begun_at=timezone.now(), tries=1)

    draw_pages(paper.pk)
    preview.refresh_from_db()
    assert preview.made_at is None

    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1), tick=False):
        assert paper in documents_to_draw()
        draw_pages(paper.pk)

    assert look_at(paper).size == (1200, 1553)
    assert folder(paper) == ["1.jpg", "2.jpg"]


@pytest.mark.parametrize(
    ("content", "kind"), [(b"%PDF-1.7 and then nothing", PDF), (b"\x89PNG nothing", "image/png")]
)
def test_a_file_that_cannot_be_drawn_is_given_up(content, kind):
    paper = paper_of(content, kind)

    for number in range(1, MOST_TRIES + 1):
        assert paper in documents_to_draw()
        draw_pages(paper.pk)
        preview = Preview.objects.get()
        assert (preview.tries, preview.trouble) == (number, Trouble.BROKEN)
        assert preview.state == ("failed" if number == MOST_TRIES else "pending")

    assert not documents_to_draw()


def test_a_file_that_kills_its_worker_each_time_is_given_up():
    paper, now = paper_of(pdf_of(1)), timezone.now()

    for number in range(MOST_TRIES):
        with time_machine.travel(now + number * 2 * LEASE, tick=False):
            assert Preview.objects.claim(paper)
            assert Preview.objects.get().state == "pending"

    with time_machine.travel(now + timedelta(days=9), tick=False):
        assert not documents_to_draw()
        assert Preview.objects.get().state == "failed"


def test_what_is_drawn_at_the_second_try_is_ready():
    paper = paper_of(b"%PDF-1.7 and then nothing")
    draw_pages(paper.pk)
    paper.file.storage.delete(paper.file.name)
    paper.file.storage.save(paper.file.name, ContentFile(pdf_of(1)))

    draw_pages(paper.pk)

    preview = Preview.objects.get()
    assert (preview.state, preview.trouble, preview.tries) == ("ready", "", 2)


def nested(depth, width):
    """A small PDF whose one page paints a square width ** depth times."""
    with pikepdf.new() as pdf:
        inner = pdf.make_stream(b"0 0 500 500 re f", Type=pikepdf.Name.XObject,
                                Subtype=pikepdf.Name.Form, BBox=[0, 0, 612, 792])  # fmt: skip
        for _level in range(depth):
            inner = pdf.make_stream(
                b"/F Do " * width, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
                BBox=[0, 0, 612, 792], Resources={"/XObject": {"/F": inner}},
            )  # fmt: skip
        page = pdf.add_blank_page(page_size=(612, 792))
        page.Resources = pikepdf.Dictionary(XObject={"/F": inner})
        page.Contents = pdf.make_stream(b"/F Do")
        return written(pdf)


def test_a_file_that_takes_for_ever_is_stopped(monkeypatch):
    monkeypatch.setattr(drawing, "SECONDS", 2)

    with pytest.raises(NotDrawn, match=r"not within 2 s|exit -[69]") as stopped:
        draw(nested(8, 40), PDF)

    assert stopped.value.trouble == Trouble.HEAVY


def test_a_file_that_the_disk_lost_takes_no_worker_down():
    paper = paper_of(pdf_of(1))
    paper.file.storage.delete(paper.file.name)

    draw_pages(paper.pk)

    assert Preview.objects.get().trouble == Trouble.LOST


def test_the_pictures_go_with_the_paper(django_capture_on_commit_callbacks):
    paper = paper_of(pdf_of(2), verified_at=None, verified_by=None)
    draw_pages(paper.pk)
    storage, names = paper.file.storage, paper.file_names
    assert storage.exists(paper.page_name(2))

    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_document(paper, by=paper.owner)

    assert [name for name in names if storage.exists(name)] == []
    assert not Preview.objects.exists()


def test_a_paper_deleted_while_it_is_drawn_leaves_no_picture(django_capture_on_commit_callbacks):
    paper, begun = paper_of(pdf_of(1)), drawn(DocumentFactory())
    preview = Preview.objects.claim(paper)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_document(paper, by=paper.owner)

    preview.keep(draw(pdf_of(1), PDF))

    storage = preview.document.file.storage
    assert not storage.exists(preview.document.page_name(1))
    assert begun.file.storage.exists(begun.page_name(1))
    draw_pages(0)


@pytest.mark.parametrize(
    "facts",
    [
        {"made_at": timezone.now()},
        {"sizes": [[1, 1]]},
        {"made_at": timezone.now(), "sizes": [[1, 1]], "trouble": Trouble.HEAVY},
    ],
)
def test_what_is_made_has_pictures_and_no_trouble(facts):
    with pytest.raises(IntegrityError, match="preview_made_has_pictures_and_no_trouble"):
        Preview.objects.create(document=DocumentFactory(), **facts)
