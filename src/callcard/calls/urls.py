from __future__ import annotations

from django.urls import path

from callcard.calls import closing_views, views

urlpatterns = [
    path("calls/", views.log, name="call-log"),
    path("calls/recent/", views.recent, name="recent-calls"),
    path("calls/<int:pk>/task", closing_views.call_task, name="call-task"),
    path("calls/<int:pk>/closing", closing_views.closing, name="call-closing"),
]
