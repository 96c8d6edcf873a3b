"use strict";
// Draws every .plot from the series API: measured solid, expected dashed in its band, gaps hatched, fault windows shaded.
(() => {
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const LINES = ["--measured", "--series-2", "--series-3", "--series-4", "--series-5", "--series-6"];
  const DASH = [[], [6, 3], [2, 3], [8, 3, 2, 3], [4, 2], [1, 2]];
  const SVG = "http://www.w3.org/2000/svg";
  const pad = n => String(n).padStart(2, "0");

  const hatch = context => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.strokeStyle = css("--hatch");
    pen.beginPath(); pen.moveTo(0, 8); pen.lineTo(8, 0); pen.stroke();
    return context.createPattern(tile, "repeat");
  };

  const zoned = zone => date => {
    const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" }).formatToParts(date);
    const of = type => Number(parts.find(p => p.type === type).value);
    return new Date(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  };

  const build = (box, answer, unit, lines) => {
    const tables = lines.map(s => [s.t, s.v, s.low, s.high]);
    // What is drawn later lies above: the band first, its middle over it, what was measured on top.
    const known = lines.filter(s => s.expected);
    const bands = known.map(s => [s.expected.t, s.expected.low, s.expected.high, s.expected.mid]);
    const data = uPlot.join([...bands, ...tables], [...bands, ...tables].map(() => [2, 2, 2]));
    const series = [{}], band = [], edge = { stroke: null, width: 0, points: { show: false }, label: "" };
    known.forEach(() => {
      const at = series.length;
      series.push({ ...edge }, { ...edge });
      series.push({ stroke: css("--expected"), dash: [3, 3], width: 1, points: { show: false }, label: box.dataset.expected });
      band.push({ series: [at + 1, at], fill: css("--band") });
    });
    const first = series.length;
    lines.forEach(s => {
      const at = series.length, stroke = css(LINES[s.slot % LINES.length]);
      series.push({ label: s.name, stroke, width: 1.6, dash: DASH[s.dash ?? 0], points: { show: false }, spanGaps: false,
        value: (u, v) => v == null ? "–" : `${Math.round(v * 100) / 100} ${unit}` });
      series.push({ ...edge }, { ...edge });
      band.push({ series: [at + 2, at + 1], fill: stroke + "22" });
    });
    const windows = JSON.parse(box.dataset.windows || "[]");
    // Hatched where every line of this plot has its gap; where only one has, the others go on.
    const gaps = lines.map(s => s.gaps || []).reduce((all, more) => all.flatMap(([from, to]) =>
      more.filter(g => g[0] < to && g[1] > from).map(g => [Math.max(g[0], from), Math.min(g[1], to)])));
    const draw = {
      drawClear: u => {
        const { ctx, bbox } = u;
        ctx.save();
        ctx.beginPath(); ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height); ctx.clip();
        const fill = (from, to, style) => {
          const left = u.valToPos(from, "x", true), right = u.valToPos(to, "x", true);
          ctx.fillStyle = style;
          ctx.fillRect(left, bbox.top, Math.max(right - left, 1), bbox.height);
        };
        windows.forEach(([from, to]) => fill(from, to, css(`--p${box.dataset.priority || 3}-soft`)));
        if (gaps.length) { const pattern = hatch(ctx); gaps.forEach(([from, to]) => fill(from, to, pattern)); }
        ctx.restore();
      },
    };
    const axis = { stroke: css("--ink-3"), font: `11px ${css("--font")}`, grid: { stroke: css("--line"), width: 1 }, ticks: { show: false } };
    const holder = document.createElement("div");
    // The key stands over its lines, in their colour and dash, and says the values under the cursor.
    const key = document.createElement("div");
    key.className = "key";
    const values = lines.map(s => {
      const item = document.createElement("span"), sample = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "line"), value = document.createElement("b");
      sample.setAttribute("viewBox", "0 0 26 8"); sample.setAttribute("width", "26"); sample.setAttribute("height", "8"); sample.setAttribute("aria-hidden", "true");
      for (const [name, v] of [["x1", 0], ["x2", 26], ["y1", 4], ["y2", 4], ["stroke", css(LINES[s.slot % LINES.length])], ["stroke-width", 2], ["stroke-dasharray", DASH[s.dash].join(" ") || "none"]]) line.setAttribute(name, v);
      sample.append(line);
      item.append(sample, ` ${box.dataset.short ? s.short : s.name} `, value);
      key.append(item);
      return value;
    });
    const when = document.createElement("span");
    key.append(when);
    holder.append(key);
    const local = zoned(answer.timezone);
    const shown = unit === "1" || unit === "bool" ? "" : ` ${unit}`;
    const show = u => {
      const i = u.cursor.idx;
      lines.forEach((s, n) => { const v = i == null ? null : u.data[first + 3 * n][i]; values[n].textContent = v == null ? shown : `${Math.round(v * 100) / 100}${shown}`; });
      const at = i == null ? null : local(new Date(u.data[0][i]));
      when.textContent = at ? `${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}` : "";
    };
    box.append(holder);
    const wide = () => Math.max(box.clientWidth, 260);
    const plot = new uPlot({
      width: wide(), height: Number(box.dataset.height || 190), ms: 1, tzDate: ts => zoned(answer.timezone)(new Date(ts)),
      scales: { x: { time: true, min: answer.start, max: answer.end }, y: { range: (u, low, high) => low == null ? [0, 1] : [lines[0].zero ? Math.min(0, low) : low - (high - low || 1) * .1, high + (high - low || 1) * .12] } },
      axes: [{ ...axis, values: [[3600e3 * 24, "{MM}-{DD}", null, null, null, null, null, null, 1], [60e3, "{HH}:{mm}", "\n{MM}-{DD}", null, null, null, null, null, 1]] }, { ...axis, size: 44 }],
      series, bands: band, hooks: { drawClear: [draw.drawClear], setCursor: [show] },
      legend: { show: false }, cursor: { sync: { key: "time" } },
    }, data, holder);
    show(plot);
    new ResizeObserver(() => plot.setSize({ width: wide(), height: plot.height })).observe(box);
  };

  const table = (box, answer) => {
    const details = document.createElement("details"), summary = document.createElement("summary"), grid = document.createElement("table");
    summary.textContent = box.dataset.table;
    const local = zoned(answer.timezone);
    details.addEventListener("toggle", () => {
      if (!details.open || grid.rows.length) return;
      const head = grid.createTHead().insertRow();
      ["", ...answer.series.map(s => `${s.name} [${s.unit}]`)].forEach(text => { const th = document.createElement("th"); th.textContent = text; head.append(th); });
      const joined = uPlot.join(answer.series.map(s => [s.t, s.v]));
      const step = Math.max(1, Math.ceil(joined[0].length / 60)), rows = grid.createTBody();
      for (let i = 0; i < joined[0].length; i += step) {
        const row = rows.insertRow(), at = local(new Date(joined[0][i]));
        row.insertCell().textContent = `${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}`;
        joined.slice(1).forEach(column => { row.insertCell().textContent = column[i] == null ? "–" : Math.round(column[i] * 100) / 100; });
      }
    }, { passive: true });
    details.append(summary, grid);
    box.append(details);
  };

  const load = async box => {
    const query = new URLSearchParams();
    box.dataset.points.split(" ").filter(Boolean).forEach(p => query.append("point", p));
    for (const key of ["from", "to", "buckets"]) if (box.dataset[key]) query.set(key, box.dataset[key]);
    try {
      const answer = await fetch(`/api/v1/series?${query}`);
      const got = await answer.json();
      if (!answer.ok) throw new Error(got.detail);
      box.replaceChildren();
      if (!got.series.some(s => s.v.some(v => v != null))) {
        const empty = document.createElement("p");
        empty.className = "late"; empty.textContent = box.dataset.empty; box.append(empty);
        return;
      }
      const units = new Map();
      got.series.forEach((s, i) => { s.slot = i; units.set(s.unit, [...(units.get(s.unit) || []), s]); });
      units.forEach((lines, unit) => { lines.forEach((s, i) => { s.dash = i; }); build(box, got, unit, lines); });
      table(box, got);
      box.dataset.drawn = "1";
    } catch (error) {
      const failed = document.createElement("p");
      failed.className = "late"; failed.setAttribute("role", "alert"); failed.textContent = `${box.dataset.failed} ${error.message}`;
      box.replaceChildren(failed);
    }
  };
  const all = root => root.querySelectorAll(".plot[data-points]:not([data-started])").forEach(box => { box.dataset.started = "1"; load(box); });
  all(document);
  document.addEventListener("htmx:after:swap", () => all(document));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.querySelectorAll(".plot[data-points]").forEach(load));
})();
