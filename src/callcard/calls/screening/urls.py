from __future__ import annotations

from django.urls import path

from callcard.calls.screening import row_views, views

urlpatterns = [
    path("settings/blocked", views.blocked_numbers, name="blocked-numbers"),
    path("settings/blocked/<int:pk>/remove", views.unblock_number, name="unblock-number"),
    path("settings/blocked/<int:pk>/again", views.block_number_again, name="block-number-again"),
    path("calls/<int:pk>/block", row_views.block_call, name="block-call"),
]
