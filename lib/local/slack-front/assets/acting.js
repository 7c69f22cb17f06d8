// @ts-check
/**
 * What the person in front of the page does: writes, gives commands, presses, chooses, fills modals in. Each is one deed sent to the
 * local Slack (`POST /do`); what comes of it is drawn by page.js like any other change. The markup says what its elements are in data
 * attributes (element-view.ts, acting-view.ts).
 */

/** How long after the last letter a field tells what stands in it. */
const TYPING_MS = 350;
/** Problems that the page shows in their place, so that no word on them is needed. */
const SHOWN_ELSEWHERE = new Set(['incomplete', 'errors', 'unknown_command']);

/** @typedef {Record<string, unknown>} Deed */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

let typing = 0;
/** The modal that has been given the focus. */
let focused = '';
/** What had the focus before. @type {HTMLElement | undefined} */
let before;

/** Does one deed, and says so when it was not taken. @param {Deed} deed @returns {Promise<boolean>} */
async function act(deed) {
  // What is typed last goes along with a submission, and nowhere once the modal is closed.
  if (deed.deed === 'submit' || deed.deed === 'close') clearTimeout(typing);
  try {
    const answer = await fetch('/do', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ as: document.body.dataset.me, ...deed }),
    });
    const { ok, problem } = await answer.json();
    if (!ok && !SHOWN_ELSEWHERE.has(problem) && deed.deed !== 'say') tell(problem);
    return ok;
  } catch {
    tell('The local Slack has stopped.');
    return false;
  }
}

/** @param {string} problem */
function tell(problem) {
  const toast = document.getElementById('toast');
  if (toast === null) return;
  toast.textContent = problem.includes(' ') ? problem : `The app did not take it: ${problem}`;
  toast.classList.add('on');
  setTimeout(() => toast.classList.remove('on'), 6_000);
}

/** What has been entered around an element, by block and action. @param {Element | null} around */
function enteredIn(around) {
  /** @type {Record<string, Record<string, string | string[]>>} */
  const entered = {};
  for (const field of around?.querySelectorAll('[data-field]') ?? []) {
    if (!isField(field)) continue;
    const { block = '', action = '' } = field.dataset;
    entered[block] ??= {};
    entered[block][action] = heldBy(field, entered[block][action]);
  }
  return entered;
}

/** @param {Field} field @param {string | string[] | undefined} known what others of its group hold @returns {string | string[]} */
function heldBy(field, known) {
  if (field instanceof HTMLSelectElement && field.multiple) return [...field.selectedOptions].map(({ value }) => value);
  if (!(field instanceof HTMLInputElement)) return field.value;
  if (field.type === 'checkbox') {
    const others = Array.isArray(known) ? known : [];
    return field.checked ? [...others, field.value] : others;
  }
  if (field.type === 'radio') return field.checked ? field.value : (known ?? '');
  return field.value;
}

/** @param {Element} element @returns {element is Field} */
function isField(element) {
  return (
    element instanceof HTMLInputElement ||
    element instanceof HTMLSelectElement ||
    element instanceof HTMLTextAreaElement
  );
}

/** Uses an element: presses it, or tells what was chosen. @param {HTMLElement} element @param {string | string[] | undefined} choice */
async function use(element, choice) {
  const around = element.closest('[data-place]');
  if (!(around instanceof HTMLElement)) return;
  if (element.dataset.confirm !== undefined && !(await confirmed(JSON.parse(element.dataset.confirm)))) return;
  const place = JSON.parse(around.dataset.place ?? '{}');
  const { block, action } = element.dataset;
  element.setAttribute('aria-busy', 'true');
  await act({ deed: 'view' in place ? 'use' : 'press', place, block, action, choice, entered: enteredIn(around) });
  element.removeAttribute('aria-busy');
}

/** Asks whether it is meant. @param {Record<string, string>} words @returns {Promise<boolean>} */
function confirmed({ title, text, yes, no, style }) {
  const dialog = document.createElement('dialog');
  dialog.className = 'confirm';
  const heading = document.createElement('h2');
  heading.textContent = title;
  const body = document.createElement('p');
  body.textContent = text;
  const foot = document.createElement('form');
  foot.method = 'dialog';
  for (const [value, label] of [
    ['no', no],
    ['yes', yes],
  ]) {
    const button = document.createElement('button');
    Object.assign(button, { value, textContent: label });
    button.className = value === 'yes' ? `b-button ${style === 'danger' ? 'b-danger' : 'b-primary'}` : 'b-button';
    foot.append(button);
  }
  dialog.append(heading, body, foot);
  // Outside of what is drawn again.
  document.documentElement.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}

