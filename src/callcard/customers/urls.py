from __future__ import annotations

from django.urls import path

from callcard.customers import views

urlpatterns = [
    path("customers/", views.customer_list, name="customers"),
    path("customers/find", views.find, name="find-customers"),
    path("customers/<int:pk>/edit", views.edit, name="edit-customer"),
    path("customers/<int:pk>/phones", views.add_phone_number, name="add-phone"),
    path("customers/<int:pk>/phones/<int:phone_id>/remove", views.drop_phone, name="remove-phone"),
    path("customers/<int:pk>/contacts", views.add_way_to_reach, name="add-contact"),
    path("customers/<int:pk>/contacts/<int:contact_id>/remove", views.drop_contact, name="remove-contact"),
    path("customers/<int:pk>/portrait", views.upload_portrait, name="upload-portrait"),
    path("media/portraits/<slug:folder>/<slug:name>.webp", views.portrait, name="portrait"),
]
