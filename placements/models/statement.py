"""Statements that a learner signs in the portal, for one placement (handbook 3.3)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import DocumentType
from placements.models.placement import Placement

# Kinds of documents that are no files: they are read and signed here.
SIGNED_HERE = frozenset({"confidentiality", "conduct"})


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def current(self) -> "DeclarationQuerySet":
        """The newest version of each kind."""
        return self.order_by("type", "-version").distinct("type")


class Declaration(models.Model):
    """The text of a statement, in one version. A new wording is a new version."""

    type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(_("version"))
    body = models.TextField(_("text"), max_length=8000)
    published_at = models.DateTimeField(_("published"), default=timezone.now)

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["type", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="declaration_one_text_per_version", fields=["type", "version"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.type}, {self.version}"


class SignedDeclaration(models.Model):
    """A learner's signature under one version, for one placement."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="signatures")
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="+")
    typed_name = models.CharField(_("signed"), max_length=150)
    signed_at = models.DateTimeField(_("when"), default=timezone.now)
    address = models.GenericIPAddressField(_("from"), null=True, blank=True)

    class Meta:
        verbose_name = _("signed statement")
        verbose_name_plural = _("signed statements")
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="signeddeclaration_once_per_placement", fields=["placement", "declaration"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.typed_name}: {self.declaration}"
