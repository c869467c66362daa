"""Which site's calendar staff want to see."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rotations.models import Site


class SiteForm(forms.Form):
    q = forms.CharField(label=_("Site or city"), max_length=80, required=False)
    site = forms.SlugField(max_length=100, required=False, widget=forms.HiddenInput)

    def narrow(self, sites: QuerySet[Site]) -> QuerySet[Site]:
        """To those that the words name; words that make no sense narrow nothing."""
        words = self.cleaned_data["q"] if self.is_valid() else ""
        return sites.filter(Q(name__icontains=words) | Q(city__icontains=words))
