from __future__ import annotations

from django.urls import path

from callcard.calls.missed import setting_views, views

urlpatterns = [
    path("calls/missed/", views.missed, name="missed-calls"),
    path("calls/missed/count", views.count, name="missed-count"),
    path("calls/missed/<int:pk>/take", views.take_missed, name="missed-take"),
    path("calls/missed/<int:pk>/leave", views.leave_missed, name="missed-leave"),
    path("calls/missed/<int:pk>/close", views.close_missed, name="missed-close"),
    path("calls/missed/<int:pk>/reopen", views.reopen_missed, name="missed-reopen"),
    path("settings/missed-calls", setting_views.settings, name="missed-settings"),
]
