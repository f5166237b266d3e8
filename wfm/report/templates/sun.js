// Who covers which hour: people at work by site, hand-overs, mean by hour.
const ANGLES = [null, 45, 0, 135, 90, 20, 160];
function siteFills(c) {
  return D.sites.map((_, s) => {
    const colour = SITE_COLOURS[s % SITE_COLOURS.length], angle = ANGLES[s % ANGLES.length];
    if (angle === null) return colour;
    hatch(c.defs, `${c.id}-site${s}`, "#ffffff55", colour, angle, 7, 0.8);
    return `url(#${c.id}-site${s})`;
  });
}
function drawSun() {
  const zone = state.sunClock, row = state.sunQueue, marks = row ? D.handovers.filter((h) => h[0] === row - 1) : [];
  const c = canvas("chart-sun", marks.length ? 392 : 340, "People at work by site over the week");
  const box = { left: 52, right: c.width - 8, top: 34, bottom: 300 }, fills = siteFills(c);
  const heads = D.sites.map((_, s) => D.heads[s][row]);
  const sums = Array.from({ length: slots }, (_, t) => heads.reduce((sum, h) => sum + h[t], 0));
  const y = yAxis(c, box, Math.max(1, ...sums), "People at work, those on a break not counted");
  const x = dayAxis(c, box, zone, windowStart, windowEnd);
  const base = new Array(slots).fill(0);
  heads.forEach((values, s) => {
    let up = "", down = "";
    for (let t = 0; t < slots; t++) {
      const a = x(slotUtc(t)).toFixed(1), b = x(slotUtc(t + 1)).toFixed(1);
      up += `${t ? "L" : "M"}${a} ${y(base[t] + values[t]).toFixed(1)}H${b}`;
      down = `L${b} ${y(base[t]).toFixed(1)}H${a}${down}`;
    }
    add(c.svg, "path", { d: `${up}${down}Z`, fill: fills[s] });
    values.forEach((v, t) => { base[t] += v; });
  });
  const floor = row ? D.queues[row - 1].guaranteed : 0;
  if (floor) add(c.svg, "line", { x1: box.left, x2: box.right, y1: y(floor), y2: y(floor), stroke: INK, "stroke-width": 1.6, "stroke-dasharray": "6 4" });
  if (marks.length) drawMarks(c, box, x, marks);
  legend("legend-sun", [...D.sites.map((site, s) => [(svg) => {
    const fill = siteFills({ id: `lg-sun`, defs: add(svg, "defs") })[s];
    add(svg, "rect", { x: 1, y: 1, width: 24, height: 12, fill });
  }, `${site.id} (${site.region.replaceAll("_", " ")})`]), ...(floor ? [[stroke(INK, 1.8, "6 4"), `${floor} guaranteed`]] : []),
  ...(marks.length ? [[(svg) => add(svg, "path", { d: "M7 12L13 2L19 12Z", fill: INK }), "hand-over between regions"]] : [])]);
  drawHours(zone, heads);
  listMarks(zone, row, marks);
}
function drawMarks(c, box, x, marks) {
  let last = [-99, -99, -99];
  for (const [, idx, leaving, taking] of marks) {
    const at = x(stepUtc(idx)), y = box.bottom + 26;
    add(c.svg, "line", { x1: at, x2: at, y1: box.top, y2: box.bottom, stroke: INK, "stroke-width": 0.8, "stroke-dasharray": "2 3" });
    add(c.svg, "path", { d: `M${at - 5} ${y + 9}L${at} ${y}L${at + 5} ${y + 9}Z`, fill: INK });
    const label = `${leaving}→${taking || "nobody"}`.replaceAll("_", " "), width = label.length * 6.2 + 8;
    const left = Math.min(Math.max(at - width / 2, box.left), box.right - width);
    const lane = last.findIndex((end) => end < left);
    if (lane < 0) continue;
    last[lane] = left + width;
    text(c.svg, left + width / 2, y + 22 + lane * 14, label, { "text-anchor": "middle", "font-size": 11 });
  }
}
function drawHours(zone, heads) {
  const rows = [...D.sites.map((s) => s.id), "all sites"], column = labelColumn(rows, 13);
  const rowHeight = 30, left = column + 12, top = 24;
  const c = canvas("chart-hours", top + rows.length * rowHeight + 6, "Mean people at work by hour of the day");
  const wide = (c.width - left - 4) / 24;
  const sums = rows.map(() => new Array(24).fill(0)), counts = new Array(24).fill(0);
  for (let t = 0; t < slots; t++) {
    const hour = Math.floor(mod(wall(zone, slotUtc(t)), DAY) / 60);
    counts[hour]++;
    heads.forEach((h, s) => { sums[s][hour] += h[t]; sums[rows.length - 1][hour] += h[t]; });
  }
  for (let hour = 0; hour < 24; hour++) text(c.svg, left + hour * wide + wide / 2, 15, two(hour), { "text-anchor": "middle" });
  rows.forEach((name, r) => {
    const y = top + r * rowHeight, total = r === rows.length - 1;
    const means = sums[r].map((v, hour) => (counts[hour] ? v / counts[hour] : 0)), most = Math.max(...means, 1e-9);
    text(c.svg, left - 10, y + 19, fit(name, column, 13), { "text-anchor": "end", "font-size": 13, "font-weight": total ? 700 : 400 });
    means.forEach((v, hour) => {
      const x = left + hour * wide;
      add(c.svg, "rect", { x: x + 0.5, y: y + 1, width: wide - 1, height: rowHeight - 2, fill: total ? "#5a6673" : SITE_COLOURS[r % SITE_COLOURS.length], "fill-opacity": v < 0.05 ? 0.04 : 0.1 + 0.5 * (v / most) });
      text(c.svg, x + wide / 2, y + 19, v < 0.05 ? "·" : fixed(v, v < 10 ? 1 : 0), { "text-anchor": "middle", class: v < 0.05 ? "axis" : "" });
    });
  });
}
function listMarks(zone, row, marks) {
  const box = byId("handover-list");
  box.replaceChildren();
  const note = document.createElement("p");
  note.className = "note";
  if (!row) note.textContent = D.handovers.length ? `${D.handovers.length} hand-overs between regions this week: choose a queue above to see its own.` : "";
  else if (!marks.length) note.textContent = "No hand-over between regions in this queue.";
  if (note.textContent) box.append(note);
  if (!marks.length) return;
  const details = document.createElement("details"), list = document.createElement("ul"), summary = document.createElement("summary");
  summary.textContent = `All ${marks.length} hand-overs of ${D.queues[row - 1].id}`;
  list.className = "columns";
  for (const [, idx, leaving, taking, minutes] of marks) {
    const w = wall(zone, stepUtc(idx)), item = document.createElement("li");
    item.textContent = `${dayLabel(dayOf(w))} ${hhmm(w)}: ${leaving} hands over to ${taking || "nobody"}, ${minutes} min together`;
    list.append(item);
  }
  details.append(summary, list);
  box.append(details);
}
