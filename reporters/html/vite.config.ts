/** Builds the page of the HTML report into one file, dist/page/template.html (npm run build:html); the reporter puts the data in. */
import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [viteSingleFile()],
  logLevel: 'warn',
  build: { outDir: '../../dist/page', emptyOutDir: true, target: 'es2022', rollupOptions: { input: 'template.html' } },
});
