// Data, wall clocks, SVG and choices shared by all charts.
const D = JSON.parse(document.getElementById("data").textContent);
const NS = "http://www.w3.org/2000/svg";
const DAY = 1440;
const BLUE = "#0072B2", ORANGE = "#D55E00", INK = "#1c2530", SOFT = "#5a6673";
const LINE = "#dfe4e8", GREY = "#9aa5ae";
const SITE_COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"];
const QUEUE_COLOURS = [...SITE_COLOURS, "#332288", "#117733", "#882255", "#999933", "#44AA99"];
const queueColour = (q) => QUEUE_COLOURS[q % QUEUE_COLOURS.length];
const byId = (id) => document.getElementById(id);

// --- wall clocks: minutes from 1970-01-01; offsets come with the data
function offsetAt(zone, minute) {
  const runs = D.zones[zone];
  let found = runs[0][1];
  for (const [from, offset] of runs) if (from <= minute) found = offset;
  return found;
}
const wall = (zone, minute) => minute + offsetAt(zone, minute);
function toUtc(zone, wallMinute) {
  const runs = D.zones[zone];
  for (let i = 0; i < runs.length; i++) {
    const end = i + 1 < runs.length ? runs[i + 1][0] : Infinity;
    const utc = wallMinute - runs[i][1];
    if (utc < end) return Math.max(utc, i ? runs[i][0] : -Infinity);
  }
  return wallMinute;
}
const two = (n) => String(n).padStart(2, "0");
const mod = (a, b) => ((a % b) + b) % b;
const hhmm = (w) => `${two(Math.floor(mod(w, DAY) / 60))}:${two(mod(w, 60))}`;
const dayOf = (w) => Math.floor(w / DAY);
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const weekday = (day) => mod(day + 3, 7);
function dayLabel(day) {
  const date = new Date(day * 864e5);
  return `${WEEKDAYS[weekday(day)]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}
const city = (zone) => zone.split("/").pop().replaceAll("_", " ");
const fixed = (x, digits = 1) => x.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const stepUtc = (idx) => D.start + idx * D.step;
const windowStart = stepUtc(D.window[0]), windowEnd = stepUtc(D.window[1]);
const slots = D.queues.length ? D.queues[0].need.length : 0;
const slotUtc = (t) => windowStart + t * D.interval;

// Local days that touch [from, to) with their UTC ends.
function localDays(zone, from, to) {
  const days = [];
  for (let day = dayOf(wall(zone, from)); toUtc(zone, day * DAY) < to; day++) {
    days.push({ day, start: toUtc(zone, day * DAY), end: toUtc(zone, (day + 1) * DAY) });
  }
  return days;
}

// --- SVG
function add(parent, tag, attributes = {}, text) {
  const node = document.createElementNS(NS, tag);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}
let printing = false;
function canvas(id, height, label) {
  const box = byId(id);
  const width = printing ? 1060 : Math.max(320, Math.floor(box.clientWidth));
  box.replaceChildren();
  const svg = add(box, "svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const defs = add(svg, "defs");
  hatch(defs, `${id}-short`, ORANGE, "#fbe3d2", 45);
  hatch(defs, `${id}-meal`, "#8d99a3", "#fff", 45);
  hatch(defs, `${id}-closed`, "#e3e7ea", "#fafbfb", 135);
  return { svg, defs, width, height, id };
}
function hatch(defs, id, stroke, fill, angle, gap = 5, wide = 1.4) {
  const pattern = add(defs, "pattern", { id, width: gap, height: gap, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})` });
  add(pattern, "rect", { width: gap, height: gap, fill });
  add(pattern, "line", { x1: 0, y1: 0, x2: 0, y2: gap, stroke, "stroke-width": wide * 2 });
}
const text = (svg, x, y, label, more = {}) => add(svg, "text", { x, y, "font-size": 12, class: "axis", ...more }, label);

