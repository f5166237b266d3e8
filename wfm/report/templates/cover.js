// Needed against staffed: all queues as strips, one queue as heat map and lines.
const SHORTS = ["#fbe0c8", "#f6b985", "#e8863f", "#c95d10", "#8f3d00"];
const SPARES = ["#dceaf4", "#b4d2e7", "#7fb2d6", "#3f89bd", "#135e94"];
function balance(queue, t) {
  const need = queue.need[t], staffed = queue.staffed[t];
  const closed = !queue.open[t] && !need && !staffed;
  const short = need === null ? Infinity : Math.max(0, need - staffed);
  const spare = Math.max(0, staffed - (need ?? 0)) + queue.spare[t];
  return { need, staffed, closed, short: short < 0.05 ? 0 : short, spare: short < 0.05 ? spare : 0 };
}
const WORKS = ["#f0f2f3", "#dfe2ec", "#bfc4da", "#8f97ba", "#5f6896"];
const LIMITS = [0.5, 1.5, 3, 6];
const level = (v) => LIMITS.filter((limit) => v >= limit).length;
function shade(b, id, queue) {
  if (queue.deferred) {
    const at = b.staffed < 0.05 ? 0 : 1 + Math.min(3, level(b.staffed));
    return b.closed ? { fill: `url(#${id}-closed)`, dark: false, key: "c" } : { fill: WORKS[at], dark: at >= 4, key: `w${at}` };
  }
  if (b.closed) return { fill: `url(#${id}-closed)`, dark: false, key: "c" };
  if (b.short > 0) return { fill: SHORTS[level(b.short)], dark: level(b.short) >= 3, key: `s${level(b.short)}` };
  if (b.spare >= 0.5) return { fill: SPARES[level(b.spare) ? level(b.spare) - 1 : 0], dark: level(b.spare) >= 4, key: `p${level(b.spare)}` };
  return { fill: "#f0f2f3", dark: false, key: "0" };
}
function drawStrips() {
  const column = labelColumn(D.queues.map((q) => q.id), 13), rowHeight = 24, top = 8, left = column + 12, right = 172;
  const c = canvas("chart-strip", top + D.queues.length * rowHeight + 30, "Balance of all queues over the week");
  const box = { left, right: c.width - right, top, bottom: top + D.queues.length * rowHeight };
  const zone = coverZone();
  D.queues.forEach((queue, q) => {
    const y = top + q * rowHeight, picked = q === state.queue;
    const x = (t) => box.left + (t / slots) * (box.right - box.left);
    let from = 0, key = null, fill = "";
    for (let t = 0; t <= slots; t++) {
      const s = t < slots ? shade(balance(queue, t), c.id, queue) : { key: "end" };
      if (s.key !== key) {
        if (key !== null) add(c.svg, "rect", { x: x(from), width: x(t) - x(from) + 0.2, y: y + 3, height: rowHeight - 6, fill });
        from = t; key = s.key; fill = s.fill;
      }
    }
    text(c.svg, left - 10, y + 16, fit(queue.id, column, 13), { "text-anchor": "end", "font-weight": picked ? 700 : 400, class: picked ? "" : "axis", "font-size": 13 });
    const [hours, share] = queue.missing, word = queue.deferred ? "late" : "short";
    text(c.svg, box.right + 10, y + 16, hours < 0.05 ? `none ${word}` : `${fixed(hours)} h ${word} (${fixed(100 * share)} %)`);
    if (picked) add(c.svg, "rect", { x: box.left - 1, width: box.right - box.left + 2, y: y + 2, height: rowHeight - 4, fill: "none", stroke: INK, "stroke-width": 1.5 });
    const hit = add(c.svg, "rect", { x: 0, width: c.width, y, height: rowHeight, fill: "transparent", style: "cursor:pointer" });
    hit.addEventListener("click", () => pickQueue(q));
  });
  dayAxis(c, box, zone, windowStart, windowEnd);
}
function drawHeat() {
  const queue = D.queues[state.queue], zone = coverZone();
  byId("heat-title").textContent = `${queue.id}, day by day on ${zone === "UTC" ? "UTC" : `the clock of ${city(zone)}`}`;
  const columns = DAY / D.interval, rowHeight = 30, left = 96, top = 26;
  const days = localDays(zone, windowStart, windowEnd);
  const c = canvas("chart-heat", top + days.length * rowHeight + 6, `Net staffing of ${queue.id} by day and time`);
  const wide = (c.width - left - 4) / columns;
  for (let k = 0; k < columns; k += Math.ceil((wide < 20 ? 120 : 60) / D.interval)) {
    text(c.svg, left + k * wide, 16, hhmm(k * D.interval), { "text-anchor": "middle" });
  }
  const seen = new Map(), cells = [];
  for (let t = 0; t < slots; t++) {
    const w = wall(zone, slotUtc(t)), place = Math.floor(w / D.interval);
    seen.set(place, (seen.get(place) ?? 0) + 1);
  }
  const used = new Map();
  days.forEach(({ day }, row) => {
    text(c.svg, left - 10, top + row * rowHeight + 19, dayLabel(day), { "text-anchor": "end", "font-size": 13 });
    add(c.svg, "rect", { x: left, width: wide * columns, y: top + row * rowHeight + 1, height: rowHeight - 2, fill: "none", stroke: LINE });
  });
  for (let t = 0; t < slots; t++) {
    const w = wall(zone, slotUtc(t)), place = Math.floor(w / D.interval);
    const row = dayOf(w) - days[0].day, nth = used.get(place) ?? 0, share = seen.get(place);
    used.set(place, nth + 1);
    const b = balance(queue, t), s = shade(b, c.id, queue), high = (rowHeight - 2) / share;
    const x = left + mod(place, columns) * wide, y = top + row * rowHeight + 1 + nth * high;
    add(c.svg, "rect", { x: x + 0.5, y: y + 0.5, width: wide - 1, height: high - 1, fill: s.fill });
    const value = queue.deferred ? b.staffed : b.short > 0 ? -b.short : b.spare;
    if (!b.closed && Math.abs(value) >= 0.5 && share === 1) {
      const label = Number.isFinite(value) ? `${value < 0 ? "−" : ""}${Math.round(Math.abs(value))}` : "−∞";
      const size = Math.min(12.5, (wide - 4) / (0.64 * label.length));
      text(c.svg, x + wide / 2, y + high / 2 + size * 0.36, label, { "text-anchor": "middle", "font-size": size.toFixed(1), class: "", style: s.dark ? "fill:#fff" : "" });
    }
    cells.push({ x, y, high, t, row, column: mod(place, columns) });
  }
  heatCursor(c, cells, wide, queue, zone);
}
function heatCursor(c, cells, wide, queue, zone) {
  const mark = add(c.svg, "rect", { width: wide, fill: "none", stroke: INK, "stroke-width": 2, visibility: "hidden" });
  const show = (cell) => {
    const b = balance(queue, cell.t), utc = slotUtc(cell.t), w = wall(zone, utc);
    for (const [key, value] of [["x", cell.x], ["y", cell.y], ["height", cell.high], ["visibility", "visible"]]) mark.setAttribute(key, value);
    const said = queue.deferred ? `${fixed(b.staffed)} people on work that may wait, even pace ${fixed(b.need ?? 0)}` : b.closed ? "closed" : `needed ${b.need === null ? "out of reach" : fixed(b.need)}, staffed ${fixed(b.staffed)}: ${b.short ? `${fixed(b.short)} short` : `${fixed(b.spare)} to spare`}`;
    byId("heat-readout").textContent = `${dayLabel(dayOf(w))} ${hhmm(w)}–${hhmm(w + D.interval)} ${city(zone)} (${hhmm(utc)} UTC): ${said}`;
  };
  let at = 0;
  c.svg.setAttribute("tabindex", "0");
  c.svg.addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: DAY / D.interval, ArrowUp: -DAY / D.interval }[event.key];
    if (!move) return;
    event.preventDefault();
    at = Math.min(cells.length - 1, Math.max(0, at + move));
    show(cells[at]);
  });
  c.svg.addEventListener("pointermove", (event) => {
    const frame = c.svg.getBoundingClientRect(), scale = c.width / frame.width;
    const x = (event.clientX - frame.left) * scale, y = (event.clientY - frame.top) * scale;
    const cell = cells.find((k) => x >= k.x && x < k.x + wide && y >= k.y && y < k.y + k.high);
    if (cell) { at = cell.t; show(cell); }
  });
}
function drawLines() {
  const queue = D.queues[state.queue], zone = coverZone();
  const c = canvas("chart-lines", 300, `Agents needed and staffed in ${queue.id}`);
  const box = { left: 52, right: c.width - 8, top: 34, bottom: 266 };
  const max = Math.max(1, ...queue.need.map((v) => v ?? 0), ...queue.staffed);
  const y = yAxis(c, box, max, "Agents");
  const x = dayAxis(c, box, zone, windowStart, windowEnd);
  let d = "";
  for (let t = 0; t < slots; t++) {
    const b = balance(queue, t);
    if (!b.short || b.need === null || queue.deferred) continue;
    const a = x(slotUtc(t)).toFixed(1), e = x(slotUtc(t + 1)).toFixed(1);
    d += `M${a} ${y(b.need).toFixed(1)}H${e}V${y(b.staffed).toFixed(1)}H${a}Z`;
  }
  const there = path(queue.staffed, x, y, windowStart, D.interval, true);
  add(c.svg, "path", { d: `${there}V${box.bottom}H${x(windowStart).toFixed(1)}Z`, fill: "#dceaf4" });
  if (d) add(c.svg, "path", { d, fill: `url(#${c.id}-short)` });
  add(c.svg, "path", { d: there, fill: "none", stroke: BLUE, "stroke-width": 2.4 });
  add(c.svg, "path", { d: path(queue.need, x, y, windowStart, D.interval, true), fill: "none", stroke: INK, "stroke-width": 1.2, "stroke-dasharray": queue.deferred ? "5 3" : "" });
  legend("legend-lines", [[stroke(INK, 1.6, queue.deferred ? "5 3" : ""), queue.deferred ? "Even pace of the work (a hint)" : "Needed"], [stroke(BLUE, 2.5), "Staffed, expected share of people’s time"],
    ...(queue.deferred ? [] : [[hatched(ORANGE, "#fbe3d2"), "Missing"]])]);
  byId("cover-note").textContent = queue.deferred
    ? "This queue’s work may wait: what counts is that it is done when due, and late work is listed among the gaps. The even pace is a hint, no promise."
    : "To spare are people at work who could take this queue and are needed nowhere else; the same person is to spare for each of his or her queues. White cells lie outside the planned week.";
}
function coverLegend() {
  legend("legend-heat", [[swatch(SHORTS[4]), "6 or more short"], [swatch(SHORTS[2]), "1.5 to 3 short"], [swatch(SHORTS[0]), "a little short"],
    [swatch("#f0f2f3"), "as needed"], [swatch(SPARES[1]), "some to spare"], [swatch(SPARES[3]), "many to spare"], [swatch(WORKS[3]), "at work that may wait"], [hatched("#e3e7ea", "#fafbfb", 135), "closed"]]);
}
