"""Staff write guides and pages, and see them first as readers will."""

import pytest
from django.urls import reverse

from guides.models import Guide, Page

pytestmark = pytest.mark.django_db

PREVIEW = "/admin/guides/guide/preview/"


def typed(**changes):
    return {
        "slug": "waiting",
        "title": "While you wait",
        "summary": "In one line.",
        "group": "start",
        "order": "1",
        "minutes": "5",
        "body": "## What to do\n\nCall {portal_phone}. <script>x()</script>",
        "reviewed_on": "2027-01-04",
        "reviewed_by": "",
        "is_published": "on",
    } | changes


def test_preview_shows_what_is_typed_and_saves_nothing(staff_client, settings):
    text = staff_client.post(PREVIEW, typed()).text

    assert "<h1>While you wait</h1>" in text
    assert '<h2 id="what-to-do">' in text
    assert settings.PORTAL["phone"] in text
    assert "<script>x" not in text
    assert "Mon, Jan 4, 2027" in text
    assert not Guide.objects.exists()


def test_preview_shows_what_could_not_be_saved(staff_client):
    text = staff_client.post(PREVIEW, typed(title="", slug="", body="*Half* {timer:none}")).text

    assert "<em>Half</em> {timer:none}" in text


def test_preview_of_a_page_that_exists(staff_client):
    Page.objects.create(slug="fees", title="Fees", body="Old")

    text = staff_client.post(
        "/admin/guides/page/preview/",
        {"slug": "fees", "title": "Fees", "body": "New", "version": "2"},
    ).text

    assert "<p>New</p>" in text
    assert Page.objects.get().body == "Old"


def test_preview_is_for_who_writes_guides(client, dana):
    assert client.post(PREVIEW, typed()).status_code == 302
    client.force_login(dana)
    assert client.post(PREVIEW, typed()).status_code == 200
    assert client.get(PREVIEW).status_code == 302
    dana.groups.clear()
    assert client.post(PREVIEW, typed()).status_code == 403


def test_the_form_offers_the_preview_without_a_script(staff_client):
    text = staff_client.get(reverse("admin:guides_guide_add")).text

    assert f'formaction="{PREVIEW}"' in text


def test_a_changed_text_shows_at_once(staff_client, client):
    staff_client.post(reverse("admin:guides_guide_add"), typed())
    guide = Guide.objects.get()
    assert "Call" in client.get(guide.get_absolute_url()).text

    change = reverse("admin:guides_guide_change", args=[guide.pk])
    staff_client.post(change, typed(body="Write instead."))

    assert "Write instead." in client.get(guide.get_absolute_url()).text


def test_a_text_names_only_facts_that_the_portal_knows(staff_client):
    response = staff_client.post(
        reverse("admin:guides_guide_add"), typed(body="{timer:answer} {timer:none}")
    )

    assert "The portal has no fact named {timer:none}." in response.text
    assert not Guide.objects.exists()
