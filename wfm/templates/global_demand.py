"""Who contacts the demo company, when, and how long it takes.

Volumes are chosen so that the requirement of the planned week is a little below what
the people of the demo can work: a good roster leaves one to four agent-hours in a
hundred uncovered.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from wfm.templates.generator import (
    HEADER,
    HistorySpan,
    Outage,
    QueueProfile,
    Sale,
    generate_history,
    same_hours,
)
from wfm.templates.tables import csv_bytes, gzipped

SPAN = HistorySpan(
    first=date(2026, 4, 27),
    weeks=26,
    seed=20261025,
    faults={"phone_ja": date(2026, 8, 5), "chat_en": date(2026, 6, 17)},
)
AUTUMN_SALE = Sale(first=date(2026, 9, 7), last=date(2026, 9, 13), ratio=1.45)
LINE_DOWN = Outage(day=date(2026, 8, 18), from_hour=13, to_hour=16, rush=1.8)

_DAILY = same_hours([(9, 21)], range(7))
_WORKDAYS = same_hours([(9, 18)], range(5))
_ALWAYS = same_hours([(0, 24)], range(7))
_SHOP_PEAKS = ((10.5, 1.6, 1.0), (14.5, 2.2, 0.8), (19.0, 1.5, 0.5))

_US_PHONE = QueueProfile(
    queue_id="phone_en_eastern",
    zone="America/New_York",
    country="US",
    opening=_DAILY,
    weekly_contacts=3450,
    weekday_weights=(1.18, 1.08, 1.04, 1.02, 1.02, 0.86, 0.80),
    peaks=_SHOP_PEAKS,
    base=0.45,
    aht_s=390,
    abandoned_fraction=0.03,
    holiday_ratio=0.72,
    sale=AUTUMN_SALE,
)
# queue, zone, subdivision, contacts a week in an ordinary week
_US_ZONES: tuple[tuple[str, str, str | None, float], ...] = (
    ("phone_en_eastern", "America/New_York", None, 3450),
    ("phone_en_central", "America/Chicago", None, 2380),
    ("phone_en_mountain", "America/Denver", None, 980),
    ("phone_en_pacific", "America/Los_Angeles", None, 2500),
    ("phone_en_hawaii", "Pacific/Honolulu", "HI", 450),
)

_EAST_ASIA = (
    QueueProfile(
        queue_id="phone_ja",
        zone="Asia/Tokyo",
        country="JP",
        opening=_DAILY,
        weekly_contacts=8700,
        weekday_weights=(1.15, 1.05, 1.0, 1.0, 1.02, 0.95, 0.85),
        peaks=((11.0, 1.9, 0.8), (15.0, 2.2, 0.9), (19.5, 1.3, 0.3)),
        base=0.45,
        aht_s=330,
        abandoned_fraction=0.025,
        holiday_ratio=0.82,
        outage=LINE_DOWN,
    ),
    QueueProfile(
        queue_id="phone_ko",
        zone="Asia/Seoul",
        country="KR",
        opening=_WORKDAYS,
        weekly_contacts=2420,
        weekday_weights=(1.2, 1.05, 1.0, 0.98, 1.0, 0, 0),
        peaks=((11.0, 1.8, 0.8), (15.0, 1.8, 0.9)),
        base=0.6,
        aht_s=300,
        abandoned_fraction=0.03,
        closed_on_holidays=True,
    ),
    QueueProfile(
        queue_id="chat_ja",
        zone="Asia/Tokyo",
        country="JP",
        opening=_DAILY,
        weekly_contacts=5950,
        weekday_weights=(1.05, 1.0, 1.0, 1.0, 1.05, 1.0, 0.95),
        peaks=((13.0, 2.2, 0.8), (17.5, 2.2, 0.7)),
        base=0.5,
        aht_s=540,
        holiday_ratio=0.95,
    ),
    QueueProfile(
        queue_id="email_ja",
        zone="Asia/Tokyo",
        country="JP",
        opening=_WORKDAYS,
        weekly_contacts=2050,
        weekday_weights=(1.6, 1.0, 0.95, 0.95, 0.95, 0, 0),
        peaks=((11.0, 2.0, 0.6), (15.0, 2.0, 0.6)),
        base=0.6,
        aht_s=420,
        overnight_share=0.30,
        holiday_ratio=0.9,
    ),
)

_WEST = (
    QueueProfile(
        queue_id="phone_de",
        zone="Europe/Berlin",
        country="DE",
        opening=same_hours([(8, 20)], range(6)),
        weekly_contacts=2950,
        weekday_weights=(1.2, 1.05, 1.0, 1.0, 0.95, 0.6, 0),
        peaks=((10.5, 1.8, 0.8), (16.0, 2.2, 0.8)),
        base=0.45,
        aht_s=360,
        abandoned_fraction=0.03,
        closed_on_holidays=True,
    ),
    QueueProfile(
        queue_id="chat_en",
        zone="America/New_York",
        country="US",
        opening=_ALWAYS,
        weekly_contacts=8000,
        weekday_weights=(1.05, 1.0, 1.0, 1.0, 1.0, 1.0, 0.98),
        peaks=((13.0, 3.2, 1.0), (20.5, 2.2, 0.8), (5.0, 2.0, 0.25)),
        base=0.35,
        aht_s=560,
        holiday_ratio=0.9,
        sale=AUTUMN_SALE,
    ),
    QueueProfile(
        queue_id="social_en",
        zone="America/New_York",
        country="US",
        opening=_ALWAYS,
        weekly_contacts=2600,
        weekday_weights=(0.98, 0.98, 0.98, 1.0, 1.02, 1.05, 1.03),
        peaks=((12.0, 2.5, 0.6), (20.5, 2.5, 1.0)),
        base=0.5,
        aht_s=330,
        sale=AUTUMN_SALE,
    ),
    QueueProfile(
        queue_id="email_en",
        zone="America/Chicago",
        country="US",
        opening=same_hours([(8, 20)], range(5)),
        weekly_contacts=1650,
        weekday_weights=(1.6, 1.02, 0.98, 0.95, 0.95, 0, 0),
        peaks=((10.0, 2.0, 0.7), (15.0, 2.5, 0.6)),
        base=0.5,
        aht_s=450,
        overnight_share=0.28,
        holiday_ratio=0.75,
        sale=AUTUMN_SALE,
    ),
)


def profiles() -> tuple[QueueProfile, ...]:
    """Return the profiles of all queues that have a history."""
    us_phone = (
        replace(
            _US_PHONE,
            queue_id=queue_id,
            zone=zone,
            subdivision=subdivision,
            weekly_contacts=contacts,
        )
        for queue_id, zone, subdivision, contacts in _US_ZONES
    )
    return (*_EAST_ASIA, *us_phone, *_WEST)


def history_files() -> Mapping[str, bytes]:
    """Return ``history.csv.gz``."""
    rows = generate_history(profiles(), SPAN)
    return {"history.csv.gz": gzipped(csv_bytes(HEADER, rows))}