/** @param {Element | null} kept the menu that stays open */
function closeMenus(kept) {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (menu !== kept?.closest('details.menu')) menu.removeAttribute('open');
  }
}

/** Sends what stands in a composer. @param {HTMLFormElement} form */
async function say(form) {
  const field = form.querySelector('textarea');
  const text = field?.value.trim() ?? '';
  if (field === null || text === '') return;
  field.value = '';
  offer(form);
  await act({ deed: 'say', ...JSON.parse(form.dataset.say ?? '{}'), text });
}

/** Shows the commands there are while one is begun. @param {HTMLFormElement} form */
function offer(form) {
  const offers = form.querySelector('.offers');
  const text = form.querySelector('textarea')?.value ?? '';
  if (!(offers instanceof HTMLElement)) return;
  const begun = /^\/\S*$/.test(text);
  for (const one of offers.querySelectorAll('[data-offer]')) {
    if (one instanceof HTMLElement) one.hidden = !(one.dataset.offer ?? '').startsWith(text);
  }
  offers.hidden = !begun || offers.querySelector('[data-offer]:not([hidden])') === null;
}

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null;
  closeMenus(target);
  const button = target?.closest('[data-deed], [data-press], [data-offer]');
  if (!(button instanceof HTMLElement) || button instanceof HTMLFormElement) return;
  if (button.dataset.offer !== undefined) {
    const field = button.closest('form')?.querySelector('textarea');
    if (field) {
      field.value = button.dataset.offer;
      field.focus();
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
  } else if (button.dataset.deed !== undefined) {
    closeMenus(null);
    void act(JSON.parse(button.dataset.deed));
  } else {
    closeMenus(null);
    void use(button, button.dataset.choice);
  }
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === 'dialog') return;
  event.preventDefault();
  if (form.dataset.say !== undefined) void say(form);
  else if (form.dataset.modal !== undefined) void act({ deed: 'submit', entered: enteredIn(form) });
  else if (form.dataset.deed !== undefined) {
    closeMenus(null);
    void act({ ...JSON.parse(form.dataset.deed), ...Object.fromEntries(new FormData(form)) });
  }
});

document.addEventListener('change', ({ target }) => {
  if (!(target instanceof HTMLElement) || !isField(target) || target.dataset.dispatch !== 'dispatch') return;
  const { block = '', action = '' } = target.dataset;
  void use(target, enteredIn(target.closest('[data-place]'))[block]?.[action]);
});

document.addEventListener('input', ({ target }) => {
  if (!(target instanceof HTMLElement)) return;
  const composer = target.closest('form.composer');
  if (composer instanceof HTMLFormElement) offer(composer);
  if (!isField(target) || target.dataset.dispatch !== 'typing') return;
  clearTimeout(typing);
  typing = setTimeout(() => void use(target, target.value), TYPING_MS);
});

document.addEventListener(
  'keydown',
  (event) => {
    const { target, key } = event;
    if (key === 'Escape') {
      const menu = document.querySelector('details.menu[open]');
      const modal = document.querySelector('.modal');
      if (document.querySelector('dialog.confirm') !== null) return;
      if (menu !== null) closeMenus(null);
      else if (modal !== null) void act({ deed: 'close', reach: 'one' });
      else return;
      event.preventDefault();
      return;
    }
    if (key !== 'Enter' || event.shiftKey || event.isComposing || !(target instanceof HTMLTextAreaElement)) return;
    const composer = target.closest('form.composer');
    if (!(composer instanceof HTMLFormElement)) return;
    event.preventDefault();
    composer.requestSubmit();
  },
  true,
);

/** The modal that has come gets the focus; when all are gone, whatever had it before does. */
function followModal() {
  const modal = document.querySelector('.modal');
  const id = modal?.id ?? '';
  if (id === focused) return;
  if (focused === '' && document.activeElement instanceof HTMLElement) before = document.activeElement;
  focused = id;
  if (modal === null) {
    if (before?.isConnected === true) before.focus();
    return;
  }
  const first = modal.querySelector('.modal-body [data-field], .modal-body [data-press], .modal-foot button');
  if (first instanceof HTMLElement) first.focus();
}

/** Tells the app that its Home was opened, once for each time somebody comes there. */
function openHome() {
  const isHome = document.body.dataset.view === 'app' && document.querySelector('#tab-home[aria-current]') !== null;
  if (isHome && document.body.dataset.me !== undefined) void act({ deed: 'home' });
}

document.addEventListener('drawn', (event) => {
  followModal();
  if (event instanceof CustomEvent && event.detail.moved) {
    closeMenus(null);
    openHome();
  }
});
followModal();
openHome();
