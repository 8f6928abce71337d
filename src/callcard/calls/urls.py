from __future__ import annotations

from django.urls import path

from callcard.calls import views

urlpatterns = [
    path("calls/", views.log, name="call-log"),
    path("calls/recent/", views.recent, name="recent-calls"),
]
