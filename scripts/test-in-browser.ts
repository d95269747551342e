// Looks at what is made for a browser, in a real one, without a screen: the explorer of the API, the access matrix and
// `epic report` as HTML. Needs Chromium (Debian's package chromium, or EPIC_CHROMIUM=/path/to/it) and what
// `npm run build` makes; run by .ci/run.
// It ends with one line, "N passed, N failed". Not part of `npm test`, which needs nothing installed.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { demoPassword, loadCompany } from '../src/server/demo/company.ts';
import { ask, logIn as logInByApi } from '../tests/server/support/api.ts';
import { setUpEpic } from '../tests/support/epic.ts';
import { programs } from '../tests/support/paths.ts';
import { runProgram } from '../tests/support/program.ts';
import { startServer } from '../tests/support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../tests/support/temporary-folder.ts';
import {
  adminUrlOf,
  authenticatorUrlOf,
  createClone,
  startTestServer,
} from '../tests/support/test-server.ts';
import { runChecks, test } from './checks.ts';

const executablePath = [
  process.env.EPIC_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

/** A page that reaches nothing but `origin`, and what has gone wrong on it. */
async function openPage(browser: Browser, origin: string, colorScheme: 'light' | 'dark' = 'light') {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme,
    // Known words, whatever the machine speaks.
    locale: 'en-GB',
  });
  const troubles: string[] = [];
  await context.route(
    (url) => !url.href.startsWith(origin),
    (route) => {
      troubles.push(`asked for ${route.request().url()}`);
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  return { page, troubles, close: () => context.close() };
}

// What runs in the page is text: the types of a browser are none of this project's.
const storedThere = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])';
const widths = '[document.documentElement.scrollWidth, document.documentElement.clientWidth]';
const background =
  'getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)';

/** The contrast of an element with the page, as WCAG counts it: of its background if it is a bar, else of its text. */
const contrastOf = (selector: string) => `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const part = (value) => value <= 0.04045 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = (colour) => {
    const [red, green, blue] = numbers(colour).map(part);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const element = document.querySelector(${JSON.stringify(selector)});
  const style = getComputedStyle(element);
  const pair = [light(element.textContent ? style.color : style.backgroundColor), light(getComputedStyle(document.body).backgroundColor)];
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
})()`;

async function tryExplorer(browser: Browser, url: string): Promise<void> {
  const { page, troubles, close } = await openPage(browser, url);
  const answer = page.locator('.graphiql-response');
  const run = () => page.getByRole('button', { name: /^Execute query/ }).click();
  const logIn = async (password: string) => {
    await page.getByLabel('E-mail').fill('alice.martin@epicevents.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  };

  await test('the explorer is at /, and explains how to begin', async () => {
    await page.goto(`${url}/`);
    await page.getByText('Log in above, then press Ctrl-Enter.').waitFor();
  });
  await test('it knows the schema, and shows what it says of itself', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page
      .getByRole('link', { name: 'Query' })
      .or(page.getByText('Query', { exact: true }))
      .first()
      .click();
    await page.getByText('What can be read.').waitFor();
  });
  await test('a query of nobody is refused', async () => {
    await run();
    await answer.getByText('UNAUTHENTICATED').first().waitFor();
  });
  await test('a wrong password is refused, in a sentence', async () => {
    await logIn('not the password');
    await page.locator('#session output', { hasText: /\w+\.$/ }).waitFor();
  });
  await test('logged in, a query gives the data', async () => {
    await logIn(demoPassword);
    await page.getByText('Alice Martin, sales').waitFor();
    await run();
    await answer.getByText('"Alice Martin"').waitFor();
    await answer.getByText('draft').first().waitFor();
  });
  await test('neither password nor token is kept in the browser', async () => {
    const kept = await page.evaluate<string>(storedThere);
    assert.doesNotMatch(kept, new RegExp(`${demoPassword}|eyJ`));
  });
  await test('logged out, the same query is refused again', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await run();
    await answer.getByText('UNAUTHENTICATED').first().waitFor();
  });
  await test('a subscription tells what happens', async () => {
    await logIn(demoPassword);
    await page.getByText('Alice Martin, sales').waitFor();
    await page.locator('.graphiql-query-editor').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('subscription { eventChanged { event { location } } }');
    // The editor looks a moment later at what was typed.
    await sleep(2_000);
    await run();
    const { accessToken } = await logInByApi(
      url,
      'camille.laurent@epicevents.example',
      demoPassword,
    );
    const told = answer.getByText('"Annecy"').first().waitFor();
    // Nobody outside can tell when it has begun.
    for (let nth = 0, isTold = false; !isTold; nth += 1) {
      await ask(
        url,
        `mutation { updateEvent(input: { id: 1, patch: { attendees: ${nth}, location: "Annecy" } }) { event { id } } }`,
        { token: accessToken },
      );
      isTold = await Promise.race([told.then(() => true), sleep(500, false)]);
    }
  });
  await test('all of it comes from the server itself, within its content security policy', async () => {
    assert.deepEqual(troubles, []);
  });
  await close();
}

