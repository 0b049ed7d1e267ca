"""Pages of the demo only."""

from django.urls import path

from portal.demo import views

app_name = "demo"
urlpatterns = [path("courrier/", views.mailbox, name="mailbox")]
