// @ts-check
/**
 * Keeps the page as the server would draw it now: on every change it asks for the same address again and takes over what differs,
 * so that focus, place and what is being read stay. Links inside the page go the same way. Without script the page works too,
 * and is then as old as its last load.
 */

/** Channels in which something happened while another was open. @type {Set<string>} */
const unread = new Set();
/** Whether a drawing is under way, and whether another is wanted after it. */
let drawing = false;
let again = false;

const scroller = () => document.getElementById('messages');
const replies = () => document.getElementById('replies');

/** @param {HTMLElement | null} element */
function atBottom(element) {
  return element === null || element.scrollHeight - element.scrollTop - element.clientHeight < 60;
}

/** @param {HTMLElement | null} element */
function toBottom(element) {
  if (element !== null) element.scrollTop = element.scrollHeight;
}

/** Makes `from` like `to`, keeping every node that can be kept. @param {Element} from @param {Element} to */
function morph(from, to) {
  // What stands in the toast, and which menus are open, is this page's own.
  if (from.id === 'toast' || from.isEqualNode(to)) return;
  const own = from.matches('details, .offers') ? ['open', 'hidden'] : [];
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !own.includes(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !own.includes(name)) from.setAttribute(name, value);
  }
  const kept = new Map([...from.children].filter((child) => child.id !== '').map((child) => [child.id, child]));
  let place = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const known = wanted instanceof Element && wanted.id !== '' ? kept.get(wanted.id) : undefined;
    const here = known ?? (place instanceof Element && place.id !== '' ? undefined : place);
    const alike =
      here instanceof Element && wanted instanceof Element && here.tagName === wanted.tagName && here.id === wanted.id;
    if (alike && here instanceof Element) {
      if (here === place) place = place.nextSibling;
      else from.insertBefore(here, place);
      morph(here, wanted);
    } else if (place?.nodeType === Node.TEXT_NODE && wanted.nodeType === Node.TEXT_NODE) {
      if (place.nodeValue !== wanted.nodeValue) place.nodeValue = wanted.nodeValue;
      place = place.nextSibling;
    } else {
      from.insertBefore(wanted, place);
    }
  }
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

/** Draws what the server has at `address`. @param {string} address @param {boolean} moved whether the reader went somewhere else */
async function draw(address, moved) {
  const answer = await fetch(address, { headers: { accept: 'text/html' } });
  const wanted = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const sameChannel = wanted.body.dataset.channel === document.body.dataset.channel;
  const followChannel = !sameChannel || (!moved && atBottom(scroller()));
  const followThread = moved || atBottom(replies());
  const before = new Map(
    [...document.querySelectorAll('.message')].map((item) => [item.id, item.getAttribute('data-revision')]),
  );
  const hadThread = replies() !== null;
  const focused = document.activeElement;
  document.title = wanted.title;
  wanted.getElementById('live')?.replaceWith(document.getElementById('live')?.cloneNode(true) ?? '');
  morph(document.body, wanted.body);
  unread.delete(document.body.dataset.channel ?? '');
  markUnread();
  if (!moved && sameChannel) {
    for (const item of document.querySelectorAll('.message')) {
      if (before.get(item.id) !== item.getAttribute('data-revision')) highlight(item);
    }
  }
  if (followChannel && document.body.dataset.view !== 'app') toBottom(scroller());
  if (followThread) toBottom(replies());
  document.dispatchEvent(new CustomEvent('drawn', { detail: { moved } }));
  if (moved) {
    showTarget();
    // Whoever opened or closed a thread by keyboard goes on reading where it is.
    if (hadThread !== (replies() !== null) || focused?.isConnected !== true)
      (replies() ?? scroller())?.focus({ preventScroll: true });
  }
}

/** Draws again, one at a time; changes that come meanwhile cost one more drawing, not one each. */
async function refresh() {
  if (drawing) {
    again = true;
    return;
  }
  drawing = true;
  try {
    do {
      again = false;
      await draw(location.href, false);
    } while (again);
  } catch {
    // The server is away. The stream of news says so, and starts a drawing when it is back.
  } finally {
    drawing = false;
  }
}

/** @param {string} address @param {boolean} remember */
async function go(address, remember) {
  try {
    await draw(address, true);
    if (remember) history.pushState(null, '', address);
  } catch {
    location.assign(address);
  }
}

/** @param {Element} item */
function highlight(item) {
  item.classList.remove('fresh');
  void item.clientWidth;
  item.classList.add('fresh');
  item.addEventListener('animationend', () => item.classList.remove('fresh'), { once: true });
}

function markUnread() {
  for (const link of document.querySelectorAll('#side a')) {
    link.classList.toggle('unread', unread.has(link.id.replace('link-', '')));
  }
}

function showTarget() {
  for (const target of document.querySelectorAll('.target, .message.open')) target.scrollIntoView({ block: 'nearest' });
}

function listen() {
  const news = new EventSource('/live');
  const live = (/** @type {boolean} */ on) => {
    const shown = document.getElementById('live');
    if (shown === null) return;
    shown.classList.toggle('on', on);
    shown.textContent = on ? 'Live' : 'Not live: the local Slack has stopped';
  };
  news.addEventListener('open', () => {
    live(true);
    void refresh();
  });
  news.addEventListener('error', () => live(false));
  news.addEventListener('message', ({ data }) => {
    const { channel } = JSON.parse(data);
    if (channel !== null && channel !== document.body.dataset.channel) unread.add(channel);
    void refresh();
  });
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.target !== '' || link.origin !== location.origin) return;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.pathname !== '/' && !/^\/(archives|app|client)\//.test(link.pathname)) return;
  if (link.hash !== '') return;
  event.preventDefault();
  void go(link.href, true);
});

document.addEventListener('keydown', (event) => {
  // What lies upon the page is closed first (acting.js).
  if (event.defaultPrevented) return;
  if (event.key === 'Escape')
    document
      .querySelector('.thread a.close')
      ?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  // As in Slack: Alt and an arrow go to the next channel.
  if (!event.altKey || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
  const links = [...document.querySelectorAll('#side a[id]')];
  const step = event.key === 'ArrowDown' ? 1 : -1;
  const next = links[links.findIndex((link) => link.hasAttribute('aria-current')) + step];
  if (!(next instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  void go(next.href, true);
});

window.addEventListener('popstate', () => void go(location.href, false));

if (document.body.dataset.view !== 'app') toBottom(scroller());
showTarget();
listen();
