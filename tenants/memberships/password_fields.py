"""A password box that is weighed as it is typed; the same in our forms and in allauth's."""

import json
from typing import Any

from allauth.account import forms as account
from django import forms
from django.urls import reverse


class WeighedPasswordInput(forms.PasswordInput):
    """`invitation`: the token of the page, so that the name and address of whoever is invited count as known."""

    template_name = "memberships/_password_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, invitation: str = "") -> None:
        super().__init__({"autocomplete": "new-password", **(attrs or {})})
        self.invitation = invitation

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        place = f"{context['widget']['attrs'].get('id', name)}-strength"
        context["widget"]["attrs"] |= {
            "hx-post": reverse("account_rights:password_strength"),
            "hx-trigger": "input changed delay:300ms",
            "hx-target": f"#{place}",
            "hx-sync": "this:replace",
        }
        if self.invitation:
            context["widget"]["attrs"]["hx-vals"] = json.dumps({"invitation": self.invitation})
        return {**context, "place": place}


class ChangePasswordForm(account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].widget = WeighedPasswordInput()


class ResetPasswordKeyForm(account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].widget = WeighedPasswordInput()
