"""The professional's own pages, phone first: who invites, traits, contacts, the national service, « j'ai terminé »."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from identities.people.birth_places import birth_places
from identities.people.check_rules import holding_check
from identities.people.forms import IdentityForm
from identities.self_registrations.forms import CodeForm, ContactsForm, DeclareForm, OwnTraitsForm
from identities.self_registrations.models import Contact
from identities.self_registrations.operations import declare_enrolled
from identities.self_registrations.person_doors import (
    Visit,
    by_device,
    by_token,
    is_device_of,
    keep_device,
    refused,
)
from identities.self_registrations.person_operations import (
    ask_email_code,
    confirm_traits,
    finish_form,
    give_contacts,
    leave_for_national,
    open_link,
    prove_by_code,
)
from identities.self_registrations.queries import code_of
from identities.self_registrations.rules import DAYS_TO_CONFIRM, link_refusal
from identities.self_registrations.states import BEFORE_ENROLMENT, PathState
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal

STEPS = ("Votre état civil", "Vos coordonnées", "Le service national")
WRONG_CODE = "Ce n'est pas le bon code. Vérifiez les six chiffres, ou demandez un autre code."


def _page(request: HttpRequest, visit: Visit, name: str, rank: int, **context: object) -> HttpResponse:
    steps = [(number, label, number == rank, number < rank) for number, label in enumerate(STEPS, 1)]
    values = {"visit": visit, "path": visit.path, "person": visit.path.person, "steps": steps, **context}
    return render(request, f"self_registrations/person/{name}.html", values)


@by_token
def open_page(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Looking at it uses nothing up (mail filters look too): only the button does."""
    if is_device_of(request, visit):
        return redirect("pre_registration:way")
    refusal = link_refusal(visit.link, now())
    if refusal:
        return refused(request, refusal)
    if request.method == "POST":
        try:
            device = open_link(actor=visit.actor, link=visit.link)
        except DomainError as error:
            return refused(request, error.french)
        return keep_device(redirect("pre_registration:way"), device)
    return _page(request, visit, "welcome", 0)


