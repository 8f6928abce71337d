from __future__ import annotations

from django.urls import path

from callcard.switchboard import views

urlpatterns = [
    path("settings/pbx", views.pbx_list, name="pbx-list"),
    path("settings/pbx/new", views.pbx_edit, name="pbx-new"),
    path("settings/pbx/test", views.pbx_test, name="pbx-test"),
    path("settings/pbx/<slug:slug>", views.pbx_edit, name="pbx-edit"),
    path("settings/pbx/<slug:slug>/remove", views.pbx_remove, name="pbx-remove"),
    path("calls/dial", views.call_number, name="dial"),
    path("settings/why", views.why, name="why"),
]
