/** A Chromium for tests and pictures: the system's where there is one, else the one that @sparticuz/chromium carries. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Starts Chromium without a window. `TEST_CHROMIUM=carried` leaves the system's aside. */
export async function startBrowser(): Promise<Browser> {
  const found = process.env['TEST_CHROMIUM'] === 'carried' ? undefined : SYSTEM.find((path) => existsSync(path));
  return chromium.launch({
    executablePath: found ?? (await carried()),
    // A container has no user namespaces for the sandbox. The other arguments that @sparticuz/chromium proposes are left aside:
    // they switch web security off.
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** Unpacks the carried Chromium (for Linux on x64). It brings its libraries along only where it believes to be on Lambda. */
async function carried(): Promise<string> {
  process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs24.x';
  const { default: packed } = await import('@sparticuz/chromium');
  return packed.executablePath();
}
