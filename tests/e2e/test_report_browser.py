"""The report as a browser lays it out: nothing clipped, nothing on top of another."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from support.browser import measure, needs_browser, run_page
from support.report_cases import report_case, with_violation

from wfm.calendar.local import to_instant, wall_minute
from wfm.report.html import write_html
from wfm.report.pages import write_pages

pytestmark = needs_browser

# Every choice is made once; after each, all visible texts are measured.
LAYOUT = """
(() => {
  const faults = [];
  const near = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  const inside = (within, what) => [...document.querySelectorAll(within)]
    .flatMap((part) => [...part.querySelectorAll(what)]);
  const look = (when, within = "main") => {
    const wide = document.documentElement.scrollWidth;
    if (wide > innerWidth) faults.push(`${when}: page is ${wide} px wide`);
    for (const box of inside(within, ".scroll")) {
      if (box.scrollWidth > box.clientWidth + 1)
        faults.push(`${when}: a table scrolls, ${box.scrollWidth} px`);
    }
    for (const svg of inside(within, ".chart svg")) {
      const frame = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")]
        .map((t) => ({ label: t.textContent, box: t.getBoundingClientRect() }));
      texts.forEach((t, i) => {
        if (t.box.left < frame.left - 1 || t.box.right > frame.right + 1
          || t.box.top < frame.top - 2 || t.box.bottom > frame.bottom + 2)
          faults.push(`${when}: ${svg.parentNode.id} clips ${t.label}`);
        for (const u of texts.slice(i + 1)) if (near(t.box, u.box))
          faults.push(`${when}: ${svg.parentNode.id}: ${t.label} on ${u.label}`);
      });
    }
    for (const cell of inside(within, "td, th, .tile b, .legend span")) {
      if (cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 1)
        faults.push(`${when}: clipped ${cell.textContent}`);
    }
  };
  look("at first");
  for (const select of document.querySelectorAll("select")) {
    const queue = select.dataset.pick === "queue";
    if (queue && select.closest("#cover")) continue;
    const within = queue ? "#forecast, #cover" : `#${select.closest("section").id}`;
    const was = select.value;
    for (const option of [...select.options]) {
      select.value = option.value;
      select.dispatchEvent(new Event("change"));
      look(`${select.id || select.dataset.pick} = ${option.label}`, within);
    }
    select.value = was;
    select.dispatchEvent(new Event("change"));
  }
  document.querySelector("#pick-day button:last-child").click();
  look("whole week");
  return {
    faults: faults.slice(0, 20), inner: innerWidth,
    charts: [...document.querySelectorAll(".chart")]
      .map((c) => [c.id, c.querySelectorAll("svg").length]),
    marks: document.querySelectorAll("#chart-gantt rect").length,
  };
})()
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_html(folder / "demo.html", report_case(demo=True))
    write_html(folder / "broken.html", with_violation(report_case()))
    write_pages(folder / "pages", report_case())
    return folder


@pytest.mark.parametrize(
    ("name", "width"), [("demo", 1280), ("demo", 1920), ("broken", 1280)]
)
def test_nothing_is_clipped_or_overlaps(pages: Path, name: str, width: int) -> None:
    found = measure(
        pages / f"{name}.html", LAYOUT, width, pages / f"{name}-{width}-probe.html"
    )
    assert found["inner"] == width
    assert found["faults"] == []
    assert [number for _, number in found["charts"]] == [1] * len(found["charts"])
    assert found["marks"] > 20


def test_script_runs_under_its_own_policy_without_complaint(pages: Path) -> None:
    dom, said = run_page(pages / "demo.html", 1280)
    assert said == []
    assert dom.count('role="img"') == 9


def test_keyboard_moves_the_heat_map_cursor(pages: Path) -> None:
    script = """
    (() => {
      const svg = document.querySelector("#chart-heat svg");
      svg.focus();
      const said = [];
      for (const key of ["ArrowRight", "ArrowDown", "ArrowUp"]) {
        svg.dispatchEvent(new KeyboardEvent("keydown", { key }));
        said.push(document.getElementById("heat-readout").textContent);
      }
      return { said, focused: document.activeElement === svg };
    })()
    """
    found = measure(pages / "demo.html", script, 1280, pages / "keys.html")
    assert found["focused"]
    # The window begins Monday 00:00 in Warsaw (UTC+1), which is 08:00 in Tokyo.
    assert found["said"][0].startswith("Mon 26 Oct 08:30–09:00 Tokyo (23:30 UTC)")
    assert found["said"][1].startswith("Tue 27 Oct 08:30–09:00 Tokyo (23:30 UTC)")
    assert found["said"][2] == found["said"][0]


def test_days_of_clock_changes_have_23_and_25_hours(pages: Path) -> None:
    zones = ("America/Denver", "Europe/Warsaw", "Asia/Tokyo")
    # Every half hour of the local days around both changes, told and untold twice.
    walls = {
        zone: [wall_minute(day) + m for m in range(0, 1440, 30)]
        for zone, day in zip(
            zones,
            (date(2026, 11, 1), date(2026, 10, 25), date(2026, 10, 25)),
            strict=True,
        )
    }
    script = f"""
    (() => {{
      const lengths = {list(zones)}.map((zone) => {{
        const days = localDays(zone, windowStart, windowEnd);
        return days.map((d) => (d.end - d.start) / 60);
      }});
      const instants = Object.entries({json.dumps(walls)})
        .map(([zone, ms]) => ms.map((m) => toUtc(zone, m)));
      return {{ lengths, instants }};
    }})()
    """
    page = (pages / "demo.html").read_text(encoding="utf-8")
    opened = page.replace('"use strict";\n(() => {', "", 1).replace(
        "start();\n})();", "start();", 1
    )
    assert opened != page
    (pages / "open.html").write_text(opened, encoding="utf-8")
    found = measure(pages / "open.html", script, 1280, pages / "clock.html")
    for (zone, minutes), instants in zip(walls.items(), found["instants"], strict=True):
        assert instants == [int(to_instant(m, zone).timestamp()) // 60 for m in minutes]
    denver, warsaw, tokyo = found["lengths"]
    # The plan's week runs to Sunday 1 November, when Denver falls back.
    assert denver[-1] == 25
    assert set(denver[:-1]) == set(warsaw) == set(tokyo) == {24}


@pytest.mark.parametrize(
    "name", ["index.html", "sites/fukuoka.html", "agents/FUK001.html"]
)
def test_printable_pages_fit_the_screen(pages: Path, name: str) -> None:
    script = "[document.documentElement.scrollWidth, innerWidth]"
    target = pages / "pages" / name.replace(".html", "-probe.html")
    wide, inner = measure(pages / "pages" / name, script, 1000, target)
    assert wide <= inner


def test_no_address_but_the_svg_namespace(pages: Path) -> None:
    for path in pages.rglob("*.html"):
        found = set(
            re.findall(r"(?:https?|wss?|ftp):/?/?[^\s\"'<)]*", path.read_text())
        )
        assert found <= {"http://www.w3.org/2000/svg"}, path
