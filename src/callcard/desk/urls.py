from __future__ import annotations

from django.urls import path

from callcard.desk import (
    audit_views,
    customer_card_views,
    customer_views,
    history_views,
    job_views,
    personal_views,
    views,
)

urlpatterns = [
    path("", views.shell, name="shell"),
    path("desk/popups", views.popup_stack, name="popup-stack"),
    path("desk/popups/shown", views.popups_shown, name="popups-shown"),
    path("desk/popups/<int:call_id>/close", views.popup_close, name="popup-close"),
    path("desk/popups/<int:call_id>/choose", views.popup_choose, name="popup-choose"),
    path("desk/popups/<int:call_id>/unchoose", views.popup_unchoose, name="popup-unchoose"),
    path("desk/popups/<int:call_id>/bring-back", views.popup_bring_back, name="popup-bring-back"),
    path("desk/popups/<int:call_id>/add-number", views.popup_add_number, name="popup-add-number"),
    path("desk/popups/<int:call_id>/note", views.popup_note, name="popup-note"),
    path("customers/new", customer_views.new_customer, name="new-customer"),
    path("customers/<int:pk>/", customer_card_views.card, name="customer-card"),
    path("customers/<int:pk>/field", customer_card_views.field, name="card-field"),
    path("customers/<int:pk>/note", customer_card_views.quick_note, name="quick-note"),
    path("customers/<int:pk>/parts", customer_card_views.parts, name="card-parts"),
    path("customers/<int:pk>/presence", customer_card_views.presence, name="card-presence"),
    path("customers/<int:pk>/rows", customer_card_views.row_add, name="card-row-add"),
    path("customers/<int:pk>/rows/remove", customer_card_views.row_remove, name="card-row-remove"),
    path("customers/<int:pk>/tasks", customer_card_views.new_task, name="new-task"),
    path("customers/<int:pk>/tasks/<int:task_id>/done", customer_card_views.task_done, name="task-done"),
    path("customers/<int:pk>/timeline", customer_card_views.entries, name="card-timeline"),
    path("customers/<int:pk>/undo", customer_card_views.undo, name="card-undo"),
    path("customers/<int:pk>/personal", personal_views.personal_data, name="personal-data"),
    path("customers/<int:pk>/personal/file", personal_views.personal_file, name="personal-data-file"),
    path("customers/<int:pk>/history", history_views.history, name="customer-history"),
    path("customers/<int:pk>/history/<int:change_id>/restore", history_views.restore, name="restore-change"),
    path("settings/audit", audit_views.audit, name="audit"),
    path("settings/audit/kept", audit_views.audit_settings, name="audit-settings"),
    path("settings/history", history_views.recent_changes, name="recent-changes"),
    path("jobs/", job_views.jobs, name="jobs"),
    path("jobs/<int:pk>", job_views.job, name="job"),
    path("jobs/<int:pk>/cancel", job_views.cancel, name="cancel-job"),
    path("jobs/<int:pk>/retry", job_views.retry, name="retry-job"),
    path("settings/popup", views.popup_settings, name="popup-settings"),
]