async function tryMatrix(browser: Browser, adminUrl: string, folder: string): Promise<void> {
  const { code, stdout, stderr } = await runProgram(
    programs.server,
    ['policies', 'matrix', '--format', 'html'],
    { env: { DATABASE_ADMIN_URL: adminUrl } },
  );
  assert.equal(code, 0, stderr);
  const file = join(folder, 'matrix.html');
  await writeFile(file, stdout);
  const address = pathToFileURL(file).href;

  const brightness: number[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, troubles, close } = await openPage(browser, address, colorScheme);
    await test(`the access matrix is readable in ${colorScheme}, and fits the page`, async () => {
      await page.goto(address);
      for (const name of ['sales', 'support', 'management']) {
        await page.getByRole('columnheader', { name }).first().waitFor();
      }
      const [needed = 0, available = 0] = await page.evaluate<number[]>(widths);
      assert.ok(needed <= available, `${needed} pixels in ${available}`);
      brightness.push(Math.max(...(await page.evaluate<number[]>(background))));
      assert.deepEqual(troubles, []);
    });
    await close();
  }
  await test('the access matrix is bright in light, and not in dark', async () => {
    const [light = 0, dark = 255] = brightness;
    assert.ok(light > 200 && dark < 60, `${light} and ${dark}`);
  });
  const { page, close } = await openPage(browser, address);
  await page.goto(address);
  await test('the overview of the access matrix fits one screen', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    const bottom = await page.evaluate<number>(
      "document.querySelector('.grid').getBoundingClientRect().bottom",
    );
    assert.ok(bottom <= 900, `it ends at ${bottom} pixels`);
  });
  await test('the access matrix fits every width, down to a telephone', async () => {
    for (const width of [360, 420, 719, 720, 1059, 1060, 1259, 1260]) {
      await page.setViewportSize({ width, height: 740 });
      const [needed = 0, available = 0] = await page.evaluate<number[]>(widths);
      assert.ok(needed <= available, `${needed} pixels in ${available}`);
    }
  });
  await test('the heading of a record of the access matrix stays in view', async () => {
    const [section, heading] = await page.evaluate<number[]>(`(() => {
      const section = document.getElementById('contract');
      section.scrollIntoView();
      window.scrollBy(0, 200);
      return [section, section.querySelector('h3')].map((one) => Math.round(one.getBoundingClientRect().top));
    })()`);
    assert.deepEqual([section, heading], [-200, 0]);
  });
  await close();
}

async function tryReport(browser: Browser, serverUrl: string, folder: string): Promise<void> {
  const epic = await setUpEpic(serverUrl);
  const file = join(folder, 'report.html');
  const login = ['login', '--email', 'camille.laurent@epicevents.example', '--password-stdin'];
  for (const args of [login, ['report', '--html', file]]) {
    const { code, stderr } = await epic.run(args, { input: `${demoPassword}\n` });
    assert.equal(code, 0, stderr);
  }
  await epic.dispose();
  const address = pathToFileURL(file).href;

  const brightness: number[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, troubles, close } = await openPage(browser, address, colorScheme);
    await test(`the report is readable in ${colorScheme}, and fits the page`, async () => {
      await page.goto(address);
      await page.getByRole('heading', { name: 'Epic Events report' }).waitFor();
      await page.getByRole('img', { name: 'Signed and paid by month' }).waitFor();
      await page
        .getByRole('table', { name: 'Signed and paid by salesperson' })
        .getByRole('rowheader', { name: 'Élise Garnier' })
        .waitFor();
      const [needed = 0, available = 0] = await page.evaluate<number[]>(widths);
      assert.ok(needed <= available, `${needed} pixels in ${available}`);
      brightness.push(Math.max(...(await page.evaluate<number[]>(background))));
      assert.deepEqual(troubles, []);
    });
    await test(`text and bars of the report stand out in ${colorScheme}`, async () => {
      for (const [part, least] of Object.entries({
        h1: 7,
        'thead th': 4.5,
        '.bar i:not(.none)': 3,
        '.bar i.second:not(.none)': 3,
      })) {
        const found = await page.evaluate<number>(contrastOf(part));
        assert.ok(found >= least, `${part}: ${found}`);
      }
    });
    await close();
  }
  await test('the report is bright in light, and not in dark', async () => {
    const [light = 0, dark = 255] = brightness;
    assert.ok(light > 200 && dark < 60, `${light} and ${dark}`);
  });
  const { page, close } = await openPage(browser, address, 'dark');
  await test('the report is printed dark on white, whatever the screen', async () => {
    await page.goto(address);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.ok(Math.min(...(await page.evaluate<number[]>(background))) > 250);
    assert.ok((await page.pdf({ preferCSSPageSize: true })).length > 10_000);
  });
  await test('the report fits a telephone', async () => {
    await page.emulateMedia({ media: 'screen' });
    await page.setViewportSize({ width: 360, height: 740 });
    const [needed = 0, available = 0] = await page.evaluate<number[]>(widths);
    assert.ok(needed <= available, `${needed} pixels in ${available}`);
  });
  await close();
}

async function main(): Promise<void> {
  if (executablePath === undefined) {
    throw new Error('There is no Chromium: apt-get install chromium, or set EPIC_CHROMIUM.');
  }
  const folder = await makeTemporaryFolder();
  const { stop, ...postgres } = await startTestServer();
  try {
    const database = `${postgres.template}_browser`;
    await createClone(postgres, database);
    await loadCompany(adminUrlOf(postgres, database));
    const server = await startServer({ authenticatorUrl: authenticatorUrlOf(postgres, database) });
    // Chromium's own sandbox does not work for root.
    const browser = await chromium.launch({
      executablePath,
      chromiumSandbox: process.getuid?.() !== 0,
    });
    try {
      await tryExplorer(browser, server.url);
      await tryMatrix(browser, adminUrlOf(postgres, database), folder);
      await tryReport(browser, server.url, folder);
    } finally {
      await browser.close();
      await server.stop();
    }
  } finally {
    await stop();
    await removeFolder(folder);
  }
}

await runChecks(main);
