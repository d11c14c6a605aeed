/** Hands a file to the person. */
export function download(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken its reference by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href));
}

/** A file name that every system takes. */
export const fileName = (name: string, ending: string): string =>
  `${name.trim().replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || 'chart'}.${ending}`;
