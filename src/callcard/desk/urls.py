from __future__ import annotations

from django.urls import path

from callcard.desk import views

urlpatterns = [
    path("", views.shell, name="shell"),
    path("desk/popups", views.popup_stack, name="popup-stack"),
    path("desk/popups/<int:call_id>/shown", views.popup_shown, name="popup-shown"),
    path("desk/popups/<int:call_id>/close", views.popup_close, name="popup-close"),
    path("desk/popups/<int:call_id>/choose", views.popup_choose, name="popup-choose"),
    path("desk/popups/<int:call_id>/add-number", views.popup_add_number, name="popup-add-number"),
    path("desk/popups/<int:call_id>/note", views.popup_note, name="popup-note"),
    path("settings/popup", views.popup_settings, name="popup-settings"),
]
