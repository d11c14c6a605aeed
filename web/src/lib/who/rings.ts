// Where things stand around what one began from.
import type { WhoAnswer, WhoReason } from '../api/types';

export interface Point { id: string; label: string; type: string; probability: number; seed: boolean; x: number; y: number }
export interface Line { key: string; from: Point; to: Point; width: number }

/** Things drawn at most: more would be a cloud. */
const MOST = 60;
const INNER = 60;
const OUTER = 245;

/** The surest have most of the room: between 90 % and certain there are as many as below. */
export const radius = (probability: number): number => INNER + Math.sqrt(1 - probability) * (OUTER - INNER);

export const lineKey = (one: string, other: string): string => [one, other].toSorted().join(' ');

/** Members on rings by probability, those of one kind beside each other; a line for each reason between two that are drawn. */
export function rings(answer: WhoAnswer): { points: Point[]; lines: Line[]; radius: typeof radius } {
  const seeds = new Set(answer.seeds.map(({ id }) => id));
  const members = answer.members.filter(({ thing }) => !seeds.has(thing.id)).slice(0, MOST);
  const order = members.map((_, place) => place).toSorted((a, b) => compare(members[a]?.thing.type, members[b]?.thing.type) || a - b);
  const points = new Map<string, Point>();
  answer.seeds.forEach((seed, place) => {
    const turn = (place / answer.seeds.length) * 2 * Math.PI;
    const away = answer.seeds.length === 1 ? 0 : INNER * 0.5;
    points.set(seed.id, { id: seed.id, label: seed.label, type: seed.type, probability: 1, seed: true, x: away * Math.sin(turn), y: -away * Math.cos(turn) });
  });
  order.forEach((member, place) => {
    const found = members[member];
    if (!found) return;
    const turn = (place / order.length) * 2 * Math.PI;
    const away = radius(found.probability);
    points.set(found.thing.id, {
      id: found.thing.id, label: found.thing.label, type: found.thing.type, probability: found.probability, seed: false,
      x: away * Math.sin(turn), y: -away * Math.cos(turn),
    });
  });
  const lines = new Map<string, Line>();
  const add = (id: string, reason: WhoReason) => {
    const [from, to] = [points.get(id), points.get(reason.to)];
    const key = lineKey(id, reason.to);
    const width = 0.5 + reason.bits / 8;
    if (from && to && (lines.get(key)?.width ?? 0) < width) lines.set(key, { key, from, to, width });
  };
  for (const { thing, reasons, way } of answer.members) {
    for (const reason of reasons) add(thing.id, reason);
    // The way is drawn, whatever other reasons are stronger.
    for (const { thing: step, by } of way) if (by) add(step.id, by);
  }
  return { points: [...points.values()], lines: [...lines.values()], radius };
}

const compare = (a = '', b = ''): number => (a < b ? -1 : Number(a > b));
