from __future__ import annotations

from django.urls import include, path

from callcard.staff import company_views, documents_views, own_list_views, people_views, views

urlpatterns = [
    path("", include("callcard.staff.roles.urls")),
    path("", include("callcard.staff.sign_in.urls")),
    path("", include("callcard.staff.single_sign_on.urls")),
    path("", include("callcard.staff.directory.urls")),
    path("", include("callcard.staff.softphone.urls")),
    path("me/preferences", views.preferences, name="preferences"),
    path("me/password", views.own_password, name="own-password"),
    path("first-start", company_views.first_start, name="first-start"),
    path("settings/company", company_views.company_settings, name="company"),
    path("settings/documents", documents_views.documents, name="documents"),
    path("settings/documents/logo", documents_views.logo_change, name="logo-change"),
    path("media/company/<slug:name>.png", documents_views.logo, name="logo"),
    path("settings/company/lines", company_views.line_add, name="line-add"),
    path("settings/company/lines/<int:pk>/remove", company_views.line_remove, name="line-remove"),
    path("settings/lists", own_list_views.own_lists, name="own-lists"),
    path("settings/lists/<slug:slug>", own_list_views.own_list, name="own-list"),
    path("settings/lists/<slug:slug>/order", own_list_views.own_list_order, name="own-list-order"),
    path("settings/lists/<slug:slug>/<int:pk>", own_list_views.own_list_entry, name="own-list-entry"),
    path(
        "settings/lists/<slug:slug>/<int:pk>/remove", own_list_views.own_list_entry_remove, name="own-list-entry-remove"
    ),
    path(
        "settings/lists/<slug:slug>/<int:pk>/restore",
        own_list_views.own_list_entry_restore,
        name="own-list-entry-restore",
    ),
    path("settings/people", people_views.people_list, name="people"),
    path("settings/people/new", people_views.person_new, name="person-new"),
    path("settings/people/<int:pk>", people_views.person_edit, name="person"),
    path("settings/people/<int:pk>/password", people_views.person_password, name="person-password"),
    path("settings/people/<int:pk>/deactivate", people_views.person_deactivate, name="person-deactivate"),
    path("settings/people/<int:pk>/activate", people_views.person_activate, name="person-activate"),
]
