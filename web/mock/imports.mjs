// Imports that run for a moment, reporting as they go; lines that hold `bad` are rejected.
import { randomUUID } from 'node:crypto';

export const imports = new Map();

export function begin(files, query, by) {
  const id = randomUUID();
  const lines = files.flatMap((file) => file.text.split('\n').map((text, i) => ({ file: file.name, line: i + 1, text })).filter(({ text }) => text.trim()));
  const made = {
    id, state: 'running', by, files: files.map((file) => file.name), file: files[0]?.name ?? '', source: query.source || files[0]?.name,
    dry_run: query.dry_run === 'true', started_at: new Date().toISOString(), bytes: 0, total_bytes: lines.length, exclusions: {}, failures: [], read: 0, new: 0, updated: 0, unchanged: 0,
    excluded: 0, rejected: 0, seconds: 0, rejects: [], listeners: new Set(),
  };
  imports.set(id, made);
  const started = Date.now();
  const step = () => {
    for (const { file, line, text } of lines.splice(0, Math.max(1, Math.ceil(lines.length / 4)))) {
      made.read++;
      made.bytes++;
      if (/bad|not-an/.test(text)) {
        made.rejected++;
        made.rejects.push({ file, line, offset: line * 40, record: null, reason: `\`${text.slice(0, 60)}\` is no domain name, address, URL or hash`, raw: text });
      } else if (text.trim().startsWith('#')) {
        made.excluded++;
        made.exclusions.comment = (made.exclusions.comment ?? 0) + 1;
      }
      else if (made.read % 4 === 0) made.unchanged++;
      else made.new++;
    }
    made.seconds = (Date.now() - started) / 1000;
    if (made.state === 'running' && !lines.length) made.state = 'done';
    for (const send of made.listeners) send(show(made));
    if (made.state === 'running') setTimeout(step, 150);
  };
  setTimeout(step, 150);
  return show(made);
}

export function stop(found) {
  found.state = 'stopped';
  return show(found);
}

export const show = ({ rejects, listeners, ...rest }) => rest;

export function parseMultipart(body, type) {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(type)?.slice(1).find(Boolean);
  if (!boundary) return [{ name: 'pasted', text: body.toString('utf8') }];
  return body.toString('latin1').split(`--${boundary}`).slice(1, -1).map((part) => {
    const cut = part.indexOf('\r\n\r\n');
    const name = /filename="([^"]*)"/.exec(part.slice(0, cut))?.[1] ?? 'file';
    return { name, text: Buffer.from(part.slice(cut + 4, -2), 'latin1').toString('utf8') };
  });
}
