// The direction of imports. A folder imports from the layers before its own; `import type` and `import()` count too.

const server = [
  ['errors'],
  ['config', 'document'],
  ['database'],
  ['identity', 'dba'],
  ['signals'],
  ['graphql', 'queue'],
  ['http'],
  ['subscriptions', 'observability', 'explorer'],
  ['service', 'demo'],
  ['commands'],
];
const cli = [['operations'], ['core'], ['nouns'], ['extras']];

/** Rules against imports of the same layer, of later ones, of files beside the folders and of folders without a layer. */
function oneWay(root, layers) {
  return layers.flatMap((layer, index) =>
    layer.map((folder) => ({
      name: `${root}/${folder} imports earlier layers only`,
      severity: 'error',
      from: { path: `^${root}/${folder}/` },
      to: {
        path: `^${root}/`,
        pathNot: `^${root}/(${[folder, ...layers.slice(0, index).flat()].join('|')})/`,
      },
    })),
  );
}

export default {
  forbidden: [
    ...oneWay('src/server', server),
    ...oneWay('src/cli', cli),
    {
      name: 'the files of src/cli/core itself import none of its folders',
      severity: 'error',
      from: { path: '^src/cli/core/[^/]+$' },
      to: { path: '^src/cli/core/[^/]+/' },
    },
    {
      name: 'src/cli and src/server share src/client alone',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/', pathNot: '^src/($1|client)/' },
    },
    {
      name: 'the explorer is loaded only when it is on',
      severity: 'error',
      from: { path: '^src/server/', pathNot: '^src/server/explorer/' },
      to: { path: '^src/server/explorer/', dynamic: false },
    },
    {
      name: 'files do not import each other in a circle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'folders do not import each other in a circle',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    includeOnly: '^src/',
    // TypeScript 7 has no parser that other programs can use
    parser: 'swc',
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
