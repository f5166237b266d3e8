// The roster: one row per person, one day or the whole week.
const rosterZone = (site, agent) => (state.rosterClock === "site" ? (agent ? agent.zone : site.zone) : state.rosterClock);
const pickedSites = () => (state.site < 0 ? D.sites : [D.sites[state.site]]);
const dayNumbers = () => localDays(D.clocks[1] ? D.clocks[1].zone : "UTC", windowStart, windowEnd).map((d) => d.day);
function drawGantt() {
  const rows = pickedSites().reduce((sum, site) => sum + site.agents.length, 0);
  const rowHeight = 22, head = 52;
  const people = pickedSites().flatMap((site) => site.agents.map((a) => a.name || a.id));
  const column = labelColumn(people, 12, 190), left = column + 118;
  const c = canvas("chart-gantt", rows * rowHeight + pickedSites().length * head + 10, "Shifts and breaks by person");
  const box = { left, right: c.width - 22 };
  let y = 0;
  pickedSites().forEach((site) => {
    const s = D.sites.indexOf(site), zone = rosterZone(site), span = shownSpan(zone);
    text(c.svg, 0, y + 18, site.id, { "font-size": 15, "font-weight": 600, class: "" });
    text(c.svg, 0, y + 36, `${site.agents.length} people, ${zone === "UTC" ? "UTC" : `clock of ${city(zone)}`}`);
    const frame = { ...box, top: y + head - 4, bottom: y + head + site.agents.length * rowHeight };
    const x = timeAxis(c, frame, zone, span);
    y += head;
    inOrder(site.agents, span).forEach((agent, n) => {
      drawRow(c, { agent, site, s, zone, span, x, y, rowHeight, box, column, odd: n % 2 });
      y += rowHeight;
    });
  });
  ganttLegend();
}
const byQueue = () => state.colour === "queue" && D.queues.length > 0;
const TO_SPARE = "#c9d2d9";
function ganttLegend() {
  const shifts = D.sites.flatMap((site) => site.agents.flatMap((a) => a.shifts));
  const some = [];
  if (shifts.some(([kind]) => kind & 2)) some.push([swatch("#fff", SITE_COLOURS[0]), "framed: at home"]);
  if (shifts.some(([, , ...spans]) => spans.some(([, , paid]) => paid === DUTY))) some.push([swatch(DUTY_COLOUR, "#5a6673"), "training, meeting or other duty"]);
  const taken = [...new Set(pickedSites().flatMap((site) => site.agents.flatMap((a) => a.takes.map(([, , q]) => q))))].sort((a, b) => a - b);
  const work = byQueue()
    ? [...taken.map((q) => [swatch(queueColour(q)), D.queues[q].id]), [swatch(TO_SPARE), "at work, to spare"]]
    : [[swatch(SITE_COLOURS[0]), "at work (one colour for each site)"]];
  legend("legend-roster", [...work, ...some, [swatch("#fff", "#5a6673"), "paid break"], [hatched("#8d99a3", "#fff"), "unpaid break"], [swatch("#d9dee2"), "carried over from the week before"]]);
}
// What a span that is no work pays: 0 nothing, 1 a paid break, 2 a duty off the queues.
const DUTY = 2, DUTY_COLOUR = "#c9b6dd";
// People in the order of the plan, or by the start of their first shift shown.
const touches = (shift, [from, to]) => stepUtc(shift[shift.length - 1][0]) > from && stepUtc(shift[1]) < to;
function inOrder(agents, span) {
  if (state.order === "plan") return agents;
  const first = (agent) => agent.shifts.find((shift) => touches(shift, span))?.[1] ?? Infinity;
  const starts = new Map(agents.map((agent) => [agent, first(agent)]));
  return [...agents].sort((a, b) => (starts.get(a) === starts.get(b) ? 0 : starts.get(a) - starts.get(b)));
}
function shownSpan(zone) {
  if (state.day === null) {
    const days = dayNumbers();
    return [toUtc(zone, days[0] * DAY), toUtc(zone, (days[days.length - 1] + 1) * DAY)];
  }
  return [toUtc(zone, state.day * DAY), toUtc(zone, (state.day + 1) * DAY)];
}
function timeAxis(c, frame, zone, [from, to]) {
  const x = (utc) => frame.left + ((utc - from) / (to - from)) * (frame.right - frame.left);
  const hourWide = ((frame.right - frame.left) * 60) / (to - from);
  const every = hourWide > 34 ? 60 : hourWide > 17 ? 120 : DAY;
  let last = -99;
  for (let utc = from; utc <= to; utc += 30) {
    const w = wall(zone, utc);
    if (mod(w, every)) continue;
    const at = x(utc), day = every === DAY;
    add(c.svg, "line", { x1: at, x2: at, y1: frame.top - 4, y2: frame.bottom, stroke: mod(w, DAY) ? "#eceff1" : "#b5bec6" });
    if (day && utc < to) text(c.svg, at + 4, frame.top - 9, dayLabel(dayOf(w)));
    else if (!day && at - last > 30) {
      text(c.svg, at, frame.top - 9, utc === to ? "24:00" : hhmm(w), { "text-anchor": "middle", "font-size": 11 });
      last = at;
    }
  }
  return x;
}
function drawRow(c, r) {
  const mid = r.y + r.rowHeight / 2 + 4;
  if (r.odd) add(c.svg, "rect", { x: 0, width: r.box.left, y: r.y, height: r.rowHeight, fill: "#f6f7f8" });
  const zone = rosterZone(r.site, r.agent);
  const shown = r.agent.shifts.filter((shift) => touches(shift, r.span));
  text(c.svg, 4, mid, fit(r.agent.name || r.agent.id, r.column, 12, 400), { class: shown.length ? "" : "axis" });
  const times = shown.map((shift) => `${hhmm(wall(zone, stepUtc(shift[1])))}–${hhmm(wall(zone, stepUtc(shift[shift.length - 1][0])))}`);
  if (state.day !== null) text(c.svg, r.box.left - 10, mid, times.length > 1 ? `${times.length} shifts` : (times[0] ?? "free"), { "text-anchor": "end" });
  for (const shift of shown) drawShift(c, r, shift, zone);
}
function drawShift(c, r, shift, zone) {
  const [kind, start, ...spans] = shift, [from, to] = r.span, carried = kind & 1, home = kind & 2;
  const group = add(c.svg, "g");
  let idx = start;
  for (const [end, activity, paid] of spans) {
    const a = r.x(Math.max(stepUtc(idx), from)), b = r.x(Math.min(stepUtc(end), to));
    if (b > a) {
      const work = activity === 0, own = byQueue() ? TO_SPARE : SITE_COLOURS[r.s % SITE_COLOURS.length], fill = work ? (carried ? "#d9dee2" : own) : paid === DUTY ? DUTY_COLOUR : paid ? "#fff" : `url(#${c.id}-meal)`;
      const framed = work && home ? { "fill-opacity": 0.25, stroke: fill, "stroke-width": 1.6 } : {};
      add(group, "rect", { x: a, width: b - a, y: r.y + (work ? 3 : 5), height: r.rowHeight - (work ? 6 : 10), fill, stroke: work ? "none" : "#5a6673", "stroke-width": 0.7, ...framed });
      if (work && !carried && byQueue()) drawTakes(group, r, idx, end, home);
    }
    idx = end;
  }
  group.addEventListener("pointerenter", () => {
    const time = (i) => hhmm(wall(zone, stepUtc(i)));
    const breaks = [];
    let at = start;
    for (const [end, activity, paid] of spans) {
      if (activity) breaks.push(`${D.activities[activity]} ${time(at)}–${time(end)}${paid ? "" : " unpaid"}`);
      at = end;
    }
    byId("gantt-readout").textContent = `${r.agent.id}${r.agent.name ? ` ${r.agent.name}` : ""}, ${dayLabel(dayOf(wall(zone, stepUtc(start))))} ${time(start)}–${time(at)} ${city(zone)} (${hhmm(stepUtc(start))}–${hhmm(stepUtc(at))} UTC)${home ? ", at home" : ""}${breaks.length ? `; ${breaks.join(", ")}` : ""}${byQueue() && !carried ? `; ${takesOf(r.agent, start, at, time).join(", ")}` : ""}`;
  });
}
// The queues that somebody takes during one span of work.
function drawTakes(group, r, first, last, home) {
  for (const [low, high, q] of r.agent.takes) {
    if (high <= first || low >= last) continue;
    const a = r.x(Math.max(stepUtc(Math.max(low, first)), r.span[0])), b = r.x(Math.min(stepUtc(Math.min(high, last)), r.span[1]));
    if (b > a) add(group, "rect", { x: a, width: b - a, y: r.y + 3, height: r.rowHeight - 6, fill: queueColour(q), "fill-opacity": home ? 0.45 : 1 });
  }
}
const takesOf = (agent, start, end, time) => agent.takes.filter(([low, high]) => high > start && low < end).map(([low, high, q]) => `${D.queues[q].id} ${time(Math.max(low, start))}–${time(Math.min(high, end))}`);
function dayButtons() {
  const box = byId("pick-day");
  box.replaceChildren();
  const days = dayNumbers();
  for (const [day, label] of [...days.map((d) => [d, dayLabel(d)]), [null, "Whole week"]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-pressed", String(state.day === day));
    button.addEventListener("click", () => { state.day = day; dayButtons(); drawGantt(); });
    box.append(button);
  }
}
