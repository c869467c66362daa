from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User
from audit.constraints import both_or_neither
from rotations.models.listing import Listing


class Question(models.Model):
    """Something a visitor wants to know about a listing before applying."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="questions")
    asker = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("your name"), max_length=150)
    email = models.EmailField(_("e-mail address"), max_length=254)
    text = models.TextField(_("question"), max_length=1500)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    answer = models.TextField(_("answer"), max_length=3000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["-asked_at"]
        constraints = [
            both_or_neither("question_answered_by_somebody", "answered_at", "answered_by")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:60]}"
