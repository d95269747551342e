// The bar above the explorer, in which one logs in. It is the page's own: what is typed into a query would be kept in
// the browser's storage, passwords too. The session is kept in memory alone, and ends with the page.

export const loginStyle = `
  body { display: flex; flex-direction: column; height: 100vh; color-scheme: light dark; }
  #ruru-root { flex: 1; height: auto; min-height: 0; }
  #session {
    display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; padding: 0.5rem 1rem;
    background: Canvas; color: CanvasText; border-bottom: 1px solid GrayText; font: 14px system-ui, sans-serif;
  }
  #session strong { margin-right: auto; }
  #session input, #session button { font: inherit; padding: 0.25rem 0.5rem; }
  #session[data-open] label, #session:not([data-open]) [name=leave] { display: none; }
  #session[data-open] [name=enter] { display: none; }`;

export const loginBar = `
  <form id="session">
    <strong>Epic Events CRM</strong>
    <output></output>
    <label>E-mail <input name="email" type="email" autocomplete="username" required></label>
    <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
    <button name="enter">Log in</button>
    <button name="leave" type="button">Log out</button>
  </form>`;

/** Runs in the browser, before the explorer. */
export const loginScript = `
  const form = document.getElementById('session');
  const says = form.querySelector('output');
  const send = window.fetch.bind(window);
  const parts = 'accessToken accessTokenExpiresAt refreshToken mustChangePassword employee { fullName department }';
  let session = null;
  let refreshing = null;

  async function ask(query, variables) {
    const headers = { 'content-type': 'application/json' };
    if (session) headers.authorization = 'Bearer ' + session.accessToken;
    const body = JSON.stringify({ query, variables });
    const response = await send('/graphql', { method: 'POST', headers, body, keepalive: true });
    const { data, errors } = await response.json();
    if (errors) throw new Error([errors[0].message, errors[0].extensions.hint].filter(Boolean).join(' '));
    return data;
  }

  function become(next, sentence) {
    session = next;
    form.toggleAttribute('data-open', next !== null);
    says.value = sentence;
  }

  async function logIn() {
    const { email, password } = form.elements;
    const input = { email: email.value, password: password.value };
    const { login } = await ask('mutation ($input: LoginInput!) { login(input: $input) { ' + parts + ' } }', { input });
    form.reset();
    become(login, login.employee.fullName + ', ' + login.employee.department
      + (login.mustChangePassword ? ': change your one-time password first, with the mutation changePassword' : ''));
  }

  async function refresh() {
    const { refreshToken } = session;
    const sentence = says.value;
    session = null;
    const query = 'mutation ($input: RefreshInput!) { refresh(input: $input) { ' + parts + ' } }';
    try {
      become((await ask(query, { input: { refreshToken } })).refresh, sentence);
    } catch (error) {
      become(null, error.message);
    }
  }

  async function currentToken() {
    if (session && Date.parse(session.accessTokenExpiresAt) - Date.now() < 15000) refreshing ??= refresh();
    await refreshing;
    refreshing = null;
    return session && session.accessToken;
  }

  function logOut() {
    if (session) ask('mutation { logout { ok } }').catch(() => {});
    become(null, '');
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    says.value = '';
    logIn().catch((error) => become(null, error.message));
  });
  form.elements.leave.addEventListener('click', logOut);
  addEventListener('pagehide', logOut);

  // What the explorer asks is asked in this session, unless it has a header of its own.
  window.fetch = async (resource, options = {}) => {
    const headers = new Headers(options.headers);
    const isOurs = new URL(resource, location).origin === location.origin;
    const token = isOurs && !headers.has('authorization') ? await currentToken() : null;
    if (token) headers.set('authorization', 'Bearer ' + token);
    return send(resource, { ...options, headers });
  };

  // So is what it subscribes to: graphql-ws has its headers in the first message.
  window.WebSocket = class extends WebSocket {
    send(text) {
      const message = JSON.parse(text);
      if (message.type !== 'connection_init' || !session) return super.send(text);
      const authorization = 'Bearer ' + session.accessToken;
      super.send(JSON.stringify({ ...message, payload: { authorization, ...message.payload } }));
    }
  };`;
