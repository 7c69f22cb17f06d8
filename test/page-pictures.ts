/** `npm run pictures:pages`: writes what every hosted page looks like, on a desk and on a telephone, to `docs/images/pages/`. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startBrowser } from '../lib/local/browser.ts';
import { hostedPages, serveHostedPages } from './support/hosted-pages.ts';

const images = join(import.meta.dirname, '..', 'docs', 'images', 'pages');

const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 700 } } as const;

rmSync(images, { recursive: true, force: true });
mkdirSync(images, { recursive: true });
const [browser, served] = await Promise.all([startBrowser(), serveHostedPages()]);
try {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const page = await browser.newPage({ viewport, reducedMotion: 'reduce', locale: 'en-IN' });
    for (const name of Object.keys(hostedPages)) {
      await page.goto(`${served.url}/${name}`);
      await page.screenshot({ path: join(images, `${name}-${size}.png`), fullPage: true });
      console.log(`docs/images/pages/${name}-${size}.png`);
    }
    await page.close();
  }
} finally {
  await browser.close();
  served.stop();
}
