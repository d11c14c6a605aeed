// Questions whose answers take the node seconds: it gives what it has, and says whether a newer answer is being made.

/** How long to wait before asking again, in milliseconds. */
const PAUSE = 3000;

/** Asks, and again while an answer is being made, until the function it gives is called. */
export function asking<T extends { making: boolean }>(
  ask: (signal: AbortSignal) => Promise<T>, told: (answer: T) => void, failed: (cause: unknown) => void,
): () => void {
  const asked = new AbortController();
  let pause: ReturnType<typeof setTimeout> | undefined;
  async function once() {
    try {
      const answer = await ask(asked.signal);
      if (asked.signal.aborted) return;
      told(answer);
      if (answer.making) pause = setTimeout(() => void once(), PAUSE);
    } catch (cause) {
      if (!asked.signal.aborted) failed(cause);
    }
  }
  void once();
  return () => {
    asked.abort();
    clearTimeout(pause);
  };
}
