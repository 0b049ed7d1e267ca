"""What leaves the portal, and what needs a person."""

from django.urls import path

from portal.shell.dispatch import views

app_name = "dispatch"
urlpatterns = [
    path("envois/", views.to_handle, name="to_handle"),
    path("envois/en-attente/", views.waiting, name="waiting"),
    path("envois/regles/", views.settled, name="settled"),
    path("envois/<uuid:message_id>/relancer/", views.retry, name="retry"),
    path("envois/<uuid:message_id>/abandonner/", views.give_up, name="give_up"),
]
