"""Every address of the program."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("callcard.staff.urls")),
    path("", include("callcard.customers.urls")),
    path("", include("callcard.calls.urls")),
    path("", include("callcard.switchboard.urls")),
    path("", include("callcard.desk.urls")),
]
