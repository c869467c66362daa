"""The PDFs as a reader sees them: size, words, fonts, code; and that they fetch nothing."""

import json
from io import BytesIO
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from letters import pdf
from letters.signing import Signature, is_genuine
from letters.tasks import certificate_pdf, request_pdf
from tests.factories.letters import IssuedDocumentFactory, LetterRequestFactory, MatchSeasonFactory
from tests.factories.placements import EvaluationFactory, log_all_hours

pytestmark = pytest.mark.django_db

LETTER_LANDSCAPE, LETTER = (792, 612), (612, 792)
NAMES = [
    ("Amara Nwosu", "Source-Serif-4"),
    ("Seán O'Brien-Ní Dhomhnaill", "Source-Serif-4"),
    ("Nguyễn Thị Minh Khai", "Source-Serif-4"),
    ("Grzegorz Żółkiewski", "Source-Serif-4"),
    ("Наталія Ковальчук", "Source-Serif-4"),
    ("Ελένη Παπαδοπούλου", "Source-Serif-4"),
    ("محمد عبد الله", "Noto-Sans-Arabic"),
    ("प्रिया शर्मा", "Noto-Sans-Devanagari"),
    ("Suharto", "Source-Serif-4"),
]


def read(content):
    return PdfReader(BytesIO(content))


def size(reader):
    box = reader.pages[0].mediabox
    return (round(box.width), round(box.height))


def words(reader):
    return " ".join(reader.pages[0].extract_text().split())


def fonts(reader):
    """Their names, with whether the font itself is in the file."""
    found = {}
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        inner = font.get_object()
        inner = inner.get("/DescendantFonts", [inner])[0].get_object()
        kept = {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object())
        found[inner["/BaseFont"].partition("+")[2]] = bool(kept)
    return found


def picture(content, scale=3):
    with pypdfium2.PdfDocument(content) as document:
        return document[0].render(scale=scale).to_pil()


def certificate(**facts):
    document = IssuedDocumentFactory()
    document.facts = {**document.facts, **facts}
    return document


def test_certificate_is_one_tagged_page_with_title_and_language():
    document = certificate(name="Amara Nwosu")
    reader = read(certificate_pdf(document))

    assert len(reader.pages) == 1
    assert size(reader) == LETTER_LANDSCAPE
    assert reader.metadata.title == "Certificate of completion, Amara Nwosu"
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"] == "en-US"
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in catalog["/Metadata"].get_object().get_data()
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(catalog)


def test_certificate_says_what_it_must(settings):
    said = words(read(certificate_pdf(certificate(name="Amara Nwosu", hours="143.5"))))

    for part in (
        "Certificate of completion",
        "Amara Nwosu",
        "completed an observership, observation only, in Internal medicine",
        "Harrow Park Medical Center",
        "Houston, Texas",
        "143.5 hours",
        "4 weeks, teaching hospital",
        "MD, FACP",
        "Not a license, not academic credit, no endorsement of the holder.",
        f"Check it at {urlsplit(settings.SITE_URL).netloc}/verify",
    ):
        assert part in said


def test_certificate_of_hands_on_work():
    said = words(
        read(certificate_pdf(certificate(type="Externship", practice="supervised hands-on")))
    )
    assert "completed a supervised hands-on externship in" in said


def test_certificate_carries_its_code_as_words_and_as_square(settings):
    document = certificate()
    content = certificate_pdf(document)

    assert document.printed_code in words(read(content))
    square = zxingcpp.read_barcode(picture(content))
    assert square.text == f"{settings.SITE_URL}/verify/{document.code}".upper()


def test_certificate_carries_its_signed_facts():
    document = IssuedDocumentFactory()
    attached = read(certificate_pdf(document)).attachments

    whole = json.loads(attached["certificate.json"][0])
    assert whole["certificate"] == document.facts
    assert is_genuine(whole["certificate"], Signature(whole["key_id"], whole["signature"]))


@pytest.mark.parametrize(("name", "font"), NAMES, ids=[name for name, _font in NAMES])
def test_certificate_sets_names_of_all_scripts(name, font):
    reader = read(certificate_pdf(certificate(name=name)))

    embedded = fonts(reader)
    assert all(embedded.values())
    assert any(found.startswith(font) for found in embedded)


