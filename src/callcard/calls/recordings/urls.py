from __future__ import annotations

from django.urls import path

from callcard.calls.recordings import admin_views, live_views, views

urlpatterns = [
    path("recordings/<int:pk>/play", views.play, name="recording-play"),
    path("recordings/<int:pk>/sound", views.sound, name="recording-sound"),
    path("recordings/<int:pk>/file", views.download, name="recording-file"),
    path("recordings/<int:pk>/remove", views.remove, name="recording-remove"),
    path("recordings/<int:pk>/restore", views.restore, name="recording-restore"),
    path("recordings/<int:pk>/erase", views.erase, name="recording-erase"),
    path("recordings/<int:pk>/keep", views.keep, name="recording-keep"),
    path("recordings/<int:pk>/again", views.again, name="recording-again"),
    path("calls/<int:pk>/recordings", views.add, name="call-recordings"),
    path("calls/<int:pk>/recordings/shown", live_views.shown, name="call-recordings-shown"),
    path("calls/<int:pk>/recordings/mark", live_views.mark, name="call-recording-mark"),
    path("settings/recordings", admin_views.settings, name="recording-settings"),
    path("settings/recordings/look", admin_views.look_now, name="recordings-look"),
    path("settings/recordings/sources/new", admin_views.source_form, name="recording-source-new"),
    path("settings/recordings/sources/<int:pk>", admin_views.source_form, name="recording-source"),
    path("settings/recordings/sources/<int:pk>/remove", admin_views.source_remove, name="recording-source-remove"),
    path("settings/recordings/rules/new", admin_views.rule_new, name="recording-rule-new"),
    path("settings/recordings/rules/<int:pk>/remove", admin_views.rule_remove, name="recording-rule-remove"),
]
