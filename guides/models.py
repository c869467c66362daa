import pgtrigger
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

FACTS_HELP = _(
    "Markdown, without HTML. {portal_name}, {portal_email}, {portal_phone}, {portal_hours}, "
    "{portal_address} and {portal_coordinator} stand for this portal’s own. Numbers that may "
    "change are named, too: {timer:answer}, {valid:tb}, {keep:health_used}, {least:hepb}, "
    "{season:review}; {policies} and {seasons} draw a table."
)


class GuideGroup(models.TextChoices):
    START = "start", _("Start here")
    DOCUMENTS = "documents", _("Documents")
    ON_SITE = "on_site", _("On site")
    LETTERS = "letters", _("Letters and Match")
    VISA = "visa", _("Visa basics")


class FormerSlug(models.Model):
    """An address that a page had: links that people kept still lead there.

    A row names its subject and no other slug, so one step is always enough. It is looked at only
    where no page has the slug now; whoever takes a slug that another gave up gets its visitors.
    """

    # The table of the subject, and its key there.
    kind = models.CharField(max_length=40)
    slug = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.UniqueConstraint(name="formerslug_leads_to_one_page", fields=["kind", "slug"])
        ]
        indexes = [models.Index("kind", "subject_id", name="formerslug_by_subject")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.slug}"


def former_slugs() -> pgtrigger.Trigger:
    """Keeps the slug that a row gives up, whoever changes it: a page, the admin or a statement."""
    return pgtrigger.Trigger(
        name="keeps_former_slugs",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("slug"),  # type: ignore[no-untyped-call]
        condition=pgtrigger.Q(old__slug__df=pgtrigger.F("new__slug")),
        func="""
            INSERT INTO guides_formerslug (kind, slug, subject_id, at)
            VALUES (TG_TABLE_NAME, OLD.slug, OLD.id, now())
            ON CONFLICT (kind, slug) DO UPDATE SET subject_id = EXCLUDED.subject_id, at = now();
            RETURN NULL;
        """,
    )


class Guide(models.Model):
    """A page that explains something of the field, written in Markdown by staff."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("in one line"), max_length=200)
    group = models.CharField(_("group"), max_length=12, choices=GuideGroup)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    minutes = models.PositiveSmallIntegerField(_("minutes to read"), default=5)
    body = models.TextField(_("text"), help_text=FACTS_HELP)
    reviewed_on = models.DateField(
        _("reviewed"),
        null=True,
        blank=True,
        help_text=_("When somebody last compared the text with its sources."),
    )
    reviewed_by = models.CharField(_("reviewed by"), max_length=80, blank=True)
    is_published = models.BooleanField(_("published"), default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guides")
        ordering = ["order", "title"]
        triggers = [former_slugs()]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("guides:guide", args=[self.slug])


class Page(models.Model):
    """A page that a portal owes: terms, privacy, fees. Its version is what people agree to."""

    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), help_text=FACTS_HELP)
    version = models.CharField(_("version"), max_length=20, default="1")
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("guides:page", args=[self.slug])
