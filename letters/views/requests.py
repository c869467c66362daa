"""Temporary: LETTERS replaces this file."""
from django.http import Http404


def _nothing(request, **kwargs):
    raise Http404


asked_of_me = request_page = ask = packet = _nothing