// Width of the widest label, and labels cut to a width.
const pen = document.createElement("canvas").getContext("2d");
function textWidth(label, size, weight = 400) {
  pen.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(label).width;
}
const labelColumn = (labels, size, most = 240) => Math.min(most, Math.ceil(Math.max(60, ...labels.map((l) => textWidth(l, size, 700)))));
function fit(label, width, size, weight = 700) {
  if (textWidth(label, size, weight) <= width) return label;
  let cut = label;
  while (cut.length > 1 && textWidth(`${cut}…`, size, weight) > width) cut = cut.slice(0, -1);
  return `${cut}…`;
}
function niceTicks(max, count = 4) {
  const raw = Math.max(max, 1e-9) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const ticks = [];
  for (let v = 0; v <= max * 1.0001 + step * 0.999; v += step) ticks.push(v);
  return ticks;
}
// Horizontal grid lines with figures; returns the scale.
function yAxis(c, box, max, title) {
  const ticks = niceTicks(max), top = ticks[ticks.length - 1];
  const y = (v) => box.bottom - (v / top) * (box.bottom - box.top);
  for (const v of ticks) {
    add(c.svg, "line", { x1: box.left, x2: box.right, y1: y(v), y2: y(v), stroke: LINE });
    text(c.svg, box.left - 8, y(v) + 4, fixed(v, v % 1 ? 1 : 0), { "text-anchor": "end" });
  }
  text(c.svg, 0, box.top - 12, title);
  return y;
}
// Midnight lines and day names of one clock over [from, to).
function dayAxis(c, box, zone, from, to) {
  const x = (utc) => box.left + ((utc - from) / (to - from)) * (box.right - box.left);
  for (const { day, start, end } of localDays(zone, from, to)) {
    const a = x(Math.max(start, from)), b = x(Math.min(end, to));
    if (start >= from) add(c.svg, "line", { x1: a, x2: a, y1: box.top, y2: box.bottom + 6, stroke: "#c3cbd1" });
    if (b - a > 78) text(c.svg, (a + b) / 2, box.bottom + 19, dayLabel(day), { "text-anchor": "middle" });
    else if (b - a > 34) text(c.svg, (a + b) / 2, box.bottom + 19, WEEKDAYS[weekday(day)], { "text-anchor": "middle" });
  }
  return x;
}
// A line through values that may be null, one value per stretch of *minutes*.
function path(values, x, y, start, minutes, steps) {
  let d = "", pen = "M";
  values.forEach((v, i) => {
    if (v === null || v === undefined) { pen = "M"; return; }
    const a = x(start + i * minutes), b = x(start + (i + 1) * minutes);
    d += steps ? `${pen}${a.toFixed(1)} ${y(v).toFixed(1)}H${b.toFixed(1)}`
      : `${pen}${((a + b) / 2).toFixed(1)} ${y(v).toFixed(1)}`;
    pen = "L";
  });
  return d;
}
function legend(id, entries) {
  const box = byId(id);
  box.replaceChildren();
  for (const [draw, label] of entries) {
    const span = document.createElement("span");
    const svg = add(span, "svg", { width: 26, height: 14, "aria-hidden": "true" });
    draw(svg);
    span.append(label);
    box.append(span);
  }
}
const swatch = (fill, stroke = "none") => (svg) => add(svg, "rect", { x: 1, y: 1, width: 24, height: 12, fill, stroke });
const stroke = (colour, width, dash = "") => (svg) => add(svg, "line", { x1: 0, x2: 26, y1: 7, y2: 7, stroke: colour, "stroke-width": width, "stroke-dasharray": dash });
function hatched(colour, paper, angle = 45) {
  return (svg) => {
    const id = `lg-${Math.round(angle)}-${colour.slice(1)}-${paper.slice(1)}`;
    hatch(add(svg, "defs"), id, colour, paper, angle);
    add(svg, "rect", { x: 1, y: 1, width: 24, height: 12, fill: `url(#${id})`, stroke: "#b5bec6", "stroke-width": 0.5 });
  };
}

// --- choices that several sections share
const state = { queue: 0, clock: "market", site: 0, day: null, rosterClock: "site", order: "start", colour: "queue", sunQueue: 0, sunClock: "UTC" };
const market = () => D.queues[state.queue].zone;
const coverZone = () => (state.clock === "market" ? market() : state.clock);
function options(select, entries, value) {
  select.replaceChildren();
  for (const [key, label] of entries) {
    const option = document.createElement("option");
    option.value = key;
    option.textContent = label;
    select.append(option);
  }
  select.value = value;
}
const clockOptions = () => D.clocks.map((c) => [c.zone, c.label]);
