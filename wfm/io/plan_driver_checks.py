"""What must fit together in plan.yaml about changes of demand, offers and lists."""

from collections.abc import Mapping

from wfm.io.plan_schema import PlanTable, QueueTable
from wfm.io.problems import did_you_mean
from wfm.io.yaml_source import DocumentProblems, Path

_WAITING = ("phone", "chat", "messaging", "virtual_queue")


def check_drivers(
    queue: QueueTable,
    path: Path,
    plan: PlanTable,
    channels: Mapping[str, bool],
    faults: DocumentProblems,
) -> None:
    """Check everything about *queue* that changes its demand or its channel's work."""
    _check_patience(queue, path, faults)
    _check_reasons(queue, path, faults)
    _check_containment(queue, path, plan, faults)
    _check_redials(queue, path, faults)
    _check_notices(queue, path, faults)
    _check_offer(queue, path, plan, channels, faults)
    _check_outbound(queue, path, plan, faults)
    _check_blend(queue, path, plan, channels, faults)


def _check_patience(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    if queue.patience_s is not None and queue.channel not in _WAITING:
        message = f"patience is not used by channel {queue.channel}"
        faults.at_key((*path, "patience_s"), message, "channel: phone")


def _check_reasons(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    place = (*path, "reasons")
    if not queue.reasons or faults.is_faulty(place):
        return
    total = sum(reason.share for reason in queue.reasons.values())
    if abs(total - 1.0) > 1e-6:
        faults.at_key(place, f"the shares sum to {total:g}", "1")


def _check_containment(
    queue: QueueTable, path: Path, plan: PlanTable, faults: DocumentProblems
) -> None:
    rule, place = queue.demand.containment, (*path, "demand", "containment")
    if rule is None or faults.is_faulty(place):
        return
    for name in rule.reasons:
        if name not in queue.reasons:
            hint = did_you_mean(name, queue.reasons)
            message = f"unknown reason {name!r}{hint}"
            faults.at_key((*place, "reasons", name), message, "one of the queue's")
    if rule.escalation is not None:
        to = _known_queue(
            rule.escalation.to, (*place, "escalation", "to"), plan, faults
        )
        if to is not None and not (rule.escalation.aht_s or to.aht_s):
            message = f"no handle time is known for what {rule.escalation.to} receives"
            faults.at_key((*place, "escalation"), message, "aht_s here or in the queue")


def _check_redials(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    if queue.demand.redials is None:
        return
    place = (*path, "demand", "redials")
    if queue.channel != "phone":
        faults.at_key(
            place, f"a {queue.channel} queue has no redials", "channel: phone"
        )
    elif queue.patience_s is None:
        faults.at_key(place, "redials follow from lost patience", "patience_s")


def _check_notices(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    if faults.is_faulty((*path, "demand", "notices")):
        return
    for i, notice in enumerate(queue.demand.notices):
        if notice.to_local <= notice.from_local:
            place = (*path, "demand", "notices", i, "to_local")
            faults.at_value(place, "the notice ends before it begins")


def _check_offer(
    queue: QueueTable,
    path: Path,
    plan: PlanTable,
    channels: Mapping[str, bool],
    faults: DocumentProblems,
) -> None:
    offer, place = queue.callback_offer, (*path, "callback_offer")
    if queue.channel == "virtual_queue" and offer is None:
        if not faults.is_faulty(place):
            message = "the key 'callback_offer' is missing"
            faults.at_key(
                path, message, "callback_offer: {after_s: 120, accepted: 0.4}"
            )
    elif queue.channel != "virtual_queue" and offer is not None:
        message = f"a {queue.channel} queue offers no call-back"
        faults.at_key(place, message, "channel: virtual_queue")
    elif offer is not None and offer.to is not None:
        to = _known_queue(offer.to, (*place, "to"), plan, faults)
        if to is not None and not channels.get(to.channel, True):
            message = (
                f"{offer.to} is a {to.channel} queue; a call-back is due-time work"
            )
            faults.at_value((*place, "to"), message, "a queue of channel callback")


def _check_outbound(
    queue: QueueTable, path: Path, plan: PlanTable, faults: DocumentProblems
) -> None:
    rule, place = queue.outbound, (*path, "outbound")
    if queue.channel == "outbound" and rule is None:
        if not faults.is_faulty(place):
            message = "the key 'outbound' is missing"
            expected = "outbound: {records: 1000, contact_rate: 0.3, contact_s: 240}"
            faults.at_key(path, message, expected)
    elif queue.channel != "outbound" and rule is not None:
        message = f"a {queue.channel} queue has no outbound list"
        faults.at_key(place, message, "channel: outbound")
    elif rule is not None and queue.target.answer_within_open_hours is not None:
        gap = round(rule.retry_after_open_hours * 60 / int(plan.interval_minutes))
        hours = (rule.max_tries - 1) * gap * int(plan.interval_minutes) / 60
        if hours >= queue.target.answer_within_open_hours:
            message = f"{rule.max_tries} tries take more than {hours:g} open hours"
            expected = "a longer target answer_within_open_hours"
            faults.at_key((*place, "max_tries"), message, expected)


def _check_blend(
    queue: QueueTable,
    path: Path,
    plan: PlanTable,
    channels: Mapping[str, bool],
    faults: DocumentProblems,
) -> None:
    if queue.blend is None:
        return
    place = (*path, "blend")
    if not channels.get(queue.channel, True):
        faults.at_key(
            place, f"a {queue.channel} queue can't wait", "work that may wait"
        )
        return
    phone = _known_queue(queue.blend, place, plan, faults)
    if phone is None:
        return
    if phone.channel != "phone" or phone.target.service_level is None:
        message = f"{queue.blend} is no phone queue with a service level"
        faults.at_value(place, message)
        return
    held = dict(phone.requires)
    for skill, level in queue.requires:
        if held.get(skill, -1) < level:
            message = f"agents of {queue.blend} need not hold {skill}"
            faults.at_value(place, message, "no skill that the phone queue lacks")


def _known_queue(
    name: str, path: Path, plan: PlanTable, faults: DocumentProblems
) -> QueueTable | None:
    """Return the queue *name*, or note that there is none."""
    written = faults.document.data.get("queues")
    known = tuple(written) if isinstance(written, dict) else ()
    if name not in known:
        faults.at_value(path, f"unknown queue {name!r}{did_you_mean(name, known)}")
    return plan.queues.get(name)
