"""What the page and the memo say in words, from the decision's record alone."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from wfm.report.scenario_break_even import LEVER_LABELS
from wfm.report.scenario_words import Say

Record = Mapping[str, Any]
MOST_BELOW = 3


def whole(amount: object) -> str:
    """Return an amount in whole units with thousands separated."""
    return f"{Decimal(str(amount)):,.0f}".replace("-", "−")


def share(value: float | None, digits: int = 1) -> str:
    """Return a signed share in per cent."""
    if value is None:
        return "–"
    return f"{100 * value:+,.{digits}f} %".replace("-", "−")


def percent(value: float, digits: int = 1) -> str:
    """Return a share in per cent."""
    return f"{100 * value:.{digits}f} %"


def option_of(record: Record, name: str) -> Record:
    """Return an option of the record."""
    found: Record = next(o for o in record["options"] if o["id"] == name)
    return found


def recommendation(record: Record, say: Say) -> str:
    """Return what to do, in one sentence."""
    best = record["recommended"]
    if best is None:
        return say("No option keeps every floor of service; none is recommended.")
    chosen = option_of(record, best)
    if best == record["reference"]:
        return say(
            "Stay with {option}: no option that keeps every floor of service "
            "costs less than its {currency} {cost}.",
            option=best,
            currency=record["currency"],
            cost=whole(chosen["cost"]),
        )
    return say(
        "Choose {option}: it costs {currency} {cost}, {saved} less than {reference} "
        "({share}), and keeps every floor of service.",
        option=best,
        currency=record["currency"],
        cost=whole(chosen["cost"]),
        saved=whole(-Decimal(chosen["against"])),
        share=share(chosen["share"]),
        reference=record["reference"],
    )


def grounds(record: Record, say: Say) -> Iterator[str]:
    """Yield the numbers that carry the recommendation."""
    best, rival = record["recommended"], record["runner_up"]
    if best is not None:
        chosen = option_of(record, best)
        yield say(
            "{option} answers {level} of live contacts in time over all months and "
            "{worst} in its worst month ({month}).",
            option=best,
            level=percent(chosen["service_level"]),
            worst=percent(chosen["worst_service_level"]),
            month=chosen["worst_month"],
        )
    if best is not None and rival is not None:
        apart = Decimal(option_of(record, rival)["cost"]) - Decimal(
            option_of(record, best)["cost"]
        )
        yield say(
            "The next option that serves, {rival}, costs {currency} {apart} more.",
            rival=rival,
            currency=record["currency"],
            apart=whole(apart),
        )
    yield from _cheaper_but_below(record, say)


def _cheaper_but_below(record: Record, say: Say) -> Iterator[str]:
    best = record["recommended"]
    limit = None if best is None else Decimal(option_of(record, best)["cost"])
    below = [option for option in record["options"] if not option["feasible"]]
    below.sort(key=lambda option: Decimal(option["cost"]))
    for option in below[:MOST_BELOW]:
        cost = Decimal(option["cost"])
        if limit is None or cost < limit:
            yield say(
                "{option} would cost {currency} {cost} but misses a floor of service "
                "in {below} of {months} months, first {breach}.",
                option=option["id"],
                currency=record["currency"],
                cost=whole(cost),
                below=option["months_below"],
                months=option["num_months"],
                breach=option["first_breach"],
            )


def certainty(record: Record, say: Say) -> str:
    """Return how sure the recommendation is."""
    sure = record["sure"]
    if sure is None:
        return say("No futures were drawn, so nothing can be said about chances.")
    text = say(
        "In {probability} of {draws} futures common to both, {one} is cheaper than "
        "{other} (95 % interval {low} to {high}). Its cost less the other's is "
        "{currency} {mean} on average (95 % interval {mean_low} to {mean_high}); in "
        "80 % of futures it lies between {p10} and {p90}.",
        probability=percent(sure["probability"]),
        draws=f"{sure['draws']:,}",
        one=sure["one"],
        other=sure["other"],
        low=percent(sure["probability_low"]),
        high=percent(sure["probability_high"]),
        currency=record["currency"],
        mean=whole(sure["mean"]),
        mean_low=whole(sure["low"]),
        mean_high=whole(sure["high"]),
        p10=whole(sure["p10"]),
        p90=whole(sure["p90"]),
    )
    if sure["service"] is None:
        return text
    kept = say(
        "{one} keeps its service in {share} of months over all futures.",
        one=sure["one"],
        share=percent(sure["service"]),
    )
    return f"{text} {kept}"


def turning_points(record: Record, say: Say) -> Iterator[str]:
    """Yield what would change the answer, the nearest first."""
    best = record["recommended"]
    for point in record["break_evens"]:
        label = say(LEVER_LABELS[point["lever"]], currency=point["currency"])
        other = point["other"] if point["one"] == best else point["one"]
        yield say(
            "{lever} {change}: from there {other} is the cheaper one.",
            lever=label,
            change=share(point["change"]),
            other=other,
        )


def left_out(record: Record, say: Say) -> Iterator[str]:
    """Yield what the figures do not include."""
    yield from record["not_included"]
    yield say("What neither a contract nor a cost model states, such as overheads.")
    yield say("The worth of service above its floors: lost customers, lost sales.")
    yield say(
        "Change of service when prices, wages or exchange rates move: people stay."
    )
    if record["sure"] is None:
        yield say("How uncertain the inputs are: no futures were drawn.")
