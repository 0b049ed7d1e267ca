"""One's own notices, the mailboxes of a group that fail, and the address where mail services report what came back."""

from django.urls import path

from tenants.notices import report_views, views

app_name = "notices"
urlpatterns = [
    path("compte/avis/", views.preferences, name="preferences"),
    path("compte/avis/apercu/", views.next_digest, name="next_digest"),
    path("compte/avis/adresse/", views.restore_own, name="restore_own"),
    path("compte/avis/arreter/<str:token>/", views.stop, name="stop"),
    path("courriels/retours/", report_views.receive, name="receive_reports"),
    path("g/<slug:group_slug>/adresses/", views.failing, name="failing"),
    path("g/<slug:group_slug>/adresses/<uuid:membership_id>/retablir/", views.restore, name="restore"),
]
