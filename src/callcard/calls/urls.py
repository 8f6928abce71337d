from __future__ import annotations

from django.urls import path

from callcard.calls import closing_views, hand_views, log_views, setting_views, views, window_views
from callcard.ui.record_lists import list_paths

urlpatterns = [
    path("calls/", log_views.log, name="call-log"),
    *list_paths(log_views.LOG, "calls/"),
    path("calls/talked", log_views.talked, name="calls-talked"),
    path("calls/grouped", log_views.grouped, name="calls-grouped"),
    path("calls/change", log_views.bulk, name="change-calls"),
    path("calls/export", log_views.choose_export, name="export-calls"),
    path("calls/export/file", log_views.export_file, name="export-calls-file"),
    path("calls/recent/", views.recent, name="recent-calls"),
    path("calls/without-result", window_views.calls_without_result, name="calls-without-result"),
    path("calls/new", hand_views.new, name="call-new"),
    path("calls/<int:pk>/", window_views.call, name="call"),
    path("calls/<int:pk>/edit", hand_views.edit, name="call-edit"),
    path("calls/<int:pk>/remove", hand_views.remove, name="call-remove"),
    path("calls/undo/<int:change_id>", hand_views.undo, name="call-undo"),
    path("calls/<int:pk>/customer", window_views.customer, name="call-customer"),
    path("calls/<int:pk>/task", closing_views.call_task, name="call-task"),
    path("calls/<int:pk>/closing", closing_views.closing, name="call-closing"),
    path("settings/calls", setting_views.settings, name="call-settings"),
]
