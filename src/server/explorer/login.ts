// The login bar above the explorer. Ruru keeps queries in the browser's storage, so no password may be typed into one.
// The session is in memory only, and ends with the page.

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
    <label>Code, if you have a second factor <input name="code" autocomplete="one-time-code" size="8"></label>
    <button name="enter">Log in</button>
    <button name="leave" type="button">Log out</button>
  </form>`;

/** Runs in the browser, before the explorer. */
export const loginScript = `
  const form = document.getElementById('session');
  const output = form.querySelector('output');
  const send = window.fetch.bind(window);
  const sessionFields = 'accessToken accessTokenExpiresAt refreshToken mustChangePassword employee { fullName department }';
  let session = null;
  let refreshing = null;

  async function request(query, variables) {
    const headers = { 'content-type': 'application/json' };
    if (session) headers.authorization = 'Bearer ' + session.accessToken;
    const body = JSON.stringify({ query, variables });
    const response = await send('/graphql', { method: 'POST', headers, body, keepalive: true });
    const { data, errors } = await response.json();
    if (errors) throw new Error([errors[0].message, errors[0].extensions.hint].filter(Boolean).join(' '));
    return data;
  }

  function setSession(next, sentence) {
    session = next;
    form.toggleAttribute('data-open', next !== null);
    output.value = sentence;
  }

  async function logIn() {
    const { email, password, code } = form.elements;
    const input = { email: email.value, password: password.value, code: code.value || null };
    const { login } = await request('mutation ($input: LoginInput!) { login(input: $input) { ' + sessionFields + ' } }', { input });
    form.reset();
    setSession(login, login.employee.fullName + ', ' + login.employee.department
      + (login.mustChangePassword ? ': change your one-time password first, with the mutation changePassword' : ''));
  }

  async function refresh() {
    const { refreshToken } = session;
    const sentence = output.value;
    session = null;
    const query = 'mutation ($input: RefreshInput!) { refresh(input: $input) { ' + sessionFields + ' } }';
    try {
      setSession((await request(query, { input: { refreshToken } })).refresh, sentence);
    } catch (error) {
      setSession(null, error.message);
    }
  }

  async function currentToken() {
    if (session && Date.parse(session.accessTokenExpiresAt) - Date.now() < 15000) refreshing ??= refresh();
    await refreshing;
    refreshing = null;
    return session && session.accessToken;
  }

  function logOut() {
    if (session) request('mutation { logout { ok } }').catch(() => {});
    setSession(null, '');
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    output.value = '';
    logIn().catch((error) => setSession(null, error.message));
  });
  form.elements.leave.addEventListener('click', logOut);
  addEventListener('pagehide', logOut);

  // adds the token to requests to this server that have none
  window.fetch = async (resource, options = {}) => {
    const headers = new Headers(options.headers);
    const isOurs = new URL(resource, location).origin === location.origin;
    const token = isOurs && !headers.has('authorization') ? await currentToken() : null;
    if (token) headers.set('authorization', 'Bearer ' + token);
    return send(resource, { ...options, headers });
  };

  // and to the first message of graphql-ws
  window.WebSocket = class extends WebSocket {
    send(text) {
      const message = JSON.parse(text);
      if (message.type !== 'connection_init' || !session) return super.send(text);
      const authorization = 'Bearer ' + session.accessToken;
      super.send(JSON.stringify({ ...message, payload: { authorization, ...message.payload } }));
    }
  };`;
