"""Kernels that mend a minimum-cost flow after supplies have changed.

Successive shortest paths with node potentials (Ahuja, Magnanti and Orlin, Network
Flows, 1993, section 9.7): a flow that was of least cost stays so while each new unit of
supply is sent to the sink on a shortest path of the residual network, and each lost
unit is called back on one.

Arc *a* and its reverse are the residual arcs ``2 a`` and ``2 a + 1``; those that leave
node v are ``leaving[first[v]:first[v + 1]]``.
"""

from solver.core.jit import inner_kernel, kernel
from wfm.domain.arrays import IntArray

UNREACHED = 1 << 60


@inner_kernel
def room(arc: int, cap: IntArray, flow: IntArray) -> int:
    """Return how much more a residual arc can take."""
    if arc & 1:
        return flow[arc >> 1]  # type: ignore[no-any-return]
    return cap[arc >> 1] - flow[arc >> 1]  # type: ignore[no-any-return]


@kernel
def find_potentials(
    tail: IntArray,
    head: IntArray,
    cap: IntArray,
    cost: IntArray,
    flow: IntArray,
    potential: IntArray,
    most_rounds: int,
) -> bool:
    """Set *potential* so that no residual arc has a negative reduced cost.

    Return whether that was possible within *most_rounds*: it is exactly if the flow is
    of least cost.
    """
    for _ in range(most_rounds):
        is_settled = True
        for a in range(len(tail)):
            u, v = tail[a], head[a]
            if flow[a] < cap[a] and potential[u] + cost[a] < potential[v]:
                potential[v] = potential[u] + cost[a]
                is_settled = False
            if flow[a] > 0 and potential[v] - cost[a] < potential[u]:
                potential[u] = potential[v] - cost[a]
                is_settled = False
        if is_settled:
            return True
    return False


@inner_kernel
def sift_up(keys: IntArray, nodes: IntArray, at: int) -> None:
    """Move entry *at* of the heap up to its place."""
    key, node = keys[at], nodes[at]
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], nodes[at] = keys[above], nodes[above]
        at = above
    keys[at], nodes[at] = key, node


@inner_kernel
def drop_first(keys: IntArray, nodes: IntArray, size: int) -> int:
    """Take the first of *size* entries off the heap; return the new size."""
    size -= 1
    key, node = keys[size], nodes[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], nodes[at] = keys[below], nodes[below]
        at = below
    keys[at], nodes[at] = key, node
    return size


@inner_kernel
def length(arc: int, ends: IntArray, cost: IntArray, potential: IntArray) -> int:
    """Return the reduced cost of a residual arc."""
    price = -cost[arc >> 1] if arc & 1 else cost[arc >> 1]
    return price + potential[ends[arc ^ 1]] - potential[ends[arc]]  # type: ignore[no-any-return]


@inner_kernel
def search(
    source: int,
    sink: int,
    back: int,
    ends: IntArray,
    cap: IntArray,
    cost: IntArray,
    flow: IntArray,
    first: IntArray,
    leaving: IntArray,
    potential: IntArray,
    distance: IntArray,
    via: IntArray,
    seen: IntArray,
    keys: IntArray,
    nodes: IntArray,
) -> int:
    """Search from *source* until *sink* is settled; return how many nodes were seen.

    With *back* = 1 arcs are followed against their direction. ``via[v]`` is the
    residual arc by which v was reached, ``ends[arc]`` where a residual arc leads.
    """
    distance[source], via[source], seen[0] = 0, -1, source
    keys[0], nodes[0] = 0, source
    num_seen, size = 1, 1
    while size > 0 and nodes[0] != sink:
        far, u = keys[0], nodes[0]
        size = drop_first(keys, nodes, size)
        for place in range(first[u], first[u + 1] if far == distance[u] else first[u]):
            arc, v = leaving[place] ^ back, ends[leaving[place]]
            if room(arc, cap, flow) <= 0:
                continue
            there = far + length(arc, ends, cost, potential)
            if there >= distance[v]:
                continue
            if distance[v] == UNREACHED:
                seen[num_seen] = v
                num_seen += 1
            distance[v], via[v] = there, arc
            keys[size], nodes[size] = there, v
            sift_up(keys, nodes, size)
            size += 1
    return num_seen


@inner_kernel
def forget(
    num_seen: int,
    reach: int,
    back: int,
    potential: IntArray,
    distance: IntArray,
    seen: IntArray,
) -> None:
    """Turn the distances below *reach* into potentials; forget all distances."""
    for place in range(num_seen):
        v = seen[place]
        if distance[v] < reach:
            shift = reach - distance[v]
            potential[v] += shift if back else -shift
        distance[v] = UNREACHED


@kernel
def settle(
    sink: int,
    excess: IntArray,
    changed: IntArray,
    ends: IntArray,
    cap: IntArray,
    cost: IntArray,
    flow: IntArray,
    first: IntArray,
    leaving: IntArray,
    potential: IntArray,
    distance: IntArray,
    via: IntArray,
    seen: IntArray,
    keys: IntArray,
    nodes: IntArray,
) -> bool:
    """Send the *excess* of the *changed* nodes to the sink, or call it back.

    *flow* and *potential* are mended in place; *distance* is all :data:`UNREACHED`
    before and after. Return false if something can't reach the sink.
    """
    for at in range(len(changed)):
        u = changed[at]
        while excess[u] != 0:
            back = 1 if excess[u] < 0 else 0
            num_seen = search(
                u, sink, back, ends, cap, cost, flow, first, leaving, potential,
                distance, via, seen, keys, nodes,
            )  # fmt: skip
            reach = distance[sink]
            amount = abs(excess[u])
            v = sink
            while reach < UNREACHED and v != u:
                amount = min(amount, room(via[v], cap, flow))
                v = ends[via[v] ^ (1 - back)]
            forget(num_seen, reach, back, potential, distance, seen)
            if reach == UNREACHED:
                return False
            v = sink
            while v != u:
                arc = via[v]
                flow[arc >> 1] += -amount if arc & 1 else amount
                v = ends[arc ^ (1 - back)]
            excess[u] += amount if back else -amount
    return True
