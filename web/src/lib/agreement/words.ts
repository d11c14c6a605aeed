// Which words of two sentences are not the same: the longest common run of words is left out.

export interface Part { text: string; changed: boolean }

/** Words with the blanks behind them, so that they can be put together again. */
const split = (text: string): string[] => text.match(/\S+\s*/g) ?? [];

/** Lengths of the longest common subsequences from each place on. */
function table(was: string[], now: string[]): number[][] {
  const lengths = Array.from({ length: was.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  for (let i = was.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const same = was[i]!.trim() === now[j]!.trim();
      lengths[i]![j] = same ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}

function add(parts: Part[], text: string, changed: boolean): void {
  const last = parts.at(-1);
  if (last?.changed === changed) last.text += text;
  else parts.push({ text, changed });
}

export function marked(was: string, now: string): { was: Part[]; now: Part[] } {
  const [before, after] = [split(was), split(now)];
  const lengths = table(before, after);
  const parts: { was: Part[]; now: Part[] } = { was: [], now: [] };
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i]!.trim() === after[j]!.trim()) {
      add(parts.was, before[i++]!, false);
      add(parts.now, after[j++]!, false);
    } else if (j >= after.length || (i < before.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      add(parts.was, before[i++]!, true);
    } else {
      add(parts.now, after[j++]!, true);
    }
  }
  return parts;
}
