from __future__ import annotations

from django.urls import path

from callcard.customers.transfer import export_views, views

urlpatterns = [
    path("customers/export", export_views.choose, name="export-customers"),
    path("customers/export/file", export_views.file, name="export-file"),
    path("customers/import", views.imports, name="imports"),
    path("customers/import/<int:pk>", views.one_import, name="import"),
    path("customers/import/<int:pk>/apply", views.apply, name="apply-import"),
    path("customers/import/<int:pk>/drop", views.drop, name="drop-import"),
    path("customers/import/<int:pk>/reading", views.change_reading, name="import-reading"),
    path("customers/import/<int:pk>/report.csv", views.report, name="import-report"),
    path("customers/import/<int:pk>/undo", views.undo, name="undo-import"),
]
