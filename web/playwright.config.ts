import { defineConfig } from '@playwright/test';

// The browser is the machine's own; the tests start their portals themselves (browser/portal.ts).
export default defineConfig({
  testDir: 'browser',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    launchOptions: {
      executablePath: process.env.LATELY_CHROMIUM ?? '/usr/bin/chromium',
      // Pipelines run as root, for whom its sandbox does not start, and with little shared memory; the pages are ours.
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--no-proxy-server'],
    },
  },
});
