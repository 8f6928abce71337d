"""Every address of the program."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from callcard.api.urls import v1

# Addresses are tried one after the other: those of programs, which ask often, first and behind one beginning.
urlpatterns = [
    path("api/v1/", include(v1)),
    path("language", login_not_required(set_language), name="set_language"),
    path("", include("callcard.staff.urls")),
    path("", include("callcard.customers.urls")),
    path("", include("callcard.sales.urls")),
    path("", include("callcard.tasks.urls")),
    path("", include("callcard.calls.urls")),
    path("", include("callcard.calls.tariffs.urls")),
    path("", include("callcard.calls.missed.urls")),
    path("", include("callcard.calls.recordings.urls")),
    path("", include("callcard.calls.screening.urls")),
    path("", include("callcard.switchboard.urls")),
    path("", include("callcard.desk.urls")),
    path("", include("callcard.api.urls")),
]
