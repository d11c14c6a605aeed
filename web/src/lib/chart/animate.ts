// Moving vertices so that the eye can follow.
import type { Chart } from './model.svelte';
import type { Positions } from './layouts';

const LENGTH_MS = 280;
/** Beyond this the eye follows nothing and the frames get slow. */
const MOST = 1500;

const calm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
const ease = (t: number): number => 1 - (1 - t) ** 3;

/** Moves from where things are to `target`; resolves when they are there. */
export function glide(chart: Chart, target: Positions, from: Positions = chart.snapshot()): Promise<void> {
  if (calm() || target.size > MOST) {
    chart.preview(target);
    return Promise.resolve();
  }
  return new Promise((done) => {
    const start = performance.now();
    const frame = (now: number) => {
      const t = Math.min(1, Math.max(0, now - start) / LENGTH_MS);
      const at: Positions = new Map();
      for (const [id, [x, y]] of target) {
        const [fx, fy] = from.get(id) ?? [x, y];
        at.set(id, [fx + (x - fx) * ease(t), fy + (y - fy) * ease(t)]);
      }
      chart.preview(t < 1 ? at : target);
      if (t < 1) requestAnimationFrame(frame);
      else done();
    };
    requestAnimationFrame(frame);
  });
}

/** Lets what was just added come out of `centre`. */
export function emerge(chart: Chart, ids: string[], centre: string): Promise<void> {
  if (!chart.graph.hasNode(centre) || ids.length === 0) return Promise.resolve();
  const { x, y } = chart.graph.getNodeAttributes(centre);
  const target: Positions = new Map();
  const from: Positions = new Map();
  for (const id of ids) {
    if (!chart.graph.hasNode(id)) continue;
    const to = chart.graph.getNodeAttributes(id);
    target.set(id, [to.x, to.y]);
    from.set(id, [x, y]);
  }
  return glide(chart, target, from);
}
