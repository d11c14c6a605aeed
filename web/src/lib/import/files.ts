// What was dropped, folders walked.

function entries(folder: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((done, failed) => folder.readEntries(done, failed));
}

async function walk(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    // The place within the folder is provenance: it goes with the file.
    Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.replace(/^\//, '') });
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  // A reader hands out its entries in portions, an empty one last.
  for (let portion = await entries(reader); portion.length; portion = await entries(reader)) {
    for (const inner of portion) found.push(...(await walk(inner)));
  }
  return found;
}

export async function collect(dropped: DataTransfer): Promise<File[]> {
  // Taken before the first await: the list is emptied when the event is over.
  const roots = [...dropped.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (roots.length === 0) return [...dropped.files];
  return (await Promise.all(roots.map(walk))).flat();
}

const UNITS = ['bytes', 'kB', 'MB', 'GB'];

export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit ? value.toFixed(1) : value} ${UNITS[unit]}`;
}
