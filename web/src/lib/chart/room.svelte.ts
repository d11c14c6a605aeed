// What the chart's page does: the commands behind toolbar, keys and gestures.
import { replaceState } from '$app/navigation';
import { api } from '$lib/api/client';
import type { PathsView, SavedChart } from '$lib/api/types';
import { plural } from '$lib/format';
import { kindSvg } from '$lib/kinds';
import { bring, bringComponent, expand, expandable, findCommon, findPaths } from './actions';
import { emerge, glide } from './animate';
import { parseDocument, restore, toDocument } from './document';
import { download, fileName } from './export/download';
import { graphml } from './export/graphml';
import { svg } from './export/svg';
import { runForce } from './force';
import { isGlyph } from './graph';
import { layout, type LayoutName } from './layouts';
import type { Renderer } from './renderer';
import { bench, clear, type Bench } from './workbench';

const COMPONENT_LIMIT = 2000;

export class Room {
  bench = $state.raw<Bench>(bench());
  busy = $state(false);
  problem = $state<unknown>();
  notice = $state('');
  paths = $state.raw<PathsView['paths']>([]);
  layingOut = $state(false);
  private renderer: Renderer | undefined;
  private stopForce: (() => void) | undefined;

  get chart() {
    return this.bench.chart;
  }

  attach(renderer: Renderer): void {
    this.renderer = renderer;
    renderer.fit(undefined, false);
  }

  leave(): void {
    this.stopForce?.();
    this.renderer = undefined;
  }

