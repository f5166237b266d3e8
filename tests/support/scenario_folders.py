"""A small plan folder with scenarios.yaml: one site, three queues, a few patches."""

from wfm.io.templates import write_template

SCENARIOS = """\
version: 1
start: 2026-11
months: 3
currency: EUR
seed: 7
floors: {tolerance: 0.06}
lanes:
  lisbon: {site: lisbon, price: own, attrition_per_year: 0.3, leave_share: 0.05,
           first_contact_resolution: 0.8}
  bot: {self_service: [chat], price: bot}
cost_models:
  own: {model: in_house, currency: EUR, pay_by: hour, grades: {agent: 10.5},
        burden: 0.2375}
  bot: {model: ai_agent, currency: EUR, per_resolution: 0.75}
vendor_contracts:
  vendor:
    currency: EUR
    price: {model: productive_hour, prices: 17.20}
    transition: [{name: set-up, amount: 5000}]
scenarios:
  base:
    text: As it is
    owner: finance
    date: 2026-10-20
    source: payroll
  vendor:
    inherits: [base]
    source: offer
    set: {lanes.lisbon.price: vendor}
  outage:
    inherits: [vendor]
    changes:
      - {path: sites.lisbon.headcount, scale: 0.5, from: 2026-12, to: 2026-12}
  bot:
    inherits: [base]
    set: {queues.chat.containment: 0.3}
"""
RATES = "month,from,to,rate,source\n" + "".join(
    f"{month},EUR,JPY,160,test\n" for month in ("2026-11", "2026-12", "2027-01")
)


def scenario_folder(directory, text=SCENARIOS):
    """Return *directory* with the single-site template and *text* as scenarios."""
    write_template(directory, "single-site")
    (directory / "scenarios.yaml").write_text(text, encoding="utf-8")
    (directory / "exchange_rates.csv").write_text(RATES, encoding="utf-8")
    return directory
