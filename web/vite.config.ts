import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

// Where `npm run dev` finds a portal to talk to.
const portal = process.env.LATELY_PORTAL ?? 'http://127.0.0.1:8080';
const forward = { target: portal, changeOrigin: true };

/** Packs what is worth it once, so that the server packs nothing. */
function packed(): Plugin {
  return {
    name: 'packed',
    apply: 'build',
    closeBundle() {
      const dist = join(import.meta.dirname, 'dist');
      for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
        const file = join(dist, name);
        if (!/\.(js|css|html|svg|webmanifest)$/.test(name) || statSync(file).size < 1024) continue;
        const bytes = readFileSync(file);
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
        for (const [ending, small] of [['gz', gzipSync(bytes, { level: 9 })], ['br', brotliCompressSync(bytes, quality)]] as const) {
          if (small.length < bytes.length) writeFileSync(`${file}.${ending}`, small);
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [vue(), packed()],
  build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: { proxy: { '/rest': forward, '/session': forward, '/invitation': forward, '/webhook': forward, '/web/': forward, '/demo.json': forward, '/bitrix': { ...forward, ws: true } } },
  test: { include: ['src/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
