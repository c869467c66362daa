"""A preceptor writes her listing: a list of steps, a page for each."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import UserRequest, allow
from accounts.models import PreceptorProfile
from audit.queries import history_of
from rotations.actions.drafts import (
    describe_site,
    save_offer,
    save_words,
    start_listing,
)
from rotations.actions.limits import save_limits
from rotations.actions.listings import archive_listing, return_listing
from rotations.forms.limits import LimitsForm
from rotations.forms.own import ForWhomForm, LearnersForm, RotationForm, TermsForm, WordsForm
from rotations.forms.papers import PapersForm
from rotations.forms.place import PlaceForm
from rotations.kinds import ListingStatus
from rotations.models import Listing, Site
from rotations.permissions import may_edit
from rotations.queries import (
    Limit,
    open_requests,
    own_gaps_of,
    rules_on,
    upcoming_blocks,
    visible_listings,
)
from rotations.views.cards import Dates

BLOCKS_SHOWN = 6


@dataclass(frozen=True)
class Step:
    """A page of the editor."""

    name: str
    title: Any
    hint: Any
    icon: str
    is_offer: bool = True


STEPS = {
    step.name: step
    for step in (
        Step("rotation", gettext_lazy("The rotation"),
             gettext_lazy("Title, specialty, type, what learners may do"), "hand"),
        Step("place", gettext_lazy("The place"), gettext_lazy("The hospital or practice"), "map-pin"),
        Step("work", gettext_lazy("The work"),
             gettext_lazy("What learners do and learn, a typical day"), "pen-line", is_offer=False),
        Step("learners", gettext_lazy("Who can come"),
             gettext_lazy("Students, graduates, exams they need"), "users"),
        Step("limits", gettext_lazy("How many at a time"),
             gettext_lazy("Learners of one kind in a week, if not as many as there are seats"),
             "sliders-horizontal", is_offer=False),
        Step("documents", gettext_lazy("What to bring"),
             gettext_lazy("Documents, and how old they may be"), "file-text"),
        Step("terms", gettext_lazy("Length and price"),
             gettext_lazy("Weeks, hours, fee, cancellation, letters"), "receipt"),
    )
}  # fmt: skip
FORMS = {
    "rotation": RotationForm,
    "work": WordsForm,
    "learners": LearnersForm,
    "terms": TermsForm,
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: UserRequest) -> HttpResponse:
    """A draft begins with what it is and where."""
    practices = _practices(request)
    data = request.POST if request.method == "POST" else None
    form, place = RotationForm(data), PlaceForm(data, sites=_sites_of(practices))
    whose = ForWhomForm(data, practices=practices) if len(practices) > 1 else None
    parts: list[BaseForm] = [part for part in (whose, form, place) if part is not None]
    if data is not None and _all_valid(parts):
        preceptor = whose.cleaned_data["preceptor"] if whose else practices[0]
        site = place.chosen or describe_site(place.described, by=request.user)
        listing = start_listing(preceptor, site, by=request.user, **form.cleaned_data)
        messages.success(request, _("Your draft is saved. Go on in any order, whenever you like."))
        return redirect("rotations:edit_listing", listing.slug)
    facts = {"form": form, "place": place, "whose": whose, "summary": Errors(parts)}
    return render(request, "rotations/new_listing.html", facts, status=status_of(data))


def _all_valid(parts: list[BaseForm]) -> bool:
    """Each is asked, so that each shows its errors."""
    valid = [part.is_valid() for part in parts]
    return all(valid)


class Errors:
    """Several forms of one page, as far as a summary of errors asks."""

    def __init__(self, forms: list[Any]) -> None:
        self.forms = forms
        self.errors = {
            f"{n}-{name}": error
            for n, form in enumerate(forms)
            for name, error in form.errors.items()
        }

    def non_field_errors(self) -> list[Any]:
        return [error for form in self.forms for error in form.non_field_errors()]

    def __iter__(self) -> Any:
        return (field for form in self.forms for field in form)


def status_of(data: Any) -> int:
    return 200 if data is None else 422


def _practices(request: UserRequest) -> Any:
    if not request.user.practices:
        raise Http404
    found = PreceptorProfile.objects.filter(pk__in=request.user.practices)
    return found.select_related("user").order_by("user__name")


def _sites_of(practices: Any) -> Any:
    """Where these preceptors teach already."""
    sites = Site.objects.filter(listings__preceptor__in=practices).distinct()
    return sites.select_related("state").order_by("name")


def own(request: UserRequest, slug: str) -> Listing:
    """A listing that she may write, or none."""
    listing = get_object_or_404(visible_listings(request.user), slug=slug)
    allow(may_edit(request.user, listing))
    return listing


@require_safe
@login_required
def edit(request: UserRequest, slug: str) -> HttpResponse:
    """The steps, which of them are done, and what is left to send it."""
    listing = own(request, slug)
    gaps = own_gaps_of(listing)
    facts = {
        "listing": listing,
        "steps": [
            (step, gaps.get(step.name, []), _is_open(listing, step)) for step in STEPS.values()
        ],
        "date_gaps": gaps["dates"],
        "is_ready": not any(gaps.values()),
        "dates": dates_of(listing),
        "note": _note(listing),
        "requests": open_requests(listing) if listing.status == ListingStatus.PAUSED else 0,
    }
    return render(request, "rotations/edit_listing.html", facts)


def _is_open(listing: Listing, step: Step) -> bool:
    """Whether she may change it as things are."""
    closed = {ListingStatus.IN_REVIEW, ListingStatus.ARCHIVED}
    if step.is_offer:
        closed = closed | {ListingStatus.PUBLISHED}
    return listing.status not in closed


def dates_of(listing: Listing) -> list[Dates]:
    return [Dates.of(one) for one in upcoming_blocks([listing])[listing.pk][:BLOCKS_SHOWN]]


def _note(listing: Listing) -> str:
    """What staff asked her to change, while it is a draft for that."""
    if listing.status != ListingStatus.DRAFT:
        return ""
    last = history_of(listing).filter(verb__in=["listing.draft", "listing.in_review"]).last()
    return str(last.detail.get("note", "")) if last else ""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def step(request: UserRequest, slug: str, name: str) -> HttpResponse:
    """One step's form. What the listing's status does not let her change is told, not shown."""
    listing = own(request, slug)
    here = STEPS.get(name)
    if here is None:
        raise Http404
    if not _is_open(listing, here):
        return redirect("rotations:edit_listing", slug)
    data = request.POST if request.method == "POST" else None
    form = _form(here, listing, data)
    if data is not None and form.is_valid() and _save(request, here, listing, form):
        messages.success(request, _("Saved."))
        return _onward(request, listing, name)
    names = list(STEPS)
    facts = {
        "listing": listing,
        "step": here,
        "steps": list(STEPS.values()),
        "number": names.index(name) + 1,
        "form": form,
        "goes_back": here.is_offer and listing.status == ListingStatus.PAUSED,
        "rules": _rules(listing) if name == "limits" else [],
    }
    return render(request, "rotations/edit_step.html", facts, status=status_of(data))


def _rules(listing: Listing) -> list[Limit]:
    """What others rule of the learners that it is open to."""
    return [rule for family in listing.families for rule in rules_on(listing, family)]


def _onward(request: UserRequest, listing: Listing, name: str) -> HttpResponse:
    """To the next step of a draft, or back to the list of them."""
    names = list(STEPS)
    following = names[names.index(name) + 1 :]
    if "onward" in request.POST and following and listing.status == ListingStatus.DRAFT:
        return redirect("rotations:listing_step", listing.slug, following[0])
    return redirect("rotations:edit_listing", listing.slug)


def _form(here: Step, listing: Listing, data: Any) -> Any:
    if here.name == "place":
        sites = _sites_of([listing.preceptor_id])
        return PlaceForm(data, sites=sites, initial={"site": str(listing.site_id)})
    if here.name == "documents":
        return PapersForm(data, listing=listing)
    if here.name == "limits":
        return LimitsForm(data, listing=listing)
    return FORMS[here.name](data, instance=listing)


def _save(request: UserRequest, here: Step, listing: Listing, form: Any) -> bool:
    user = request.user
    try:
        if here.name == "limits":
            save_limits(listing, form.most, by=user)
        elif not here.is_offer:
            save_words(listing, by=user, changed=form.changed_data)
        elif here.name == "documents":
            save_offer(listing, by=user, changed=(), asked=form.asked)
        elif here.name == "place":
            listing.site = form.chosen or describe_site(form.described, by=user)
            listing.setting = listing.site.setting
            save_offer(listing, by=user, changed=["site", "setting"])
        else:
            save_offer(listing, by=user, changed=form.changed_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@require_POST
@login_required
def take_back(request: UserRequest, slug: str) -> HttpResponse:
    """Out of the coordinator's hands, to change something after all."""
    listing = own(request, slug)
    allow(listing.status == ListingStatus.IN_REVIEW)
    return_listing(listing, by=request.user)
    messages.success(request, _("It is a draft again."))
    return redirect("rotations:edit_listing", slug)


@require_POST
@login_required
def discard(request: UserRequest, slug: str) -> HttpResponse:
    """A draft that she does not want; staff still find it."""
    listing = own(request, slug)
    allow(listing.status == ListingStatus.DRAFT)
    archive_listing(listing, by=request.user)
    messages.success(request, _("“%(title)s” is discarded.") % {"title": listing.title})
    return redirect("rotations:my_listings")
