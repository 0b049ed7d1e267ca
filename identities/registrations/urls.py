"""National registration: the desk, who is to be registered, sending, one request, and the page of a site."""

from django.urls import path

from identities.registrations import (
    act_views,
    correction_views,
    desk_views,
    send_views,
    site_views,
    to_register_views,
    views,
)

app_name = "registrations"
SITE = "e/<uuid:establishment_id>/"
DESK = "enregistrements/"
ONE = f"{DESK}<uuid:request_id>/"
# Of one request, at the group's address and at the site's.
ACTS = (
    ("", views.page, "request"),
    ("verifier/", views.check, "check"),
    ("parties/", views.blocks, "blocks"),
    ("corriger/", correction_views.correct, "correct"),
    ("relancer/", act_views.retry, "retry"),
    ("arreter/", act_views.close, "close"),
    ("carte/", act_views.card, "card"),
    ("retirer/", act_views.withdraw, "withdraw"),
)
urlpatterns = [
    path(DESK, desk_views.desk, name="desk"),
    path(f"{DESK}exporter/", desk_views.export, name="export"),
    path(f"{DESK}a-enregistrer/", to_register_views.to_register, name="to_register"),
    path(f"{DESK}a-enregistrer/preparer/", to_register_views.prepare, name="prepare"),
    path(f"{DESK}a-enregistrer/exporter/", to_register_views.export, name="export_to_register"),
    path(f"{DESK}envoyer/", send_views.send, name="send"),
    path(f"{DESK}envois/<uuid:batch_id>/", send_views.batch, name="batch"),
    path(f"{SITE}{DESK}", site_views.of_site, name="of_site"),
    path(f"{ONE}evenement/", correction_views.death, name="death"),
    *(path(f"{ONE}{tail}", view, name=name) for tail, view, name in ACTS),
    *(path(f"{SITE}{ONE}{tail}", view, name=name) for tail, view, name in ACTS),
]
