// Controls, first drawing, resizing and printing.
function drawCover() {
  coverLegend();
  drawStrips();
  drawHeat();
  drawLines();
}
function pickQueue(q) {
  state.queue = q;
  document.querySelectorAll("[data-pick=queue]").forEach((select) => { select.value = q; });
  drawForecast();
  drawCover();
}
function drawTrace() {
  if (!byId("chart-trace")) return;
  const points = D.trace.map((p) => [p[0], p[1], p[2] > 0 ? p[2] : null]).filter((p) => p[1] !== null || p[2] !== null);
  if (!points.length) { byId("chart-trace").replaceChildren(); return; }
  const c = canvas("chart-trace", 210, "Objective and bound over the search");
  const box = { left: 64, right: c.width - 8, top: 30, bottom: 176 }, most = points[points.length - 1][0] || 1;
  const y = yAxis(c, box, Math.max(...points.map((p) => Math.max(p[1] ?? 0, p[2] ?? 0))), "Objective (line) and proven bound (dashed)");
  const x = (s) => box.left + (s / most) * (box.right - box.left);
  const line = (k) => points.filter((p) => p[k] !== null).map((p, i) => `${i ? "L" : "M"}${x(p[0]).toFixed(1)} ${y(p[k]).toFixed(1)}`).join("");
  add(c.svg, "path", { d: line(1), fill: "none", stroke: BLUE, "stroke-width": 2 });
  for (const p of points) if (p[1] !== null) add(c.svg, "circle", { cx: x(p[0]), cy: y(p[1]), r: 2.2, fill: BLUE });
  add(c.svg, "path", { d: line(2), fill: "none", stroke: INK, "stroke-width": 1.5, "stroke-dasharray": "5 3" });
  for (const s of niceTicks(most, 4).filter((v) => v <= most)) text(c.svg, x(s), box.bottom + 18, `${fixed(s, s % 1 ? 1 : 0)} s`, { "text-anchor": s ? "middle" : "start" });
}
function drawAll() {
  drawTrace();
  if (D.queues.length) { drawForecast(); drawCover(); drawSun(); }
  if (D.sites.length) drawGantt();
}
function controls() {
  document.querySelectorAll("[data-pick=queue]").forEach((select) => {
    options(select, D.queues.map((q, i) => [i, q.id]), state.queue);
    select.addEventListener("change", () => pickQueue(Number(select.value)));
  });
  const clock = document.querySelector("[data-pick=clock]");
  options(clock, [["market", "Customers’ own clock"], ...clockOptions()], state.clock);
  clock.addEventListener("change", () => { state.clock = clock.value; drawCover(); });
  const site = byId("pick-site"), rosterClock = byId("pick-roster-clock");
  options(site, [...D.sites.map((s, i) => [i, s.id]), [-1, "All sites"]], state.site);
  site.addEventListener("change", () => { state.site = Number(site.value); drawGantt(); });
  options(rosterClock, [["site", "Each one’s own clock"], ...clockOptions()], state.rosterClock);
  rosterClock.addEventListener("change", () => { state.rosterClock = rosterClock.value; drawGantt(); });
  const order = byId("pick-order");
  options(order, [["start", "by start"], ["plan", "as in agents.csv"]], state.order);
  order.addEventListener("change", () => { state.order = order.value; drawGantt(); });
  const colour = byId("pick-colour");
  options(colour, [["queue", "by queue"], ["site", "by site"]], state.colour);
  colour.addEventListener("change", () => { state.colour = colour.value; drawGantt(); });
  const sunQueue = byId("pick-sun-queue"), sunClock = byId("pick-sun-clock");
  options(sunQueue, [[0, "any queue"], ...D.queues.map((q, i) => [i + 1, q.id])], state.sunQueue);
  sunQueue.addEventListener("change", () => { state.sunQueue = Number(sunQueue.value); drawSun(); });
  options(sunClock, clockOptions(), state.sunClock);
  sunClock.addEventListener("change", () => { state.sunClock = sunClock.value; drawSun(); });
}
function start() {
  state.day = dayNumbers()[0] ?? null;
  controls();
  dayButtons();
  drawAll();
  let width = document.documentElement.clientWidth, timer = 0;
  window.addEventListener("resize", () => {
    if (document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    clearTimeout(timer);
    timer = setTimeout(drawAll, 120);
  });
  window.addEventListener("beforeprint", () => { printing = true; drawAll(); });
  window.addEventListener("afterprint", () => { printing = false; drawAll(); });
}
start();
