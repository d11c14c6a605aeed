// Runs ForceAtlas2 off the main thread, sending the positions back as they settle.
import iterate from 'graphology-layout-forceatlas2/iterate.js';
import type { ForceJob, ForceNews } from './force';

const CHUNK_MS = 60;

onmessage = ({ data: job }: MessageEvent<ForceJob>) => {
  let done = 0;
  const chunk = () => {
    const until = performance.now() + CHUNK_MS;
    while (done < job.iterations && performance.now() < until) {
      iterate(job.settings, job.nodes, job.edges);
      done += 1;
    }
    const news: ForceNews = { nodes: job.nodes.slice(), done, finished: done >= job.iterations };
    postMessage(news, { transfer: [news.nodes.buffer] });
    if (!news.finished) setTimeout(chunk);
  };
  chunk();
};
