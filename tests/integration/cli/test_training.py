"""The training set from the command line."""

import zipfile
from pathlib import Path

from backend.features.training import service as trainings
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import Scope, system_actor
from backend.pages import operator
from tests.drivers.console import Console


def test_an_export_is_refused_until_the_site_agrees_and_never_overwrites(flask: Console, tmp_path: Path) -> None:
    flask.done("site", "create", "晨光花园", "--tenant", "晨光物业")
    target = tmp_path / "plates.zip"
    assert "training_consent_not_given" in flask.refused("training", "export", "晨光花园", str(target))
    assert not target.exists()
    _agree(flask)
    assert "0 plates" in flask.done("training", "export", "晨光花园", str(target))
    assert zipfile.ZipFile(target).namelist() == ["labels.csv"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert "exists already" in flask.refused("training", "export", "晨光花园", str(target))


def _agree(flask: Console) -> None:
    database = flask.platform().database
    with unit_of_work(database, system_actor()) as work:
        [site] = operator.find_sites(work.session, "晨光花园")
        trainings.decide_consent(work, Scope.of_sites({site.id}), site.id, given=True)
