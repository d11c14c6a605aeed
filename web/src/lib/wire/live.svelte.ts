// The wires as they are watched: the newest of what goes out and comes in, and how partners are, kept up to date by the node.
import { api } from '../api/client';
import type { Partner, WireLine, WireNews } from '../api/types';

/** Lines kept of what comes while the page is open. Older ones are on the pages that the node gives. */
const KEPT = 500;

export class LiveWire {
  partners = $state.raw<Partner[]>([]);
  fresh = $state.raw<WireLine[]>([]);
  /** True when more came than was listed. */
  more = $state(false);
  state = $state<'connecting' | 'live' | 'broken'>('connecting');
  #events: EventSource | undefined;

  constructor(partners: Partner[]) {
    this.partners = partners;
  }

  open(): () => void {
    this.#events = api.wireEvents();
    this.#events.addEventListener('open', () => (this.state = 'live'));
    this.#events.addEventListener('news', (event) => this.take(JSON.parse((event as MessageEvent<string>).data) as WireNews));
    // The browser connects again by itself. What went by meanwhile is on the pages.
    this.#events.addEventListener('error', () => {
      if (this.state === 'live') this.more = true;
      this.state = 'broken';
    });
    return () => this.#events?.close();
  }

  take(news: WireNews): void {
    this.state = 'live';
    if (news.partners) this.partners = news.partners;
    if (news.more) this.more = true;
    if (news.items.length) this.fresh = [...news.items.slice().reverse(), ...this.fresh].slice(0, KEPT);
  }

  forget(): void {
    this.fresh = [];
    this.more = false;
  }
}
