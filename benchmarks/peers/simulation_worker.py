"""M/M/s+M by SimPy or Ciw, run in the peers' environment: prints one JSON line.

``simulation_worker.py PEER AGENTS PER_HOUR HANDLE_S PATIENCE_S HOURS``
"""

import json
import random  # noqa: TID251 - the peers' own way of drawing
import sys
import time
from importlib.metadata import version


def by_simpy(agents, rate, handle_s, patience_s, horizon_s):
    """Callers as processes; a request races with the caller's patience."""
    import simpy

    draw = random.Random(1)
    env = simpy.Environment()
    pool = simpy.Resource(env, capacity=agents)
    counts = {"offered": 0, "abandoned": 0, "in_time": 0, "wait_s": 0.0}

    def caller():
        counts["offered"] += 1
        arrived = env.now
        with pool.request() as request:
            gives_up = env.timeout(draw.expovariate(1.0 / patience_s))
            got = yield request | gives_up
            waited = env.now - arrived
            counts["wait_s"] += waited
            if request in got:
                counts["in_time"] += waited <= 20.0
                yield env.timeout(draw.expovariate(1.0 / handle_s))
            else:
                counts["abandoned"] += 1

    def arrivals():
        while True:
            yield env.timeout(draw.expovariate(rate))
            env.process(caller())

    env.process(arrivals())
    start = time.process_time()
    env.run(until=horizon_s)
    return counts, time.process_time() - start


def by_ciw(agents, rate, handle_s, patience_s, horizon_s):
    """One node with reneging."""
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[ciw.dists.Exponential(1.0 / handle_s)],
        reneging_time_distributions=[ciw.dists.Exponential(1.0 / patience_s)],
        number_of_servers=[agents],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    start = time.process_time()
    simulation.simulate_until_max_time(horizon_s)
    seconds = time.process_time() - start
    records = simulation.get_all_records()
    lost = sum(record.record_type == "renege" for record in records)
    return {"offered": len(records), "abandoned": lost}, seconds


def main():
    peer, agents, *numbers = sys.argv[1:]
    per_hour, handle_s, patience_s, hours = map(float, numbers)
    run = {"simpy": by_simpy, "ciw": by_ciw}[peer]
    counts, seconds = run(
        int(agents), per_hour / 3600.0, handle_s, patience_s, hours * 3600.0
    )
    print(json.dumps({**counts, "cpu_s": seconds, "version": version(peer)}))


if __name__ == "__main__":
    main()
