"""What calling customers from a list takes."""

from wfm.domain.drivers import OutboundList


def try_s(rule: OutboundList) -> float:
    """Return the mean agent time of one try in seconds."""
    talk_s = rule.contact_s + rule.conversion_rate * rule.conversion_s
    reached = rule.contact_rate
    return reached * talk_s + (1.0 - reached) * rule.attempt_s


def tries_per_record(rule: OutboundList) -> float:
    """Return the mean number of tries of one customer."""
    missed = 1.0 - rule.contact_rate
    return float(sum(missed**k for k in range(rule.max_tries)))


def record_s(rule: OutboundList) -> float:
    """Return the agent time that one customer takes in seconds, all tries together."""
    return tries_per_record(rule) * try_s(rule)


def reached_share(rule: OutboundList) -> float:
    """Return the share of customers reached within the most tries."""
    return 1.0 - (1.0 - rule.contact_rate) ** rule.max_tries
