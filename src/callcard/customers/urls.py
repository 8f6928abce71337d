from __future__ import annotations

from django.urls import include, path

from callcard.customers import (
    file_views,
    form_views,
    list_views,
    mail_views,
    merge_views,
    own_field_views,
    search_views,
    views,
)
from callcard.customers.consent import views as consent_views
from callcard.ui.record_lists import list_paths

urlpatterns = [
    path("customers/", list_views.customer_list, name="customers"),
    path("customers/change", list_views.bulk, name="change-customers"),
    path("customers/change/done", list_views.bulk_done, name="changed-customers"),
    path("customers/change/undo", list_views.bulk_undo, name="undo-customers"),
    path("customers/mail", mail_views.mail, name="mail-customers"),
    *list_paths(list_views.CUSTOMERS, "customers/"),
    path("", include("callcard.customers.transfer.urls")),
    path("customers/find", views.find, name="find-customers"),
    path("customers/search", search_views.search, name="search-customers"),
    path("customers/alike", form_views.alike, name="alike-customers"),
    path("customers/duplicates", merge_views.duplicates, name="duplicates"),
    path("customers/duplicates/look", merge_views.look_for_duplicates, name="look-for-duplicates"),
    path("customers/duplicates/<int:pk>/differ", merge_views.pair_differs, name="pair-differs"),
    path("customers/merge", merge_views.merge, name="merge-customers"),
    path("customers/merges/<int:pk>/undo", merge_views.merge_undo, name="undo-merge"),
    path("customers/<int:pk>/consents", consent_views.consents, name="customer-consents"),
    path("customers/<int:pk>/edit", form_views.edit, name="edit-customer"),
    path("customers/<int:pk>/files", file_views.customer_files, name="customer-files"),
    path("customers/<int:pk>/files/<int:file_id>", file_views.customer_file, name="customer-file"),
    path("customers/<int:pk>/files/<int:file_id>/remove", file_views.customer_file_remove, name="customer-file-remove"),
    path(
        "customers/<int:pk>/files/<int:file_id>/restore", file_views.customer_file_restore, name="customer-file-restore"
    ),
    path("customers/<int:pk>/restore", form_views.restore, name="restore-customer"),
    path("customers/<int:pk>/archive", form_views.archive, name="archive-customer"),
    path("customers/<int:pk>/portrait", views.upload_portrait, name="upload-portrait"),
    path("settings/fields", own_field_views.own_fields, name="own-fields"),
    path("settings/fields/new", own_field_views.own_field_new, name="own-field-new"),
    path("settings/fields/<int:pk>", own_field_views.own_field_edit, name="own-field"),
    path("settings/fields/<int:pk>/archive", own_field_views.own_field_archive, name="own-field-archive"),
    path("settings/fields/<int:pk>/restore", own_field_views.own_field_restore, name="own-field-restore"),
    path("settings/fields/files", own_field_views.largest_file, name="largest-file"),
    path("media/portraits/<slug:folder>/<slug:name>.webp", views.portrait, name="portrait"),
]
