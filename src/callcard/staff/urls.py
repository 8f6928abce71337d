from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from callcard.staff import views

urlpatterns = [
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("me/preferences", views.preferences, name="preferences"),
]
