// Imports that run for a moment, reporting as they go; lines that hold `bad` are rejected.
import { randomUUID } from 'node:crypto';

export const imports = new Map();

export function begin(files, query, onChange) {
  const id = randomUUID();
  const lines = files.flatMap((file) => file.text.split('\n').map((text, i) => ({ file: file.name, line: i + 1, text })).filter(({ text }) => text.trim()));
  const made = {
    id, state: 'running', file: files.map((file) => file.name).join(', '), source: query.source ?? null,
    dry_run: query.dry_run === 'true', started_at: new Date().toISOString(), read: 0, new: 0, updated: 0, unchanged: 0,
    excluded: 0, rejected: 0, seconds: 0, rejects: [], listeners: new Set(),
  };
  imports.set(id, made);
  const started = Date.now();
  const step = () => {
    for (const { file, line, text } of lines.splice(0, Math.max(1, Math.ceil(lines.length / 4)))) {
      made.read++;
      if (/bad|not-an/.test(text)) {
        made.rejected++;
        made.rejects.push({ file, line, offset: line * 40, record: null, reason: `\`${text.slice(0, 60)}\` is no domain name, address, URL or hash`, raw: text });
      } else if (text.trim().startsWith('#')) made.excluded++;
      else if (made.read % 4 === 0) made.unchanged++;
      else made.new++;
    }
    made.seconds = (Date.now() - started) / 1000;
    if (!lines.length) made.state = 'done';
    onChange();
    for (const send of made.listeners) send(show(made));
    if (lines.length) setTimeout(step, 150);
  };
  setTimeout(step, 150);
  return id;
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
