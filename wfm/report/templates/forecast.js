// Forecast against history: the week over the weeks before, and days.
function actualAt(history, zone, wallMinute) {
  const utc = toUtc(zone, wallMinute);
  return history.offered[Math.floor((utc - history.start) / history.minutes)] ?? null;
}
function drawForecast() {
  const queue = D.queues[state.queue], f = queue.forecast, h = queue.history, zone = queue.zone;
  byId("forecast-clock").textContent = `on the customers’ clock, ${city(zone)}`;
  const note = byId("forecast-note");
  if (!f) {
    for (const id of ["chart-forecast", "chart-days", "legend-forecast"]) byId(id).replaceChildren();
    note.textContent = "This queue has no forecast of its own: it is fed by other queues.";
    return;
  }
  const c = canvas("chart-forecast", 360, `Forecast of ${queue.id} against the weeks before`);
  const box = { left: 52, right: c.width - 8, top: 34, bottom: 326 };
  const end = f.start + f.mean.length * f.minutes;
  const weeks = [];
  if (h) for (let k = 4; k >= 1; k--) {
    weeks.push(f.mean.map((_, i) => actualAt(h, zone, wall(zone, f.start + i * f.minutes) - 7 * DAY * k)));
  }
  const max = Math.max(1, ...f.high, ...weeks.flat().map((v) => v ?? 0));
  const y = yAxis(c, box, max, `Contacts in ${f.minutes} minutes`);
  const x = dayAxis(c, box, zone, f.start, end);
  const up = path(f.high, x, y, f.start, f.minutes), low = f.low.map((_, i) => f.low.length - 1 - i)
    .map((i) => `L${x(f.start + (i + 0.5) * f.minutes).toFixed(1)} ${y(f.low[i]).toFixed(1)}`).join("");
  add(c.svg, "path", { d: `${up}${low}Z`, fill: BLUE, "fill-opacity": 0.17 });
  weeks.forEach((values, k) => {
    const last = k === weeks.length - 1;
    add(c.svg, "path", { d: path(values, x, y, f.start, f.minutes), fill: "none", stroke: last ? "#59636c" : "#b9c1c7", "stroke-width": last ? 1.1 : 0.8, "stroke-dasharray": last ? "4 2" : "" });
  });
  add(c.svg, "path", { d: path(f.mean, x, y, f.start, f.minutes), fill: "none", stroke: BLUE, "stroke-width": 2 });
  const [a, b] = f.levels.map((l) => `P${Math.round(l * 100)}`);
  legend("legend-forecast", [[stroke(BLUE, 2.5), "Forecast, mean"], [swatch("#d4e5f0"), `Between ${a} and ${b}`],
    [stroke("#59636c", 1.4, "4 2"), "The last week seen"], [stroke("#b9c1c7", 1.2), "The three weeks before"]]);
  note.textContent = f.failure ? `The model failed for this queue: ${f.failure}` : "";
  drawDays(queue, f, h, zone);
}
function daySums(values, start, minutes, zone) {
  const days = new Map();
  values.forEach((v, i) => {
    const day = dayOf(wall(zone, start + i * minutes));
    const entry = days.get(day) ?? { sum: 0, missing: 0, count: 0 };
    entry.count++;
    if (v === null) entry.missing++; else entry.sum += v;
    days.set(day, entry);
  });
  return days;
}
function drawDays(queue, f, h, zone) {
  const c = canvas("chart-days", 240, `Contacts of ${queue.id} a day, history and forecast`);
  const box = { left: 52, right: c.width - 8, top: 34, bottom: 206 };
  const past = h ? daySums(h.offered, h.start, h.minutes, zone) : new Map();
  const next = daySums(f.mean, f.start, f.minutes, zone);
  const first = past.size ? Math.min(...past.keys()) : Math.min(...next.keys());
  const last = Math.max(...next.keys());
  const sums = [...past.values(), ...next.values()].map((d) => d.sum);
  const y = yAxis(c, box, Math.max(1, ...sums), "Contacts");
  const wide = (box.right - box.left) / (last - first + 1);
  hatch(c.defs, "days-forecast", BLUE, "#d4e5f0", 45);
  let incomplete = 0;
  for (let day = first; day <= last; day++) {
    const seen = past.get(day), coming = next.get(day), x = box.left + (day - first) * wide;
    const bar = (sum, fill, edge) => add(c.svg, "rect", { x: x + 1.5, width: Math.max(1, wide - 3), y: y(sum), height: box.bottom - y(sum), fill, stroke: edge });
    if (coming) bar(coming.sum, "url(#days-forecast)", BLUE);
    else if (seen) bar(seen.sum, GREY, "none");
    if (seen && !coming && seen.missing) {
      incomplete++;
      text(c.svg, x + wide / 2, y(seen.sum) - 4, "*", { "text-anchor": "middle", "font-size": 14 });
    }
    if (weekday(day) === 0 && (wide * (last - day + 1) > 70)) {
      add(c.svg, "line", { x1: x, x2: x, y1: box.bottom, y2: box.bottom + 8, stroke: "#c3cbd1" });
      text(c.svg, x + 4, box.bottom + 19, dayLabel(day));
    }
  }
  const note = byId("forecast-note");
  note.textContent += ` Grey: contacts offered; hatched blue: forecast mean.${incomplete ? " * some intervals of the day were not reported and are left out, not counted as zero." : ""}`;
}
