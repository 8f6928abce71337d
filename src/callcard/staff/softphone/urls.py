from __future__ import annotations

from django.urls import path

from callcard.staff.softphone import views

urlpatterns = [
    path("settings/softphones", views.softphones, name="softphones"),
    path("settings/softphones/<int:pk>", views.sip_account, name="sip-account"),
    path("settings/softphones/<int:pk>/remove", views.sip_account_remove, name="sip-account-remove"),
    path("me/calling", views.calling, name="calling"),
    path("me/softphone", views.softphone_account, name="softphone-account"),
]
