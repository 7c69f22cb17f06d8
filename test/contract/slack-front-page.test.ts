/** What the page's HTML says, without a browser: every mark of Slack's, every block, and no way in for markup. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderBlocks } from '../../lib/local/slack-front/block-kit.ts';
import { type Directory, renderMrkdwn } from '../../lib/local/slack-front/mrkdwn.ts';
import { ids, ManualClock, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const now = Date.UTC(2026, 10, 20, 6, 0);
const directory: Directory = {
  memberName: (id) => (id === 'U1' ? 'Arjun <b>' : undefined),
  channelName: (id) => (id === 'C1' ? 'payments' : undefined),
  now,
};
const link = 'target="_blank" rel="noopener noreferrer"';

describe('mrkdwn', () => {
  it.each([
    ['*Paid* · ₹45,000.00', '<strong>Paid</strong> · ₹45,000.00'],
    ['_order_TUor · UPI_', '<em>order_TUor · UPI</em>'],
    ['~gone~ and *_both_*', '<del>gone</del> and <strong><em>both</em></strong>'],
    ['2*3*4 and snake_case_name', '2*3*4 and snake_case_name'],
    ['* not bold * nor _ this _', '* not bold * nor _ this _'],
    ['`a *b* <c>`', '<code>a *b* &lt;c&gt;</code>'],
    ['```\nx < y\n*z*\n```', '<pre>x &lt; y\n*z*</pre>'],
    ['> quoted\n> twice\nafter', '<blockquote>quoted\ntwice</blockquote>after'],
    ['&gt; quoted too', '<blockquote>quoted too</blockquote>'],
    ['a &amp; b &lt;c&gt;', 'a &amp; b &lt;c&gt;'],
    ['<https://a.example/?x=1&amp;y=2|the *link*>', `<a href="https://a.example/?x=1&amp;y=2" ${link}>the *link*</a>`],
    ['<https://a.example/p_a_t_h>', `<a href="https://a.example/p_a_t_h" ${link}>https://a.example/p_a_t_h</a>`],
    ['*<https://a.example/|bold link>*', `<strong><a href="https://a.example/" ${link}>bold link</a></strong>`],
    ['<mailto:a@b.example|a@b.example>', `<a href="mailto:a@b.example" ${link}>a@b.example</a>`],
    ['<@U1> and <@U404>', '<span class="mention">@Arjun &lt;b&gt;</span> and <span class="mention">@U404</span>'],
    [
      '<#C1> and <#C404|old>',
      '<a class="mention" href="/archives/C1">#payments</a> and <span class="mention">#old</span>',
    ],
    ['<!here>', '<span class="mention">@here</span>'],
    [':white_check_mark: :no_such_name: ✅', '✅ :no_such_name: ✅'],
    [
      '<!date^1795151460^{date_short_pretty} at {time}|20 Nov, 10:41 IST>',
      '<time datetime="2026-11-20T05:11:00.000Z" title="20 Nov, 10:41 IST">today at 10:41</time>',
    ],
  ])('draws %j', (text, expected) => {
    expect(renderMrkdwn(text, directory).markup).toBe(expected);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<javascript:alert(1)|click>',
    '<https://a.example/" onmouseover="alert(1)|x>',
    '<//evil.example|x>',
    '`<script>`',
    '*<b onclick=x>*',
    '<@U1" onclick="x>',
    '<!date^1^{date}^javascript:alert(1)|x>',
  ])('lets no markup in by %j', (text) => {
    const { markup } = renderMrkdwn(text, directory);

    expect(markup).not.toMatch(/<script|<img|<b |href="(?!https?:)|<[^>]*" on\w+=/i);
    expect(
      markup.replace(/<\/?(?:strong|em|del|code|pre|blockquote|span|a|time)(?: [a-z]+="[^"<>]*")*>/g, ''),
    ).not.toMatch(/[<>]/);
  });

  it('lets no markup in, whatever the text is', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '&lt;',
      '*',
      '_',
      '~',
      '`',
      '```',
      '|',
      '@U1',
      '#C1',
      '!date^1^{date}',
      'https://a.b/',
      ' on=',
      '\n',
      'x',
      '\uE0000\uE001',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const { markup } = renderMrkdwn(parts.join(''), directory);
        const rest = markup.replace(
          /<\/?(?:strong|em|del|code|pre|blockquote|span|a|time)(?: [a-z]+="[^"<>]*")*>/g,
          '',
        );
        return !/[<>]/.test(rest);
      }),
      { numRuns: 500, seed: 20_261_120 },
    );
  });
});

describe('Block Kit', () => {
  const evil = '<script>alert("x")</script>';
  const escaped = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;';

  it.each([
    ['section', { text: { type: 'plain_text', text: evil } }],
    ['header', { text: { type: 'plain_text', text: evil } }],
    ['context', { elements: [{ type: 'plain_text', text: evil }] }],
    ['markdown', { text: evil }],
    ['image', { alt_text: evil, image_url: 'https://a.example/x.png' }],
    [
      'rich_text',
      { elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: evil, style: { bold: true } }] }] },
    ],
    [
      'actions',
      { elements: [{ type: 'button', text: { type: 'plain_text', text: evil }, url: 'javascript:alert(1)' }] },
    ],
    [evil, {}],
  ])('escapes what stands in a block of the kind %s', (type, fields) => {
    const { markup } = renderBlocks([{ type, ...fields }], directory);

    expect(markup).toContain(escaped);
    expect(markup).not.toMatch(/<script|javascript:/);
  });

  it('draws fields, an accessory, a divider, lists and buttons of each style', () => {
    const button = (style: string) => ({ type: 'button', style, text: { type: 'plain_text', text: style } });
    const { markup } = renderBlocks(
      [
        { type: 'section', fields: [{ type: 'mrkdwn', text: '*Fee*\n₹1,062.00' }], accessory: button('primary') },
        { type: 'divider' },
        {
          type: 'actions',
          elements: [button('danger'), { type: 'static_select', placeholder: { type: 'plain_text', text: 'Choose' } }],
        },
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_list',
              style: 'ordered',
              elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'one' }] }],
            },
          ],
        },
      ],
      directory,
    );

    expect(markup).toContain('<div class="b-fields"><div class="b-text"><strong>Fee</strong>\n₹1,062.00</div></div>');
    expect(markup).toContain('b-button b-primary');
    expect(markup).toContain('<hr class="b-divider">');
    expect(markup).toContain('b-button b-danger');
    expect(markup).toContain('Choose ▾');
    expect(markup).toContain('<ol><li><span class="b-text">one</span></li></ol>');
  });

  it('draws blocks with parts missing rather than failing', () => {
    const kinds = ['section', 'header', 'context', 'actions', 'image', 'markdown', 'rich_text'];
    const { markup } = renderBlocks(
      [...kinds.map((type) => ({ type })), ...kinds.map((type) => ({ type, elements: [{}], fields: [{}], text: {} }))],
      directory,
    );

    expect(markup).not.toContain('undefined');
  });
});

describe('the page over HTTP', () => {
  let world: SlackWorld;
  const clock = new ManualClock();

  beforeAll(async () => {
    world = await startSlackWorld((seed) => seed, clock);
  });
  afterAll(() => world.front.stop());

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(world.front.url + path, { headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  it('opens a permalink at its message, and at its reply with the thread beside it', async () => {
    const root = await world.app.chat.postMessage({ channel: ids.general, text: 'the root' });
    const reply = await world.app.chat.postMessage({
      channel: ids.general,
      text: 'the reply',
      thread_ts: root.ts ?? '',
    });
    const permalink = async (ts = '') =>
      (await world.app.chat.getPermalink({ channel: ids.general, message_ts: ts })).permalink?.replace(
        world.front.url,
        '',
      ) ?? '';

    const atRoot = await get(await permalink(root.ts));
    const atReply = await get(await permalink(reply.ts));

    expect(atRoot.text).toMatch(new RegExp(`class="message target open" id="channel-${ids.general}-${root.ts}"`));
    expect(atReply.text).toMatch(new RegExp(`class="message target" id="thread-${ids.general}-${reply.ts}"`));
  });

  it('says what happened to a message that is not there', async () => {
    const { status, text } = await get(`/archives/${ids.general}/p1111111111111111`);

    expect(status).toBe(404);
    expect(text).toContain('The message was deleted');
  });

  it('pages back through a long channel', async () => {
    for (let n = 0; n < 130; n += 1) {
      clock.advance(1_000);
      world.front.control.say('C0COURSEDS', ids.meera, `line ${n}`);
    }

    const newest = await get('/archives/C0COURSEDS');
    const earlier = await get(/href="(\/archives\/C0COURSEDS\?before=[^"]+)"/.exec(newest.text)?.[1] ?? '');

    expect([
      newest.text.includes('line 29<'),
      newest.text.includes('line 30<'),
      newest.text.includes('line 129<'),
    ]).toEqual([false, true, true]);
    expect([
      earlier.text.includes('line 0<'),
      earlier.text.includes('line 29<'),
      earlier.text.includes('line 30<'),
    ]).toEqual([true, true, false]);
  });

  it('allows no script of the document and nothing from outside', async () => {
    const { headers, text } = await get('/');

    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'none'/,
    );
    expect(text).not.toMatch(/ style="|<style|<script(?! type="module" src="\/assets)|https?:\/\//);
  });

  it.each(['page.css', 'page.js', 'favicon.svg', 'lato-400-normal.woff2', 'lato-900-normal.woff2'])(
    'serves %s',
    async (name) => {
      expect((await get(`/assets/${name}`)).status).toBe(200);
    },
  );

  it('serves nothing but what it names', async () => {
    expect((await get('/assets/..%2f..%2fpackage.json')).status).toBe(404);
  });

  it('answers to its own name only', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { get: ask } = await import('node:http');
    ask(`${world.front.url}/`, { headers: { host: 'evil.example' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });

    expect(await promise).toBe(421);
  });

  it("shows emulate's inspector with the company's own ids", async () => {
    const { status, text } = await get('/inspector?tab=channels');

    expect(status).toBe(200);
    expect(text).toContain(ids.payments);
    expect(text).toContain('href="/inspector?tab=messages');
  });
});
