from __future__ import annotations

from django.urls import path

from callcard.switchboard import dial_settings_views, dial_views, views

urlpatterns = [
    path("settings/pbx", views.pbx_list, name="pbx-list"),
    path("settings/pbx/new", views.pbx_edit, name="pbx-new"),
    path("settings/pbx/test", views.pbx_test, name="pbx-test"),
    path("settings/pbx/<slug:slug>", views.pbx_edit, name="pbx-edit"),
    path("settings/pbx/<slug:slug>/remove", views.pbx_remove, name="pbx-remove"),
    path("settings/pbx/<slug:slug>/records", views.pbx_records, name="pbx-records"),
    path("settings/dialling", dial_settings_views.dial_rules, name="dial-rules"),
    path("calls/dial", dial_views.call_number, name="dial"),
    path("calls/who", dial_views.who, name="call-partner"),
    path("calls/to", dial_views.call_to, name="call-to"),
    path("calls/placed", dial_views.placed, name="placed-calls"),
    path("calls/placed/<str:command_id>/cancel", dial_views.placed_cancel, name="cancel-placed-call"),
    path("calls/placed/<str:command_id>/not-made", dial_views.placed_not_made, name="placed-not-made"),
    path("calls/colleagues", dial_views.colleagues, name="colleagues"),
    path("calls/<int:call_id>/can", dial_views.call_can, name="call-can"),
    path("calls/<int:call_id>/do/<slug:what>", dial_views.call_do, name="call-do"),
    path("settings/why", views.why, name="why"),
]
