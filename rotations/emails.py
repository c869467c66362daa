"""Which mail tells whom about listings and questions. One function per mail."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from audit.models import Event
from outbox.actions import enqueue
from rotations.models import Alert, Listing, Question
from rotations.queries import News


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _about(listing: Listing, **more: Any) -> dict[str, Any]:
    return {
        "listing": listing,
        "site": listing.site,
        "preceptor": listing.preceptor,
        "url": _absolute(listing.get_absolute_url()),
        **more,
    }


def question_asked(question: Question, *, occasion: Event) -> None:
    """To the portal's address, with the way to answer it."""
    admin = reverse("admin:rotations_question_change", args=[question.pk])
    enqueue(
        "rotations/question_asked",
        to=settings.PORTAL["email"],
        key=f"event:{occasion.pk}",
        context=_about(question.listing, question=question, admin_url=_absolute(admin)),
    )


def question_received(question: Question, *, occasion: Event) -> None:
    enqueue(
        "rotations/question_received",
        to=question.email,
        key=f"event:{occasion.pk}",
        context=_about(question.listing, question=question),
    )


def question_answered(question: Question, *, occasion: Event) -> None:
    enqueue(
        "rotations/question_answered",
        to=question.email,
        key=f"event:{occasion.pk}",
        context=_about(question.listing, question=question),
    )


def listing_submitted(listing: Listing, *, occasion: Event) -> None:
    admin = reverse("admin:rotations_listing_change", args=[listing.pk])
    enqueue(
        "rotations/listing_submitted",
        to=settings.PORTAL["email"],
        key=f"event:{occasion.pk}",
        context=_about(listing, admin_url=_absolute(admin)),
    )


def listing_published(listing: Listing, *, occasion: Event) -> None:
    enqueue(
        "rotations/listing_published",
        to=listing.preceptor.user,
        key=f"event:{occasion.pk}",
        context=_about(listing),
    )


def listing_returned(listing: Listing, note: str, *, occasion: Event) -> None:
    enqueue(
        "rotations/listing_returned",
        to=listing.preceptor.user,
        key=f"event:{occasion.pk}",
        context=_about(
            listing,
            note=note,
            edit_url=_absolute(reverse("rotations:edit_listing", args=[listing.slug])),
        ),
    )


# A mail is no catalogue: the rest stands behind its link.
TOLD_IN_FULL = 10


def opened(alert: Alert, news: list[News], *, occasion: str) -> None:
    """What can be booked now: in her search, or of what she saved. One click ends these mails."""
    stop = _absolute(reverse("rotations:alert", args=[alert.key]))
    page = (
        f"{reverse('rotations:catalogue')}?{alert.query}"
        if alert.is_search
        else reverse("rotations:saved")
    )
    facts = {
        "alert": alert,
        "news": [(one, _absolute(one.listing.get_absolute_url())) for one in news[:TOLD_IN_FULL]],
        "first": news[0],
        "number": len(news),
        "left_out": len(news) - TOLD_IN_FULL,
        "url": _absolute(page),
        "stop_url": stop,
    }
    enqueue(
        "rotations/search_alert" if alert.is_search else "rotations/listing_opened",
        to=alert.owner,
        key=occasion,
        context=facts,
        secret=True,
        unsubscribe=stop,
    )
