import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

/** Where the API answers while developing: the true node, or `npm run mock`. */
const backend = process.env.ENTENTE_URL ?? 'http://127.0.0.1:7879';

export default defineConfig({
  plugins: [
    sveltekit({
      // One page for every address: the node serves it for any path that is not /api.
      adapter: adapter({ pages: 'dist', assets: 'dist', fallback: 'index.html' }),
      paths: { relative: false },
    }),
  ],
  build: {
    // A strict policy (`default-src 'self'`) allows no data: address, so nothing is inlined.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': backend, '/healthz': backend } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
