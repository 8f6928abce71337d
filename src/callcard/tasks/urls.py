from __future__ import annotations

from django.urls import path

from callcard.tasks import calendar_views, many_views, reminder_views, views

urlpatterns = [
    path("tasks/", views.my_day, name="my-day"),
    path("tasks/quick", views.quick, name="quick-task"),
    path("tasks/new", views.new_task, name="task-new"),
    path("tasks/many", many_views.for_many, name="tasks-for-many"),
    path("tasks/many/made", many_views.made, name="tasks-made"),
    path("tasks/many/undo", many_views.undo, name="undo-tasks"),
    path("tasks/calendar", calendar_views.task_calendar, name="task-calendar"),
    path("tasks/reminders", reminder_views.reminders, name="reminders"),
    path("tasks/reminders/<int:pk>/seen", reminder_views.seen, name="reminder-seen"),
    path("tasks/reminders/<int:pk>/done", reminder_views.done, name="reminder-done"),
    path("tasks/settings", reminder_views.task_settings, name="task-settings"),
    path("tasks/settings/feed", reminder_views.feed_settings, name="task-feed-settings"),
    path("tasks/feed/<str:key>.ics", reminder_views.feed, name="task-feed"),
    path("tasks/<int:pk>", views.task, name="task"),
    path("tasks/<int:pk>/done", views.done, name="finish-task"),
    path("tasks/<int:pk>/undo", views.undo, name="undo-task"),
    path("tasks/<int:pk>/cancel", views.cancel, name="cancel-task"),
    path("tasks/<int:pk>/move", views.move, name="move-task"),
    path("tasks/<int:pk>/snooze", reminder_views.snooze_task, name="snooze-task"),
]
