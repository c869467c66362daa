from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.admin.each import each
from accounts.forms import LearnerForm
from accounts.http import person
from accounts.models import (
    BoardCertification,
    Consent,
    Introduction,
    LearnerProfile,
    Licence,
    PreceptorProfile,
    User,
)
from accounts.validators import clean_npi
from audit.admin import AuditedAdmin, ReadOnly

TWO = 2
LOOKUPS_SHOWN = 5


class NewPersonForm(AdminUserCreationForm):
    """Without a password at first: she asks for one, or signs in by a code sent to her."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["usable_password"].initial = "false"

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class MergeForm(forms.Form):
    asked = forms.CharField(initial="1", widget=forms.HiddenInput)
    stays = forms.ModelChoiceField(
        label=_("Which account stays"), queryset=User.objects.none(), widget=forms.RadioSelect
    )
    sure = forms.BooleanField(label=_("Both belong to the same person. I have made sure."))

    def __init__(self, *args: Any, rows: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stays: Any = self.fields["stays"]
        stays.queryset = rows
        stays.label_from_instance = lambda user: f"{user.name}, {user.email}"


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):
    add_form = NewPersonForm
    ordering = ["name"]
    list_display = ["name", "email", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["name", "email"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "call_me", "pronouns", "time_zone"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": ["email", "name", "call_me", "usable_password", "password1", "password2"]},
        )
    ]
    filter_horizontal = ["groups"]
    actions = ["remove_second_factor", "merge"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        """Another address is proved before it counts, and the old one is told."""
        obj.email = obj.email.lower()
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            actions.replace_address(obj, old=form.initial["email"], by=person(request))

    def has_unlock_permission(self, request: HttpRequest) -> bool:
        return person(request).is_superuser

    @admin.action(description=_("Remove the second factor"), permissions=["unlock"])
    def remove_second_factor(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        each(request, rows, lambda row: actions.remove_second_factor(row, by=person(request)))

    @admin.action(description=_("Merge two accounts of one person …"), permissions=["unlock"])
    def merge(self, request: HttpRequest, rows: QuerySet[User]) -> HttpResponse | None:
        """Shows both directions with all that would move, then asks which."""
        people = list(rows.order_by("pk"))
        if len(people) != TWO:
            messages.error(request, _("Choose the two accounts of one person."))
            return None
        form = MergeForm(request.POST if "asked" in request.POST else None, rows=rows)
        if form.is_valid() and self._merged(request, form, people):
            return None
        page = {
            **self.admin_site.each_context(request),
            "title": _("Merge two accounts"),
            "form": form,
            "rows": people,
            "plans": [actions.plan_merge(*people), actions.plan_merge(*reversed(people))],
            "opts": self.model._meta,
            "action": "merge",
            "act": _("Merge them"),
        }
        status = 422 if form.is_bound else 200
        return render(request, "admin/accounts/user/merge.html", page, status=status)

    def _merged(self, request: HttpRequest, form: MergeForm, people: list[User]) -> bool:
        kept = form.cleaned_data["stays"]
        gone = next(one for one in people if one != kept)
        try:
            actions.merge_accounts(kept, gone, by=person(request))
        except actions.MergeRefused as refusal:
            form.add_error(None, refusal)
            return False
        messages.success(request, _("Done. Both addresses have a mail."))
        return True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only an admin makes a coordinator, or changes what somebody signs in with."""
        if person(request).is_superuser:
            return []
        signs_in = ["email"] if obj is not None and obj.last_login else []
        return ["is_staff", "is_superuser", "groups", *signs_in]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if person(request).is_superuser else ["password"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        hidden = set() if obj is None else set(self.get_exclude(request, obj))
        return [
            (name, {**facts, "fields": [field for field in facts["fields"] if field not in hidden]})
            for name, facts in sets
        ]

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  Django's name
        form_url: str = "",
    ) -> HttpResponse:
        """Whoever sets a password can sign in as somebody: admins only."""
        if not person(request).is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Coordinators cannot touch staff accounts."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_staff)


class LearnerAdminForm(LearnerForm):
    class Meta(LearnerForm.Meta):
        fields = ["user", *LearnerForm.Meta.fields]


@admin.register(LearnerProfile)
class LearnerAdmin(AuditedAdmin):
    form = LearnerAdminForm
    list_display = ["user", "family", "school", "visa_plan", "updated_at"]
    list_filter = ["family", "visa_plan"]
    search_fields = ["user__name", "user__email", "=aamc_id", "=usmle_id"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]


class PreceptorAdminForm(forms.ModelForm):
    """Takes an NPI as people type it, and checks its last digit."""

    npi = forms.CharField(label="NPI", max_length=20, required=False)
    slug = forms.SlugField(
        label=_("address of the page"),
        max_length=80,
        required=False,
        help_text=_("Empty: made from the name."),
    )

    def clean_npi(self) -> str | None:
        number = self.cleaned_data["npi"]
        return clean_npi(number) if number else None

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if not facts.get("slug") and facts.get("user"):
            facts["slug"] = actions.free_slug(facts["user"].name)
        return facts


class IntroductionInline(ReadOnly, admin.StackedInline):
    """What she said when she joined; nothing of it is checked."""

    model = Introduction
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.view_preceptorprofile")


class LicenceInline(admin.TabularInline):
    model = Licence
    extra = 0
    readonly_fields = ["verified_at", "verified_by"]


class BoardInline(admin.TabularInline):
    model = BoardCertification
    extra = 0
    readonly_fields = ["verified_at", "verified_by"]


