// node scripts/test-in-browser.ts: tests the API explorer, the access matrix, `epic report --html` and `epic event sheet --html` in headless Chromium
// (Debian's package chromium, or EPIC_CHROMIUM=/path/to/it), with the built programs. Run by .ci/run, and not by
// `npm test`, which needs nothing installed.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { demoPassword, loadCompany } from '../src/server/demo/company.ts';
import { ask, logIn as logInByApi } from '../tests/server/support/api.ts';
import { setUpEpic } from '../tests/support/epic.ts';
import { programs } from '../tests/support/paths.ts';
import { runProgram } from '../tests/support/program.ts';
import { spawnServer } from '../tests/support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../tests/support/temporary-folder.ts';
import {
  adminUrlOf,
  createClone,
  loginUrlsOf,
  startTestServer,
} from '../tests/support/test-server.ts';
import { runTests, test } from './test-runner.ts';

const executablePath = [
  process.env.EPIC_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

/** A page that may load nothing but `origin`, and the problems it has reported. */
async function openPage(
  browser: Browser,
  origin: string,
  colorScheme: 'light' | 'dark' = 'light',
  device: BrowserContextOptions = { viewport: { width: 1280, height: 800 } },
) {
  const context = await browser.newContext({
    ...device,
    colorScheme,
    // the tests look for English labels
    locale: 'en-GB',
  });
  const problems: string[] = [];
  await context.route(
    (url) => !url.href.startsWith(origin),
    (route) => {
      problems.push(`requested ${route.request().url()}`);
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return { page, problems, close: () => context.close() };
}

// Scripts for the page are strings, since this project has no types of the browser.
const storage = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])';
const widths = '[document.documentElement.scrollWidth, document.documentElement.clientWidth]';
/** Elements whose text or drawing goes beyond the page or the element that holds it. */
const cutOff = `[...document.querySelectorAll('body, .scroll, figure, svg, th, td, h1, h2, p')]
  .filter((one) => one.getClientRects().length > 0)
  .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.tagName + ': ' + one.textContent.slice(0, 40))`;
const background =
  'getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)';

/** The WCAG contrast between an element's text (its background if it has no text) and the page. */
const contrastOf = (selector: string) => `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const channel = (value) => value <= 0.04045 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = (colour) => {
    const [red, green, blue] = numbers(colour).map(channel);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const element = document.querySelector(${JSON.stringify(selector)});
  const style = getComputedStyle(element);
  const pair = [luminance(element.textContent ? style.color : style.backgroundColor), luminance(getComputedStyle(document.body).backgroundColor)];
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
})()`;

async function testExplorer(browser: Browser, url: string): Promise<void> {
  const { page, problems, close } = await openPage(browser, url);
  const answer = page.locator('.graphiql-response');
  const run = () => page.getByRole('button', { name: /^Execute query/ }).click();
  const logIn = async (password: string) => {
    await page.getByLabel('E-mail').fill('alice.martin@epicevents.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  };

  await test('the explorer at / explains how to begin', async () => {
    await page.goto(`${url}/`);
    await page.getByText('Log in above, then press Ctrl-Enter.').waitFor();
  });
  await test('the explorer lists the types of the schema by name', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('All Schema Types').waitFor();
    const types = page.locator('.graphiql-doc-explorer-type-name');
    const names = (await types.allInnerTexts()).slice(3);
    assert.ok(names.length > 100, String(names.length));
    assert.deepEqual(
      names,
      names.toSorted((one, other) => one.localeCompare(other)),
    );
  });
  await test('the explorer shows the descriptions of the schema', async () => {
    await page
      .getByRole('link', { name: 'Query' })
      .or(page.getByText('Query', { exact: true }))
      .first()
      .click();
    await page.getByText('What can be read.').waitFor();
  });
  await test('the explorer has our name and icon alone', async () => {
    assert.match(await page.title(), /^Epic Events CRM/);
    assert.doesNotMatch(await page.locator('body').innerText(), /sponsor|Ruru/i);
    const icon = await page.locator('link[rel=icon]').getAttribute('href');
    assert.match(icon ?? '', /^data:image\/svg\+xml,/);
  });
  await test('an anonymous query is refused', async () => {
    await run();
    await answer.getByText('UNAUTHENTICATED').first().waitFor();
  });
  await test('a wrong password is refused with a sentence', async () => {
    await logIn('not the password');
    await page.locator('#session output', { hasText: /\w+\.$/ }).waitFor();
  });
  await test('a query after logging in returns the data', async () => {
    await logIn(demoPassword);
    await page.getByText('Alice Martin, sales').waitFor();
    await run();
    await answer.getByText('"Alice Martin"').waitFor();
    await answer.getByText('draft').first().waitFor();
  });
  await test('the browser stores neither password nor token', async () => {
    const kept = await page.evaluate<string>(storage);
    assert.doesNotMatch(kept, new RegExp(`${demoPassword}|eyJ`));
  });
  await test('the same query is refused after logging out', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await run();
    await answer.getByText('UNAUTHENTICATED').first().waitFor();
  });
  await test('a subscription in the explorer shows a change', async () => {
    await logIn(demoPassword);
    await page.getByText('Alice Martin, sales').waitFor();
    await page.locator('.graphiql-query-editor').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('subscription { eventChanged { event { location } } }');
    // the editor parses with a delay
    await sleep(2_000);
    await run();
    const { accessToken } = await logInByApi(
      url,
      'camille.laurent@epicevents.example',
      demoPassword,
    );
    const shown = answer.getByText('"Annecy"').first().waitFor();
    // when the subscription begins cannot be seen: repeat the change until it is shown
    for (let nth = 0, isShown = false; !isShown; nth += 1) {
      await ask(
        url,
        `mutation { updateEvent(input: { id: 1, patch: { attendees: ${nth}, location: "Annecy" } }) { event { id } } }`,
        { token: accessToken },
      );
      isShown = await Promise.race([shown.then(() => true), sleep(500, false)]);
    }
  });
  await test('the explorer loads everything from the server, within its content security policy', async () => {
    assert.deepEqual(problems, []);
  });
  await close();
}

async function testExplorerOnPhone(browser: Browser, url: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, problems, close } = await openPage(browser, url, colorScheme, {
      viewport: { width: 420, height: 800 },
      isMobile: true,
      hasTouch: true,
    });
    await test(`the explorer is usable on a phone in ${colorScheme} mode`, async () => {
      await page.goto(`${url}/`);
      await page.getByText('Log in above').waitFor();
      await page.getByLabel('E-mail').fill('alice.martin@epicevents.example');
      await page.getByLabel('Password').fill(demoPassword);
      await page.getByRole('button', { name: 'Log in' }).tap();
      await page.getByText('Alice Martin, sales').waitFor();
      await page.getByRole('button', { name: /^Execute query/ }).tap();
      await page.locator('.graphiql-response').getByText('"Alice Martin"').waitFor();
      assert.deepEqual(await page.evaluate(widths), [420, 420]);
      for (const part of ['.graphiql-query-editor', '.graphiql-response']) {
        const box = await page.locator(part).boundingBox();
        assert.ok(box && box.width >= 360 && box.x + box.width <= 420, JSON.stringify(box));
        assert.ok(box.height >= 150 && box.y + box.height <= 800, JSON.stringify(box));
      }
      assert.deepEqual(problems, []);
    });
    await page.getByRole('button', { name: 'Log out' }).tap();
    await close();
  }
}

