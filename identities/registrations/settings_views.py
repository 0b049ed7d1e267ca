"""What a group chooses about registrations: who registers people lent by an agency."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from identities.registrations.routes import agency_staff
from identities.registrations.settings_forms import SettingsForm
from identities.registrations.settings_operations import choose_agency_staff
from portal.foundation.addresses import address
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

# What is known, and where it stands. No text names the authority for agency workers: that is why a group chooses.
KNOWN = (
    (
        "L'employeur est l'autorité d'enregistrement des « professionnels à rôle » (table ANS TRE_R60, code ENREG).",
        "Pour un intérimaire, l'employeur au sens du contrat est l'agence, et l'établissement est l'utilisateur :"
        " aucun texte publié ne dit lequel des deux enregistre.",
    ),
    (
        "Le RPPS n'a plus de code pour l'intérim : les genres d'activité GENR05 et GENR07 sont fermés depuis le"
        " 26/06/2020 (table ANS TRE_R22).",
        "Une mission s'y déclare donc comme une activité ordinaire, avec sa date de début et sa date de fin.",
    ),
)


@requires(Permission.GROUP_SETTINGS)
def edit(request: TenantRequest) -> HttpResponse:
    """The question, what is known of it, three answers."""
    form = SettingsForm(request.POST or None, initial={"agency_staff": agency_staff()})
    if request.method == "POST" and form.is_valid():
        choose_agency_staff(actor=request.access, choice=form.cleaned_data["agency_staff"])
        messages.success(
            request, "Choix enregistré : il vaut dès maintenant pour la liste « À enregistrer »."
        )
        return redirect(request.path)
    desk_url = address("registrations:desk", group_slug=request.access.group_slug)
    return render(
        request, "registrations/settings.html", {"form": form, "known": KNOWN, "desk_url": desk_url}
    )
