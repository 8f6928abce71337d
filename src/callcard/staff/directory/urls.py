from __future__ import annotations

from django.urls import path

from callcard.staff.directory import settings_views, views

urlpatterns = [
    path("me/sign-in/directory", views.connect_own, name="directory-connect"),
    path("settings/sign-in/directory", settings_views.window, name="directory"),
    path("settings/sign-in/directory/check", settings_views.check, name="directory-check"),
]
