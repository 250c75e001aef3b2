interface Audit {
  auditReportVersion?: number;
  message?: string;
  vulnerabilities?: Record<string, { severity: string; range?: string; via?: unknown[] }>;
}

/** What `npm audit --json` says. A registry without that service is no clean bill: `not-asked`. */
export function auditLines(output: string): { status: 'clean' | 'vulnerable' | 'not-asked'; lines: string[] } {
  let audit: Audit;
  try {
    audit = JSON.parse(output) as Audit;
  } catch {
    audit = {};
  }
  if (audit.auditReportVersion === undefined || audit.vulnerabilities === undefined) {
    const because = /^\d{3} [A-Za-z ]+/.exec(audit.message ?? '')?.[0].trim() ?? 'no answer';
    return { status: 'not-asked', lines: [`skipped  vulnerabilities: the registry cannot be asked (${because})`] };
  }
  const found = Object.entries(audit.vulnerabilities);
  if (found.length === 0) return { status: 'clean', lines: ['ok       vulnerabilities: none known'] };
  return {
    status: 'vulnerable',
    lines: found.map(([name, { severity, range }]) => `FAIL     vulnerabilities: ${name} ${range ?? ''} (${severity})`),
  };
}

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
}
interface Lockfile {
  packages: Record<string, { version?: string; resolved?: string; hasInstallScript?: boolean; name?: string }>;
}

const EXACT = /^(?:npm:@?[\w./-]+@)?\d+\.\d+\.\d+(?:[-+][\w.]+)?$/;

/** What of a project's dependencies is open to surprises. Pure. */
export function lockfileProblems(manifest: Manifest, lockfile: Lockfile): string[] {
  const problems: string[] = [];
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    if (!EXACT.test(version)) problems.push(`${name} is not an exact version: ${version}`);
  }
  for (const [path, { resolved, hasInstallScript, version }] of Object.entries(lockfile.packages)) {
    if (path === '') continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (version === undefined) problems.push(`${name} has no version`);
    if (resolved !== undefined && !resolved.startsWith('https://'))
      problems.push(`${name} comes from ${resolved.split(':')[0]}:`);
    if (hasInstallScript === true && manifest.allowScripts?.[name] !== true)
      problems.push(`${name} runs a script at installation`);
  }
  return problems;
}
