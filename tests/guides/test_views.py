from datetime import date

import pytest

from guides.models import Guide, GuideGroup, Page

pytestmark = pytest.mark.django_db


def guide(slug, order=0, **facts):
    facts = {"title": slug.title(), "summary": "One line.", "group": GuideGroup.START} | facts
    return Guide.objects.create(slug=slug, order=order, body="## Part\n\nText.", **facts)


@pytest.mark.parametrize("size", [1, 3])
def test_index_asks_once(client, django_assert_num_queries, size):
    for n in range(size):
        guide(f"guide-{n}", n)
    client.get("/guides/")

    with django_assert_num_queries(1):
        response = client.get("/guides/")

    assert response.status_code == 200


def test_index_follows_the_groups_order(client):
    guide("visas", group=GuideGroup.VISA)
    guide("first", 9)

    text = client.get("/guides/").text

    assert text.index("Start here") < text.index("Visa basics")


def test_index_without_guides_is_a_page(client):
    assert "No guides yet." in client.get("/guides/").text


def test_guide_shows_contents_review_and_what_is_next(client):
    guide("first", 1, reviewed_on=date(2027, 1, 4), reviewed_by="a practicing internist")
    guide("second", 2)

    text = client.get("/guides/first/").text

    assert '<h2 id="part">Part</h2>' in text
    assert 'href="#part"' in text
    assert "Mon, Jan 4, 2027" in text
    assert 'href="/guides/second/"' in text


def test_a_guide_can_be_handed_on(client, settings):
    guide("first", title="First & last")

    text = client.get("/guides/first/").text

    assert f'data-copy="{settings.SITE_URL}/guides/first/"' in text
    assert "mailto:?subject=First%20%26%20last&amp;body=http" in text


def test_a_guide_without_a_named_reviewer_claims_none(client):
    guide("first", reviewed_on=date(2027, 1, 4))

    text = client.get("/guides/first/").text

    assert "Checked against its sources on" in text
    assert "Reviewed by" not in text


def test_an_unpublished_guide_is_not_there(client):
    guide("first", is_published=False)

    assert client.get("/guides/first/").status_code == 404
    assert "/guides/first/" not in client.get("/guides/").text


@pytest.mark.parametrize(
    "slug", ["terms", "privacy", "fees", "contact", "accessibility", "no-dark-patterns"]
)
def test_page_says_the_portals_own_facts(client, settings, slug):
    body = "Write to {portal_email}. <script>x</script>"
    Page.objects.update_or_create(slug=slug, defaults={"title": "A page", "body": body})

    text = client.get(f"/{slug}/").text

    assert settings.PORTAL["email"] in text
    assert "<script>x" not in text
