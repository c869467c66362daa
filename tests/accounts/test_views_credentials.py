"""A preceptor's own page of NPI, licenses and photo."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts import actions
from accounts.models import Licence, PreceptorProfile
from tests.factories.accounts import (
    DelegationFactory,
    LearnerFactory,
    LicenceFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)
from tests.papers import picture

pytestmark = pytest.mark.django_db
PAGE, ADD = reverse("accounts:credentials"), reverse("accounts:licence_add")
PHOTO = reverse("accounts:photo")
NPI = "1234567893"


@pytest.fixture
def helen():
    return PreceptorFactory(user=UserFactory(name="Helen O'Castellano"), npi=NPI)


@pytest.fixture
def hers(client, helen):
    client.force_login(helen.user)
    return client


def facts(**more):
    return {"npi": NPI, "credential": "MD", "suffix": "MD, FACP", "role": "faculty", **more}


def test_shows_what_is_there_and_how_far_staff_are(hers, helen):
    LicenceFactory(preceptor=helen, state="OH", verified_at=None, verified_by=None)

    page = hers.get(PAGE).text

    assert NPI in page
    assert "Texas" in page
    assert "Ohio" in page
    assert "We look at it" in page
    assert "NPI and license seen on" in page


@pytest.mark.parametrize("size", [1, 3])
def test_takes_as_many_queries_for_three_licenses(hers, helen, size, django_assert_num_queries):
    for state in ("OH", "PA", "NY")[: size - 1]:
        LicenceFactory(preceptor=helen, state=state)
    hers.get(PAGE)

    with django_assert_num_queries(10):
        hers.get(PAGE)


def test_saves_what_changes_nothing_of_the_check(hers, helen):
    answer = hers.post(PAGE, facts(npi="1234-567-893", taxonomy="207r00000x"))

    assert answer.status_code == 302
    helen.refresh_from_db()
    assert (helen.npi, helen.taxonomy) == (NPI, "207R00000X")
    assert helen.verified_at


def test_another_npi_drops_the_check_and_says_so(hers, helen):
    answer = hers.post(PAGE, facts(npi="1987654328"), follow=True)

    assert "we check it again" in answer.text
    helen.refresh_from_db()
    assert (helen.npi, helen.verified_at) == ("1987654328", None)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("npi", "1234567890", "This is not an NPI."),
        ("taxonomy", "207R00000", "ten digits and capitals"),
        ("teaching_since", "1823", "Check the year."),
        ("credential", "ND", "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_in_the_form(hers, helen, field, value, words):
    answer = hers.post(PAGE, facts(**{field: value}))

    assert answer.status_code == 422
    assert words in answer.text
    assert "There is a problem" in answer.text
    assert value in answer.text
    assert PreceptorProfile.objects.get(pk=helen.pk).npi == NPI


def test_anothers_npi_is_refused_without_saying_whose(hers):
    other = PreceptorFactory(npi="1987654328")

    answer = hers.post(PAGE, facts(npi="1987654328"))

    assert "This NPI is on another profile." in answer.text
    assert other.user.name not in answer.text


def test_only_what_the_form_asks_can_be_set(hers, helen):
    """Promise B4."""
    moment = timezone.now() - timedelta(days=500)
    PreceptorProfile.objects.filter(pk=helen.pk).update(verified_at=moment)

    hers.post(PAGE, facts(verified_at="2026-01-01", verified_by="1", slug="x", suspended_at=""))

    helen.refresh_from_db()
    assert (helen.verified_at, helen.slug) == (moment, helen.slug)


class TestLicence:
    def sent(self, **more):
        day = timezone.localdate() + timedelta(days=300)
        return {"state": "OH", "number": "35.1", "expires_on": f"{day}", **more}

    def test_is_added_unseen(self, hers, helen):
        assert hers.post(ADD, self.sent())["Location"] == PAGE

        added = helen.licences.get(state="OH")
        assert (added.number, added.verified_at) == ("35.1", None)

    def test_cannot_come_with_a_check_of_its_own(self, hers, helen):
        """Promise B4."""
        hers.post(
            ADD, self.sent(verified_at="2026-01-01", verified_by="1", seen_until="2099-01-01")
        )

        assert helen.licences.get(state="OH").good_until is None

    def test_is_changed_and_taken_out(self, hers, helen):
        url = reverse("accounts:licence", args=["TX"])
        assert helen.licences.get().number in hers.get(url).text

        hers.post(url, self.sent(state="TX", number=helen.licences.get().number))
        renewed = helen.licences.get()
        assert renewed.verified_at is None
        assert renewed.seen_until

        hers.post(ADD, self.sent())
        answer = hers.post(reverse("accounts:licence_remove", args=["OH"]), follow=True)
        assert "is taken out" in answer.text
        answer = hers.post(reverse("accounts:licence_remove", args=["TX"]), follow=True)
        assert "You are verified by this license." in answer.text
        assert helen.licences.get().state == "TX"

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"state": "TX"}, "You have a license in this state already."),
            ({"state": "XX"}, "not one of the available choices"),
            ({"number": ""}, "Enter the number."),
            ({"expires_on": "2020-01-01"}, "It has expired on this day."),
            ({"expires_on": ""}, "Enter until when it is valid."),
        ],
    )
    def test_is_refused_with_the_reason(self, hers, helen, more, words):
        answer = hers.post(ADD, self.sent(**more))

        assert answer.status_code == 422
        assert words in answer.text
        assert helen.licences.count() == 1

    def test_is_hers_alone(self, client, helen):
        stranger = PreceptorFactory(licence_in="")
        client.force_login(stranger.user)

        assert client.get(reverse("accounts:licence", args=["TX"])).status_code == 404
        assert client.post(reverse("accounts:licence_remove", args=["TX"])).status_code == 404
        assert Licence.objects.filter(preceptor=helen).exists()


@pytest.mark.parametrize("page", [PAGE, ADD])
def test_nobody_enters_it_for_her(client, helen, page):
    for user in (LearnerFactory().user, DelegationFactory(preceptor=helen).person):
        client.force_login(user)
        assert client.get(page).status_code == 403


def upload(content, name="me.jpg"):
    return {"photo": SimpleUploadedFile(name, content)}


class TestPhoto:
    def test_is_a_small_square_without_what_the_camera_wrote(self, hers, helen):
        exif = Image.Exif()
        exif[0x010F] = "Camera of Helen"
        sent = picture("JPEG", size=(900, 1400), exif=exif)
        assert b"Camera of Helen" in sent

        assert hers.post(PHOTO, upload(sent)).status_code == 302

        helen.refresh_from_db()
        with helen.photo.open() as file:
            kept = file.read()
        assert b"Camera" not in kept
        with Image.open(BytesIO(kept)) as image:
            assert (image.format, image.size) == ("JPEG", (480, 480))
            assert not image.getexif()
        assert "me" not in helen.photo.name

    def test_another_replaces_it_and_the_old_file_goes(
        self, hers, helen, django_capture_on_commit_callbacks
    ):
        hers.post(PHOTO, upload(picture("PNG", size=(600, 600)), "me.png"))
        helen.refresh_from_db()
        first, storage, url = helen.photo.name, helen.photo.storage, helen.photo_url

        with django_capture_on_commit_callbacks(execute=True):
            hers.post(PHOTO, upload(picture("JPEG", size=(600, 600))))
        helen.refresh_from_db()
        assert not storage.exists(first)
        assert helen.photo_url != url

        with django_capture_on_commit_callbacks(execute=True):
            hers.post(reverse("accounts:photo_remove"))
        assert not storage.exists(helen.photo.name)
        helen.refresh_from_db()
        assert helen.photo_url == ""

    @pytest.mark.parametrize(
        ("content", "name", "words"),
        [
            (b"%PDF-1.7", "me.pdf", "damaged"),
            (b"<svg/>", "me.svg", "can carry programs"),
            (b"GIF89a", "me.jpg", "This is not a JPG file"),
            (b"", "me.jpg", "empty"),
            ("tiny", "me.png", "The picture is very small."),
        ],
    )
    def test_anything_else_is_refused(self, hers, helen, content, name, words):
        content = picture("PNG", size=(40, 40)) if content == "tiny" else content

        answer = hers.post(PHOTO, upload(content, name))

        assert answer.status_code == 422
        assert words in answer.text
        helen.refresh_from_db()
        assert not helen.photo

    def test_is_public_while_her_page_is(self, client, hers, helen):
        hers.post(PHOTO, upload(picture("JPEG", size=(600, 600))))
        helen.refresh_from_db()
        client.logout()

        answer = client.get(helen.photo_url)
        assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "public, max-age=300"
        assert helen.photo_url in client.get(helen.get_absolute_url()).text

        actions.suspend_preceptor(helen, by=StaffFactory())
        assert client.get(helen.photo_url).status_code == 404
        client.force_login(helen.user)
        own = client.get(helen.photo_url)
        own.close()
        assert (own.status_code, own["Cache-Control"]) == (200, "no-store, private")

    def test_without_one_there_is_none(self, client, helen):
        assert (
            client.get(reverse("rotations:preceptor_photo", args=[helen.slug])).status_code == 404
        )


def test_a_checked_name_is_not_hers_to_change(hers, helen):
    profile = reverse("accounts:profile")
    sent = {"person-name": "Somebody Else", "person-time_zone": "", "role-accepting": "on"}

    assert hers.post(profile, sent).status_code == 302
    helen.user.refresh_from_db()
    assert helen.user.name == "Helen O'Castellano"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"role-away_from": "2027-03-01"}, "Enter the last day too."),
        ({"role-away_from": "2027-03-09", "role-away_until": "2027-03-01"}, "before the first"),
    ],
)
def test_time_away_needs_both_ends_in_order(hers, sent, words):
    answer = hers.post(reverse("accounts:profile"), {"person-time_zone": "", **sent})

    assert answer.status_code == 422
    assert words in answer.text
