// What Ruru's page lacks: a width for phones, an icon, and types in an order that a person can search.

export const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">';

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2456a6"/>' +
  '<path d="M22 9H11v14h11M11 16h9" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/></svg>';

export const icon = `<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,${encodeURIComponent(drawing)}">`;

/** On a phone what stands side by side goes one below the other. */
export const layout = `
  #ruru-root .graphiql-footer, #ruru-root .graphiql-logo { display: none; }
  @media (max-width: 48rem) {
    #ruru-root { min-height: 32rem; }
    .graphiql-container .graphiql-main, .graphiql-container #graphiql-session { flex-direction: column; }
    .graphiql-container .graphiql-horizontal-drag-bar { display: none; }
    .graphiql-container .graphiql-main { min-width: 0; }
    .graphiql-container .graphiql-plugin { max-width: none; min-height: 0; overflow-y: auto; }
    .graphiql-container .graphiql-editors, .graphiql-container .graphiql-response, .graphiql-container .graphiql-sessions { min-width: 0; min-height: 0; }
  }
  @media (max-width: 30rem) {
    #session { gap: 0.35rem 0.75rem; padding: 0.5rem; }
    #session strong, #session output:not(:empty) { flex-basis: 100%; }
    #session output:empty { position: absolute; }
    #session label { display: flex; flex: 1 1 40%; min-width: 0; flex-direction: column; font-size: 13px; }
    #session input { box-sizing: border-box; min-width: 0; width: 100%; }
    #session button { flex: 1; align-self: end; }
  }`;

/** Runs in the browser after the login script: the types of the schema by name, so that what belongs together is together. */
export const sortSchema = `
  const load = window.fetch;
  window.fetch = async (resource, options = {}) => {
    const response = await load(resource, options);
    if (!/__schema/.test(options.body)) return response;
    const answer = await response.json();
    const schema = answer.data && answer.data.__schema;
    if (schema) schema.types.sort((one, other) => one.name.localeCompare(other.name));
    const { status, headers } = response;
    return new Response(JSON.stringify(answer), { status, headers: { 'content-type': headers.get('content-type') } });
  };`;