class WorkFilter(admin.SimpleListFilter):
    """What waits for staff: the count on the first page leads here."""

    title = _("work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waiting", _("Waits for us")),
            ("verify", _("To verify")),
            ("licence", _("A license to look at")),
            ("board", _("A board certification to look at")),
            ("reverify", _("Verified a year ago")),
        ]

    def queryset(
        self, request: HttpRequest, rows: QuerySet[PreceptorProfile]
    ) -> QuerySet[PreceptorProfile]:
        found = PreceptorProfile.objects
        match self.value():
            case "waiting":
                return rows.filter(pk__in=found.waiting_for_staff().values("pk"))
            case "verify":
                return rows.filter(pk__in=found.to_verify().values("pk"))
            case "licence":
                return rows.filter(pk__in=found.with_unseen_licence().values("pk"))
            case "board":
                return rows.filter(pk__in=found.with_unseen_board().values("pk"))
            case "reverify":
                return rows.filter(pk__in=found.to_reverify().values("pk"))
        return rows


@admin.register(PreceptorProfile)
class PreceptorAdmin(AuditedAdmin):
    form = PreceptorAdminForm
    list_display = ["user", "suffix", "level", "accepting", "verified_at", "suspended_at"]
    list_filter = [
        WorkFilter,
        ("verified_at", admin.EmptyFieldListFilter),
        ("suspended_at", admin.EmptyFieldListFilter),
        "credential",
        "accepting",
    ]
    search_fields = ["user__name", "user__email", "=npi"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]
    inlines = [IntroductionInline, LicenceInline, BoardInline]
    readonly_fields = ["identity_checked_at", "identity_checked_by", "verified_at", "verified_by",
                       "suspended_at", "suspended_by", "median_answer_hours", "answered_percent",
                       "requests_counted", "answers_counted_at", "registry"]  # fmt: skip
    actions = ["look_up", "see_licences", "see_boards", "check_identity", "verify", "suspend",
               "lift"]  # fmt: skip

    @admin.display(description=_("the registry (NPPES) says"))
    def registry(self, preceptor: PreceptorProfile) -> str:
        """Each lookup in words, the newest first; a person compares."""
        rows = preceptor.lookups.all()[:LOOKUPS_SHOWN] if preceptor.pk else []
        return format_html_join("", "<p>{}</p>", [(row.words,) for row in rows]) or "–"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Another NPI was not checked yet."""
        if change and "npi" in form.changed_data and (obj.identity_checked_at or obj.verified_at):
            actions.drop_checks(obj)
            messages.warning(
                request, _("The NPI changed, so identity and license must be checked again.")
            )
        if change:
            actions.owe_look(obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        """A license or board certification with other facts was not seen yet."""
        changed = [one for one in formset.forms if one.changed_data]
        if formset.model is Licence:
            self._save_licences(request, formset, changed)
            return
        if formset.model is BoardCertification:
            self._unsee_boards(request, changed)
        super().save_formset(request, form, formset, change)

    def _unsee_boards(self, request: HttpRequest, changed: Sequence[Any]) -> None:
        for one in changed:
            if one.instance.verified_at:
                actions.unsee_board(one.instance)
                messages.warning(
                    request, _("A board certification changed, so it must be seen again.")
                )

    def _save_licences(self, request: HttpRequest, formset: Any, changed: Sequence[Any]) -> None:
        """Each one's clock starts anew."""
        for one in changed:
            was = Licence.objects.filter(pk=one.instance.pk).first()
            if was and was.good_until:
                actions.unsee(one.instance, was)
                messages.warning(request, _("A license changed, so it must be seen again."))
        formset.save()
        for one in changed:
            if one.instance.pk:
                actions.start_licence_clock(one.instance)

    @admin.action(description=_("Look the NPI up in the registry"), permissions=["change"])
    def look_up(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        each(request, rows, lambda row: actions.ask_registry(row, by=person(request)))

    @admin.action(description=_("Their licenses were seen today"), permissions=["change"])
    def see_licences(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        licences = Licence.objects.filter(preceptor__in=rows).select_related("preceptor__user")
        each(request, licences, lambda row: actions.see_licence(row, by=person(request)))

    @admin.action(
        description=_("Their boards were seen today; expired ones stay as they are"),
        permissions=["change"],
    )
    def see_boards(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        boards = BoardCertification.objects.current(timezone.localdate())
        boards = boards.filter(preceptor__in=rows)
        each(request, boards, lambda row: actions.see_board(row, by=person(request)))

    @admin.action(
        description=_("Identity checked: NPI and name compared with NPPES today"),
        permissions=["change"],
    )
    def check_identity(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        each(request, rows, lambda row: actions.check_identity(row, by=person(request)))

    @admin.action(description=_("Verified: NPI and license seen"), permissions=["change"])
    def verify(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        each(request, rows, lambda row: actions.verify_preceptor(row, by=person(request)))

    @admin.action(description=_("Suspend: hide the listings"), permissions=["change"])
    def suspend(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        each(request, rows, lambda row: actions.suspend_preceptor(row, by=person(request)))

    @admin.action(description=_("Lift the suspension"), permissions=["change"])
    def lift(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        each(request, rows, lambda row: actions.lift_suspension(row, by=person(request)))


@admin.register(Consent)
class ConsentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "user", "kind", "version", "address"]
    list_filter = ["kind"]
    search_fields = ["user__name", "user__email"]
    list_select_related = ["user"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.view_consent")
