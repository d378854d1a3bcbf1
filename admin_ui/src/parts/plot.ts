/** Draws bars over time with uPlot; loaded only by pages that show a chart. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Point {
  at: number;
  value: number;
}

export interface Look {
  /** Names of custom properties. */
  color: string;
  time: (at: number) => string;
  value: (value: number) => string;
}

/** What a label below the bars takes. */
const LABEL_PX = 56;

/** Draws into `target` and follows its width; returns what takes it away. */
export function plot(target: HTMLElement, points: Point[], look: Look): () => void {
  const style = getComputedStyle(target);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = { font, stroke: token("muted"), ticks: { show: false }, grid: { stroke: token("line"), width: 1 } };
  const fill = token(look.color);
  const bars = uPlot.paths.bars?.({ size: [0.7, 48], radius: 0.15 });
  const step = Math.ceil((points.length * LABEL_PX) / (target.clientWidth - LABEL_PX));
  const ats = points.map(({ at }) => at);
  const options: uPlot.Options = {
    width: target.clientWidth,
    height: target.clientHeight,
    ms: 1,
    padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { range: around(points) }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
    axes: [
      { ...axis, size: 28, grid: { show: false }, splits: () => ats.filter((_, i) => i % step === 0), values: (_, shown) => shown.map(look.time) },
      { ...axis, size: (_, labels) => 20 + 7 * Math.max(0, ...(labels ?? []).map((label) => label.length)), space: 48, values: (_, values) => labels(values.map(look.value)) },
    ],
    series: [{}, { fill, width: 0, points: { show: false }, ...(bars && { paths: bars }) }],
  };
  const chart = new uPlot(options, [ats, points.map(({ value }) => value)], target);
  const observer = new ResizeObserver(() => chart.setSize({ width: target.clientWidth, height: target.clientHeight }));
  observer.observe(target);
  return () => {
    observer.disconnect();
    chart.destroy();
  };
}

/** Steps too small to tell apart are labelled once. */
function labels(texts: string[]): string[] {
  return texts.map((text, at) => (text === texts[at - 1] ? "" : text));
}

/** Half a bar's room at both ends. */
function around(points: Point[]): uPlot.Range.MinMax {
  const [first, second] = points;
  const half = first && second ? (second.at - first.at) / 2 : 30 * 60_000;
  return [(first?.at ?? 0) - half, (points.at(-1)?.at ?? 0) + half];
}