async function testMatrix(browser: Browser, adminUrl: string, folder: string): Promise<void> {
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
    const { page, problems, close } = await openPage(browser, address, colorScheme);
    await test(`the access matrix fits the page in ${colorScheme} mode`, async () => {
      await page.goto(address);
      for (const name of ['sales', 'support', 'management']) {
        await page.getByRole('columnheader', { name }).first().waitFor();
      }
      const [needed = 0, available = 0] = await page.evaluate<number[]>(widths);
      assert.ok(needed <= available, `${needed} pixels in ${available}`);
      brightness.push(Math.max(...(await page.evaluate<number[]>(background))));
      assert.deepEqual(problems, []);
    });
    await close();
  }
  await test('the access matrix has a bright background in light mode only', async () => {
    const [light = 0, dark = 255] = brightness;
    assert.ok(light > 200 && dark < 60, `${light} and ${dark}`);
  });
  const { page, close } = await openPage(browser, address);
  await page.goto(address);
  await test('the records of the API fit one screen in the access matrix', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    const bottom = await page.evaluate<number>(
      "document.querySelector('.grid').getBoundingClientRect().bottom",
    );
    assert.ok(bottom <= 900, `it ends at ${bottom} pixels`);
  });
  await test('verbs of a record that allow the same share a row', async () => {
    const note = page
      .locator('.grid')
      .first()
      .getByRole('row', { name: /create, update, delete\s+own$/ });
    assert.equal(await note.count(), 1);
  });
  await test('the access matrix fits every width, down to a phone', async () => {
    for (const width of [360, 420, 719, 720, 1059, 1060, 1259, 1260]) {
      await page.setViewportSize({ width, height: 740 });
      const [needed = 0, available = 0] = await page.evaluate<number[]>(widths);
      assert.ok(needed <= available, `${needed} pixels in ${available}`);
    }
  });
  await test('the heading of a record of the access matrix stays visible while scrolling', async () => {
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

async function testReport(browser: Browser, serverUrl: string, folder: string): Promise<void> {
  const epic = await setUpEpic(serverUrl);
  const file = join(folder, 'report.html');
  const login = ['login', '--email', 'camille.laurent@epicevents.example', '--password-stdin'];
  for (const args of [login, ['report', '--html', file]]) {
    const { code, stderr } = await epic.run(args, {
      input: `${demoPassword}\n`,
      env: { LC_ALL: 'fr_FR.UTF-8', TZ: 'Europe/Paris' },
    });
    assert.equal(code, 0, stderr);
  }
  await epic.dispose();
  const address = pathToFileURL(file).href;

  const brightness: number[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, problems, close } = await openPage(browser, address, colorScheme);
    await test(`the report fits the page in ${colorScheme} mode`, async () => {
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
      assert.deepEqual(problems, []);
    });
    await test(`text and bars of the report have enough contrast in ${colorScheme} mode`, async () => {
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
  await test('the report has a bright background in light mode only', async () => {
    const [light = 0, dark = 255] = brightness;
    assert.ok(light > 200 && dark < 60, `${light} and ${dark}`);
  });
  const { page, close } = await openPage(browser, address, 'dark');
  await test('the report is printed dark on white in dark mode too', async () => {
    await page.goto(address);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.ok(Math.min(...(await page.evaluate<number[]>(background))) > 250);
    assert.ok((await page.pdf({ preferCSSPageSize: true })).length > 10_000);
  });
  await test('the report cuts nothing off at any width, down to a phone', async () => {
    await page.emulateMedia({ media: 'screen' });
    for (const width of [360, 420, 640, 641, 800, 1280]) {
      await page.setViewportSize({ width, height: 740 });
      const cut = await page.evaluate<string[]>(cutOff);
      assert.deepEqual(cut, [], `${width} pixels`);
    }
  });
  await test('the chart of the report has one axis, as high as its highest column needs, and no bars beside it', async () => {
    await page.setViewportSize({ width: 420, height: 740 });
    assert.equal(await page.getByRole('img').count(), 1);
    const months = page.locator('section', { has: page.locator('#months') });
    assert.equal(await months.locator('.bar').count(), 0);
    const share = await page.evaluate<number>(
      `(() => {
        const heights = (selector) => [...document.querySelectorAll('svg.narrow ' + selector)].map((one) => one.getBBox());
        const lines = heights('line').map(({ y }) => y);
        const most = Math.max(...heights('rect').map(({ height }) => height));
        return most / (Math.max(...lines) - Math.min(...lines));
      })()`,
    );
    assert.ok(share > 0.75 && share <= 1, String(share));
  });
  await test('the text of the chart is no smaller than 9 pixels on a phone and on a screen', async () => {
    for (const [width, name] of [
      [360, 'narrow'],
      [800, 'wide'],
    ] as const) {
      await page.setViewportSize({ width, height: 740 });
      const scale = await page.evaluate<number>(
        `document.querySelector('svg.${name}').getScreenCTM().a`,
      );
      assert.ok(scale * 12 >= 9, `${name}: ${scale * 12} pixels`);
    }
  });
  await test('the report writes numbers and times in the locale of its reader, and says when it was made', async () => {
    const text = await page.locator('main').innerText();
    assert.match(text, /^Generated \d\d\/\d\d\/\d{4} \d\d:\d\d, Europe\/Paris$/m);
    assert.match(text, /\d\u00a0\d{3},\d\d\u00a0€/);
    assert.doesNotMatch(text, /\d\.\d\d\b|\d,\d{3}|k€/);
  });
  await close();
}

async function testRunSheet(browser: Browser, serverUrl: string, folder: string): Promise<void> {
  const epic = await setUpEpic(serverUrl);
  const file = join(folder, 'run-sheet.html');
  const login = ['login', '--email', 'camille.laurent@epicevents.example', '--password-stdin'];
  for (const args of [login, ['event', 'sheet', '56', '--html', file]]) {
    const { code, stderr } = await epic.run(args, { input: `${demoPassword}\n` });
    assert.equal(code, 0, stderr);
  }
  await epic.dispose();
  const address = pathToFileURL(file).href;

  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, problems, close } = await openPage(browser, address, colorScheme);
    await test(`the run sheet says when, where and whom to call in ${colorScheme} mode`, async () => {
      await page.goto(address);
      await page.getByRole('heading', { level: 1, name: 'Anniversary evening' }).waitFor();
      await page.getByRole('term').filter({ hasText: 'Where' }).waitFor();
      const calls = page.getByRole('table', { name: 'Whom to call' });
      await calls.getByRole('rowheader', { name: 'Sales contact' }).waitFor();
      const number = await calls.getByRole('link').first().getAttribute('href');
      assert.match(number ?? '', /^tel:\+?\d+$/);
      for (const part of ['h1', '.when', 'dt', 'tbody th']) {
        const found = await page.evaluate<number>(contrastOf(part));
        assert.ok(found >= 4.5, `${part}: ${found}`);
      }
      assert.deepEqual(problems, []);
    });
    await close();
  }
  const { page, close } = await openPage(browser, address, 'dark');
  await test('the run sheet is printed dark on white, on one page of A4', async () => {
    await page.goto(address);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.ok(Math.min(...(await page.evaluate<number[]>(background))) > 250);
    const printed = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    assert.equal(printed.match(/\/Type \/Page\b/g)?.length, 1);
    assert.match(printed, /\/MediaBox \[0 0 59[45]\.?\d* 84[12]/);
  });
  await test('the run sheet fits a phone', async () => {
    await page.emulateMedia({ media: 'screen' });
    await page.setViewportSize({ width: 360, height: 740 });
    const [needed = 0, available = 0] = await page.evaluate<number[]>(widths);
    assert.ok(needed <= available, `${needed} pixels in ${available}`);
  });
  await close();
}

async function main(): Promise<void> {
  if (executablePath === undefined) {
    throw new Error('Chromium is not installed: apt-get install chromium, or set EPIC_CHROMIUM.');
  }
  const folder = await makeTemporaryFolder();
  const { stop, ...postgres } = await startTestServer();
  try {
    const database = `${postgres.template}_browser`;
    await createClone(postgres, database);
    await loadCompany(adminUrlOf(postgres, database));
    const server = await spawnServer(loginUrlsOf(postgres, database));
    // Chromium refuses its sandbox as root
    const browser = await chromium.launch({
      executablePath,
      chromiumSandbox: process.getuid?.() !== 0,
    });
    try {
      await testExplorer(browser, server.url);
      await testExplorerOnPhone(browser, server.url);
      await testMatrix(browser, adminUrlOf(postgres, database), folder);
      await testReport(browser, server.url, folder);
      await testRunSheet(browser, server.url, folder);
    } finally {
      await browser.close();
      await server.stop();
    }
  } finally {
    await stop();
    await removeFolder(folder);
  }
}

await runTests(main);
