import { spawnSync } from 'node:child_process';

/** Resident memory in MB of all `workerd` processes below a process; 0 where `ps` cannot tell. */
export function memoryOfRuntime(processId: number): number {
  return runtimesBelow(processId).reduce((sum, { kilobytes }) => sum + kilobytes, 0) / 1024;
}

/** All `workerd` processes below a process; none where `ps` cannot tell. */
export function runtimesBelow(processId: number): { id: number; kilobytes: number }[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' });
  const processes = (stdout ?? '').split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match
      ? [{ id: Number(match[1]), parent: Number(match[2]), kilobytes: Number(match[3]), name: match[4] ?? '' }]
      : [];
  });
  const below = new Set([processId]);
  for (let grown = true; grown; ) {
    const children = processes.filter(({ id, parent }) => below.has(parent) && !below.has(id));
    for (const { id } of children) below.add(id);
    grown = children.length > 0;
  }
  return processes.filter(({ id, name }) => below.has(id) && name.includes('workerd'));
}
