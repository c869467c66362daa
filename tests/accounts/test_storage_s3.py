"""Private files in a bucket: by settings alone, and served by the portal's own view."""

import boto3
import pytest
from botocore.exceptions import ClientError
from django.core.files.storage import storages
from moto import mock_aws

from accounts import actions, tasks
from accounts.models import Document, Preview
from accounts.uploads import CleanFile
from config import health
from config.settings.storage import private_storage
from tests.factories.accounts import DocumentTypeFactory, UserFactory
from tests.papers import small_pdf

pytestmark = pytest.mark.django_db
URL = "s3://KEY:a%2Fsecret@/papers/portal?region=us-east-1"


@pytest.fixture
def bucket(settings, tmp_path, monkeypatch):
    """The service itself is the one part that is played; what speaks to it is real."""
    with mock_aws():
        bucket = boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="papers")
        settings.PRIVATE_STORAGE_URL = URL
        ours = storages.create_storage(private_storage(URL, tmp_path))
        monkeypatch.setitem(storages._storages, "private", ours)
        monkeypatch.setattr(Document._meta.get_field("file"), "storage", ours)
        yield bucket


def add(owner=None):
    owner = owner or UserFactory()
    file = CleanFile(small_pdf("TB test"), "application/pdf", "tb.pdf", 1)
    return actions.add_document(owner, DocumentTypeFactory(), file, by=owner)


def keys(bucket):
    return sorted(one.key for one in bucket.objects.all())


def test_a_file_lies_in_the_bucket_under_a_random_name_and_leaves_by_our_view(client, bucket):
    paper = add()
    assert keys(bucket) == [f"portal/{paper.file.name}"]
    assert "tb.pdf" not in paper.file.name
    client.force_login(paper.owner)

    answer = client.get(paper.get_absolute_url())

    assert b"".join(answer) == small_pdf("TB test")
    assert answer["Content-Disposition"] == 'attachment; filename="tb.pdf"'
    assert answer["Content-Length"] == str(len(small_pdf("TB test")))
    assert "Location" not in answer
    client.force_login(UserFactory())
    assert client.get(paper.get_absolute_url()).status_code == 404


def test_pages_are_drawn_kept_and_deleted_there(client, bucket, django_capture_on_commit_callbacks):
    paper = add()

    tasks.draw_pages(paper.pk)

    assert f"portal/{paper.page_name(1)}" in keys(bucket)
    client.force_login(paper.owner)
    (image,) = Preview.objects.get().images()
    assert b"".join(client.get(image.address)).startswith(b"\xff\xd8\xff")
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_document(paper, by=paper.owner)
    assert keys(bucket) == []


def test_a_file_that_the_bucket_lost_is_not_found(client, bucket):
    paper = add()
    bucket.objects.all().delete()
    client.force_login(paper.owner)

    assert client.get(paper.get_absolute_url()).status_code == 404
    tasks.draw_pages(paper.pk)
    assert Preview.objects.get().trouble == "lost"


def test_readiness_asks_the_bucket(bucket):
    health.CHECKS["storage"]()
    assert keys(bucket) == []
    bucket.delete()

    with pytest.raises(ClientError, match="NoSuchBucket"):
        health.CHECKS["storage"]()


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "s3://KEY:a%2Fb@s3.example.net:9000/papers/portal?region=here",
            {"bucket_name": "papers", "location": "portal", "access_key": "KEY",
             "secret_key": "a/b", "region_name": "here",
             "endpoint_url": "https://s3.example.net:9000"},
        ),
        ("s3://s3.local/papers?tls=0", {"bucket_name": "papers", "location": "",
                                        "access_key": None, "endpoint_url": "http://s3.local"}),
        ("s3:///papers", {"bucket_name": "papers", "endpoint_url": None, "region_name": None}),
    ],
)  # fmt: skip
def test_an_address_says_where_the_bucket_is(tmp_path, url, wanted):
    options = private_storage(url, tmp_path)["OPTIONS"]

    assert {name: options[name] for name in wanted} == wanted
    assert options["default_acl"] is None


def test_without_an_address_files_lie_on_the_disk(tmp_path):
    storage = private_storage("", tmp_path)

    assert storage["BACKEND"] == "django.core.files.storage.FileSystemStorage"
    assert storage["OPTIONS"]["location"] == tmp_path
