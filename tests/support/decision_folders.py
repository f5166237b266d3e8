"""A small plan folder with capacity, results and vendors beside it."""

from datetime import date, timedelta

from wfm.io.templates import write_template

CAPACITY = """\
version: 1
start: 2026-11
months: 4
currency: EUR
discount_rate: 0.05
needs:
  calls: {queues: [phone], missing_hour: 40, missing_steps: [[0.1, 1], [0.9, 3]]}
  written: {queues: [chat, email], missing_hour: 30}
demand:
  - {need: calls, factor: 1.2, hours: 10, from: 2027-01, to: 2027-01, note: sale}
tenure:
  own: {attrition: [0.04, 0.02], productivity: [0.7, 1.0], quality: [0.7, 0.8]}
pools:
  writers:
    site: lisbon
    skills: [chat]
    serves: [written, calls]
    tenure: own
    paid_hours: 160
    leave: 0.08
    roster_fit: 0.9
  phones:
    site: lisbon
    skills: [phone]
    serves: [calls]
    tenure: own
    paid_hours: 160
    burden: 0.2
    recruiting: {lead_months: 1, class_size: [2, 4], cost_per_hire: 900,
                 cost_per_class: 500}
    training: {months: 1, trainer_hours: 10, loss: 0.05, max_trainees: 4}
    layoffs: {severance: 2000, max_heads: 2}
    overtime: {premium: 0.25, max_share: 0.1}
transfers:
  - {from: phones, to: writers, months: 1, cost: 300, max_heads: 1}
vendors:
  agency: {serves: [calls], price_per_hour: 24, max_hours: 200, max_rise_hours: 100,
           from: 2026-12}
sites:
  lisbon: {max_heads: 32}
stress: {futures: 50, seed: 3, buffers: [0.0, 0.05]}
"""
KPI = """\
version: 1
currency: EUR
fiscal_year_starts: 4
vendors: {agency: the agency}
watch: {kpis: [service_level, aht_s], baseline_days: 28}
targets:
  - {kpi: service_level, value: 0.8, by: 2026-12-31, owner: ops, channel: phone}
  - {kpi: aht_s, value: 250, by: 2026-10-01, owner: lead, queue: chat, from: 2026-08-01,
     from_value: 320}
"""
BUDGET = """\
month,site,vendor,cost,currency,contacts
2026-09,lisbon,,30000,EUR,3000
2026-09,,agency,5000,USD,
2026-10,lisbon,,31000,EUR,3100
"""
RATES = "month,from,to,rate,source\n" + "".join(
    f"2026-{m:02d},USD,EUR,0.9,test\n" for m in (8, 9, 10)
)
VENDORS = """\
version: 1
scale: [1, 5]
criteria:
  capability: {weight: 2, measured: {kpi: service_level, points: [[0.6, 1], [0.9, 5]]}}
  price: {weight: 1}
  security: {weight: 1}
security:
  certified: {text: certificate, required: true}
  home_device: {text: managed devices, required: true, home_working: true}
vendors:
  agency:
    unit: agency
    marks:
      price: {mark: 2, evidence: bill, date: 2026-09-01, by: finance}
    security: {certified: {answer: yes, evidence: report, date: 2026-03-01}}
  newcomer:
    home_working: true
    marks:
      capability: {mark: 4, evidence: pilot, date: 2024-01-01, by: quality}
      price: {mark: 5}
    security:
      certified: {answer: yes, evidence: report, date: 2026-03-01}
      home_device: {answer: yes, evidence: audit, date: 2026-03-01}
  other:
    marks:
      capability: {mark: 1, evidence: calls, date: 2026-09-01}
      price: {mark: 1, evidence: offer, date: 2026-09-01}
    security: {certified: {answer: no}}
incumbents: [lisbon]
onboarding:
  newcomer:
    - {name: pilot, from: 2026-08, to: 2026-08, share: 0.2, incumbent_share: 0.7,
       productivity: 0.5, service_level: 0.5, floor: {people: 1.0, service_level: 0.8},
       exit_tests: [{kpi: service_level, value: 0.8}]}
    - {name: full, from: 2026-11, to: 2027-10, share: 1.0, incumbent_share: 0.0,
       productivity: 1.0, service_level: 0.85,
       exit_tests: [{kpi: aht_s, value: 300}]}
"""


HEADER = (
    "date,site,vendor,queue,offered,handled,abandoned,answered_in_target,"
    "handle_s,wait_s,resolved_first,csat_n,csat_good,productive_hours,paid_hours,"
    "cost,currency"
)


def kpi_csv(days=84, last=date(2026, 10, 25)):
    """Return results of *days* with hardly any chance in them."""
    lines = [HEADER]
    for d in range(days):
        day = (last - timedelta(days=days - 1 - d)).isoformat()
        w = 1 + 0.002 * (d % 5)  # a little life
        answered, seconds = round(82 * w), round(15_000 * w)
        lines += [
            f"{day},lisbon,,phone,100,96,4,{answered},28800,1920,72,20,17,10,12.5,"
            "1000,EUR",
            f"{day},lisbon,,chat,50,50,0,41,{seconds},900,40,10,9,4,5,,",
            f"{day},,agency,phone,40,38,2,30,12160,1140,27,8,6,,,150,USD",
        ]
    return "\n".join(lines) + "\n"


def decision_folder(directory, **changes):
    """Return *directory* with the single-site template and files for decisions.

    *changes* are file stems -> text, ``None`` leaves the file out.
    """
    write_template(directory, "single-site")
    files = {
        "capacity.yaml": CAPACITY,
        "kpi.yaml": KPI,
        "kpi.csv": kpi_csv(),
        "budget.csv": BUDGET,
        "vendors.yaml": VENDORS,
        "exchange_rates.csv": RATES,
    }
    for name, text in changes.items():
        stem, _, suffix = name.rpartition("_")
        files[f"{stem}.{suffix}"] = text
    for name, text in files.items():
        if text is not None:
            (directory / name).write_text(text, encoding="utf-8")
    return directory
