import { unstable_readConfig as readConfig } from 'wrangler';

export const TARGETS = ['staging', 'production'] as const;
export type Target = (typeof TARGETS)[number];

/** What wrangler.toml says of one environment. `production` is its top level, so that every command without --env is about it. */
export interface Settings {
  worker: string;
  kv: { binding: string; id: string }[];
  /** Producers, consumers and dead letters, each name once. */
  queues: string[];
  requiredSecrets: string[];
  crons: string[];
  observability: boolean;
  /** Arguments that make a wrangler command one about this environment. */
  environment: string[];
}

/** The id that a namespace has in wrangler.toml before there is one. */
export const NO_NAMESPACE = /^0{30}/;

interface ReadConfig {
  name?: string;
  kv_namespaces: { binding: string; id?: string }[];
  queues: {
    consumers?: { queue: string; dead_letter_queue?: string }[];
    producers?: { queue: string }[];
  };
  secrets?: { required?: string[] };
  triggers: { crons?: string[] };
  observability?: { enabled?: boolean };
}

export function readSettings(configPath: string, target: Target): Settings {
  const environment = target === 'production' ? [] : ['--env', target];
  const config: ReadConfig = readConfig({ config: configPath, ...(target === 'production' ? {} : { env: target }) });
  const queues = [
    ...(config.queues.consumers ?? []).flatMap(({ queue, dead_letter_queue }) => [dead_letter_queue ?? queue, queue]),
    ...(config.queues.producers ?? []).map(({ queue }) => queue),
  ];
  return {
    worker: config.name ?? '',
    kv: config.kv_namespaces.map(({ binding, id }) => ({ binding, id: id ?? '' })),
    queues: [...new Set(queues)].sort(),
    requiredSecrets: [...(config.secrets?.required ?? [])],
    crons: config.triggers.crons ?? [],
    observability: config.observability?.enabled === true,
    environment,
  };
}

/** wrangler.toml with the id of a namespace put in; throws where it has no such block. */
export function withNamespaceId(toml: string, target: Target, binding: string, id: string): string {
  const table = target === 'production' ? 'kv_namespaces' : `env.${target}.kv_namespaces`;
  const blocks = toml.split(/^(?=\[)/m);
  const index = blocks.findIndex(
    (block) => block.startsWith(`[[${table}]]`) && new RegExp(`^binding\\s*=\\s*"${binding}"`, 'm').test(block),
  );
  const block = blocks[index];
  if (block === undefined) throw new Error(`wrangler.toml has no [[${table}]] with binding ${binding}`);
  blocks[index] = block.replace(/^id\s*=\s*".*"$/m, `id = "${id}"`);
  return blocks.join('');
}
