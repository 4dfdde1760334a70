/** Builds the page of the HTML report into one file, dist/page/template.html (npm run build:html); the reporter puts the data in. */
import path from 'node:path';
import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [viteSingleFile()],
  // The writer of scenarios compares values; browsers have no node:util.
  resolve: { alias: { 'node:util': path.join(import.meta.dirname, 'play/node-util.ts') } },
  logLevel: 'warn',
  build: { outDir: '../../dist/page', emptyOutDir: true, target: 'es2022', rollupOptions: { input: 'template.html' } },
});
