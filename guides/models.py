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
