// One chart: what is loaded, how it is filtered, what is selected, and every change as a step.
import type { Edge, ObjectSummary } from '$lib/api/types';
import { plural, shorten } from '$lib/format';
import { applyFilter, EVERYTHING, type ChartFilter } from './filter';
import { autoFold, drawGlyphs, foldInto, folded, openFrom, OPEN_STEP, leaves, type FlagChange } from './fold';
import { edgeKey, hasEdge, isGlyph, newGraph, shown, things, type ChartGraph } from './graph';
import type { Positions } from './layouts';
import { place } from './place';
import { History, type Step } from './step';

/** What the renderer must do about a change. */
export type Touch = 'all' | 'positions' | 'marks';

export interface Adding {
  /** Around which the new things are placed. */
  centre?: string;
  flags?: FlagChange[];
  /** Whether too many leaves of `centre` are folded. */
  fold?: boolean;
}

export class Chart {
  readonly graph: ChartGraph = newGraph();
  filter: ChartFilter = EVERYTHING;
  readonly history = new History(this);
  /** Counts changes: panels derive from it, because the graph itself is not reactive. */
  revision = $state(0);
  selection = $state.raw<ReadonlySet<string>>(new Set());
  edge = $state<string | null>(null);
  /** Where the keyboard stands. */
  focus = $state<string | null>(null);
  /** Spoken by screen readers. */
  said = $state('');
  dirty = $state(false);
  onTouch: (touch: Touch) => void = () => undefined;

  private touched(touch: Touch): void {
    if (touch === 'all') {
      applyFilter(this.graph, this.filter);
      drawGlyphs(this.graph);
      this.forgetDropped();
    }
    this.revision += 1;
    this.onTouch(touch);
  }

  private forgetDropped(): void {
    const kept = [...this.selection].filter((id) => this.graph.hasNode(id));
    if (kept.length !== this.selection.size) this.selection = new Set(kept);
    if (this.focus !== null && !this.graph.hasNode(this.focus)) this.focus = null;
    if (this.edge !== null && !this.graph.hasEdge(this.edge)) this.edge = null;
  }

  take(step: Step): void {
    this.history.take(step);
    this.dirty = true;
    this.touched('all');
  }

  undo(): void {
    const step = this.history.undo();
    if (!step) return;
    this.dirty = true;
    this.said = `Undone: ${step.label}`;
    this.touched('all');
  }

  redo(): void {
    const step = this.history.redo();
    if (!step) return;
    this.dirty = true;
    this.said = `Done again: ${step.label}`;
    this.touched('all');
  }

  label(id: string): string {
    return this.graph.hasNode(id) ? shorten(this.graph.getNodeAttribute(id, 'summary').label, 40) : '';
  }

  /** Adds what is not there yet as one step. Returns the ids that are new. */
  add(label: string, vertices: ObjectSummary[], edges: Edge[], { centre, flags = [], fold = true }: Adding = {}): string[] {
    const fresh = vertices.filter((summary) => !this.graph.hasNode(summary.id));
    const news = edges.filter((edge) => !hasEdge(this.graph, edge));
    const back = this.bringBack(vertices.map(({ id }) => id));
    if (fresh.length + news.length + back.length + flags.length === 0) return [];
    this.take({ label, vertices: place(this.graph, fresh, edges, centre), edges: news, flags: [...back, ...flags] });
    if (centre && fold) this.foldLeaves(centre, new Set(fresh.map(({ id }) => id)));
    return fresh.map(({ id }) => id);
  }

  /** What somebody asks for again is shown again. */
  private bringBack(ids: string[]): FlagChange[] {
    return ids.flatMap((id) => {
      if (!this.graph.hasNode(id)) return [];
      const { away } = this.graph.getNodeAttributes(id);
      return away ? [{ id, before: { away }, after: { away: false } }] : [];
    });
  }

  /** Joins the last step: one undo takes both back. */
  private foldLeaves(centre: string, fresh: Set<string>): void {
    const changes = foldInto(centre, autoFold(this.graph, centre).filter((id) => fresh.has(id)));
    if (changes.length === 0) return;
    const step = this.history.undo();
    if (!step) return;
    this.take({ ...step, flags: [...(step.flags ?? []), ...changes] });
  }

