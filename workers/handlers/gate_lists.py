"""Lists for gates that may lose the network: found to be due, and made anew."""

from backend.features.gate_lists import service as gate_lists
from backend.features.gate_lists.jobs import BuildGateLists, WatchGateLists
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import system_actor
from backend.kernel.ids import SiteId
from workers.running import JobRun


def watch(job: WatchGateLists, run: JobRun) -> None:
    with run.look() as work:
        watched = gate_lists.sites_with_terminals(work.session)
    for tenant_id, site_id in watched:
        actor = system_actor(tenant_id, [site_id])
        with unit_of_work(run.platform.database, actor) as work:
            if gate_lists.is_due(work, run.platform.crypto, actor.scope):
                gate_lists.promise_build(work, site_id)


def build(job: BuildGateLists, run: JobRun) -> None:
    with run.work() as work:
        gate_lists.build(work, run.platform.crypto, run.within, SiteId(job.of_site))
        run.done(work)
