"""Files that an organizer has sent: what they would do, to a competition of their own or as a new one."""

from dataclasses import replace

from accounts.models import User
from competitions.access import organized_by
from competitions.as_files.planning import Plan, plan
from competitions.as_files.reading import read
from competitions.as_files.source import Source


def plan_of(source: Source, user: User, slug: str = "") -> Plan:
    """The plan of the files, under another slug than theirs where one is given. Raises FilesRefused.

    Somebody else's competition is taken for none: the plan then says that the address is taken.
    """
    bundle = read(source)
    if slug:
        bundle = replace(bundle, description=replace(bundle.description, slug=slug))
    return plan(bundle, organized_by(user).filter(slug=bundle.description.slug).first())
