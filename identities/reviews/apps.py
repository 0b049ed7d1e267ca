from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "identities.reviews"
    label = "reviews"
