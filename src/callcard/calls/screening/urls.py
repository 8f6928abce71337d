from __future__ import annotations

from django.urls import path

from callcard.calls.screening import views

urlpatterns = [
    path("settings/blocked", views.blocked_numbers, name="blocked-numbers"),
    path("settings/blocked/<int:pk>/remove", views.unblock_number, name="unblock-number"),
    path("settings/blocked/<int:pk>/again", views.block_number_again, name="block-number-again"),
]
