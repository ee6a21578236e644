"""Who may organize which competition: superusers all, organizers those that name them."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from competitions.models import Competition


def organized_by(user: User | AnonymousUser) -> QuerySet[Competition]:
    """The competitions that `user` may edit."""
    if not user.is_authenticated or not user.is_staff:
        return Competition.objects.none()
    if user.is_superuser:
        return Competition.objects.all()
    return Competition.objects.filter(organizers=user)


def visible_to(user: User | AnonymousUser) -> QuerySet[Competition]:
    """The competitions that `user` may look at: the published ones, and their own."""
    if not user.is_staff:
        # Nearly everybody: a union with none costs as much as the rest of the question.
        return Competition.objects.filter(is_published=True)
    mine = organized_by(user).values("pk")
    return Competition.objects.filter(Q(is_published=True) | Q(pk__in=mine))


def organizes(user: User | AnonymousUser, competition: Competition) -> bool:
    """Whether `user` may edit it."""
    return user.is_staff and organized_by(user).filter(pk=competition.pk).exists()


def organized_alone_by(user: User) -> QuerySet[Competition]:
    """The competitions that name `user` as their only organizer."""
    alone = Competition.objects.annotate(organizer_count=Count("organizers")).filter(organizer_count=1)
    return Competition.objects.filter(pk__in=alone.values("pk"), organizers=user)
