from django.db import migrations

from portal.foundation.tenancy.policies import outside
from portal.foundation.tenancy.rows import group_foreign_key


class Migration(migrations.Migration):
    dependencies = [('memberships', '0001_initial'), ('groups', '0002_walls'), ('sessions', '0001_initial'), ('account', '__latest__'), ('mfa', '__latest__'), ('contenttypes', '__latest__')]
    operations = [
        outside("memberships_user", "memberships_membership", "memberships_invitation", rights="SELECT, INSERT, UPDATE"),
        outside("django_session", "account_emailaddress", "account_emailconfirmation", "mfa_authenticator"),
        outside("django_content_type", "django_migrations", rights="SELECT"),
        group_foreign_key("memberships_membership"),
    ]