@by_device
@require_GET
def way(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Where they left off."""
    path = visit.path
    if path.state not in BEFORE_ENROLMENT or path.state in (PathState.FILLED, PathState.SENT):
        return redirect("pre_registration:national")
    return redirect("pre_registration:traits" if path.traits_at is None else "pre_registration:contacts")


@by_device
def traits(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Confirms or corrects; what is verified already is corrected by the establishment, with the document."""
    path = visit.path
    if path.state not in BEFORE_ENROLMENT:
        return redirect("pre_registration:national")
    choices_url = reverse("pre_registration:birth_places")
    form: IdentityForm = OwnTraitsForm.of(path.person, choices_url=choices_url)
    if request.method == "POST":
        form = OwnTraitsForm(request.POST, choices_url=choices_url)
        if form.is_valid() and _confirmed(request, visit, form):
            return redirect("pre_registration:contacts")
    is_verified = holding_check(path.person) is not None
    return _page(request, visit, "traits", 1, form=form, is_verified=is_verified)


def _confirmed(request: HttpRequest, visit: Visit, form: IdentityForm) -> bool:
    try:
        remarks = confirm_traits(actor=visit.actor, path=visit.path, traits=form.traits)  # type: ignore[arg-type]
    except DomainError as error:
        add_refusal(form, error)
        return False
    for warning in form.warnings:
        messages.warning(request, warning)
    if remarks:
        messages.info(
            request,
            "Votre identité a été vérifiée sur pièce : vos corrections sont transmises à l'établissement, qui les reprendra"
            " avec vous. En attendant, rien n'est changé.",
        )
    return True


@by_device
@require_GET
def places(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The suggestions of the birth place field: a national table, nothing of the group."""
    typed = str(next(iter(request.GET.values()), ""))
    return render(request, "people/_birth_places.html", {"places": birth_places(typed)})


@by_device
def contacts(request: HttpRequest, visit: Visit) -> HttpResponse:
    """E-mail proved by a code of the portal; mobile by the SMS's own link, or by a code that the site sends."""
    path, person = visit.path, visit.path.person
    if path.traits_at is None or path.state not in BEFORE_ENROLMENT:
        return redirect("pre_registration:way")
    form = ContactsForm(initial={"email": person.email, "phone": person.phone_shown})
    codes = {one: CodeForm(prefix=one) for one in Contact}
    if request.method == "POST":
        contact = next((one for one in Contact if f"{one}-code" in request.POST), None)
        if "next" in request.POST:
            return _finished(request, visit)
        if contact is not None:
            codes[contact] = CodeForm(request.POST, prefix=contact)
            done = _proved(request, visit, codes[contact], contact)
        elif "again" in request.POST:
            done = _asked(request, visit)
        else:
            form = ContactsForm(request.POST)
            done = form.is_valid() and _given(request, visit, form)
        if done:
            return redirect("pre_registration:contacts")
    waiting = code_of(path, Contact.EMAIL)
    is_sent = waiting is not None and waiting.value == person.email and waiting.proved_at is None
    context = {
        "form": form,
        "email_code": codes[Contact.EMAIL],
        "phone_code": codes[Contact.PHONE],
        "code_sent": is_sent,
    }
    return _page(request, visit, "contacts", 2, **context)


def _given(request: HttpRequest, visit: Visit, form: ContactsForm) -> bool:
    """Both are kept, and a code leaves to an e-mail that is not proved yet."""
    try:
        give_contacts(actor=visit.actor, path=visit.path, **form.cleaned_data)
    except DomainError as error:
        add_refusal(form, error)
        return False
    return visit.path.person.email_verified_at is not None or _asked(request, visit)


def _asked(request: HttpRequest, visit: Visit) -> bool:
    try:
        ask_email_code(actor=visit.actor, path=visit.path)
    except DomainError as error:
        messages.error(request, error.french)
    else:
        messages.success(
            request, "Un code à six chiffres part vers votre courriel. Il sert pendant 15 minutes."
        )
    return True


def _proved(request: HttpRequest, visit: Visit, form: CodeForm, contact: Contact) -> bool:
    """False: those digits stay beside what is wrong with them."""
    if not form.is_valid():
        return False
    try:
        right = prove_by_code(
            actor=visit.actor, path=visit.path, contact=contact, digits=form.cleaned_data["code"]
        )
    except DomainError as error:
        messages.error(request, error.french)
        return True
    if not right:
        form.add_error("code", WRONG_CODE)
        return False
    messages.success(request, f"Votre {contact.label} est vérifié.")
    return True


def _finished(request: HttpRequest, visit: Visit) -> HttpResponse:
    try:
        finish_form(actor=visit.actor, path=visit.path)
    except DomainError as error:
        messages.error(request, error.french)
        return redirect("pre_registration:contacts")
    return redirect("pre_registration:national")


@by_device
def national(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The national service, opened by the person; then « j'ai terminé », or later."""
    path = visit.path
    if path.state in (PathState.INVITED, PathState.OPENED):
        return redirect("pre_registration:way")
    if path.state not in BEFORE_ENROLMENT:
        return _page(request, visit, "finished", 4, days=DAYS_TO_CONFIRM)
    form = DeclareForm(request.POST or None, initial={"enrolled_on": f"{today():%d/%m/%Y}"})
    form.fields["enrolled_on"].label = "Je me suis enregistré le"
    form.fields["enrolled_on"].help_text = "JJ/MM/AAAA"
    if request.method == "POST" and form.is_valid():
        try:
            declare_enrolled(actor=visit.actor, path=path, enrolled_on=form.cleaned_data["enrolled_on"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect("pre_registration:national")
    return _page(request, visit, "national", 3, form=form, days=DAYS_TO_CONFIRM)


@by_device
@require_GET
def leave(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A link rather than a form: the policy of contents lets no form lead to another host. Twice is once."""
    leave_for_national(actor=visit.actor, path=visit.path)
    return redirect(settings.SELF_REGISTRATION_URL)
