"""A copy of everything and the way out, in a browser with a real worker (promises P1, P2)."""

import io
import re
import zipfile

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import expect

from accounts.actions import read_document
from accounts.models import User
from clocks.models import Due
from clocks.tasks import tick
from privacy.models import Erasure, Export, FileToDelete
from privacy.tasks import delete_files, make_exports
from tests.e2e.test_journey import link_in, mail_to, sign_in
from tests.factories.accounts import DocumentFactory, LearnerFactory, StaffFactory, UserFactory
from tests.machines import forget_broker, wait_for, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

EMAIL, PASSWORD = "amara.okafor@example.org", "three brown lamps at noon"


@pytest.fixture
def amara():
    user = UserFactory(name="Amara Okafor", email=EMAIL, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    LearnerFactory(user=user)
    read_document(DocumentFactory(owner=user), by=StaffFactory(), address=None)
    return user


def give_password(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_she_takes_a_copy_and_leaves(page, base_url, amara, smtp, new_context):
    forget_broker()
    with worker(smtp_port=smtp.port):
        sign_in(page, EMAIL, PASSWORD)
        page.wait_for_url(lambda url: "login" not in url)
        page.goto(f"{base_url}/privacy/your-data/")
        page.get_by_role("link", name="Get a copy").click()
        give_password(page)
        page.get_by_role("button", name="Make my copy").click()
        wait_for(lambda: make_exports() or Export.objects.exclude(ready_at=None), seconds=30)

        page.goto(link_in(mail_to(smtp, EMAIL, "copy of your data"), "/privacy/").split("copy/")[0])
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile("Copy of")).click()
        content = download.value.path().read_bytes()
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert {"README.txt", "your-data.json", "lists/documents.csv"} <= {*names}

        page.get_by_role("link", name=re.compile("Delete my account")).click()
        page.get_by_label("Delete my account and what is in it").check()
        page.get_by_role("button", name="Delete my account").click()
        stranger = new_context().new_page()
        stranger.goto(link_in(mail_to(smtp, EMAIL, "will be deleted"), "/privacy/keep/"))
        assert Erasure.objects.get().is_open
        expect(stranger.get_by_role("button", name="Keep my account")).to_be_visible()

        erase_now()
        mail_to(smtp, EMAIL, "is deleted")
        wait_for(lambda: delete_files() or not FileToDelete.objects.exists(), seconds=30)
        page.goto(f"{base_url}/privacy/your-data/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert User.objects.get(pk=amara.pk).name == "Former learner"


def erase_now():
    """The week passes."""
    Erasure.objects.update(due_at=Erasure.objects.get().requested_at)
    Due.objects.filter(kind="privacy.erasure").update(at=Erasure.objects.get().requested_at)
    tick()
    wait_for(lambda: Erasure.objects.exclude(done_at=None), seconds=30)
