"""Who is invited to be what, and who acts for whom."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.admin.each import each
from accounts.forms import InvitationAdminForm
from accounts.http import allow, person
from accounts.kinds import InvitationKind
from accounts.models import Delegation, Invitation
from accounts.permissions import may_invite
from audit.admin import ReadOnly

STATES = {
    "open": _("Waiting"),
    "expired": _("Expired"),
    "accepted": _("Accepted"),
    "revoked": _("Taken back"),
}


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
        match self.value():
            case "open":
                return rows & Invitation.objects.open()
            case "expired":
                past = Invitation.objects.unanswered().filter(expires_at__lte=timezone.now())
                return rows & past
            case "accepted":
                return rows.exclude(accepted_at=None)
            case "revoked":
                return rows.exclude(revoked_at=None)
        return rows


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Staff invite here, send a link once more and take it back. Rows are written by actions."""

    list_display = ["email", "kind", "by", "state_words", "created_at", "expires_at"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["email", "invited_by__name", "preceptor__user__name"]
    list_select_related = ["invited_by"]
    date_hierarchy = "created_at"
    actions = ["send_again", "revoke"]

    @admin.display(description=_("invited by"))
    def by(self, invitation: Invitation) -> str:
        return str(invitation.invited_by or _("offered it herself"))

    @admin.display(description=_("state"))
    def state_words(self, invitation: Invitation) -> str:
        return str(STATES[invitation.state])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_send_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """An address, and what she is to be."""
        allow(self.has_add_permission(request))
        form = InvitationAdminForm(request.POST or None, by=person(request))
        if form.is_valid() and self._invite(request, form):
            return redirect("admin:accounts_invitation_changelist")
        facts = {
            **self.admin_site.each_context(request),
            "title": _("Invite somebody"),
            "form": form,
            "opts": self.opts,
        }
        return render(request, "admin/ask.html", facts, status=422 if form.is_bound else 200)

    def _invite(self, request: HttpRequest, form: InvitationAdminForm) -> bool:
        kind, email = InvitationKind(form.cleaned_data["kind"]), form.cleaned_data["email"]
        try:
            actions.invite(kind, email, by=person(request))
        except ValidationError as refusal:
            form.add_error("email", refusal)
            return False
        messages.success(
            request, _("The invitation to %(email)s is on its way.") % {"email": email}
        )
        return True

    @admin.action(description=_("Send once more"), permissions=["send"])
    def send_again(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        each(
            request,
            self._own(request, rows),
            lambda row: actions.send_again(row, by=person(request)),
        )

    @admin.action(description=_("Take back"), permissions=["send"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        each(
            request,
            self._own(request, rows),
            lambda row: actions.revoke_invitation(row, by=person(request)),
        )

    def _own(self, request: HttpRequest, rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
        """A coordinator's invitation is an admin's to send or to take back."""
        if may_invite(person(request), InvitationKind.COORDINATOR):
            return rows
        if left := rows.filter(kind=InvitationKind.COORDINATOR).count():
            messages.warning(request, _("Left out, as only an admin may: %(n)d.") % {"n": left})
        return rows.exclude(kind=InvitationKind.COORDINATOR)


@admin.register(Delegation)
class DelegationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["person", "preceptor", "since", "ended_at", "ended_by"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter)]
    search_fields = ["person__name", "person__email", "preceptor__user__name"]
    list_select_related = ["person", "preceptor__user", "ended_by"]
    actions = ["end"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.view_delegation")

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_delegation")

    @admin.action(description=_("End: acts for the preceptor no more"), permissions=["end"])
    def end(self, request: HttpRequest, rows: QuerySet[Delegation]) -> None:
        each(request, rows, lambda row: actions.end_delegation(row, by=person(request)))
