"""Rules of a plan, and the certificate of a roster: no solver is needed."""

from solver.build import build_rules
from solver.rule import Rule
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import Roster, RosterInstance
from wfm.evaluation.certificate import Certificate, certify
from wfm.pipeline.rules import resolve_rules


def plan_rules(folder: PlanFolder) -> tuple[Rule, ...]:
    """Return the rules of the plan, each bound to the people it applies to."""
    everybody = [agent.agent_id for agent in folder.agents]
    return build_rules(resolve_rules(folder.plan, folder.agents), everybody)


def judge(folder: PlanFolder, instance: RosterInstance, roster: Roster) -> Certificate:
    """Return what holds and what is broken in *roster*, judged from the inputs."""
    return certify(instance, plan_rules(folder), roster, hashes=folder.hashes)
