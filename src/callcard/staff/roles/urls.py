from __future__ import annotations

from django.urls import path

from callcard.staff.roles import views

urlpatterns = [
    path("settings/roles", views.roles, name="roles"),
    path("settings/roles/new", views.role_new, name="role-new"),
    path("settings/roles/<int:pk>", views.role_edit, name="role"),
    path("settings/roles/<int:pk>/copy", views.role_copy, name="role-copy"),
    path("settings/roles/<int:pk>/remove", views.role_remove, name="role-remove"),
    path("settings/roles/<int:pk>/restore", views.role_restore, name="role-restore"),
    path("settings/roles/<int:pk>/steps/<int:change_id>/put-back", views.role_put_back, name="role-put-back"),
    path("settings/people/<int:pk>/see-as", views.see_as, name="see-as"),
    path("me/see-as/end", views.see_as_end, name="see-as-end"),
]
