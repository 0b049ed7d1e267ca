from django.urls import path

from identities.self_registrations import list_views, views

app_name = "self_registrations"
AUTO = "enregistrements/auto/"
ONE = "<uuid:self_registration_id>/"
PAGES = (
    ("", list_views.paths, "list"),
    ("exporter/", list_views.export, "export"),
    (ONE, views.one_path, "path"),
    (f"{ONE}lien/", views.link, "link"),
    (f"{ONE}code/", views.code, "code"),
    (f"{ONE}retirer/", views.withdrawal, "withdraw"),
    (f"{ONE}declarer/", views.declaration, "declare"),
    (f"{ONE}confirmer/", views.confirmation, "confirm"),
)
urlpatterns = [
    path(f"{AUTO}inviter/", list_views.choose_site, name="choose_site"),
    *(path(f"{AUTO}{end}", view, name=name) for end, view, name in PAGES),
    *(path(f"e/<uuid:establishment_id>/{AUTO}{end}", view, name=name) for end, view, name in PAGES),
    path(f"e/<uuid:establishment_id>/{AUTO}inviter/", list_views.invitation, name="invite"),
]