@pytest.mark.parametrize("letters", [17, 18, 41, 56, 150])
def test_certificate_keeps_long_names_out_of_the_rest(letters):
    name = ("Maria Aparecida Figueiredo Albuquerque Vasconcelos " * 4)[: letters - 1] + "x"
    reader = read(certificate_pdf(certificate(name=name)))

    assert len(reader.pages) == 1
    assert name in words(reader)


def test_certificate_on_a4(settings):
    settings.PORTAL = {**settings.PORTAL, "paper": "A4"}
    assert size(read(certificate_pdf(certificate()))) == (842, 595)


def test_certificate_wears_the_portals_own_face(settings):
    settings.PORTAL = {**settings.PORTAL, "brand": "#7a1f3d", "logo": "brand.svg"}
    content = certificate_pdf(certificate())

    assert (0x7A, 0x1F, 0x3D) in set(picture(content, 2).convert("RGB").get_flattened_data())


def test_user_text_is_text():
    """Escaped: no tag of hers is a tag, and nothing is fetched or attached."""
    hostile = '<img src="http://127.0.0.1:1/x"><link rel=attachment href="file:///etc/passwd">'
    reader = read(certificate_pdf(certificate(name=hostile)))

    assert hostile in words(reader)
    assert set(reader.attachments) == {"certificate.json"}


@pytest.mark.parametrize(
    "body",
    [
        '<img src="http://127.0.0.1:1/x" alt="x">',
        '<img src="file:///etc/hostname" alt="x">',
        '<img src="static:../icons.svg" alt="x">',
        '<img src="static:../../config/settings/base.py" alt="x">',
        '<img src="portal:secret" alt="x">',
        '<img src="data:text/plain,x" alt="x">',
        '<link rel="stylesheet" href="https://example.com/x.css">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<p style="background:url(http://127.0.0.1:1/x)">x</p>',
    ],
)
def test_render_reaches_nothing_but_ours(body):
    html = f'<html lang="en"><title>x</title><body>{body}</body></html>'
    with pytest.raises(pdf.RenderingFailed):
        pdf.render(html, identifier=b"x" * 16)


def test_render_leaves_out_what_a_drawing_asks_for(complaints):
    drawing = '<svg viewBox="0 0 9 9"><image href="file:///etc/hostname"/></svg>'
    html = f'<html lang="en"><title>x</title><body><p>{drawing}</p></body></html>'

    content = pdf.render(html, identifier=b"x" * 16)

    assert len(content) < 9000
    assert complaints.said
    complaints.said.clear()


def test_render_reaches_our_fonts_and_style_sheet():
    for url in ("static:print.css", "font:source-sans-3", "font:noto-sans-arabic"):
        assert pdf.allowed_path(url).exists()


def request_page(**facts):
    letter = LetterRequestFactory(**facts)
    profile = letter.placement.learner.learner_profile
    profile.aamc_id = "14702398"
    profile.save()
    return letter


def test_letter_request_says_who_asks_for_what_by_when():
    MatchSeasonFactory(name="ERAS 2027", review_from="2999-09-22")
    letter = request_page()
    log_all_hours(letter.placement)
    EvaluationFactory(placement=letter.placement, signed=True)
    reader = read(request_pdf(letter))
    said = words(reader)

    assert len(reader.pages) == 1
    assert size(reader) == LETTER
    for part in (
        "Would you feel comfortable writing a strong letter?",
        "14702398",
        "F7K2-90QM",
        "Internal medicine, ERAS 2027",
        "University of Lagos, Nigeria, graduated 2023",
        "160 approved hours",
        "Patient care 4 of 5, medical knowledge 4 of 5",
        "will not see it",
        "LoRP",
        "no digital signature",
        "Declining is private",
        "Page 1 of 1",
    ):
        assert part in said
    assert "support" not in said.replace("supports the application", "")


def test_letter_request_to_elsewhere_has_no_eras_in_it():
    letter = request_page(destination="other", letter_id="", waived=False)
    said = words(read(request_pdf(letter)))

    assert "LoRP" not in said
    assert "14702398" not in said
    assert "Not waived" in said


def test_letter_request_stays_on_one_page_with_many_words():
    letter = request_page(message="Wwwwwww " * 125, specialty_label="W" * 80)
    learner = letter.placement.learner
    learner.name = "Wolfgang " * 16
    learner.save()
    learner.learner_profile.school = "University " * 14
    learner.learner_profile.save()
    log_all_hours(letter.placement)
    EvaluationFactory(placement=letter.placement, signed=True)

    assert pdf.page_count(request_pdf(letter)) == 1
