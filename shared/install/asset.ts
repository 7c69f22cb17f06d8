import { createHash } from 'node:crypto';
import { once } from '../base/lazy.ts';
import { stylesheet } from './stylesheet.ts';

/** War Room's own mark: a thread under a message. */
const mark = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="#12372a"/>
<path d="M8 9.5h16M8 9.5v9a4 4 0 0 0 4 4h2" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/>
<path d="M13 16h11M19 22.5h5" fill="none" stroke="#8fd6b3" stroke-width="2.6" stroke-linecap="round"/>
</svg>
`;

/** Slack's, for the buttons that lead there. https://slack.com/media-kit */
const slackMark = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 122.8 122.8">
<path fill="#e01e5a" d="M25.8 77.6c0 7.1-5.8 12.9-12.9 12.9S0 84.7 0 77.6s5.8-12.9 12.9-12.9h12.9v12.9zm6.5 0c0-7.1 5.8-12.9 12.9-12.9s12.9 5.8 12.9 12.9v32.3c0 7.1-5.8 12.9-12.9 12.9s-12.9-5.8-12.9-12.9V77.6z"/>
<path fill="#36c5f0" d="M45.2 25.8c-7.1 0-12.9-5.8-12.9-12.9S38.1 0 45.2 0s12.9 5.8 12.9 12.9v12.9H45.2zm0 6.5c7.1 0 12.9 5.8 12.9 12.9s-5.8 12.9-12.9 12.9H12.9C5.8 58.1 0 52.3 0 45.2s5.8-12.9 12.9-12.9h32.3z"/>
<path fill="#2eb67d" d="M97 45.2c0-7.1 5.8-12.9 12.9-12.9s12.9 5.8 12.9 12.9-5.8 12.9-12.9 12.9H97V45.2zm-6.5 0c0 7.1-5.8 12.9-12.9 12.9s-12.9-5.8-12.9-12.9V12.9C64.7 5.8 70.5 0 77.6 0s12.9 5.8 12.9 12.9v32.3z"/>
<path fill="#ecb22e" d="M77.6 97c7.1 0 12.9 5.8 12.9 12.9s-5.8 12.9-12.9 12.9-12.9-5.8-12.9-12.9V97h12.9zm0-6.5c-7.1 0-12.9-5.8-12.9-12.9s5.8-12.9 12.9-12.9h32.3c7.1 0 12.9 5.8 12.9 12.9s-5.8 12.9-12.9 12.9H77.6z"/>
</svg>
`;

const svg = 'image/svg+xml';

/** What the pages load, by its name under `/assets/`. */
const assets = {
  'pages.css': { type: 'text/css; charset=utf-8', text: stylesheet },
  'mark.svg': { type: svg, text: mark },
  'slack.svg': { type: svg, text: slackMark },
} as const;

const addresses = once(
  () =>
    new Map(
      Object.entries(assets).map(([name, { text }]) => {
        const version = createHash('sha256').update(text).digest('hex').slice(0, 12);
        return [name, `/assets/${name}?v=${version}`];
      }),
    ),
);

/** Where a page finds it. Another text has another address, so browsers may keep what they have. */
export function addressOf(name: keyof typeof assets): string {
  return addresses().get(name) ?? `/assets/${name}`;
}

/** What is served under a name; undefined where there is nothing. */
export function assetNamed(name: string): { readonly type: string; readonly text: string } | undefined {
  return Object.entries(assets).find(([known]) => known === name)?.[1];
}
