"""What must fit together in plan.yaml: what a queue promises and is staffed for."""

from wfm.io.plan_schema import QueueTable
from wfm.io.yaml_source import DocumentProblems, Path

_NEEDS_LEVEL = ("sl_probability", "expected_sl")


def check_staffing(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    """Check the keys that say over what time, on what demand and by which method."""
    if not faults.is_faulty((*path, "target")):
        _check_over(queue, path, faults)
        _check_plan_on(queue, path, faults)
    _check_unused(queue, path, faults)
    _check_phone_only(queue, path, faults)


def _check_over(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    target, place = queue.target, (*path, "target")
    least = target.min_interval_service_level
    if target.over != "interval" and target.service_level is None:
        message = f"no service level is promised over the {target.over}"
        faults.at_key((*place, "over"), message, "service_level and answer_within_s")
    if least is None:
        return
    key = (*place, "min_interval_service_level")
    if target.over == "interval":
        message = "every interval is held to the service level anyway"
        faults.at_key(key, message, "over: day or week beside it")
    elif target.service_level is not None and least >= target.service_level:
        message = f"{least:g} is not below the service level of the {target.over}"
        faults.at_value(key, message, f"less than {target.service_level:g}")


def _check_plan_on(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    if queue.plan_on in _NEEDS_LEVEL and queue.target.service_level is None:
        message = f"{queue.plan_on} speaks of a service level, but none is targeted"
        faults.at_value((*path, "plan_on"), message, "mean, p75 or p90")


def _check_unused(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    if queue.plan_probability is not None and queue.plan_on != "sl_probability":
        message = f"plan_probability is not used with plan_on: {queue.plan_on}"
        faults.at_key(
            (*path, "plan_probability"), message, "plan_on: sl_probability beside it"
        )
    if queue.demand_cv is not None and queue.plan_on not in _NEEDS_LEVEL:
        message = f"demand_cv is not used with plan_on: {queue.plan_on}"
        faults.at_key(
            (*path, "demand_cv"), message, "plan_on: sl_probability or expected_sl"
        )


def _check_phone_only(queue: QueueTable, path: Path, faults: DocumentProblems) -> None:
    """Note what only the telephone's model can do, and methods that exclude another."""
    if queue.channel == "phone":
        if queue.staffing_method == "exact" and queue.target.over != "interval":
            message = "exact goes interval by interval, not over a " + queue.target.over
            faults.at_value((*path, "staffing_method"), message, "auto or mol")
        return
    others = {
        ("staffing_method",): queue.staffing_method != "auto",
        ("plan_on",): queue.plan_on == "expected_sl",
        ("target", "over"): queue.target.over != "interval",
    }
    for key, used in others.items():
        if used:
            message = f"{key[-1]} is not available for channel {queue.channel}"
            faults.at_key((*path, *key), message, "channel: phone")
