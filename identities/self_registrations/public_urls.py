from django.urls import path

from identities.self_registrations import person_views as views

app_name = "pre_registration"
urlpatterns = [
    path("", views.way, name="way"),
    path("etat-civil/", views.traits, name="traits"),
    path("communes/", views.places, name="birth_places"),
    path("coordonnees/", views.contacts, name="contacts"),
    path("service-national/", views.national, name="national"),
    path("partir/", views.leave, name="leave"),
    path("<str:token>/", views.open_page, name="open"),
]
