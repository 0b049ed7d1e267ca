from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    name = "tenants.memberships"
    label = "memberships"