  /** Opens the next of what is folded into `id`. Returns false when nothing was. */
  open(id: string): boolean {
    const next = folded(this.graph, id).slice(0, OPEN_STEP);
    if (next.length === 0) return false;
    this.take({ label: `Open ${next.length} of ${this.label(id)}`, flags: openFrom(id, next) });
    return true;
  }

  collapse(ids: string[]): void {
    const flags = ids.flatMap((id) => foldInto(id, leaves(this.graph, id)));
    if (flags.length) this.take({ label: `Collapse ${this.describe(ids)}`, flags });
  }

  private describe(ids: string[]): string {
    return ids.length === 1 ? this.label(ids[0] ?? '') : plural(ids.length, 'thing');
  }

  hide(ids: string[]): void {
    const real = ids.filter((id) => !isGlyph(this.graph.getNodeAttributes(id)));
    if (real.length === 0) return;
    const flags = real.map((id) => ({ id, before: { away: false }, after: { away: true } }));
    this.take({ label: `Hide ${this.describe(real)}`, flags });
    this.select([]);
  }

  showAll(): void {
    const away = this.graph.filterNodes((_, vertex) => vertex.away);
    if (away.length === 0) return;
    this.take({ label: 'Show hidden', flags: away.map((id) => ({ id, before: { away: true }, after: { away: false } })) });
  }

  /** Pins all, or frees all when all are pinned. */
  pin(ids: string[]): void {
    const real = ids.filter((id) => !isGlyph(this.graph.getNodeAttributes(id)));
    if (real.length === 0) return;
    const pinned = !real.every((id) => this.graph.getNodeAttribute(id, 'pinned'));
    const flags = real.map((id) => ({ id, before: { pinned: !pinned }, after: { pinned } }));
    this.take({ label: `${pinned ? 'Pin' : 'Free'} ${this.describe(real)}`, flags });
  }

  setFilter(change: Partial<ChartFilter>): void {
    const after = { ...this.filter, ...change };
    this.take({ label: 'Filter', filter: { before: this.filter, after } });
  }

  /** While a brush moves: shown at once, no step yet. */
  previewFilter(change: Partial<ChartFilter>): void {
    this.filter = { ...this.filter, ...change };
    this.touched('all');
  }

  /** Ends a preview: from what was before it to what is now, as one step. */
  settleFilter(before: ChartFilter): void {
    this.take({ label: 'Filter', filter: { before, after: this.filter } });
  }

  /** Shows positions on the way, no step. */
  preview(positions: Positions): void {
    for (const [id, [x, y]] of positions) {
      if (this.graph.hasNode(id)) Object.assign(this.graph.getNodeAttributes(id), { x, y });
    }
    this.onTouch('positions');
  }

  snapshot(): Positions {
    return new Map(this.graph.mapNodes((id, { x, y }) => [id, [x, y] as [number, number]]));
  }

  /** Ends a move: from where things were to where they are, as one step. */
  settle(label: string, before: Positions): void {
    const moved = [...before].flatMap(([id, from]) => {
      if (!this.graph.hasNode(id)) return [];
      const { x, y } = this.graph.getNodeAttributes(id);
      return x === from[0] && y === from[1] ? [] : [{ id, from, to: [x, y] as [number, number] }];
    });
    if (moved.length) this.take({ label, moved });
  }

  select(ids: Iterable<string>): void {
    this.selection = new Set(ids);
    this.edge = null;
    this.focus = this.selection.size === 1 ? ([...this.selection][0] ?? null) : this.focus;
    this.touched('marks');
  }

  toggle(id: string): void {
    const next = new Set(this.selection);
    if (!next.delete(id)) next.add(id);
    this.select(next);
  }

  selectEdge(key: string | null): void {
    this.edge = key;
    if (key !== null) this.selection = new Set();
    this.touched('marks');
  }

  selectAll(): void {
    this.select(shown(this.graph));
  }

  /** Selected things, without glyphs. */
  get chosen(): string[] {
    return [...this.selection].filter((id) => this.graph.hasNode(id) && !isGlyph(this.graph.getNodeAttributes(id)));
  }

  /** Everything the chart holds, hidden or not. */
  get ids(): string[] {
    return things(this.graph);
  }

  pathEdges(edges: Edge[]): string[] {
    return edges.map(edgeKey).filter((key) => this.graph.hasEdge(key));
  }
}
