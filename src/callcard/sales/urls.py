from __future__ import annotations

from django.urls import path

from callcard.sales import (
    debt_views,
    document_views,
    order_export,
    order_files,
    order_list_views,
    payment_views,
    product_views,
    views,
)
from callcard.ui.record_lists import list_paths

urlpatterns = [
    path("orders/", order_list_views.order_list, name="orders"),
    path("orders/change", order_list_views.bulk, name="change-orders"),
    path("orders/change/undo", order_list_views.bulk_undo, name="undo-orders"),
    *list_paths(order_list_views.ORDERS, "orders/"),
    path("orders/export", order_export.choose, name="export-orders"),
    path("orders/export/file", order_export.file, name="export-orders-file"),
    path("orders/new", views.order_new, name="order-new"),
    path("orders/figures", views.order_figures_now, name="order-figures"),
    path("orders/<int:pk>/", views.order_window, name="order"),
    path("orders/<int:pk>/state", views.order_state, name="order-state"),
    path("orders/<int:pk>/cancel", views.order_cancel, name="order-cancel"),
    path("orders/<int:pk>/restore", views.order_restore, name="order-restore"),
    path("orders/<int:pk>/files", order_files.order_files, name="order-files"),
    path("orders/<int:pk>/task", views.order_task, name="order-task"),
    path("orders/<int:pk>/pay", payment_views.order_pay, name="order-pay"),
    path("payments/new", payment_views.customer_pay, name="payment-new"),
    path("payments/<int:pk>/", payment_views.payment_window, name="payment"),
    path("payments/<int:pk>/cancel", payment_views.payment_cancel, name="payment-cancel"),
    path("payments/<int:pk>/restore", payment_views.payment_restore, name="payment-restore"),
    path("payments/<int:pk>/allocate", payment_views.payment_allocate, name="payment-allocate"),
    path("debts/", debt_views.debt_list, name="debts"),
    *list_paths(debt_views.DEBTS, "debts/"),
    path("orders/<int:pk>/invoice.pdf", document_views.invoice, name="invoice"),
    path("payments/<int:pk>/receipt.pdf", document_views.receipt, name="receipt"),
    path("customers/<int:pk>/statement", document_views.statement_window, name="statement"),
    path("customers/<int:pk>/statement.pdf", document_views.statement_pdf, name="statement-pdf"),
    path("products/", product_views.product_list, name="products"),
    path("products/change", product_views.products_change, name="change-products"),
    *list_paths(product_views.PRODUCTS, "products/"),
    path("products/find", product_views.product_find, name="find-products"),
    path("products/new", product_views.product_new, name="product-new"),
    path("products/<int:pk>", product_views.product_edit, name="product"),
    path("products/<int:pk>/archive", product_views.product_archive, name="product-archive"),
]
