"""Multi-skill staffing against brute force: designs of two and three skills.

``python benchmarks/multi_skill.py [--quick] [case ...]`` on one thread. Brute force
tries every headcount cheaper than the answer that the floors allow and that is not
below one which failed, by the same simulator, on random numbers of its own.
"""

import sys
import time
from itertools import product

import numpy as np

from wfm.staffing.multi_skill.problem import (
    Judge,
    Sample,
    SkillDesign,
    SkillGroup,
    SkillQueue,
)
from wfm.staffing.multi_skill.search import (
    SearchSettings,
    cheapest_staffing,
    floors,
)

CONTACTS = 800_000.0


def queue(name, erlangs, aht_s=240.0, target=0.8, within_s=20.0, patience_s=180.0):
    return SkillQueue(
        queue_id=name,
        contacts_per_hour=erlangs * 3600.0 / aht_s,
        aht_s=aht_s,
        service_level_fraction=target,
        answer_within_s=within_s,
        patience_s=patience_s,
    )


def groups(**costs):
    """Return groups named by their queues' letters."""
    return tuple(
        SkillGroup(group_id=name, queue_ids=frozenset(name), cost=cost)
        for name, cost in costs.items()
    )


A, B, C = queue("a", 12.0), queue("b", 8.0), queue("c", 5.0)
CASES = {
    "N": ((A, B), groups(a=1.0, ab=1.15)),
    "X": ((A, B), groups(ab=1.1, ba=1.0)),
    "M": ((A, B), groups(a=1.0, b=1.0, ab=1.15)),
    "M, dear experts": ((A, B), groups(a=1.0, b=1.0, ab=1.6)),
    "M, unequal": (
        (queue("a", 20.0, 300.0), queue("b", 6.0, 180.0, 0.9, 30.0)),
        groups(a=1.0, b=1.3, ab=1.45),
    ),
    "M, no one gives up": (
        (
            queue("a", 10.0, patience_s=np.inf),
            queue("b", 10.0, 360.0, patience_s=np.inf),
        ),
        groups(a=1.0, b=1.0, ab=1.1),
    ),
    "W": ((A, B, C), groups(ab=1.0, bc=1.05)),
    "chain": ((A, B, C), groups(ab=1.0, bc=1.0, ac=1.0)),
    "three and one": ((A, B, C), groups(a=1.0, b=1.0, c=1.0, abc=1.2)),
    "W and one": (
        (A, B, queue("c", 5.0, 400.0, 0.9, 60.0)),
        groups(a=1.0, ab=1.1, bc=1.2),
    ),
}


def design(name):
    queues, able = CASES[name]
    return SkillDesign(queues=queues, groups=able)


def brute_force(problem, below_cost, sample):
    """Return the cheapest headcounts that hold among all that cost at most *below*."""
    judge = Judge(design=problem, sample=sample)
    rows, least = floors(problem)
    most = [int(below_cost / cost + 1e-9) for cost in problem.costs]
    every = np.array(list(product(*(range(n + 1) for n in most))))
    cost = every @ problem.costs
    fits = (every @ rows.T >= least - 1e-9).all(axis=1) & (cost <= below_cost + 1e-9)
    every, cost = every[fits], cost[fits]
    failed = np.empty((0, len(most)), dtype=int)
    for heads in every[np.lexsort((every.max(axis=1), cost))]:
        if (heads <= failed).all(axis=1).any():
            continue
        if judge.holds(heads):
            return heads, float(problem.costs @ heads), judge.runs
        failed = np.vstack([failed, heads])
    return None, np.inf, judge.runs


def main():
    quick = "--quick" in sys.argv
    contacts = CONTACTS / 4 if quick else CONTACTS
    asked = [name for name in sys.argv[1:] if not name.startswith("--")]
    names = asked or (list(CASES)[:4] if quick else list(CASES))
    print(f"{'case':<20}{'cost':>8}{'brute':>8}{'over':>8}{'runs':>6}{'CPU s':>7}"
          f"{'brute':>7}{'CPU s':>7}  agents, brute force's")  # fmt: skip
    worst = 0.0
    for name in names:
        problem = design(name)
        start = time.process_time()
        found = cheapest_staffing(
            problem,
            SearchSettings(verify=Sample(contacts=contacts, seed=3)),
        )
        spent = time.process_time() - start
        start = time.process_time()
        best, cost, runs = brute_force(
            problem, found.cost, Sample(contacts=contacts, seed=4)
        )
        exact_s = time.process_time() - start
        over = found.cost / cost - 1.0
        worst = max(worst, over)
        print(f"{name:<20}{found.cost:>8.2f}{cost:>8.2f}{over:>8.2%}{found.runs:>6}"
              f"{spent:>7.1f}{runs:>7}{exact_s:>7.1f}  {dict(found.agents)} {best}",
              flush=True)  # fmt: skip
    print(f"worst {worst:.2%}")


if __name__ == "__main__":
    main()
