import zoneinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guides.models import former_slugs
from rotations import places
from rotations.kinds import Setting, SpecialtyGroup


def validate_zone(name: str) -> None:
    """An IANA name that this machine knows. Raises ``ValidationError``."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("There is no time zone “%(name)s”."), params={"name": name})


class State(models.Model):
    """One of the 56 states and territories, DC among them, with what we know of its rules."""

    abbr = models.CharField(_("abbreviation"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=40)
    slug = models.SlugField(max_length=40, unique=True)
    fips = models.CharField(max_length=2)
    zones = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_territory = models.BooleanField(_("territory"), default=False)
    note = models.TextField(
        _("note for learners"), blank=True, help_text=_("Information, not legal advice.")
    )

    class Meta:
        verbose_name = _("state")
        verbose_name_plural = _("states")
        ordering = ["name"]
        triggers = [former_slugs()]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rotations:state", args=[self.slug])


class Specialty(models.Model):
    """One of the field's specialties, by its everyday name and its board's."""

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=80)
    board_name = models.CharField(_("the board’s name"), max_length=80, blank=True)
    board = models.CharField(_("board"), max_length=40, blank=True)
    group = models.CharField(_("group"), max_length=1, choices=SpecialtyGroup)
    nucc = models.CharField("NUCC", max_length=10, blank=True)
    nucc_confirmed = models.BooleanField(_("NUCC code confirmed"), default=False)
    motif = models.CharField(
        _("motif"), max_length=10, help_text=_("Its own drawing, or its group’s.")
    )
    aliases = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    about = models.TextField(_("about the work"), blank=True)
    looks_for = models.TextField(_("what programs look for"), blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("specialty")
        verbose_name_plural = _("specialties")
        ordering = ["name"]
        triggers = [former_slugs()]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rotations:specialty", args=[self.slug])


class Site(models.Model):
    """A hospital or practice, in a time zone of its own."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    setting = models.CharField(_("setting"), max_length=30, choices=Setting)
    street = models.CharField(_("street"), max_length=120)
    city = models.CharField(_("city"), max_length=60)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="sites")
    zip = models.CharField(
        "ZIP", max_length=10, validators=[RegexValidator(r"^[0-9]{5}(-[0-9]{4})?$")]
    )
    metro = models.CharField(
        _("metropolitan area"),
        max_length=80,
        blank=True,
        help_text=_("As people call it: “Greater Houston”. Empty: the city."),
    )
    latitude = models.FloatField(null=True, editable=False)
    longitude = models.FloatField(null=True, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=40, validators=[validate_zone])
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    arrival = models.TextField(
        _("arrival"), blank=True, help_text=_("Where to go on the first day, dress, parking.")
    )

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Where on the map follows from the ZIP; of one that nobody knows, nothing does."""
        place = places.of_zip(self.zip)
        self.latitude, self.longitude = (place.latitude, place.longitude) if place else (None, None)
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone or settings.TIME_ZONE)

    @property
    def area(self) -> str:
        """What neighbours share: “Greater Houston”, or “El Paso, TX”; the state must be loaded."""
        return self.metro or f"{self.city}, {self.state.abbr}"

    @property
    def place(self) -> str:
        """“Houston, Texas”; the state must be loaded."""
        return f"{self.city}, {self.state.name}"
