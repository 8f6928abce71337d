from __future__ import annotations

from django.urls import path

from callcard.calls.tariffs import budget_views, period_views, views

urlpatterns = [
    path("tariffs/", views.tariffs, name="tariffs"),
    path("tariffs/new", views.new, name="price-list-new"),
    path("tariffs/rate", views.rate_period, name="rate-period"),
    path("tariffs/rate/<int:pk>", period_views.rate_preview, name="rate-preview"),
    path("tariffs/<int:pk>", views.price_list, name="price-list"),
    path("tariffs/<int:pk>/rows", views.rows, name="price-rows"),
    path("tariffs/<int:pk>/rows/undo", views.undo_rows, name="price-rows-undo"),
    path("tariffs/<int:pk>/rows/file", views.rows_file, name="price-rows-file"),
    path("tariffs/<int:pk>/remove", views.remove, name="price-list-remove"),
    path("tariffs/<int:pk>/restore", views.restore, name="price-list-restore"),
    path("budgets/", budget_views.budgets, name="budgets"),
    path("budgets/new", budget_views.new, name="budget-new"),
    path("budgets/<int:pk>", budget_views.budget, name="budget"),
    path("budgets/<int:pk>/remove", budget_views.remove, name="budget-remove"),
    path("budgets/<int:pk>/restore", budget_views.restore, name="budget-restore"),
]
