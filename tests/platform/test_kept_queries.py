"""A query whose SQL is put together once finds what the same queryset would, whatever it is asked with."""

from datetime import timedelta
from threading import Barrier, Thread
from time import sleep

import pytest
from django.db import connection
from django.db.models import BigIntegerField, Count, DateTimeField, OuterRef, UUIDField
from django.db.models.functions import Now
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from config.counted import CountOf
from config.kept_query import Given, KeptQuery, given_list
from submissions.models import Submission
from teams.models import Membership


@pytest.fixture
def put_together(monkeypatch) -> list[str]:
    """What Django has put together since."""
    made: list[str] = []
    as_sql = SQLCompiler.as_sql

    def noted(compiler, *arguments, **options):
        sql, parameters = as_sql(compiler, *arguments, **options)
        made.append(sql)
        return sql, parameters

    monkeypatch.setattr(SQLCompiler, "as_sql", noted)
    return made


def test_models_come_with_what_is_selected_and_counted_beside_them(alice, bob, alices_team, bobs_team, put_together):
    of_competition = CountOf(Membership.objects.filter(competition=OuterRef("competition")).order_by().values("pk"))
    query = KeptQuery(
        Membership.objects.filter(user=Given("user", BigIntegerField()))
        .select_related("team__standing")
        .annotate(at=Now(), members=of_competition)
    )
    assert query.objects(user=0) == []
    put_together.clear()
    for person, team in ((alice, alices_team), (bob, bobs_team)):
        (found,) = query.objects(user=person.pk)
        assert (found.user_id, found.team, found.members) == (person.pk, team, 2)
        assert not hasattr(found.team, "standing")
        assert abs(found.at - timezone.now()) < timedelta(minutes=1)
    assert put_together == []


def test_a_list_times_and_keys_are_told_to_the_database_as_its_fields_want_them(alices_team, bobs_team, send):
    first, second, other = send(alices_team), send(alices_team), send(bobs_team)
    hour_ago, soon = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)
    counted = KeptQuery(
        Submission.objects.filter(
            team__pk__in=given_list("teams", BigIntegerField(), 2), submitted_at__gt=Given("since", DateTimeField())
        )
        .order_by()
        .values("team_id")
        .annotate(sent=Count("pk"))
        .values_list("team_id", "sent")
    )
    both = [alices_team.pk, bobs_team.pk]
    assert dict(counted.rows(teams=both, since=hour_ago)) == {alices_team.pk: 2, bobs_team.pk: 1}
    assert dict(counted.rows(teams=both, since=soon)) == {}
    assert dict(counted.rows(teams=[bobs_team.pk, 0], since=hour_ago)) == {bobs_team.pk: 1}
    one = KeptQuery(Submission.objects.filter(pk=Given("key", UUIDField())))
    assert [one.objects(key=sent.pk)[0] for sent in (first, second, other)] == [first, second, other]


def test_a_value_that_is_not_named_is_missed_by_its_name(alices_team):
    query = KeptQuery(Membership.objects.filter(user=Given("user", BigIntegerField())))
    with pytest.raises(KeyError, match="user"):
        query.objects(team=alices_team.pk)


@pytest.mark.django_db(transaction=True)
def test_two_threads_that_ask_first_at_once_find_the_same_by_connections_of_their_own(
    alice, alices_team, put_together, monkeypatch
):
    query = KeptQuery(
        Membership.objects.filter(user=Given("user", BigIntegerField())).select_related("team__standing", "competition")
    )
    found: list[object] = []
    errors: list[Exception] = []
    both = Barrier(2)
    get_from_clause = SQLCompiler.get_from_clause

    def slowly(compiler):
        # As long as another thread would need to put it together too.
        sleep(0.2)
        return get_from_clause(compiler)

    monkeypatch.setattr(SQLCompiler, "get_from_clause", slowly)

    def ask() -> None:
        both.wait()
        try:
            found.extend(query.objects(user=alice.pk))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert found == list(alices_team.memberships.all()) * 2
    assert [one.competition for one in found] == [alices_team.competition] * 2
    assert sum("leaderboard_standing" in sql for sql in put_together) == 1
