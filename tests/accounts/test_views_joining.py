"""The page of an invitation, and offering a rotation from the home page."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.actions import ensure_groups
from accounts.kinds import InvitationKind
from accounts.models import Delegation, Invitation, PreceptorProfile, User
from outbox.models import Message
from tests.factories.accounts import (
    InvitationFactory,
    LearnerFactory,
    PreceptorFactory,
    UserFactory,
)
from tests.factories.rotations import SpecialtyFactory

pytestmark = pytest.mark.django_db
OFFICE = "office@example.com"
LINK = "a-link-that-was-mailed"
PAGE = reverse("accounts:invitation", args=[LINK])
OFFER, OFFERED = reverse("accounts:offer"), reverse("accounts:offered")
ACCOUNT = {"name": "Ana O’Ruiz", "password1": "tall lamps at noon", "terms": "on"}
FACTS = {"credential": "MD", "specialty": "Family medicine", "state": "OH", "npi": "1234567893",
         "words": "Eight patients a day, with time to present."}  # fmt: skip
OFFERING = {**FACTS, "name": "Helen Castellano", "email": OFFICE}


@pytest.fixture(autouse=True)
def family_medicine():
    return SpecialtyFactory(name="Family medicine", slug="family-medicine")


@pytest.fixture
def invited():
    return InvitationFactory(email=OFFICE, link=LINK)


def person(email=OFFICE, **more):
    user = UserFactory(email=email, **more)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def test_looking_changes_nothing(client, invited):
    before = Invitation.objects.values().get()

    for look in (client.head, client.get, client.get, client.get):
        page = look(PAGE)
        assert page.status_code == 200
        assert page["X-Robots-Tag"] == "noindex"
        assert "no-store" in page["Cache-Control"]

    assert Invitation.objects.values().get() == before
    assert not Delegation.objects.exists()
    assert invited.preceptor.title in page.text


def test_a_newcomer_accepts_and_is_in(client, invited):
    response = client.post(PAGE, ACCOUNT)

    assert response["Location"] == reverse("placements:inbox")
    ana = User.objects.get(email=OFFICE)
    assert client.session["_auth_user_id"] == str(ana.pk)
    assert Delegation.objects.get().person == ana
    page = client.get(response["Location"])
    assert "You act for the office of" in page.text


def test_without_a_password_she_signs_in_by_code(client, invited):
    client.post(PAGE, {**ACCOUNT, "password1": ""})

    assert not User.objects.get(email=OFFICE).has_usable_password()


@pytest.mark.parametrize(
    ("odd", "field"),
    [({"name": " "}, "name"), ({"terms": ""}, "terms"), ({"password1": "password1234"}, "password1"),
     ({"password1": OFFICE}, "password1")],
)  # fmt: skip
def test_a_form_that_is_not_right_keeps_what_was_typed(client, invited, odd, field):
    page = client.post(PAGE, {**ACCOUNT, "name": "Annie O’Ruiz", **odd})

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert field == "name" or "Annie O’Ruiz" in page.text
    assert "errsum" in page.text
    assert Invitation.objects.get().is_open


def test_who_has_an_account_signs_in_first(client, invited):
    ana = person()

    page = client.get(PAGE)
    posted = client.post(PAGE, ACCOUNT)

    assert f"{reverse('account_login')}?next={PAGE}" in page.text
    assert posted.status_code == 302
    assert posted["Location"].startswith(reverse("account_login"))
    assert not Delegation.objects.exists()
    client.force_login(ana)
    assert client.post(PAGE)["Location"] == reverse("placements:inbox")
    assert Delegation.objects.get().person == ana


def test_somebody_else_is_told_whose_it_is_and_gets_nothing(client, invited):
    client.force_login(person("other@example.com"))

    assert client.get(PAGE).status_code == 403
    assert OFFICE in client.get(PAGE).text
    assert client.post(PAGE, ACCOUNT).status_code == 403
    assert Invitation.objects.get().is_open


def test_a_second_click_reads_that_it_is_over(client, invited):
    client.force_login(person())
    client.post(PAGE)

    for again in (client.get(PAGE), client.post(PAGE)):
        assert again.status_code == 410
        assert "accepted already" in again.text
    assert Delegation.objects.count() == 1


def test_a_link_that_we_never_made(client):
    page = client.get(reverse("accounts:invitation", args=["x" * 22]))

    assert page.status_code == 404
    assert "do not know this link" in page.text


def test_a_coordinator_begins_with_the_second_factor(client):
    ensure_groups()
    InvitationFactory(kind=InvitationKind.COORDINATOR, email=OFFICE, link=LINK)

    response = client.post(PAGE, ACCOUNT)

    assert response["Location"] == reverse("mfa_activate_totp")
    assert client.get(response["Location"]).status_code == 200
    assert client.get(reverse("admin:index"))["Location"] == reverse("mfa_index")


def test_a_preceptor_who_is_invited_says_who_she_is(client):
    InvitationFactory(kind=InvitationKind.PRECEPTOR, email=OFFICE, link=LINK)

    response = client.post(PAGE, {**ACCOUNT, **FACTS})

    assert response["Location"] == reverse("accounts:joined")
    profile = PreceptorProfile.objects.get()
    assert (profile.credential, profile.introduction.state) == ("MD", "OH")
    page = client.get(response["Location"])
    assert "Three steps" in page.text


class TestOffer:
    def test_the_home_page_leads_there(self, client):
        assert OFFER in client.get(reverse("rotations:home")).text

    @pytest.mark.parametrize("is_known", [False, True])
    def test_a_stranger_gets_a_mail_and_the_page_says_no_more(self, client, is_known):
        """The same for an address with an account and without (promise A1)."""
        if is_known:
            person()

        response = client.post(OFFER, OFFERING)

        assert (response.status_code, response["Location"]) == (302, OFFERED)
        assert "Look into your mailbox" in client.get(OFFERED).text
        assert Message.objects.get().recipient == OFFICE
        assert not PreceptorProfile.objects.exists()

    def test_the_link_goes_on_with_what_was_entered(self, client):
        client.post(OFFER, OFFERING)
        path = re.search(r"/invitations/[\w-]+/", Message.objects.get().body)[0]

        page = client.get(path)
        assert "Helen Castellano" in page.text
        assert "Family medicine" in page.text
        response = client.post(path, {**FACTS, **ACCOUNT, "name": "Helen Castellano"})

        assert response["Location"] == reverse("accounts:joined")
        profile = PreceptorProfile.objects.get()
        assert (profile.user.email, profile.level) == (OFFICE, "listed")
        assert profile.introduction.words == FACTS["words"]

    @pytest.mark.parametrize(
        ("odd", "field"),
        [({"npi": "1234567890"}, "npi"), ({"state": "ZZ"}, "state"), ({"credential": ""}, "credential"),
         ({"email": "no"}, "email"), ({"name": "\u202e"}, "name"), ({"specialty": " "}, "specialty")],
    )  # fmt: skip
    def test_what_is_not_right_is_said_at_the_field(self, client, odd, field):
        page = client.post(OFFER, {**OFFERING, **odd})

        assert page.status_code == 422
        assert set(page.context["form"].errors) == {field}
        assert FACTS["words"] in page.text
        assert not Message.objects.exists()

    def test_the_eleventh_offer_within_an_hour_waits(self, client):
        for number in range(10):
            client.post(OFFER, {**OFFERING, "email": f"p{number}@example.com"})

        assert client.post(OFFER, OFFERING).status_code == 429
        assert not Message.objects.filter(recipient=OFFICE).exists()

    def test_a_learner_can_be_a_preceptor_too(self, client):
        learner = LearnerFactory().user
        client.force_login(learner)

        response = client.post(OFFER, FACTS)

        assert response["Location"] == reverse("accounts:joined")
        assert PreceptorProfile.objects.get().user == learner
        page = client.get(response["Location"])
        assert reverse("placements:inbox") in page.text
        assert [role.value for role in page.context["nav"].others] == ["learner"]

    def test_who_is_one_reads_what_comes_next(self, client):
        client.force_login(PreceptorFactory(verified_at=None, verified_by=None).user)

        assert client.get(OFFER)["Location"] == reverse("accounts:joined")
        assert client.get(reverse("accounts:profile")).status_code == 200
        assert client.get(reverse("rotations:my_listings")).status_code == 200


class TestSpecialty:
    def test_is_chosen_from_ours(self, client):
        page = client.get(OFFER)
        assert '<option value="Family medicine">Family medicine</option>' in page.text

    def test_another_is_said_in_words(self, client):
        client.force_login(user := LearnerFactory().user)
        said = {**FACTS, "specialty": "other", "other_specialty": " Wilderness  medicine"}

        client.post(OFFER, said)

        assert user.preceptor_profile.introduction.specialty == "Wilderness medicine"

    def test_another_without_words_is_asked_for(self, client):
        page = client.post(OFFER, {**OFFERING, "specialty": "other"})

        assert page.status_code == 422
        assert page.context["form"].errors == {"other_specialty": ["Enter your specialty."]}

    def test_what_she_said_on_the_public_form_stands_in_the_one_behind_the_link(self, client):
        said = {"specialty": "Wilderness medicine", "state": "OH"}
        InvitationFactory(
            email=OFFICE, link=LINK, kind=InvitationKind.PRECEPTOR, preceptor=None, facts=said
        )

        form = client.get(PAGE).context["form"]

        assert form["specialty"].value() == "other"
        assert form["other_specialty"].value() == "Wilderness medicine"
