from __future__ import annotations

from django.urls import path

from callcard.staff.single_sign_on import identity_views, settings_views, views

urlpatterns = [
    path("sign-in/provider", views.to_provider, name="single-sign-on-go"),
    path("sign-in/provider/back", views.back, name="single-sign-on-back"),
    path("me/sign-in/provider/again", views.again, name="single-sign-on-again"),
    path("me/sign-in/provider/connect", views.to_connect, name="single-sign-on-connect"),
    path("me/sign-in/identities/<int:pk>/remove", identity_views.own_remove, name="own-identity-remove"),
    path(
        "settings/people/<int:pk>/identities/<int:identity>/remove",
        identity_views.of_person_remove,
        name="person-identity-remove",
    ),
    path("settings/sign-in/provider", settings_views.window, name="single-sign-on"),
    path("settings/sign-in/provider/check", settings_views.check, name="single-sign-on-check"),
    path("settings/sign-in/provider/groups", settings_views.group_set, name="single-sign-on-group"),
    path(
        "settings/sign-in/provider/groups/<int:pk>/remove",
        settings_views.group_remove,
        name="single-sign-on-group-remove",
    ),
]
