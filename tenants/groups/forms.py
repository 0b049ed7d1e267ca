"""Shape of what is typed on a group's own pages."""

from django import forms


class GroupSettingsForm(forms.Form):
    name = forms.CharField(label="Nom du groupe", max_length=200)
    sites_see_other_sites = forms.BooleanField(
        label="Un établissement voit les autres établissements où travaillent ses professionnels",
        help_text="Ils sont nommés quand une personne déjà connue du groupe arrive. Sinon, chaque établissement ne voit que"
        " ses propres affectations.",
        required=False,
    )


class UnitForm(forms.Form):
    name = forms.CharField(label="Nom du service", max_length=120)