  /** One request at a time; what goes wrong is shown and changes nothing. */
  private async ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.problem = undefined;
    this.notice = '';
    try {
      return await work();
    } catch (cause) {
      this.problem = cause;
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  fit = (): void => this.renderer?.fit();

  async open(saved: SavedChart): Promise<void> {
    const { id, name, notes, version } = saved;
    if (this.bench.saved?.id === id && (this.chart.dirty || this.bench.saved.version === version)) return this.fit();
    this.bench = clear();
    this.bench.saved = { id, name, notes, version };
    await this.ask(async () => {
      const gone = await restore(this.chart, parseDocument(saved.document));
      if (gone) this.notice = `${plural(gone, 'thing')} of this chart ${gone === 1 ? 'is' : 'are'} no longer here, or not for you to see.`;
    });
    this.renderer?.fit(undefined, false);
  }

  fresh(): void {
    this.stopForce?.();
    this.bench = clear();
    this.paths = [];
  }

  /** Adds things; the first on an empty chart are expanded at once, so that there is something to see. */
  async bring(ids: string[]): Promise<void> {
    const wasEmpty = this.chart.graph.order === 0;
    await this.ask(async () => {
      await bring(this.chart, ids);
      if (wasEmpty) await expand(this.chart, ids);
    });
    const there = ids.filter((id) => this.chart.graph.hasNode(id));
    this.chart.select(there);
    if (wasEmpty && this.chart.graph.order > 2) await this.arrange('force');
    else if (there[0]) this.renderer?.reveal(there[0]);
  }

  expand = async (ids: string[] = expandable(this.chart)): Promise<void> => {
    const before = new Set(this.chart.graph.nodes());
    const centre = ids[0];
    await this.ask(() => expand(this.chart, ids));
    const fresh = this.chart.graph.filterNodes((id, vertex) => !before.has(id) && vertex.mask === 0);
    if (centre && ids.length === 1) await emerge(this.chart, fresh, this.chart.graph.hasNode(centre) ? centre : centre.replace(/^more:/, ''));
  };

  findPaths = async (): Promise<void> => {
    const ids = this.chart.chosen;
    if (ids.length < 2) return;
    const found = await this.ask(() => findPaths(this.chart, ids));
    if (!found) return;
    this.paths = found.paths;
    if (found.paths.length) this.renderer?.fit([...this.chart.selection]);
    else this.notice = 'No path between them that avoids hubs and passes the filters.';
  };

  findCommon = async (): Promise<void> => {
    const ids = this.chart.chosen;
    const n = await this.ask(() => findCommon(this.chart, ids));
    if (n !== undefined) this.notice = n ? `${plural(n, 'thing')} in common.` : 'They have no neighbour in common that passes the filters.';
  };

  component = async (): Promise<void> => {
    const [id] = this.chart.chosen;
    if (!id) return;
    const view = await this.ask(() => bringComponent(this.chart, id, COMPONENT_LIMIT));
    if (!view) return;
    if (view.truncated) this.notice = `${plural(view.vertices.length, 'thing')} shown. ${view.truncated.reason}: at least ${view.truncated.more} more.`;
    await this.arrange('force');
  };

  arrange = async (name: LayoutName): Promise<void> => {
    this.stopForce?.();
    const before = this.chart.snapshot();
    if (name === 'force') return this.force(before);
    await glide(this.chart, layout(name, this.chart.graph, this.chart.chosen), before);
    this.chart.settle('Layout', before);
    this.fit();
  };

  private force(before: ReturnType<Bench['chart']['snapshot']>): Promise<void> {
    this.layingOut = true;
    return new Promise((done) => {
      this.stopForce = runForce(
        this.chart.graph,
        (id) => this.chart.graph.getNodeAttribute(id, 'pinned'),
        (positions) => {
          this.chart.preview(positions);
          this.renderer?.fit(undefined, false);
        },
        (positions) => {
          this.chart.preview(positions);
          this.chart.settle('Layout', before);
          this.layingOut = false;
          this.stopForce = undefined;
          this.fit();
          done();
        },
      );
      if (!this.layingOut) done();
    });
  }

  stop = (): void => this.stopForce?.();

  /** Selects and brings into view. */
  go = (id: string): void => {
    if (!this.chart.graph.hasNode(id)) return;
    this.chart.select([id]);
    this.renderer?.reveal(id);
  };

  showPath = (n: number): void => {
    const path = this.paths[n];
    if (!path) return;
    this.chart.select(path.vertices);
    this.renderer?.fit(path.vertices.filter((id) => this.chart.graph.hasNode(id)));
  };

  async save(name: string, notes: string, way: 'same' | 'new' | 'over'): Promise<void> {
    const body = { name, notes, document: toDocument(this.chart) };
    const { saved } = this.bench;
    let done: SavedChart;
    if (!saved || way === 'new') done = await api.createChart(body);
    else {
      const version = way === 'over' ? (await api.chart(saved.id)).version : saved.version;
      done = await api.saveChart(saved.id, version, body);
    }
    this.bench = { ...this.bench, saved: { id: done.id, name: done.name, notes: done.notes, version: done.version } };
    bench().saved = this.bench.saved;
    this.chart.dirty = false;
    this.notice = 'Saved.';
    replaceState(`/chart/${encodeURIComponent(done.id)}`, {});
  }

  export = async (format: 'png' | 'svg' | 'graphml' | 'stix' | 'csv'): Promise<void> => {
    const name = this.bench.saved?.name ?? 'chart';
    if (format === 'stix' || format === 'csv') {
      // The node writes these: the page holds a line of each thing, not the thing.
      const shown = this.chart.graph.filterNodes((_, vertex) => vertex.mask === 0 && !isGlyph(vertex));
      const file = await this.ask(() => api.exportThings(shown, 0, format));
      return file && download(fileName(name, format === 'stix' ? 'stix.json' : format), file);
    }
    if (!this.renderer) return;
    if (format === 'graphml') return download(fileName(name, 'graphml'), graphml(this.chart.graph), 'application/graphml+xml');
    if (format === 'svg') {
      const inner = (type: string) => kindSvg(type).replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
      return download(fileName(name, 'svg'), svg(this.chart.graph, this.renderer.theme, inner), 'image/svg+xml');
    }
    const picture = await this.renderer.png();
    if (picture) download(fileName(name, 'png'), picture);
  };
}
