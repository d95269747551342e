// What of package-lock.json belongs to one of its workspaces.

/** A package in package-lock.json. */
interface LockedPackage {
  /** Where the folder has another name. */
  name?: string;
  version?: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** Packages by the path of their folder. */
export interface Lockfile {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
}

/** A package that another needs, and where it is. */
export interface Dependency {
  /** In the checkout, from its root. */
  from: string;
  /** In a folder that has the workspace as its root. */
  to: string;
  locked: LockedPackage;
}

/** What the workspace at `folder` needs for these dependencies, directly and indirectly. */
export function closureOf(lock: Lockfile, folder: string, names: Iterable<string>): Dependency[] {
  const found = new Map<string, Dependency>();
  const visit = (path: string, needed: Iterable<string>, isOptional: boolean) => {
    for (const name of needed) {
      const from = resolve(lock, path, name);
      if (from === undefined && isOptional) continue;
      if (from === undefined) throw new Error(`package-lock.json has no ${name} for ${path}.`);
      const to = from.startsWith(`${folder}/`) ? from.slice(folder.length + 1) : from;
      const other = found.get(to);
      if (other?.from === from) continue;
      if (other) throw new Error(`${from} and ${other.from} would both be in ${to}.`);
      const { dev: _, devOptional: __, ...locked } = lock.packages[from] ?? {};
      found.set(to, { from, to, locked });
      visit(from, Object.keys(locked.dependencies ?? {}), false);
      visit(from, Object.keys(locked.optionalDependencies ?? {}), true);
      visit(from, peersOf(locked), true);
    }
  };
  visit(folder, names, false);
  return [...found.values()].sort((one, other) => (one.to < other.to ? -1 : 1));
}

function peersOf({ peerDependencies = {}, peerDependenciesMeta = {} }: LockedPackage): string[] {
  return Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
}

/** As Node does: in the folder itself, then in those around it. */
function resolve({ packages }: Lockfile, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}
