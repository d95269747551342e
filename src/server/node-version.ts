const required = 22;

/** Ends the process when this Node is too old. */
export function checkNodeVersion(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= required) return;
  process.stderr.write(
    `epic-server needs Node ${required} or newer, and this is Node ${process.versions.node}.\n` +
      '  Start it with npm (npm start, npm run demo), which uses the Node that comes with this project.\n',
  );
  process.exit(1);
}
